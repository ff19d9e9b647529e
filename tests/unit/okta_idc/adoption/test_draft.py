"""Drafted settings are valid, and a draft reports everything that they cannot express."""

import json
import re
import string
from typing import Any

import hypothesis
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.adoption.discovery import Federation
from okta_idc.adoption.draft import Draft, draft
from okta_idc.adoption.import_file import import_file
from okta_idc.adoption.stack_file import stack_file
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.inventory.model import Inventory, OktaGroups, PushGroupAccess, Source, StoreGroup
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.settings import load_settings
from tests.unit.okta_idc.doctor.sample_inventory import ISSUER, STORE, app, sent

INSTANCE = "arn:aws:sso:::instance/ssoins-1"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
SOURCE = Source("us-east-1", store_id=STORE, secret="okta-identity-center/scim")
KEY = "okta-identity-center:federation"
ACCOUNTS = ("111111111111", "222222222222")


def aws_id(number: int) -> str:
    return f"{number:08x}-0000-0000-0000-000000000000"


def mapping(name: str, number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"gPm{number}", "sourceGroupId": f"00g{name}", "targetGroupId": f"00gT{name}",
            "status": "ACTIVE", **more}  # fmt: skip


def inventory(pushed: tuple[str, ...] = ("admins", "data"), **more: Any) -> Inventory:
    """A federation with one assigned group, `all`, and these push groups."""
    names = {f"00g{name}": name for name in ("all", *pushed)}
    targets = {f"00gT{name}": name for name in pushed}
    parts: dict[str, Any] = {
        "app": app(),
        "assigned": {"00gall": 1},
        "pushes": tuple(mapping(name, number) for number, name in enumerate(pushed)),
        "groups": OktaGroups(names | targets, {name: [ident] for ident, name in names.items()}),
        "instance": INSTANCE,
        "access_control": ("", ()),
        "group_access": PushGroupAccess({}, {}),
        "secret": {"endpoint": "https://x"},
        "store_groups": {aws_id(n): StoreGroup(name, True) for n, name in enumerate(pushed)},
    }
    return Inventory(SOURCE, **parts | more)


def federation(pushed: tuple[str, ...] = ("admins", "data"), **more: Any) -> Federation:
    return Federation.of(inventory(pushed, **more))


def permission_set(**more: Any) -> PermissionSetDetails:
    return PermissionSetDetails("Admin", session_duration="PT1H", **more)


def problems(result: Draft) -> str:
    return "\n".join(note.text for note in result.notes() if note.problem)


def text(result: Draft) -> str:
    return stack_file(result, "https://acme.okta.com", "us-east-1", KEY)


def test_a_complete_draft_is_valid_and_has_no_problems() -> None:
    result = draft(federation())
    assert problems(result) == ""
    written = yaml.safe_load(text(result))["config"]
    assert written[KEY] == result.settings()
    settings = load_settings(written[KEY])
    assert settings.app.import_id == "0oa1"
    assert settings.assignments.groups[0].import_id == "0oa1/00gall"
    assert [(g.name, g.import_id, g.aws_group_id) for g in settings.push_groups] == [
        ("admins", "0oa1/gPm0", aws_id(0)),
        ("data", "0oa1/gPm1", aws_id(1)),
    ]
    assert settings.protect
    assert settings.provisioning.mode == "console"
    assert (written["okta:orgName"], written["okta:baseUrl"]) == ("acme", "okta.com")


def test_a_group_in_both_roles_is_pushed_and_its_assignment_is_a_comment() -> None:
    both = {"00gall": 0, "00gdata": 1}
    result = draft(federation(assigned=both))
    load_settings(result.settings())
    assert [g["name"] for g in result.settings()["assignments"]["groups"]] == ["all"]
    assert [g["name"] for g in result.settings()["push_groups"]] == ["admins", "data"]
    assert "data is assigned and pushed" in problems(result)
    assert "OIC-201" in problems(result)
    assert "# - name: data" in text(result)


@pytest.mark.parametrize(("first", "written"), [(0, [None, None]), (1, [1, 2])])
def test_priorities_are_written_for_all_groups_or_none(
    first: int, written: list[int | None]
) -> None:
    groups = federation().groups
    groups.names["00gx"] = "x"
    assigned = {"00gx": first + 1, "00gall": first}
    result = draft(federation(assigned=assigned, groups=groups))
    groups = result.settings()["assignments"]["groups"]
    assert groups[0]["import_id"] == "0oa1/00gall"
    assert [g.get("priority") for g in groups] == written


def test_a_group_with_an_ambiguous_name_is_identified_by_id() -> None:
    groups = federation().groups
    groups.by_name["data"].append("00gother")
    result = draft(federation(groups=groups))
    assert result.settings()["push_groups"][1]["id"] == "00gdata"
    assert "name" not in result.settings()["push_groups"][1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": "ERROR", "errorSummary": "Duplicate name."}, "in ERROR, and .*Duplicate name"),
        ({"status": "INACTIVE"}, "is INACTIVE, so Okta does not push"),
        ({"targetGroupId": "00gGone"}, "data is not in IAM Identity Center"),
    ],
)
def test_a_mapping_that_does_not_push_is_reported(changed: dict[str, Any], message: str) -> None:
    result = draft(federation(pushes=(mapping("data", 1, **changed),)))
    assert re.search(message, problems(result)), problems(result)
    assert result.settings()["push_groups"][0]["import_id"] == "0oa1/gPm1"


UNSUPPORTED = [
    sent(namespace="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"),
    sent(values=["user.a", "user.b"]),
    sent(type="GROUP", values=[]),
    {"type": "EXPRESSION", "name": "mail", "values": ["user.email"]},
    sent("No&Key"),
]


@pytest.mark.parametrize("statement", UNSUPPORTED)
def test_an_unsupported_statement_is_a_comment_and_a_problem(statement: Any) -> None:
    okta_app = app()
    okta_app["settings"]["signOn"]["attributeStatements"] = [sent("Title"), statement]
    result = draft(federation(app=okta_app))
    assert [a["key"] for a in result.settings()["attribute_statements"]] == ["Title"]
    assert "`pulumi up` would remove it" in problems(result)
    assert f"the attribute statement {statement['name']} " in problems(result)


def access(details: PermissionSetDetails, **groups: list[str]) -> PushGroupAccess:
    """Account assignments of a permission set: the accounts by group."""
    ids = {"admins": aws_id(0), "data": aws_id(1)}
    assignments = {
        ids[name]: tuple((SET, account) for account in accounts)
        for name, accounts in groups.items()
    }
    return PushGroupAccess(assignments, {SET: details})


READ_ONLY, BOUNDARY = (
    f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "PowerUser")
)


def test_a_permission_set_is_drafted_with_all_its_settings() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    details = PermissionSetDetails(
        "Admin", "d", "PT8H", "https://x", json.dumps(policy),
        (READ_ONLY,), ("a/b/Deploy", "Plain"), BOUNDARY,
    )  # fmt: skip
    account_access = access(details, admins=[*ACCOUNTS], data=[*ACCOUNTS])
    result = draft(federation(group_access=account_access))
    assert problems(result) == ""
    assert result.settings()["account_access"]["permission_sets"] == [
        {"name": "Admin", "description": "d", "session_duration": "PT8H", "relay_state": "https://x",
         "managed_policies": [READ_ONLY], "customer_managed_policies": ["Plain", "a/b/Deploy"],
         "inline_policy": policy,
         "permissions_boundary": BOUNDARY, "groups": ["admins", "data"], "accounts": [*ACCOUNTS],
         "import_id": f"{SET},{INSTANCE}"}
    ]  # fmt: skip


def test_uneven_access_is_drafted_as_assignments_after_the_largest_block() -> None:
    account_access = access(permission_set(), admins=[ACCOUNTS[0]], data=[*ACCOUNTS])
    result = draft(federation(group_access=account_access))
    [drafted] = result.settings()["account_access"]["permission_sets"]
    assert (drafted["groups"], drafted["accounts"]) == (["data"], [*ACCOUNTS])
    assert drafted["assignments"] == [{"groups": ["admins"], "accounts": [ACCOUNTS[0]]}]
    assert problems(result) == ""


def test_a_permission_set_that_requires_an_unsent_session_tag_is_a_comment() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "a"}}
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]}  # fmt: skip
    details = permission_set(inline_policy=json.dumps(policy))
    result = draft(federation(group_access=access(details, data=[*ACCOUNTS])))
    assert result.settings()["account_access"]["permission_sets"] == []
    assert "'Team' is a session tag that is not sent" in problems(result)
    assert "# - name: Admin" in text(result)


@pytest.mark.parametrize(
    ("control", "written", "message"),
    [
        (("", []), None, ""),
        (("ENABLED", []), None, ""),
        (("ENABLED", [("A", "${path:title}")]), {"A": "${path:title}"}, ""),
        (("ENABLED", [("Department", "${path:title}")]), None, "OIC-409"),
        (("ENABLED", [("A", "${path:shoeSize}")]), None, "OIC-411"),
    ],
)
def test_valid_access_control_attributes_are_drafted_and_others_are_reported(
    control: Any, written: Any, message: str
) -> None:
    result = draft(federation(access_control=control))
    assert result.settings().get("access_control_attributes", {}).get("attributes") == written
    assert message in problems(result)
    assert bool(message) == bool(problems(result))
    yaml.safe_load(text(result))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"app": app(status="INACTIVE")}, "the app is INACTIVE"),
        ({"app": app(features=[])}, "provisioning seems to be off"),
        ({"app": app(settings={"app": {"entityID": f"{ISSUER}x"}})}, "OIC-113"),
        ({"secret": Unavailable("not found.")}, "okta-idc token store"),
        ({"secret": {}}, "it has no tag `endpoint`"),
        ({"app": app(credentials={"userNameTemplate": {"template": "x"}})}, "OIC-320"),
    ],
)
def test_an_obstacle_to_the_first_update_is_reported(more: dict[str, Any], message: str) -> None:
    assert message in problems(draft(federation(**more)))


@pytest.mark.parametrize(
    "part",
    ["app", "assigned", "pushes", "groups", "instance", "store_groups", "access_control",
     "group_access"],
)  # fmt: skip
def test_nothing_is_drafted_if_a_required_part_is_unavailable(part: str) -> None:
    with pytest.raises(Unavailable, match=f"no permission to read {part}"):
        federation(**{part: Unavailable(f"no permission to read {part}.")})


def test_a_hidden_group_that_is_in_use_is_named() -> None:
    groups = federation().groups
    del groups.names["00gdata"]
    with pytest.raises(Unavailable, match=r"the group 00gdata, .* Needs okta\.groups\.read"):
        federation(groups=groups)


def test_only_active_mappings_are_imported_and_none_deletes_its_target_group() -> None:
    pushes = (mapping("admins", 0), mapping("data", 1, status="ERROR"))
    discovered = federation(pushes=pushes)
    document = import_file(draft(discovered), discovered, "prod", "okta-identity-center")
    [imported] = document["resources"]
    assert imported["name"] == "identity-center-push-admins"
    assert imported["outputs"]["deleteTargetGroupOnDestroy"] is False
    assert imported["inputs"]["deleteTargetGroupOnDestroy"] is False
    assert (imported["id"], imported["outputs"]["status"]) == ("gPm0", "ACTIVE")


SPECIAL = st.text(string.printable + "äß→#:'\"{}[]&*!|>%@`", min_size=1, max_size=40)


@hypothesis.settings(deadline=None)
@given(st.lists(SPECIAL, min_size=1, max_size=4, unique=True), SPECIAL)
def test_names_survive_a_yaml_round_trip(names: list[str], label: str) -> None:
    result = draft(federation(tuple(names), app=app(label=label)))
    assert yaml.safe_load(text(result))["config"][KEY] == result.settings()
