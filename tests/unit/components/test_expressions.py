"""User attributes in expressions are compared with the org's user schema."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from okta_idc.clients.okta import OktaError
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import federation

Declare = Callable[..., None]
SCHEMA = "/api/v1/meta/schemas/user/default"
EVERYWHERE: dict[str, Any] = {
    "attribute_statements": [{"key": "Department", "value": "user.departement"}],
    "profile_mappings": {"title": "user.titel"},
    "app__username_format": "${source.emial}",
    "push_groups": [{"create": "aws-new", "rule": 'user.ctiy == "Berlin"'}],
}


def test_every_unknown_attribute_is_reported_at_once_with_its_path(
    cloud: MockCloud, declare: Declare
) -> None:
    with pytest.raises(RunError) as rejected:
        declare(federation(**EVERYWHERE), preview=True)
    text = str(rejected.value)
    for line in (
        r"attribute_statements\[0\]\.value: .*Did you mean user\.department\?.*OIC-414",
        r"profile_mappings\.title: .*Did you mean user\.title\?.*OIC-414",
        r"app\.username_format: .*Did you mean source\.email\?.*OIC-414",
        r"push_groups\[0\]\.rule: .*Did you mean user\.city\?.*OIC-414",
    ):
        assert re.search(line, text), (line, text)
    assert cloud.read.count(SCHEMA) == 1
    assert not [each for each in cloud.declared if each.typ.startswith("okta:")]


def test_groups_users_attributes_and_the_instance_are_reported_in_one_failed_preview(
    cloud: MockCloud, declare: Declare
) -> None:
    wrong: dict[str, Any] = {
        **EVERYWHERE,
        "push_groups": ["aws-admin", "aws-finanace"],
        "assignments__groups": [{"id": "00gNobody"}],
        "assignments__users": [{"login": "nobody@example.com"}],
        "instance_arn": "arn:aws:sso:::instance/ssoins-0000000000000000",
    }
    with pytest.raises(RunError) as rejected:
        declare(federation(**wrong), preview=True)
    text = str(rejected.value)
    for line in (
        r"push_groups\[0\]: .*'aws-admin' .*OIC-203",
        r"push_groups\[1\]: .*'aws-finanace' .*OIC-203",
        r"assignments\.groups\[0\]: .*'00gNobody'",
        r"assignments\.users\[0\]: .*OIC-213",
        r"attribute_statements\[0\]\.value: .*OIC-414",
        r"instance_arn: 'arn:aws:sso:::instance/ssoins-0000000000000000' is not an instance",
    ):
        assert re.search(line, text), (line, text)
    assert not [each for each in cloud.declared if each.typ.startswith("okta:")]


def test_custom_attributes_cost_one_call(cloud: MockCloud, declare: Declare) -> None:
    declare(federation(profile_mappings={"title": "user.badge", "nickName": "user.badge"}))
    assert [path for path in cloud.read if "/meta/" in path] == [SCHEMA]


def test_attributes_that_every_org_has_cost_no_call(cloud: MockCloud, declare: Declare) -> None:
    declare(federation(profile_mappings={"title": "user.title"}))
    assert [path for path in cloud.read if "/meta/" in path] == []


def test_an_attribute_of_another_user_type_is_accepted(cloud: MockCloud, declare: Declare) -> None:
    cloud.schemas["osc2"] = ["plant"]
    declare(federation(profile_mappings={"title": "user.plant"}))
    assert [path for path in cloud.read if "/schemas/" in path] == [
        SCHEMA, "/api/v1/meta/schemas/user/osc2",
    ]  # fmt: skip


@pytest.mark.parametrize("own_client", [True, False])
def test_a_schema_that_cannot_be_read_is_unknown_once(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch, own_client: bool
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda text, *_: warnings.append(text))
    cloud.own_client = own_client
    cloud.schemas["default"] = OktaError(f"GET {SCHEMA}: 403", 403)
    declare(federation(profile_mappings={"title": "user.titel", "nickName": "user.nick"}))
    [line] = [each for each in warnings if "whether the org has" in each]
    assert line.startswith("unknown: whether the org has user.nick, user.titel.")
    assert "okta.schemas.read" in line
    assert cloud.inputs("profile/mapping:Mapping")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attribute_statements": [{"key": "K", "value": '"R&D"'}]}, r"\[0\]\.value: .*OIC-417"),
        ({"attribute_statements": [{"key": "K", "value": '""'}]}, r"empty text.*OIC-418"),
        (
            {"attribute_statements": [{"key": "K", "value": "{user.department}"}]},
            r"expects the expression itself: user\.department\..*OIC-403",
        ),
        (
            {"attribute_statements": [{"key": "K", "value": 'String.replce(user.a, "b", "c")'}]},
            r"Did you mean String\.replace\?.*OIC-403",
        ),
        ({"profile_mappings": {"displayname": "user.title"}}, r"Did you mean displayName\?.*327"),
        ({"profile_mappings": {"emails": "user.email"}}, r"emails: .*Did you mean email\?.*327"),
        ({"profile_mappings": {"userName": "user.login"}}, r"`app\.username_format`.*OIC-327"),
        ({"profile_mappings": {"title": "appuser.title"}}, r"mappings\.title: .*OIC-328"),
    ],
)
def test_an_expression_that_is_wrong_in_every_org_needs_no_call(
    cloud: MockCloud, declare: Declare, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError) as rejected:
        declare(federation(**changes))
    assert re.search(message, str(rejected.value)), str(rejected.value)
    assert cloud.read == []
