"""Whole users compared: what is outdated in AWS, for whom and why, and what cannot be compared."""

from collections.abc import Mapping
from typing import Any

import pytest

from okta_idc.clients.identity_store import ENTERPRISE
from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers
from okta_idc.inventory.identities import MIN_USERS
from okta_idc.inventory.model import Inventory
from okta_idc.rules.profile_mappings import Mapped, ProfileMapping
from tests.unit.okta_idc.doctor.sample_inventory import (
    MAPPED,
    Listener,
    app,
    app_user,
    judge,
    sound,
    store_user,
)

SALES = {"Extensions": {ENTERPRISE: {"department": "Sales"}}}
ADA = "ada@example.com"
SINCE = "2026-11-25T00:00:00"


def federation(
    *app_users: dict[str, Any], mapping: ProfileMapping = MAPPED,
    type_mappings: Mapping[str, ProfileMapping] | None = None,
) -> Inventory:  # fmt: skip
    """A federation with these app users, compared with these mappings."""
    found = sound()
    found.mapping, found.type_mappings = mapping, type_mappings or {}
    found.users = AssignedUsers(Listener(found, UserChecks()), since=SINCE)
    found.users.add(app_users)
    found.members.by_group, found.store_members = {"00gP": frozenset()}, {"g-1": frozenset()}
    return found


def in_aws(found: Inventory, *names: str, **attributes: Any) -> Inventory:
    """The federation, with these users in AWS."""
    numbered = enumerate(names, 1)
    found.store_users = {f"u-{n}": store_user(name, n, **attributes) for n, name in numbered}
    return found


def findings(report: Report) -> set[tuple[str, str, str]]:
    return {(each.rule.id, each.name, each.finding.path) for each in report.found}


def stale(report: Report) -> set[str]:
    return {each.rule.id for each in report.found if each.rule.id > "OIC-64"}


def people(number: int, **more: Any) -> tuple[list[str], list[dict[str, Any]]]:
    names = [f"p{n}" for n in range(1, number + 1)]
    return names, [app_user(name, n, **more) for n, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("attributes", "path", "message"),
    [
        (SALES, "department", "is different in AWS ('Sales')."),
        ({"Extensions": {}}, "department", "is missing in AWS."),
        ({"Title": "Clerk"}, "title", "is empty in Okta, but not in AWS ('Clerk')."),
        ({"UserName": "old@example.com"}, "userName", "is different in AWS ('old@example.com')."),
    ],
)
def test_a_difference_names_the_attribute_and_both_values(
    attributes: dict[str, Any], path: str, message: str
) -> None:
    mapping = {**MAPPED, "title": Mapped("user.title", push=True)}
    report = judge(in_aws(federation(app_user("ada", 1), mapping=mapping), "ada", **attributes))
    [found] = [each for each in report.found if each.rule.id == "OIC-654"]
    assert (found.name, found.finding.path, found.finding.explanation) == (ADA, path, message)
    assert "Sales" not in str(report.masked().found)


def test_a_renamed_user_is_reported_once_and_not_as_missing() -> None:
    found = in_aws(federation(app_user("ada", 1)), "ada", UserName="old@example.com")
    found.members.by_group["00gP"] = frozenset({"00u1"})
    found.store_members = {"g-1": frozenset({"u-1"})}
    assert findings(judge(found)) == {("OIC-654", ADA, "userName")}


def test_the_case_of_username_and_email_does_not_matter() -> None:
    emails = [{"Value": "Ada@Example.com", "Primary": True}]
    found = in_aws(federation(app_user("ada", 1)), "ada", UserName="Ada@example.com", Emails=emails)
    assert stale(judge(found)) == set()


def test_a_user_whose_aws_id_is_not_known_is_found_by_external_id_or_username() -> None:
    for changes, external in (({"UserName": "old@example.com"}, "00u1"), ({}, "ada")):
        found = in_aws(federation(app_user("ada", 1, externalId=None)), "ada", **SALES, **changes)
        assert isinstance(found.store_users, dict)
        found.store_users["u-1"].external_id = external
        assert ("OIC-654", ADA, "department") in findings(judge(found))


def test_a_rejected_user_is_not_compared_with_the_user_who_has_the_username() -> None:
    rejected = app_user("alexander", 2, externalId=None, syncState="ERROR")
    rejected["credentials"]["userName"] = ADA
    for linked in (app_user("ada", 1), app_user("ada", 1, externalId=None)):
        assert stale(judge(in_aws(federation(linked, rejected), "ada"))) == set()


@pytest.mark.parametrize("more", [{"okta": {"status": "SUSPENDED"}}, {"status": "STAGED"}])
def test_users_whom_okta_does_not_update_are_not_compared(more: dict[str, Any]) -> None:
    found = in_aws(federation(app_user("ada", 1, **more)), "ada", **SALES)
    assert stale(judge(found)) == set()


def test_a_change_during_the_reading_is_pending() -> None:
    for updated, rule in (("2026-11-24T23:59:59.000Z", "OIC-654"), (SINCE + ".1Z", "OIC-651")):
        changed = app_user("ada", 1, lastUpdated=updated)
        assert stale(judge(in_aws(federation(changed), "ada", **SALES))) == {rule}


def test_a_failed_update_is_reported_with_what_explains_it() -> None:
    broken = app_user("ada", 1, syncState="ERROR", profile={"department": "R<D"})
    report = judge(in_aws(federation(broken), "ada"))
    assert {rule for rule, _, _ in findings(report)} >= {"OIC-303", "OIC-650"}
    assert "OIC-629" not in {rule for rule, _, _ in findings(report)}
    assert {name for _, name, _ in findings(report)} == {ADA}


def test_the_app_user_is_compared_with_computed_mappings() -> None:
    computed = Mapped('user.firstName + " " + user.lastName', push=True)
    mapping = {**MAPPED, "displayName": computed}
    good = app_user("ada", 1)
    assert findings(judge(in_aws(federation(good, mapping=mapping), "ada"))) == set()
    overridden = app_user("ada", 1, profile={"displayName": "Countess"})
    report = judge(in_aws(federation(overridden, mapping=mapping), "ada", DisplayName="Countess"))
    assert findings(report) == {("OIC-655", ADA, "displayName")}


def test_a_mapping_for_creation_only_explains_an_outdated_app_user() -> None:
    mapping = {**MAPPED, "department": Mapped("user.department", push=False)}
    outdated = app_user("ada", 1, okta={"profile": {"department": "Sales"}})
    report = judge(in_aws(federation(outdated, mapping=mapping), "ada"))
    assert ("OIC-653", ADA, "department") in findings(report)
    assert "OIC-655" not in stale(report)


def test_a_mapping_that_cannot_be_evaluated_is_unknown() -> None:
    mapping = {**MAPPED, "title": Mapped("Arrays.get(user.titles, 0)", push=True)}
    report = judge(in_aws(federation(app_user("ada", 1), mapping=mapping), "ada"))
    assert stale(report) == set()
    [why] = report.unknown
    assert why.startswith("the mapping of title: Arrays.get")
    assert why.endswith("cannot be evaluated here (1 user).")
    assert set(report.unknown[why]) == {"OIC-655", "OIC-653"}


def test_each_user_type_is_compared_with_its_mapping() -> None:
    upper = {**MAPPED, "department": Mapped("String.toUpperCase(user.department)", push=True)}
    mappings = {"oty1": MAPPED, "oty2": upper}
    ada = app_user("ada", 1, okta={"type": {"id": "oty1"}})
    ben = app_user("ben", 2, okta={"type": {"id": "oty2"}})
    report = judge(in_aws(federation(ada, ben, type_mappings=mappings), "ada", "ben"))
    assert findings(report) == {("OIC-655", "ben@example.com", "department")}


def test_an_attribute_that_okta_hides_is_unknown() -> None:
    names, hidden = people(MIN_USERS, profile={"department": None})
    report = judge(in_aws(federation(*hidden), *names))
    assert stale(report) == set()
    [why] = [why for why in report.unknown if why.startswith("department is empty in Okta")]
    assert "OIC-654" in report.unknown[why]
    names, some = people(MIN_USERS - 1, profile={"department": None})
    seen = app_user(f"p{MIN_USERS}", MIN_USERS)
    report = judge(in_aws(federation(*some, seen), *names, f"p{MIN_USERS}"))
    assert {name for rule, name, _ in findings(report) if rule == "OIC-654"} == {
        f"{name}@example.com" for name in names
    }


def test_an_attribute_that_only_the_okta_user_hides_is_unknown() -> None:
    names, hidden = people(MIN_USERS, okta={"profile": {"department": None}})
    report = judge(in_aws(federation(*hidden), *names))
    assert "OIC-655" not in stale(report)
    assert any(why.startswith("department is empty in Okta") for why in report.unknown)


def test_an_attribute_that_never_arrives_is_one_finding() -> None:
    names, sent = people(MIN_USERS)
    report = judge(in_aws(federation(*sent), *names, Extensions={}))
    assert findings(report) == {("OIC-657", "the profile mapping", "department")}
    found = in_aws(federation(*sent), *names, Extensions={})
    assert isinstance(found.store_users, dict)
    found.store_users["u-1"] = store_user("p1", 1)
    assert stale(judge(found)) == {"OIC-654"}


def test_the_causes_depend_on_the_features_of_the_app() -> None:
    for features, rule in (([], "OIC-654"), (["PUSH_NEW_USERS"], "OIC-652")):
        found = in_aws(federation(app_user("ada", 1)), "ada", **SALES)
        found.app = app(features=features)
        assert stale(judge(found)) == {rule}
