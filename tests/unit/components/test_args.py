"""Arguments of components that are used alone: every mistake is named with its path."""

from typing import Any, get_type_hints

import pulumi
import pytest
from pulumi import Output

import components
from components.aws.token_expiry_alarm import cron

from .test_federation import Declare, federation

ACS_URL = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"
ISSUER_URL = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7"
VALID: dict[str, dict[str, Any]] = {
    "AccessControlAttributes": {"instance_arn": "arn:aws:sso:::instance/ssoins-1"},
    "AccountAccess": {"instance_arn": "arn", "group_ids": {}, "push_groups": []},
    "GroupAssignments": {"app_id": "0oa1", "groups": []},
    "ProfileMappings": {"app_id": "0oa1", "mappings": {}},
    "Provisioning": {"app_id": "0oa1", "endpoint": "https://scim", "token": "x"},
    "PushGroups": {
        "app_id": "0oa1",
        "identity_store_id": "d-1",
        "groups": [],
        "assigned_group_ids": [],
    },
    "PushedMembersGroup": {"name": "members", "source_group_ids": []},
    "SamlApp": {"acs_url": ACS_URL, "issuer_url": ISSUER_URL},
    "TokenExpiryAlarm": {"expires": "2099-01-01T00:00:00Z", "secret": "s"},
    "UserAssignments": {"app_id": "0oa1", "users": []},
}
A, B = {"name": "a", "group_id": "00g1"}, {"name": "b", "group_id": "00g2"}
PUSHED = {"name": "a", "source_group_id": "00g1", "source_group_name": "a"}
USER = {"name": "ada", "user_id": "00u1", "username": "ada"}
COMPONENTS = {
    name: each
    for name in components.__all__
    if isinstance(each := getattr(components, name), type)
    and issubclass(each, pulumi.ComponentResource)
    and name != "IdentityCenterFederation"
}


def refusal(declare: Declare, name: str, args: Any) -> str:
    with pytest.raises(components.ValidationError) as refused:
        declare_one(declare, name, args)
    return str(refused.value)


def declare_one(declare: Declare, name: str, args: Any) -> None:
    declare(lambda: COMPONENTS[name]("a", args) and None)


def test_every_component_is_tried() -> None:
    assert VALID.keys() == COMPONENTS.keys()


@pytest.mark.parametrize("name", COMPONENTS)
def test_an_unknown_key_is_refused(declare: Declare, name: str) -> None:
    assert "protcet: unknown key" in refusal(declare, name, VALID[name] | {"protcet": False})


@pytest.mark.parametrize("name", sorted(COMPONENTS.keys() - {"SamlApp"}))  # requires nothing
def test_every_missing_required_key_is_named(declare: Declare, name: str) -> None:
    hints = get_type_hints(COMPONENTS[name].__init__)["args"]
    text = refusal(declare, name, {})
    assert hints.__required_keys__
    for key in hints.__required_keys__:
        assert f"{key}: is missing" in text


@pytest.mark.parametrize("name", COMPONENTS)
def test_arguments_that_are_no_mapping_are_refused(declare: Declare, name: str) -> None:
    assert "must be a mapping" in refusal(declare, name, None)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("GroupAssignments", {"groups": ["aws-access"]}, r"groups[0]: "),
        ("GroupAssignments", {"groups": "aws-access"}, r"groups: "),
        ("GroupAssignments", {"groups": [{"name": "a"}]}, "groups[0].group_id: is missing"),
        ("PushGroups", {"groups": ["aws-access"]}, r"groups[0]: "),
        ("UserAssignments", {"users": ["ada@example.com"]}, r"users[0]: "),
        (
            "GroupAssignments",
            {"groups": [A, A | {"group_id": "00g2"}]},
            "groups[1].name: 'a' is listed twice (groups[0].name).",
        ),
        (
            "GroupAssignments",
            {"groups": [A, B | {"group_id": "00g1"}]},
            "groups[1].group_id: '00g1' is listed twice (groups[0].group_id).",
        ),
        (
            "PushGroups",
            {"groups": [PUSHED, PUSHED | {"name": "b"}]},
            "groups[1].source_group_id: '00g1' is listed twice",
        ),
        ("PushGroups", {"groups": [PUSHED, PUSHED | {"source_group_id": "00g2"}]}, "[1].name: 'a'"),
        ("UserAssignments", {"users": [USER, USER | {"user_id": "00u2"}]}, "users[1].name: 'ada'"),
        ("TokenExpiryAlarm", {"days_before": [7, 1, 7]}, "days_before[2]: '7' is listed twice"),
        (
            "AccountAccess",
            {"permission_sets": [{"name": "A", "accounts": ["1" * 12] * 2}]},
            "permission_sets[0].accounts[1]: '111111111111' is listed twice",
        ),
        (
            "AccessControlAttributes",
            {"attributes": {"a": "${path:title}"}, "attribute_statement_keys": ["b", "A"]},
            "attribute_statement_keys[1]: 'A' is also mapped",
        ),
        ("SamlApp", {"label": "x" * 101}, "label: "),
        ("SamlApp", {"attribute_statements": {}}, "attribute_statements: "),
        ("SamlApp", {"protect": "no"}, "protect: "),
        ("TokenExpiryAlarm", {"days_before": ["x"]}, "days_before[0]: "),
        ("TokenExpiryAlarm", {"days_before": [0, 500]}, "days_before[1]: "),
        ("GroupAssignments", {"groups": [A | {"priority": 1}, B]}, "groups: only some groups"),
        ("ProfileMappings", {"mappings": {"photos": "user.x"}}, "mappings.photos"),
        ("AccountAccess", {"permission_sets": [{"name": "a b"}]}, "permission_sets[0].name: "),
        ("AccessControlAttributes", {"attributes": {"A": "x"}}, "attributes.A"),
        ("AccountAccess", {"permission_sets": [{"nmae": "x"}]}, "permission_sets[0].nmae: unknown"),
        ("AccountAccess", {"permission_sets": [{"name": Output.from_input("x")}]}, "[0].name: "),
    ],
)
def test_a_value_of_another_shape_is_named(
    declare: Declare, name: str, change: dict[str, Any], message: str
) -> None:
    assert message in refusal(declare, name, VALID[name] | change)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("SamlApp", "acs_url", ACS_URL),
        ("AccountAccess", "group_ids", {"a": "1"}),
        ("TokenExpiryAlarm", "secret", "s"),
    ],
)
def test_a_value_that_is_known_later_is_accepted(
    declare: Declare, name: str, key: str, value: Any
) -> None:
    def program() -> None:
        COMPONENTS[name]("a", VALID[name] | {key: Output.from_input(value)})

    declare(program)


def test_whole_numbers_may_be_floats_as_other_languages_send_them(declare: Declare) -> None:
    groups = [{"name": "a", "group_id": "00g1", "priority": 1.0}]
    declare_one(declare, "GroupAssignments", VALID["GroupAssignments"] | {"groups": groups})


def test_an_invalid_expiry_date_is_named() -> None:
    with pytest.raises(components.ValidationError, match="expires: 'soon' is not a date"):
        cron("soon", 30)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (
            {"assignments__groups": ["aws-access", {"name": "b", "priority": 1}]},
            "assignments.groups",
        ),
        (
            {"account_access": {"permission_sets": [{"name": "x", "session_duration": "PT99H"}]}},
            "account_access.permission_sets[0].session_duration",
        ),
        (
            {"access_control_attributes": {"attributes": {"Team": "${user.team}"}}},
            "access_control_attributes.attributes.Team",
        ),
    ],
)
def test_a_federation_names_the_paths_of_its_own_arguments(
    declare: Declare, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(components.ValidationError) as refused:
        declare(federation(**changes))
    assert str(refused.value).startswith(f"{path}")
