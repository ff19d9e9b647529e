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

from okta_idc.adoption.discovery import Found, Where
from okta_idc.adoption.draft import Draft, draft
from okta_idc.adoption.import_file import import_file
from okta_idc.adoption.stack_file import stack_file
from okta_idc.inventory.model import OktaGroups
from okta_idc.settings import Settings
from tests.unit.okta_idc.doctor.sample_inventory import STORE, app, sent

INSTANCE = "arn:aws:sso:::instance/ssoins-1"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
WHERE = Where("", "", "us-east-1", "okta-identity-center/scim")
KEY = "okta-identity-center:federation"
ACCOUNTS = ("111111111111", "222222222222")


def aws_id(number: int) -> str:
    return f"{number:08x}-0000-0000-0000-000000000000"


def mapping(name: str, number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"gPm{number}", "sourceGroupId": f"00g{name}", "targetGroupId": f"00gT{name}",
            "status": "ACTIVE", **more}  # fmt: skip


def found(pushed: tuple[str, ...] = ("admins", "data"), **more: Any) -> Found:
    """A federation with one assigned group, `all`, and these pushed ones."""
    names = {f"00g{name}": name for name in ("all", *pushed)}
    targets = {f"00gT{name}": name for name in pushed}
    whole: dict[str, Any] = {
        "app": app(),
        "assigned": [{"id": "00gall", "priority": 1}],
        "pushes": [mapping(name, number) for number, name in enumerate(pushed)],
        "groups": OktaGroups(names | targets, {name: [ident] for ident, name in names.items()}),
        "instance": INSTANCE,
        "store": STORE,
        "in_aws": {name: aws_id(number) for number, name in enumerate(pushed)},
    }
    return Found(**whole | more)


def permission_set(**more: Any) -> dict[str, Any]:
    return {"Name": "Admin", "SessionDuration": "PT1H", "InlinePolicy": "", "Managed": [],
            "CustomerManaged": [], "Boundary": {}, **more}  # fmt: skip


def problems(made: Draft) -> str:
    return "\n".join(note.text for note in made.notes() if note.problem)


def text(made: Draft) -> str:
    return stack_file(made, "https://acme.okta.com", "us-east-1", KEY)


def test_what_can_be_expressed_loads_and_raises_no_problem() -> None:
    made = draft(found(), WHERE)
    assert problems(made) == ""
    written = yaml.safe_load(text(made))["config"]
    assert written[KEY] == made.settings()
    settings = Settings.load(written[KEY])
    assert settings.app.import_id == "0oa1"
    assert settings.assigned[0].import_id == "0oa1/00gall"
    assert [(g.name, g.import_id, g.aws_group_id) for g in settings.push] == [
        ("admins", "0oa1/gPm0", aws_id(0)),
        ("data", "0oa1/gPm1", aws_id(1)),
    ]
    assert settings.protect
    assert settings.provisioning.mode == "console"
    assert (written["okta:orgName"], written["okta:baseUrl"]) == ("acme", "okta.com")


def test_a_group_in_both_roles_is_pushed_and_its_assignment_is_a_comment() -> None:
    both = [{"id": "00gall", "priority": 0}, {"id": "00gdata", "priority": 1}]
    made = draft(found(assigned=both), WHERE)
    Settings.load(made.settings())
    assert [g["name"] for g in made.settings()["assign"]] == ["all"]
    assert [g["name"] for g in made.settings()["push"]] == ["admins", "data"]
    assert "data is assigned and pushed" in problems(made)
    assert "OIC-201" in problems(made)
    assert "# - name: data" in text(made)


@pytest.mark.parametrize(("first", "written"), [(0, [None, None]), (1, [1, 2])])
def test_priorities_are_on_all_or_on_none(first: int, written: list[int | None]) -> None:
    assigned = [{"id": "00gx", "priority": first + 1}, {"id": "00gall", "priority": first}]
    made = draft(found(assigned=assigned), WHERE)
    groups = made.settings()["assign"]
    assert groups[0]["import_id"] == "0oa1/00gall"
    assert [g.get("priority") for g in groups] == written


def test_a_name_that_two_groups_have_is_given_by_id() -> None:
    groups = found().groups
    groups.by_name["data"].append("00gother")
    made = draft(found(groups=groups), WHERE)
    assert made.settings()["push"][1]["id"] == "00gdata"
    assert "name" not in made.settings()["push"][1]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "ERROR", "errorSummary": "Duplicate name."}, "in ERROR, and .*Duplicate name"),
        ({"status": "INACTIVE"}, "is INACTIVE: it pushes nothing"),
        ({"targetGroupId": "00gGone"}, "data does not stand in IAM Identity Center"),
    ],
)
def test_a_mapping_that_does_not_serve_is_told(changed: dict[str, Any], says: str) -> None:
    made = draft(found(pushes=[mapping("data", 1, **changed)]), WHERE)
    assert re.search(says, problems(made)), problems(made)
    assert made.settings()["push"][0]["import_id"] == "0oa1/gPm1"


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
    made = draft(found(app=theirs), WHERE)
    assert [a["key"] for a in made.settings()["attributes"]] == ["Title"]
    assert "an up would remove it" in problems(made)
    assert f"the statement {statement['name']} " in problems(made)


def access(**groups: dict[str, list[str]]) -> dict[str, list[tuple[str, str]]]:
    ids = {"admins": aws_id(0), "data": aws_id(1)}
    return {
        ids[name]: [(arn, account) for arn, accounts in given.items() for account in accounts]
        for name, given in groups.items()
    }


def test_a_permission_set_is_taken_with_all_that_it_is() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    whole = permission_set(
        Description="d", SessionDuration="PT8H", RelayState="https://x", Managed=[{"Arn": "arn:m"}],
        CustomerManaged=[{"Name": "Deploy", "Path": "/a/b/"}, {"Name": "Plain", "Path": "/"}],
        InlinePolicy=json.dumps(policy), Boundary={"ManagedPolicyArn": "arn:b"},
    )  # fmt: skip
    given = access(admins={SET: [*ACCOUNTS]}, data={SET: [*ACCOUNTS]})
    made = draft(found(access=given, sets={SET: whole}), WHERE)
    assert problems(made) == ""
    assert made.settings()["access"]["permission_sets"] == [
        {"name": "Admin", "description": "d", "session": "PT8H", "relay_state": "https://x",
         "managed": ["arn:m"], "customer_managed": ["Plain", "a/b/Deploy"], "inline": policy,
         "boundary": "arn:b", "groups": ["admins", "data"], "accounts": [*ACCOUNTS],
         "import_id": f"{SET},{INSTANCE}"}
    ]  # fmt: skip


def test_of_uneven_access_the_largest_block_is_taken_and_the_rest_is_named() -> None:
    given = access(admins={SET: [ACCOUNTS[0]]}, data={SET: [*ACCOUNTS]})
    made = draft(found(access=given, sets={SET: permission_set()}), WHERE)
    [the_set] = made.settings()["access"]["permission_sets"]
    assert (the_set["groups"], the_set["accounts"]) == (["data"], [*ACCOUNTS])
    assert f"left as it is: admins in {ACCOUNTS[0]}." in problems(made)


def test_a_policy_that_asks_for_a_tag_nobody_sends_is_a_comment() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "a"}}
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]}  # fmt: skip
    whole = permission_set(InlinePolicy=json.dumps(policy))
    made = draft(found(access=access(data={SET: [*ACCOUNTS]}), sets={SET: whole}), WHERE)
    assert made.settings()["access"]["permission_sets"] == []
    assert "'Team' is a tag that nobody sends" in problems(made)
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
    made = draft(found(control=control), WHERE)
    assert made.settings().get("access_control", {}).get("attributes") == written
    assert says in problems(made)
    assert bool(says) == bool(problems(made))
    yaml.safe_load(text(made))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"app": app(status="INACTIVE")}, "the app is INACTIVE"),
        ({"app": app(features=[])}, "provisioning is not known to be on"),
        ({"store": "d-0000000000"}, "OIC-113"),
        ({"secret": "not found"}, "okta-idc store-token"),
        ({"app": app(credentials={"userNameTemplate": {"template": "x"}})}, "OIC-320"),
    ],
)
def test_what_the_first_up_would_stumble_over_is_told(more: dict[str, Any], says: str) -> None:
    assert says in problems(draft(found(**more), WHERE))


def test_only_active_mappings_are_owned_and_none_deletes_its_group() -> None:
    pushes = [mapping("admins", 0), mapping("data", 1, status="ERROR")]
    what = found(pushes=pushes)
    [owned] = import_file(draft(what, WHERE), what, "prod", "okta-identity-center")["resources"]
    assert owned["name"] == "identity-center-push-admins"
    assert owned["outputs"]["deleteTargetGroupOnDestroy"] is False
    assert owned["inputs"]["deleteTargetGroupOnDestroy"] is False
    assert (owned["id"], owned["outputs"]["status"]) == ("gPm0", "ACTIVE")


NASTY = st.text(string.printable + "äß→#:'\"{}[]&*!|>%@`", min_size=1, max_size=40)


@hypothesis.settings(deadline=None)
@given(st.lists(NASTY, min_size=1, max_size=4, unique=True), NASTY)
def test_names_come_back_from_yaml_as_they_are(names: list[str], label: str) -> None:
    made = draft(found(tuple(names), app=app(label=label)), WHERE)
    assert yaml.safe_load(text(made))["config"][KEY] == made.settings()
