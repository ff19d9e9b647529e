"""The program's edge: every wrong setting is named with its path, value and fix."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.settings import Settings, SettingsError
from tests.paths import ROOT

GOOD: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    },
    "scim": {"secret": "okta-identity-center/scim"},
}


def complaint(**changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(GOOD | changes)
    return str(caught.value)


def test_the_least_settings_are_accepted() -> None:
    assert Settings.load(GOOD).provisioning.deactivate_users is True


@pytest.mark.parametrize("stack", ["dev", "example"])
def test_the_shipped_stack_files_are_accepted(stack: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert Settings.load(config["okta-identity-center:federation"]).push


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pusch": []}, "federation.pusch: unknown key. Fix: did you mean 'push'?"),
        ({"app": {**GOOD["app"], "labl": "x"}}, "federation.app.labl: unknown key. Fix: did you"),
        ({"attributes": [{"key": "a", "valu": "b"}]}, "federation.attributes[0].valu: unknown key"),
        ({"scim": {}}, "federation.scim.secret: is missing"),
        ({"push": "aws-admins"}, "federation.push: 'aws-admins' is wrong"),
        ({"push": [3]}, "federation.push[0]: 3 is wrong"),
        ({"push": [{"nam": "a"}]}, "federation.push[0].nam: unknown key. Fix: did you mean 'name'"),
        ({"push": [{"name": "a", "id": "00gX"}]}, "Fix: give exactly one of name, id and create"),
        ({"push": [{"name": "a", "rule": "x"}]}, "rule and description are for a group to be made"),
        ({"assign": "pushd"}, "federation.assign: 'pushd' is wrong. Fix: Input should be 'pushed'"),
        ({"assign": [{"name": "a", "priority": 0}]}, "federation.assign[0].priority: 0 is wrong"),
        (
            {"assign": [{"id": "00gA"}], "push": [{"id": "00gA"}]},
            "federation.push_groups[0]: '00gA' is",
        ),
        ({"provisioning": {"mode": "apy"}}, "federation.provisioning.mode: 'apy' is wrong"),
        (
            {"assign": ["a"], "push": ["a"]},
            "push_groups[0]: 'a' is an assignment group too (federation.assignments.groups[0])",
        ),
        ({"push": ["a", "a"]}, "federation.push_groups[1]: 'a' is named 2 times"),
        (
            {"push": ["a", "A"]},
            "push[1]: 'A' is the name of another push group too (federation.push[0]: 'a')",
        ),
        ({"push": ["a\u200b"]}, "federation.push[0]: 'a\\u200b' holds U+200B ZERO WIDTH SPACE"),
        (
            {"app": {**GOOD["app"], "user_name_template": "aws"}},
            "federation.app.user_name_template: 'aws' refers to no user attribute",
        ),
        (
            {"attributes": [{"key": "D", "value": '"' + "x" * 1_023 + '"'}]},
            "federation.attributes[0].value: '\"xxx",
        ),
        ({"app": {**GOOD["app"], "acs_url": "https://x"}}, "federation.app.acs_url: 'https://x'"),
        (
            {"attributes": [{"key": "a&b", "value": "user.x"}]},
            "federation.attributes[0].key: 'a&b' holds &",
        ),
        (
            {"attributes": [{"key": "D", "value": "user.x"}, {"key": "d", "value": "user.y"}]},
            "attributes[1]: 'd' is the same key as another one (federation.attributes[0]: 'D')",
        ),
        (
            {"attributes": [{"key": "D", "value": "${user.department}"}]},
            "federation.attributes[0].value: '${user.department}' is wrapped",
        ),
        (
            {"attributes": [{"key": "D", "value": "department"}]},
            "federation.attributes[0].value: 'department' department is literal text",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_place_value_and_fix(
    changes: dict[str, Any], says: str
) -> None:
    text = complaint(**changes)
    assert says in text
    assert "Fix: " in text or text.endswith("]")


def test_a_quoted_literal_is_a_value() -> None:
    loaded = Settings.load(GOOD | {"attributes": [{"key": "CostCenter", "value": '"blue"'}]})
    assert loaded.attributes[0].value == '"blue"'


def test_everything_wrong_is_reported_at_once() -> None:
    assert "3 problems" in complaint(
        push=["a", "b", "b"], assign=["a"], attributes=[{"key": "a&", "value": "user.x"}]
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["app", "scim", "push", "attributes", "key"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(_JSON)
def test_anything_else_is_a_settings_error(raw: object) -> None:
    with pytest.raises(SettingsError):
        Settings.load(raw)


def test_a_name_alone_stands_for_a_group_of_that_name() -> None:
    arguments = Settings.load(GOOD | {"assign": ["a"], "push": [{"id": "00gB"}]}).arguments()
    assert arguments["assign"] == [{"name": "a"}]
    assert arguments["push"] == [{"id": "00gB"}]
    assert "assign_pushed" not in arguments


def test_assign_pushed_asks_for_one_group_of_everybody_who_is_pushed() -> None:
    arguments = Settings.load(GOOD | {"assign": "pushed", "push": ["b"]}).arguments()
    assert arguments["assign"] == []
    assert arguments["assign_pushed"] == "aws-identity-center-assigned"


def test_what_identities_hang_on_is_protected_unless_told_otherwise() -> None:
    assert Settings.load(GOOD).arguments()["protect"] is True


class TestPeopleAndWords:
    """People one by one, and the words for what takes many with it."""

    def test_a_login_alone_stands_for_a_person(self) -> None:
        settings = Settings.load(GOOD | {"assign_people": ["ada@example.com", {"id": "00u1"}]})
        assert settings.arguments()["assign_people"] == [
            {"login": "ada@example.com"}, {"id": "00u1"},
        ]  # fmt: skip

    def test_a_person_is_given_one_way(self) -> None:
        both = {"login": "ada@example.com", "id": "00u1"}
        with pytest.raises(SettingsError, match=r"assign_people\[0\]: .*give either login or id"):
            Settings.load(GOOD | {"assign_people": [both]})

    def test_what_is_assigned_may_not_stay_under_the_word(self) -> None:
        left = {"assign": ["aws-access"], "unassign": ["aws-access"]}
        with pytest.raises(
            SettingsError, match=r"confirm_deprovisioning\[0\]: 'aws-access' is assigned.*212"
        ):
            Settings.load(GOOD | left)

    @pytest.mark.parametrize("mapping", [{"password": "user.login"}, {"title": "title"}])
    def test_a_mapping_is_judged_with_its_path(self, mapping: dict[str, str]) -> None:
        with pytest.raises(SettingsError, match=rf"federation\.mappings\.{next(iter(mapping))}"):
            Settings.load(GOOD | {"mappings": mapping})
