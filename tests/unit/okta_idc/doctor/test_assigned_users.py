"""Assigned users: checks page by page, arbitrary profiles, and little memory per user."""

import gc
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUsers
from okta_idc.inventory.model import Inventory, Source
from okta_idc.rules import profiles
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.profile_mappings import Mapped
from tests.unit.okta_idc.doctor.sample_inventory import (
    Listener,
    app,
    app_user,
    assigned_users,
    sent,
    sound,
)
from tests.unit.okta_idc.rules import a_profile

MAPPED = frozenset({"displayName", "firstName", "lastName"})
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def report_of(found: AssignedUsers, mapped: frozenset[str] | Unavailable = MAPPED) -> Report:
    inventory = sound()
    inventory.users = found
    inventory.mapping = (
        mapped if isinstance(mapped, Unavailable) else {name: Mapped("x", True) for name in mapped}
    )
    assert isinstance(found.listener, Listener)
    report = Report()
    found.listener.checks.report(inventory, report)
    return report


def sending(**values: str) -> AssignedUsers:
    """No users yet, of an app that sends these attributes as session tags."""
    statements = [sent(key, values=[value]) for key, value in values.items()]
    document = app(settings={**app()["settings"], "signOn": {"attributeStatements": statements}})
    return AssignedUsers(Listener(Inventory(Source(""), app=document), UserChecks()))


def rules(report: Report) -> list[str]:
    return [each.rule.id for each in report.found]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # slow on a busy machine
@given(a_profile())
def test_a_page_of_users_has_the_findings_of_their_profiles(profile: dict[str, Any]) -> None:
    name = str(profile.get("userName") or "x")
    document = app_user("ada", 1, credentials={"userName": name})
    document["profile"] = profile
    expected = {f.rule.id for f in profiles.judge({**profile, "userName": name})}
    assert {
        rule for rule in rules(report_of(assigned_users(document))) if rule[4] == "3"
    } == expected


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(
    st.sampled_from(["id", "profile", "credentials", "_embedded", "status", "syncState", "scope"]),
    _JSON | st.dictionaries(st.sampled_from(["userName", "user", "email", "profile"]), _JSON),
), max_size=4))  # fmt: skip
def test_no_answer_of_okta_breaks_the_scan(page: list[dict[str, Any]]) -> None:
    found = sending(Department="user.department")
    found.add(page)
    report_of(found)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"firstName": None, "lastName": None, "displayName": None}, ["OIC-301"] * 3),
        ({"employeeNumber": 4711, "title": True}, ["OIC-308"] * 2),
        ({"displayName": "x" * 5_000}, ["OIC-313"]),
        ({"displayName": "Zoë 🙂 \u202egro.elpmaxe\u202c", "title": "👩\u200d👧"}, ["OIC-305"] * 2),
        ({"displayName": "Zoë 🙂"}, []),
        ({f"custom{n}": n for n in range(300)}, []),
    ],
    ids=["nulls", "numbers", "5,000 characters", "right-to-left", "emoji", "300 attributes"],
)
def test_invalid_profiles_are_checked_and_only_names_are_kept(
    profile: dict[str, Any], expected: list[str]
) -> None:
    found = assigned_users(app_user("ada", 1, profile=profile), app_user("ben", 2))
    assert rules(report_of(found)) == expected
    assert [p.login for p in found.by_id.values()] == ["ada@example.com", "ben@example.com"]


def test_a_user_on_two_pages_counts_once() -> None:
    broken = app_user("ada", 1, profile={"displayName": ""})
    found = assigned_users(broken, broken)
    assert (len(found.by_id), rules(report_of(found))) == (1, ["OIC-301"])


def test_an_attribute_that_every_user_lacks_counts_as_hidden() -> None:
    app_users = [app_user(f"p{n}", n, profile={"displayName": None}) for n in range(5)]
    report = report_of(assigned_users(*app_users))
    assert rules(report) == []
    (why,) = report.unknown
    assert "displayName is empty for all 5 users" in why
    assert report.unknown[why] == ["OIC-301"]


def test_an_attribute_that_is_not_mapped_counts_as_empty() -> None:
    app_users = [app_user(f"p{n}", n, profile={"displayName": None}) for n in range(5)]
    assert rules(report_of(assigned_users(*app_users), frozenset({"firstName"}))) == ["OIC-301"] * 5


def test_an_attribute_that_at_least_one_user_has_is_not_hidden() -> None:
    app_users = [app_user(f"p{n}", n, profile={"displayName": None}) for n in range(5)]
    assert len(rules(report_of(assigned_users(*app_users, app_user("ada", 9))))) == 5


def test_a_session_tag_that_cannot_be_evaluated_is_unknown_and_counted() -> None:
    found = sending(Team="user.team", Odd="Arrays.get(user.x, 0)")
    listed = {"profile": {"team": ["a", "b"]}}
    found.add([app_user("ada", 1, okta=listed), app_user("ben", 2)])
    report = report_of(found)
    assert set(report.unknown) == {
        "attribute Team: user.team is a list (1 users).",
        "attribute Odd: Arrays.get(…) cannot be evaluated here (2 users).",
    }
    assert rules(report) == ["OIC-413"]  # Ben has no team


def test_session_tags_are_unknown_without_the_okta_user() -> None:
    found = sending(Department="user.department")
    document = app_user("ada", 1)
    del document["_embedded"]
    found.add([document])
    report = report_of(found)
    assert rules(report) == []
    assert any("profile of the Okta user is not known" in why for why in report.unknown)


def test_memory_per_user_stays_small_with_large_profiles() -> None:
    more = {"profile": {f"custom{n}": "x" * 50 for n in range(100)}}
    found = sending(Department="user.department")

    def read(pages: range) -> None:
        for page in pages:
            users = [app_user(f"p{n}", n, okta=more) for n in range(page * 100, page * 100 + 100)]
            found.add(json.loads(json.dumps(users)))

    read(range(1))
    tracemalloc.start()
    read(range(1, 51))
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Bytes per user. One profile has more than 10,000. Python's table of interned strings may
    # double during the measurement, which adds up to 700, depending on what ran before.
    assert kept / 5_000 < 2_000
