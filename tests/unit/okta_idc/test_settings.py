"""The settings tree: every problem is reported with its path, its value and the remedy."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.settings import Settings, SettingsError, load_settings
from okta_idc.settings.errors import RENAMED
from tests.paths import ROOT

GOOD: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    },
    "scim_token": {"secret": "okta-identity-center/scim"},
}
APP: dict[str, Any] = GOOD["app"]


def error_text(**changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(GOOD | changes)
    return str(caught.value)


def test_minimal_settings_are_accepted() -> None:
    assert load_settings(GOOD).provisioning.deactivate_users is True


@pytest.mark.parametrize("stack", ["dev", "example"])
def test_the_shipped_stack_files_are_accepted(stack: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert load_settings(config["okta-identity-center:federation"]).push_groups


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"push_group": []}, "federation.push_group: unknown key. Did you mean 'push_groups'?"),
        ({"app": {**APP, "labl": "x"}}, "federation.app.labl: unknown key. Did you mean 'label'?"),
        (
            {"attribute_statements": [{"key": "a", "valu": "b"}]},
            "federation.attribute_statements[0].valu: unknown key. Did you mean 'value'?",
        ),
        ({"scim_token": {}}, "federation.scim_token.secret: is missing. Add it"),
        (
            {"push_groups": "aws-admins"},
            "federation.push_groups: 'aws-admins' is not valid: must be a list, for example `[aws-",
        ),
        ({"push_groups": [3]}, "federation.push_groups[0]: must be a name in quotes, or a mapping"),
        ({"push_groups": [{"nam": "a"}]}, "push_groups[0].nam: unknown key. Did you mean 'name'"),
        ({"push_groups": [{"name": "a", "id": "00gX"}]}, "set exactly one of name, id and create"),
        ({"push_groups": [{"name": "a", "rule": "x"}]}, "rule and description require create"),
        ({"push_groups": [{"name": "a", "aws_group_id": "x"}]}, "'x' is not valid: expected: ID"),
        ({"assignments": {"users": [{"login": "a", "id": "00u1"}]}}, "set either login or id"),
        (
            {"assignments": {"groups": [{"name": "a", "priority": 0}]}},
            "federation.assignments.groups[0].priority: 0 is not valid: must be at least 1.",
        ),
        ({"provisioning": {"mode": "apy"}}, "mode: 'apy' is not valid: must be 'api' or 'console'"),
        ({"provisioning": {"gate": 1}}, "gate: 1 is not valid: must be 'enforce' or 'warn'"),
        ({"app": {**APP, "label": "x" * 101}}, "must be no longer than 100."),
        ({"protect": "yes"}, "federation.protect: 'yes' is not valid: must be true or false."),
    ],
)
def test_an_invalid_value_is_reported_with_its_path_and_remedy(
    changes: dict[str, Any], message: str
) -> None:
    text = error_text(**changes)
    assert message in text
    assert "Input should" not in text


@pytest.mark.parametrize(
    "changes",
    [
        {"scim_token": "eyJ-SECRET"},
        {"scim_token": {"secret": "a", "region": "eyJ-SECRET"}},
        {"scim_token": {"secret": "a", "verify": "eyJ-SECRET"}},
        {"app": "eyJ-SECRET"},
    ],
)
def test_a_value_that_may_be_a_token_is_not_quoted(changes: dict[str, Any]) -> None:
    assert "SECRET" not in error_text(**changes)


def test_an_output_that_a_resource_is_named_after_is_explained() -> None:
    assert "push_groups[0]: must be known before the run" in error_text(push_groups=[object()])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"assignments": {"groups": [{"id": "00gA"}]}, "push_groups": [{"id": "00gA"}]},
            r"push_groups\[0\]: '00gA'.*OIC-201",
        ),
        (
            {"assignments": {"groups": ["a"]}, "push_groups": ["a"]},
            r"push_groups\[0\]: 'a'.*OIC-201",
        ),
        ({"push_groups": ["a", "a"]}, r"push_groups\[1\]: 'a'.*OIC-204"),
        ({"push_groups": ["a", "A"]}, r"push_groups\[1\]: 'A'.*OIC-207"),
        ({"push_groups": ["a\u200b"]}, r"push_groups\[0\].*U\+200B ZERO WIDTH SPACE.*OIC-205"),
        ({"app": {**APP, "username_format": "aws"}}, r"app\.username_format: 'aws'.*OIC-3"),
        ({"app": {**APP, "acs_url": "https://x"}}, r"app\.acs_url: 'https://x'.*OIC-110"),
        (
            {"attribute_statements": [{"key": "D", "value": '"' + "x" * 1_023 + '"'}]},
            r"attribute_statements\[0\]\.value: '\"xxx",
        ),
        (
            {"attribute_statements": [{"key": "a&b", "value": "user.x"}]},
            r"attribute_statements\[0\]\.key: 'a&b'.*&",
        ),
        (
            {
                "attribute_statements": [
                    {"key": "D", "value": "user.x"},
                    {"key": "d", "value": "user.y"},
                ]
            },
            r"attribute_statements\[1\]: 'd'.*OIC-402",
        ),
        (
            {"attribute_statements": [{"key": "D", "value": "${user.department}"}]},
            r"attribute_statements\[0\]\.value: '\$\{user.department\}'",
        ),
        (
            {"attribute_statements": [{"key": "D", "value": "department"}]},
            r"attribute_statements\[0\]\.value: 'department'",
        ),
        (
            {"assignments": {"groups": ["a"], "confirm_deprovisioning": ["a"]}},
            r"assignments\.confirm_deprovisioning\[0\]: 'a'.*OIC-212",
        ),
        ({"profile_mappings": {"password": "user.login"}}, r"profile_mappings\.password"),
        ({"profile_mappings": {"title": "title"}}, r"profile_mappings\.title"),
    ],
)
def test_a_broken_rule_is_reported_with_path_value_and_rule_id(
    changes: dict[str, Any], message: str
) -> None:
    assert re.search(rf"federation\.{message}", error_text(**changes))


def test_a_quoted_literal_is_a_valid_attribute_value() -> None:
    statement = {"key": "CostCenter", "value": '"blue"'}
    loaded = load_settings(GOOD | {"attribute_statements": [statement]})
    assert loaded.attribute_statements[0].value == '"blue"'


def test_every_problem_is_reported_at_once() -> None:
    assert "3 problems" in error_text(
        push_groups=["a", "b", "b"],
        assignments={"groups": ["a"]},
        attribute_statements=[{"key": "a&", "value": "user.x"}],
    )


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_the_error_for_a_renamed_key_names_the_new_key(old: str, new: str) -> None:
    *nodes, key = old.split(".")
    tree: dict[str, Any] = {key: "x"}
    for name in reversed(nodes):
        tree = {name: [tree] if name in ("users", "permission_sets") else tree}
    assert re.search(rf"{key}: was renamed\. Use {re.escape(new)}\.", error_text(**tree))


def test_a_required_key_with_its_old_name_is_one_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"app": APP, "scim": {"secret": "x"}})
    assert "1 problem;" in str(caught.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Settings.model_fields, "key"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_JSON)
def test_any_other_document_is_a_settings_error(raw: object) -> None:
    with pytest.raises(SettingsError):
        load_settings(raw)


def test_a_string_is_the_name_of_a_group_or_the_login_of_a_user() -> None:
    settings = load_settings(
        GOOD
        | {"push_groups": ["b", {"id": "00gB"}], "assignments": {"groups": ["a"], "users": ["A@X"]}}
    )
    assert [group.key for group in settings.push_groups] == ["b", "00gB"]
    assert settings.assignments.groups[0].name == "a"
    assert settings.assignments.users[0].key == "a@x"


def test_defaults_are_safe() -> None:
    settings = load_settings(GOOD)
    assert settings.protect
    assert settings.scim_token.verify
    assert settings.provisioning.propagation_timeout_minutes == 10
    assert settings.provisioning.gate == "enforce"
    assert settings.assignments.max_deprovisioned_users == 10


class Unresolved:
    """A value that is unknown until deployment, like an Output."""


def test_an_unresolved_value_is_left_to_the_components() -> None:
    app = {"acs_url": Unresolved(), "issuer_url": Unresolved(), "label": Unresolved()}
    settings = load_settings(GOOD | {"app": app})
    assert isinstance(settings.app.acs_url, Unresolved)


def test_settings_in_resource_names_must_be_resolved() -> None:
    with pytest.raises(SettingsError, match=r"push_groups\[0\]\.name"):
        load_settings(GOOD | {"push_groups": [{"name": Unresolved()}]})
