"""Settings of what was found: what is expressed loads, and nothing else is left out in silence."""

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
from okta_idc.inventory.model import GroupAccess, Inventory, OktaGroups, Source, StoreGroup
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.settings import Settings
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
    whole: dict[str, Any] = {
        "app": app(),
        "assigned": {"00gall": 1},
        "pushes": tuple(mapping(name, number) for number, name in enumerate(pushed)),
        "groups": OktaGroups(names | targets, {name: [ident] for ident, name in names.items()}),
        "instance": INSTANCE,
        "access_control": ("", ()),
        "group_access": GroupAccess({}, {}),
        "secret": {"endpoint": "https://x"},
        "store_groups": {aws_id(n): StoreGroup(name, True) for n, name in enumerate(pushed)},
    }
    return Inventory(SOURCE, **whole | more)


def found(pushed: tuple[str, ...] = ("admins", "data"), **more: Any) -> Federation:
    return Federation.of(inventory(pushed, **more))


def permission_set(**more: Any) -> PermissionSetDetails:
    return PermissionSetDetails("Admin", session_duration="PT1H", **more)


def problems(made: Draft) -> str:
    return "\n".join(note.text for note in made.notes() if note.problem)


def text(made: Draft) -> str:
    return stack_file(made, "https://acme.okta.com", "us-east-1", KEY)


def test_what_can_be_expressed_loads_and_raises_no_problem() -> None:
    made = draft(found())
    assert problems(made) == ""
    written = yaml.safe_load(text(made))["config"]
    assert written[KEY] == made.settings()
    settings = Settings.load(written[KEY])
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
    made = draft(found(assigned=both))
    Settings.load(made.settings())
    assert [g["name"] for g in made.settings()["assignments"]["groups"]] == ["all"]
    assert [g["name"] for g in made.settings()["push_groups"]] == ["admins", "data"]
    assert "data is assigned and pushed" in problems(made)
    assert "OIC-201" in problems(made)
    assert "# - name: data" in text(made)


@pytest.mark.parametrize(("first", "written"), [(0, [None, None]), (1, [1, 2])])
def test_priorities_are_on_all_or_on_none(first: int, written: list[int | None]) -> None:
    groups = found().groups
    groups.names["00gx"] = "x"
    assigned = {"00gx": first + 1, "00gall": first}
    made = draft(found(assigned=assigned, groups=groups))
    groups = made.settings()["assignments"]["groups"]
    assert groups[0]["import_id"] == "0oa1/00gall"
    assert [g.get("priority") for g in groups] == written


def test_a_name_that_two_groups_have_is_given_by_id() -> None:
    groups = found().groups
    groups.by_name["data"].append("00gother")
    made = draft(found(groups=groups))
    assert made.settings()["push_groups"][1]["id"] == "00gdata"
    assert "name" not in made.settings()["push_groups"][1]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "ERROR", "errorSummary": "Duplicate name."}, "in ERROR, and .*Duplicate name"),
        ({"status": "INACTIVE"}, "is INACTIVE, so Okta does not push"),
        ({"targetGroupId": "00gGone"}, "data is not in IAM Identity Center"),
    ],
)
def test_a_mapping_that_does_not_serve_is_told(changed: dict[str, Any], says: str) -> None:
    made = draft(found(pushes=(mapping("data", 1, **changed),)))
    assert re.search(says, problems(made)), problems(made)
    assert made.settings()["push_groups"][0]["import_id"] == "0oa1/gPm1"


FOREIGN = [
    sent(namespace="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"),
    sent(values=["user.a", "user.b"]),
    sent(type="GROUP", values=[]),
    {"type": "EXPRESSION", "name": "mail", "values": ["user.email"]},
    sent("No&Key"),
]


@pytest.mark.parametrize("statement", FOREIGN)
def test_a_statement_that_is_not_ours_is_a_comment_and_a_problem(statement: Any) -> None:
    theirs = app()
    theirs["settings"]["signOn"]["attributeStatements"] = [sent("Title"), statement]
    made = draft(found(app=theirs))
    assert [a["key"] for a in made.settings()["attribute_statements"]] == ["Title"]
    assert "`pulumi up` would remove it" in problems(made)
    assert f"the attribute statement {statement['name']} " in problems(made)


def access(shown: PermissionSetDetails, **groups: list[str]) -> GroupAccess:
    """The groups have the permission set in these accounts."""
    ids = {"admins": aws_id(0), "data": aws_id(1)}
    of = {ids[name]: tuple((SET, account) for account in given) for name, given in groups.items()}
    return GroupAccess(of, {SET: shown})


def test_a_permission_set_is_taken_with_all_that_it_is() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    whole = PermissionSetDetails(
        "Admin", "d", "PT8H", "https://x", json.dumps(policy),
        ("arn:m",), ("a/b/Deploy", "Plain"), "arn:b",
    )  # fmt: skip
    given = access(whole, admins=[*ACCOUNTS], data=[*ACCOUNTS])
    made = draft(found(group_access=given))
    assert problems(made) == ""
    assert made.settings()["account_access"]["permission_sets"] == [
        {"name": "Admin", "description": "d", "session_duration": "PT8H", "relay_state": "https://x",
         "managed_policies": ["arn:m"], "customer_managed_policies": ["Plain", "a/b/Deploy"],
         "inline_policy": policy,
         "permissions_boundary": "arn:b", "groups": ["admins", "data"], "accounts": [*ACCOUNTS],
         "import_id": f"{SET},{INSTANCE}"}
    ]  # fmt: skip


def test_of_uneven_access_the_largest_block_is_taken_and_the_rest_is_named() -> None:
    given = access(permission_set(), admins=[ACCOUNTS[0]], data=[*ACCOUNTS])
    made = draft(found(group_access=given))
    [the_set] = made.settings()["account_access"]["permission_sets"]
    assert (the_set["groups"], the_set["accounts"]) == (["data"], [*ACCOUNTS])
    assert f"unchanged: admins in {ACCOUNTS[0]}." in problems(made)


def test_a_policy_that_asks_for_a_tag_nobody_sends_is_a_comment() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "a"}}
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]}  # fmt: skip
    whole = permission_set(inline_policy=json.dumps(policy))
    made = draft(found(group_access=access(whole, data=[*ACCOUNTS])))
    assert made.settings()["account_access"]["permission_sets"] == []
    assert "'Team' is a session tag that is not sent" in problems(made)
    assert "# - name: Admin" in text(made)


@pytest.mark.parametrize(
    ("control", "written", "says"),
    [
        (("", []), None, ""),
        (("ENABLED", []), None, ""),
        (("ENABLED", [("A", "${path:title}")]), {"A": "${path:title}"}, ""),
        (("ENABLED", [("Department", "${path:title}")]), None, "OIC-409"),
        (("ENABLED", [("A", "${path:shoeSize}")]), None, "OIC-411"),
    ],
)
def test_attributes_on_the_aws_side(control: Any, written: Any, says: str) -> None:
    made = draft(found(access_control=control))
    assert made.settings().get("access_control_attributes", {}).get("attributes") == written
    assert says in problems(made)
    assert bool(says) == bool(problems(made))
    yaml.safe_load(text(made))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"app": app(status="INACTIVE")}, "the app is INACTIVE"),
        ({"app": app(features=[])}, "provisioning seems to be off"),
        ({"app": app(settings={"app": {"entityID": f"{ISSUER}x"}})}, "OIC-113"),
        ({"secret": Unavailable("not found.")}, "okta-idc store-token"),
        ({"secret": {}}, "it has no tag `endpoint`"),
        ({"app": app(credentials={"userNameTemplate": {"template": "x"}})}, "OIC-320"),
    ],
)
def test_what_the_first_up_would_stumble_over_is_told(more: dict[str, Any], says: str) -> None:
    assert says in problems(draft(found(**more)))


@pytest.mark.parametrize(
    "part",
    ["app", "assigned", "pushes", "groups", "instance", "store_groups", "access_control",
     "group_access"],
)  # fmt: skip
def test_nothing_is_drafted_without_a_part_that_adoption_needs(part: str) -> None:
    with pytest.raises(Unavailable, match=f"no right to read {part}"):
        found(**{part: Unavailable(f"no right to read {part}.")})


def test_a_hidden_group_in_use_is_named() -> None:
    groups = found().groups
    del groups.names["00gdata"]
    with pytest.raises(Unavailable, match=r"the group 00gdata, .* Needs okta\.groups\.read"):
        found(groups=groups)


def test_only_active_mappings_are_owned_and_none_deletes_its_group() -> None:
    pushes = (mapping("admins", 0), mapping("data", 1, status="ERROR"))
    what = found(pushes=pushes)
    [owned] = import_file(draft(what), what, "prod", "okta-identity-center")["resources"]
    assert owned["name"] == "identity-center-push-admins"
    assert owned["outputs"]["deleteTargetGroupOnDestroy"] is False
    assert owned["inputs"]["deleteTargetGroupOnDestroy"] is False
    assert (owned["id"], owned["outputs"]["status"]) == ("gPm0", "ACTIVE")


NASTY = st.text(string.printable + "äß→#:'\"{}[]&*!|>%@`", min_size=1, max_size=40)


@hypothesis.settings(deadline=None)
@given(st.lists(NASTY, min_size=1, max_size=4, unique=True), NASTY)
def test_names_come_back_from_yaml_as_they_are(names: list[str], label: str) -> None:
    made = draft(found(tuple(names), app=app(label=label)))
    assert yaml.safe_load(text(made))["config"][KEY] == made.settings()
