"""The settings tree: every problem is reported with its path, its value and the remedy."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.settings import Settings, SettingsError, load_settings
from okta_idc.settings.models import FORMS
from okta_idc.settings.shape import RENAMED
from tests.paths import ROOT

GOOD: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    },
    "scim_token": {"secret": "okta-identity-center/scim"},
}
APP: dict[str, Any] = GOOD["app"]


def error_text(changes: dict[Any, Any] | None = None, **keys: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings({**GOOD, **(changes or {}), **keys})
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
        (
            {"push_groups": [3]},
            "[0]: 3 is not valid: must be a name in quotes, or a mapping",
        ),
        ({"push_groups": [{"nam": "a"}]}, "push_groups[0].nam: unknown key. Did you mean 'name'"),
        (
            {"push_groups": [{"name": "a", "id": "00gX"}]},
            "[0]: has name and id. Set exactly one:",
        ),
        ({"push_groups": [{"name": "a", "rule": "x"}]}, "push_groups[0].rule: requires create: it"),
        (
            {"push_groups": [{"name": "a", "aws_group_id": "x"}]},
            "'x' is not valid: must be the ID of an Identity Store group.",
        ),
        (
            {"app": {**APP, "import_id": "x"}},
            "federation.app.import_id: 'x' is not valid: must be an app ID, `0oa…`.",
        ),
        (
            {"token_expiry_alarm": {"region": "us"}},
            "region: 'us' is not valid: must be an AWS Region, for example `us-east-1`.",
        ),
        (
            {"token_expiry_alarm": {"region": "US-EAST-1"}},
            "region: 'US-EAST-1' is not valid: must be an AWS Region, for example `us-east-1`. "
            "Did you mean 'us-east-1'? It differs in upper and lower case. [OIC-705]",
        ),
        (
            {"scim_token": {"secret": "a", "region": "eu_west_1"}},
            "federation.scim_token.region: 'eu_west_1' is not valid: must be an AWS Region, for "
            "example `us-east-1`. Did you mean 'eu-west-1'?",
        ),
        (
            {"scim_token": {"secret": "a", "region": "c2VjcmV0IHRva2VuIG9mIGEgcGVyc29u"}},
            "federation.scim_token.region: must be an AWS Region, for example `us-east-1`. [",
        ),
        (
            {"scim_token": {"secret": "a", "verify_at": "https://example.com"}},
            "federation.scim_token.verify_at: must be `http://127.0.0.1:PORT`.",
        ),
        (
            {"push_groups": None},
            "push_groups: is empty: must be a list, for example `[aws-admins]`.",
        ),
        ({"push_groups": [{"name": 3}]}, "name: 3 is not valid: must be text. Put it in quotes."),
        ({"push_groups": [{"name": {"nam": "x"}}]}, "[0].name: is a mapping: must be text."),
        ({"push_groups": {"name": "a"}}, "push_groups: is a mapping: must be a list, for example"),
        ({"app": {**APP, "label": ["x"]}}, "federation.app.label: is a list: must be text."),
        ({"app": {**APP, "label": None}}, "federation.app.label: is empty: must be text."),
        ({"app": {**APP, "label": True}}, "label: true is not valid: must be text. Put it in quot"),
        (
            {"scim_token": None},
            "federation.scim_token: is empty: must be a mapping of keys to valu",
        ),
        ({"drift": False}, "drift: false is not valid: must be 'report' or 'enforce'."),
        (
            {"account_access": {"applications": [{"arn": "arn:x", "groups": []}]}},
            "applications[0].groups: [] is not valid: must be a list with at least one entry.",
        ),
        ({1: "a"}, "federation: the key 1 must be text. Put the key in quotes."),
        (
            {"push_groups": [{True: "a"}]},
            "push_groups[0]: the key true must be text. Put the",
        ),
        (
            {"profile_mappings": {1: "a"}},
            "federation.profile_mappings: the key 1 must be text. Put",
        ),
        (
            {"assignments": {"users": [{"login": "a", "id": "00u1"}]}},
            "has both login and id. Set",
        ),
        (
            {"assignments": {"groups": [{"name": "a", "priority": 0}]}},
            "federation.assignments.groups[0].priority: 0 is not valid: must be at least 1.",
        ),
        ({"provisioning": {"mode": "apy"}}, "mode: 'apy' is not valid: must be 'api' or 'console'"),
        ({"provisioning": {"gate": 1}}, "gate: 1 is not valid: must be 'enforce' or 'warn'"),
        ({"app": {**APP, "label": "x" * 101}}, "must be no longer than 100 characters."),
        (
            {"token_expiry_alarm": {"emails": ["ada@example.com", "ada at example.com"]}},
            "alarm.emails[1]: 'ada at example.com' is not valid: must be an email address.",
        ),
        (
            {"account_access": {"applications": [{"arn": "arn:aws:sso:::x", "groups": ["a"]}]}},
            "applications[0].arn: 'arn:aws:sso:::x' is not valid: must be the ARN of an appl",
        ),
        (
            {
                "push_groups": [{"name": "a", "import_id": "0oa1/gPm1"}],
                "assignments": {"users": [{"login": "b", "import_id": "0oa1/gPm1"}]},
            },
            "push_groups[0].import_id: '0oa1/gPm1' is listed twice (federation.assignments.users",
        ),
        (
            {
                "push_groups": [
                    {
                        "name": each,
                        "import_id": f"0oa1/gPm{each}",
                        "aws_group_id": "11111111-2222-3333-4444-555555555555",
                    }
                    for each in "ab"
                ]
            },
            "push_groups[1].aws_group_id: '11111111-2222-3333-4444-555555555555' is listed twice (",
        ),
        (
            {"assignments": {"users": [{"login": "a", "username": "ada byron;"}]}},
            "users[0].username: 'ada byron;' contains U+0020 SPACE. Correct the username,",
        ),
        (
            {"assignments": {"users": ["a@x", {"login": "b", "username": "A@x"}]}},
            "users[1].username: 'A@x' is the username of 2 users (federation.assignments.users[0])",
        ),
        ({"protect": "yes"}, "federation.protect: 'yes' is not valid: must be true or false."),
    ],
)
def test_an_invalid_value_is_reported_with_its_path_and_remedy(
    changes: dict[str, Any], message: str
) -> None:
    text = error_text(changes)
    assert message in text
    assert "Input should" not in text


def test_a_missing_key_is_described() -> None:
    text = error_text(scim_token={})
    assert "scim_token.secret: is missing. Add it: Name or ARN of the secret." in text
    with pytest.raises(SettingsError, match=r"scim_token: is missing\. Add it: The secret in AWS"):
        load_settings({"app": APP})


def patterns(node: Any) -> set[str]:
    """Every pattern of a JSON Schema."""
    if isinstance(node, list):
        return set().union(*map(patterns, node))
    if not isinstance(node, dict):
        return set()
    own = {node["pattern"]} if isinstance(node.get("pattern"), str) else set[str]()
    return own.union(*map(patterns, node.values()))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"push_group_patterns": ["*"]},
            "federation.push_group_patterns[0].pattern: '*' begins with a placeholder",
        ),
        ({"push_group_patterns": [7]}, "a pattern in quotes, or a mapping of keys to values"),
        (
            {"account_access": {"permission_sets": [{"name": "A", "excluded_accounts": [7]}]}},
            "excluded_accounts[0]: 7 is not valid: must be an account ID in quotes, or a mapping",
        ),
        (
            {"account_access": {"confirm_removed_accounts": [123456789012]}},
            "confirm_removed_accounts[0]: 123456789012 is not valid: must be text. Put account",
        ),
    ],
)
def test_mistakes_in_access_rules_are_named(changes: dict[str, Any], expected: str) -> None:
    assert expected in error_text(**changes)


def test_a_group_that_a_pattern_can_match_may_have_access_before_the_pattern_is_resolved() -> None:
    sets = [{"name": "A", "groups": ["aws-new"]}]
    load_settings(
        GOOD | {"push_group_patterns": ["aws-*"], "account_access": {"permission_sets": sets}}
    )
    text = error_text(push_group_patterns=["x-*"], account_access={"permission_sets": sets})
    assert "'aws-new' is not a push group" in text


def test_every_pattern_is_described_in_errors() -> None:
    assert patterns(Settings.model_json_schema()) == set(FORMS)


def test_mistakes_in_account_access_are_all_reported_before_anything_is_declared() -> None:
    text = error_text(
        push_groups=["aws-admins"],
        account_access={
            "permission_sets": [
                {"name": "A", "session_duration": "8h", "groups": ["aws-admins"]},
                {"name": "B", "accounts": ["210987654321", "12"], "groups": ["aws-other"]},
                {"name": "C", "assignments": [{"accounts": ["1", "1"], "groups": ["aws-others"]}]},
                {
                    "name": "D",
                    "account_selectors": [{"nested": False}],
                    "excluded_accounts": [{"id": "1" * 12}],
                    "accounts": ["1" * 12],
                },
                {"name": "E", "excluded_accounts": [{"name": "a"}]},
            ]
        },
        access_control_attributes={"attributes": {"Team": "user.team"}},
    )
    for path in (
        "account_access.permission_sets[0].session_duration: '8h'",
        "account_access.permission_sets[1].accounts[1]: '12'",
        "account_access.permission_sets[1].groups[0]: 'aws-other'",
        "account_access.permission_sets[2].assignments[0].groups[0]: 'aws-others'",
        "account_access.permission_sets[2].assignments[0].accounts[0]: '1' is not",
        "account_access.permission_sets[2].assignments[0].accounts[1]: '1' is listed twice",
        "account_access.permission_sets[3].account_selectors[0]: has no property",
        "account_access.permission_sets[3].excluded_accounts: '111111111111' is also listed",
        "account_access.permission_sets[4].excluded_accounts: is set without `account_selectors`",
        "access_control_attributes.attributes.Team",
    ):
        assert f"federation.{path}" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"scim_token": "eyJ-SECRET"},
        {"scim_token": {"secret": "a", "region": "eyJ-SECRET"}},
        {"scim_token": {"secret": "a", "verify": "eyJ-SECRET"}},
        {"app": "eyJ-SECRET"},
        {"scim_token": {"secret": "SECRET" * 10}},
        {"scim_token": {"secret": "SECRET SECRET\n"}},
        {"scim_token": {"secret": "SECRET/" * 100}},
    ],
)
def test_a_value_that_may_be_a_token_is_not_quoted(changes: dict[str, Any]) -> None:
    assert "SECRET" not in error_text(**changes)


@pytest.mark.parametrize("name", ["a b\n", "a\n", "a:b", "a" * 41])
def test_a_secret_has_the_name_of_a_secret(name: str) -> None:
    text = error_text(scim_token={"secret": name})
    assert "scim_token.secret: must be the name or ARN of a secret: 1 to 512" in text


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
        (
            {"app": {**APP, "username_format": "${user.login}"}},
            r"app\.username_format: '\$\{user\.login\}' refers to user.*OIC-320",
        ),
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


def problems_of(tree: Any) -> set[tuple[str, str]]:
    """Path and rule of each problem."""
    with pytest.raises(SettingsError) as caught:
        load_settings(tree)
    assert f"{len(caught.value.problems)} problem" in str(caught.value)
    return {(each.path.removeprefix("federation."), each.rule) for each in caught.value.problems}


def test_every_problem_is_reported_at_once_with_its_path_and_rule() -> None:
    tree = yaml.safe_load("""
        app: {acs_url: https://example.com/acs, labl: AWS}
        attribute_statements:
          - {key: Department, value: department}
          - {key: Cost&Center, value: user.costCenter}
          - {value: user.x}
        provisioning: {mode: apy, gaet: warn}
        assignments:
          groups: [aws-access, aws-admins, {name: aws-b, rule: x}]
          users: [Ada@example.com, 3, ada@Example.com]
        push_groups: [aws-admins, 12, {nmae: aws-finance}, aws-admins]
        account_access:
          permission_sets:
            - name: Admin Access
              session_duration: 8h
              accounts: [210987654321, "12", "123456789012", "123456789012"]
              groups: [AWS-ADMINS, aws-finance]
            - {accounts: ["13"], sesion_duration: PT1H}
        access_control_attributes: {attributes: {department: "${path:title}", A: user.x}}
        token_expiry_alarm: {emails: ada@example.com}
        protect: yes please
        """)
    access = "account_access.permission_sets"
    assert problems_of(tree) == {
        ("app.acs_url", "OIC-110"),
        ("app.labl", "OIC-701"),
        ("attribute_statements[0].value", "OIC-403"),
        ("attribute_statements[1].key", "OIC-401"),
        ("attribute_statements[2].key", "OIC-703"),
        ("scim_token", "OIC-703"),
        ("provisioning.mode", "OIC-705"),
        ("provisioning.gaet", "OIC-701"),
        ("assignments.groups[2].rule", "OIC-709"),
        ("assignments.users[1]", "OIC-704"),
        ("assignments.users[2]", "OIC-712"),
        ("push_groups[0]", "OIC-201"),
        ("push_groups[1]", "OIC-704"),
        ("push_groups[2].nmae", "OIC-701"),
        ("push_groups[3]", "OIC-201"),
        ("push_groups[3]", "OIC-204"),
        (f"{access}[0].name", "OIC-501"),
        (f"{access}[0].session_duration", "OIC-503"),
        (f"{access}[0].accounts[0]", "OIC-704"),
        (f"{access}[0].accounts[1]", "OIC-530"),
        (f"{access}[0].accounts[3]", "OIC-712"),
        (f"{access}[0].groups[0]", "OIC-532"),
        (f"{access}[1].name", "OIC-703"),
        (f"{access}[1].accounts[0]", "OIC-530"),
        (f"{access}[1].sesion_duration", "OIC-701"),
        ("attribute_statements[0].key", "OIC-409"),
        ("access_control_attributes.attributes.A", "OIC-411"),
        ("token_expiry_alarm.emails", "OIC-704"),
        ("protect", "OIC-704"),
    }


def test_problems_are_in_the_order_of_the_stack_file() -> None:
    tree = {"protect": 1, "push_groups": ["a", "a"], **GOOD, "drift": 1}
    with pytest.raises(SettingsError) as caught:
        load_settings(tree)
    paths = [each.path for each in caught.value.problems]
    assert paths == ["federation.protect", "federation.push_groups[1]", "federation.drift"]


def test_a_group_is_not_compared_with_the_placeholder_of_an_invalid_one() -> None:
    grants = {"permission_sets": [{"name": "A", "groups": ["unknown 1234"]}]}
    found = problems_of({**GOOD, "push_groups": [12], "account_access": grants})
    assert found == {("push_groups[0]", "OIC-704")}


def test_what_an_invalid_value_could_change_is_not_reported() -> None:
    grants = {"permission_sets": [{"name": "A", "groups": ["aws-x", "aws-admin"]}]}
    pushed = [12, "aws-admins"]
    assert problems_of({**GOOD, "push_groups": pushed, "account_access": grants}) == {
        ("push_groups[0]", "OIC-704"),
        ("account_access.permission_sets[0].groups[1]", "OIC-532"),  # resembles aws-admins
    }
    assert problems_of({**GOOD, "push_groups": "x", "account_access": grants}) == {
        ("push_groups", "OIC-704")
    }
    resource = "arn:aws:s3:::${aws:PrincipalTag/Team}"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": statement}
    sets = {"permission_sets": [{"name": "A", "inline_policy": policy}]}
    statements = [{"key": 3, "value": "user.x"}]
    assert problems_of({**GOOD, "attribute_statements": statements, "account_access": sets}) == {
        ("attribute_statements[0].key", "OIC-704")
    }


ADMIN, READ = "arn:aws:iam::aws:policy/Admin", "arn:aws:iam::aws:policy/job-function/Read"


def permission_set(**keys: Any) -> dict[str, Any]:
    return {"name": "A", "groups": ["g"], "accounts": ["1" * 12], **keys}


@pytest.mark.parametrize(
    ("changes", "rule", "path", "other"),
    [
        ([permission_set(accounts=["1" * 12] * 2)], 712, "[0].accounts[1]", "[0].accounts[0]"),
        ([permission_set(groups=["g", "h", "g"])], 712, "[0].groups[2]", "[0].groups[0]"),
        (
            [permission_set(managed_policies=[ADMIN, ADMIN])],
            712, "[0].managed_policies[1]", "[0].managed_policies[0]",
        ),
        (
            [permission_set(managed_policies=[READ, "arn:aws:iam::aws:policy/Read"])],
            713, "[0].managed_policies[1]", "[0].managed_policies[0]",
        ),
        (
            [permission_set(customer_managed_policies=["a/Dev", "/a/Dev"])],
            712, "[0].customer_managed_policies[1]", "[0].customer_managed_policies[0]",
        ),
        (
            [permission_set(customer_managed_policies=["a/Dev", "b/Dev"])],
            713, "[0].customer_managed_policies[1]", "[0].customer_managed_policies[0]",
        ),
        (
            [permission_set(groups=["g-h"]), permission_set(name="A-g", groups=["h"])],
            713, "[1].groups[0]", "[0].groups[0]",
        ),
        ([permission_set(), permission_set()], 508, "[1]", "[0]"),
    ],
)  # fmt: skip
def test_a_permission_set_with_a_repetition_names_both_places(
    changes: Any, rule: int, path: str, other: str
) -> None:
    pushed = ["g", "h", "g-h"]
    access = {"permission_sets": changes}
    text = error_text(push_groups=pushed, account_access=access)
    assert "1 problem;" in text
    root = "federation.account_access.permission_sets"
    assert f"{root}{path}: " in text
    assert f"({root}{other}" in text
    assert f"[OIC-{rule}]" in text


ARN = "arn:aws:sso::123456789012:application/ssoins-1111111111111111/apl-1111111111111111"
LONG = "x" * 50


@pytest.mark.parametrize(
    ("changes", "rule", "path", "other"),
    [
        (
            {"assignments": {"users": ["Ada@x.com", {"login": "ada@X.com", "username": "a"}]}},
            712, "assignments.users[1]", "assignments.users[0]: 'Ada@x.com'",
        ),
        ({"push_groups": ["g", {"name": "g"}]}, 204, "push_groups[1]", "push_groups[0]"),
        ({"push_groups": ["g", {"create": "g"}]}, 204, "push_groups[1]", "push_groups[0]"),
        (
            {"assignments": {"groups": ["m"], "pushed_members_group": {"name": "m"}}},
            204, "assignments.pushed_members_group.name", "assignments.groups[0]",
        ),
        (
            {"push_groups": ["m"], "assignments": {"pushed_members_group": {"name": "m"}}},
            201, "push_groups[0]", "assignments.pushed_members_group.name",
        ),
        (
            {"account_access": {"applications": [{"arn": ARN, "groups": ["g"]}] * 2},
             "push_groups": ["g"]},
            712, "account_access.applications[1].arn", "account_access.applications[0].arn",
        ),
        (
            {"token_expiry_alarm": {"emails": ["a@x.com", "a@x.com"]}},
            712, "token_expiry_alarm.emails[1]", "token_expiry_alarm.emails[0]",
        ),
        (
            {"token_expiry_alarm": {"days_before": [7, 7]}},
            712, "token_expiry_alarm.days_before[1]", "token_expiry_alarm.days_before[0]",
        ),
        (
            {"push_groups": [{"create": f"{LONG}1", "rule": "true"},
                             {"create": f"{LONG}2", "rule": "true"}]},
            234, "push_groups[1].create", "push_groups[0].create",
        ),
    ],
)  # fmt: skip
def test_a_repetition_names_both_places(
    changes: dict[str, Any], rule: int, path: str, other: str
) -> None:
    text = error_text(changes)
    assert "1 problem;" in text
    assert re.search(
        rf"federation\.{re.escape(path)}: .*\(federation\.{re.escape(other)}.*OIC-{rule}\]", text
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"push_groups": [{"name": "a", "rule": 3}]}, "push_groups[0].rule"),
        ({"push_groups": [{"name": "a", "aws_group_id": 3}]}, "push_groups[0].aws_group_id"),
        ({"attribute_statements": [{"key": "\ud800", "value": "user.x"}]},
         "attribute_statements[0].key"),
        ({"push_groups": [{"name": 3, "id": None}]}, "push_groups[0].name"),
        ({"assignments": {"users": [[]]}}, "assignments.users[0]"),
    ],
)  # fmt: skip
def test_one_fault_is_one_problem(changes: dict[str, Any], path: str) -> None:
    assert [each for each, _ in problems_of({**GOOD, **changes})] == [path]
    assert "1 problem;" in error_text(changes)


def test_priorities_on_some_groups_only_are_reported() -> None:
    groups = ["a", {"name": "b", "priority": 1}]
    assert problems_of({**GOOD, "assignments": {"groups": groups}}) == {
        ("assignments.groups", "OIC-711")
    }


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"push_group": ["a", "a", 3]}, {"push_group", "push_group[1]", "push_group[2]"}),
        (
            {"access": {"permission_sets": [{"nmae": "a b", "session": "8h", "accounts": [1]}]}},
            {"access"} | {f"access.permission_sets[0].{key}"
                          for key in ("nmae", "session", "accounts[0]")},
        ),
    ],
)  # fmt: skip
def test_mistakes_below_a_wrong_key_are_reported_at_the_path_in_the_stack_file(
    changes: dict[str, Any], paths: set[str]
) -> None:
    assert {path for path, _ in problems_of({**GOOD, **changes})} == paths


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "must be a number with at most 15 digits."),
        (10**400, "must be a number with at most 15 digits."),
        ("\ud800", "must be text in valid Unicode."),
        ({"\ud800": 1}, "must be a mapping whose keys are valid Unicode."),
        ((1,), "is a tuple: must be text."),
    ],
)
def test_what_no_stack_file_can_contain_is_reported(value: Any, message: str) -> None:
    assert f"federation.app.label: {message}" in error_text(app={**APP, "label": value})


def test_a_document_that_is_nested_too_deeply_is_reported() -> None:
    policy: Any = {}
    for _ in range(100_000):
        policy = {"a": policy}
    sets = [{"name": "A", "inline_policy": policy}]
    text = error_text(account_access={"permission_sets": sets})
    assert "must be nested at most 100 levels deep. [OIC-705]" in text


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_the_error_for_a_renamed_key_names_the_new_key(old: str, new: str) -> None:
    *nodes, key = old.split(".")
    tree: dict[str, Any] = {key: "x"}
    for name in reversed(nodes):
        tree = {name: [tree] if name in ("users", "permission_sets") else tree}
    assert re.search(rf"{key}: was renamed\. Use {re.escape(new)}\.", error_text(**tree))


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"scim": {"secret": "x", "probe_at": "y"}, "scim_token": GOOD["scim_token"]},
            [
                "federation.scim: was renamed. Use scim_token.",
                "federation.scim.probe_at: was renamed. Use scim_token.verify_at.",
            ],
        ),
        (
            {"access": {"permission_sets": [{"name": "a"}, {"name": "b", "session": "PT2H"}]}},
            [
                "federation.access: was renamed. Use account_access.",
                "federation.access.permission_sets[1].session: was renamed. Use session_duration.",
            ],
        ),
        (
            {"assign_people": [{"login": "x", "user_name": "a"}]},
            [
                "federation.assign_people: was renamed. Use assignments.users.",
                "federation.assign_people[0].user_name: was renamed. Use assignments.users[].usern",
            ],
        ),
    ],
)
def test_keys_inside_a_renamed_key_are_reported_in_the_same_run(
    changes: dict[str, Any], problems: list[str]
) -> None:
    text = error_text(changes)
    assert "2 problems;" in text
    assert all(f"• {problem}" in text for problem in problems)


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


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue"}},
        }
    ],
}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        (
            {
                "push_groups": ["aws-admins", 1234],
                "account_access": {"permission_sets": [{"name": "A", "groups": ["zzz"]}]},
            },
            "OIC-532",
        ),
        (
            {
                "push_groups": [{"name": "aws-admins", "retire": "x"}],
                "account_access": {"permission_sets": [{"name": "A", "groups": ["aws-admins"]}]},
            },
            "OIC-538",
        ),
        ({"assignments": {"groups": ["a", {"name": "b", "priority": "x"}]}}, "OIC-711"),
        (
            {
                "attribute_statements": [{"key": 1, "value": "user.department"}],
                "account_access": {"permission_sets": [{"name": "A", "inline_policy": POLICY}]},
            },
            "OIC-520",
        ),
    ],
)
def test_a_rule_that_an_invalid_value_keeps_from_being_checked_is_named(
    changes: dict[str, Any], rules: str
) -> None:
    text = error_text(changes)
    assert text.endswith(f"\nNot checked because of the errors above: {rules}.")
    assert text.startswith("The settings have 1 problem; ")


def test_rules_that_were_checked_are_not_named() -> None:
    grants = {"permission_sets": [{"name": "A", "groups": ["aws-admin"]}]}
    text = error_text({"push_groups": ["aws-admins", 1234], "account_access": grants})
    assert "'aws-admin' is not a push group." in text
    assert "Not checked" not in text
