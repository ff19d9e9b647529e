"""Permission sets, session tags in policies, and account assignments."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import account_access, permission_sets, policy_tags
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.permission_sets import PermissionSet
from okta_idc.rules.policy_tags import PolicyAndTags

_SET_RULES = (
    permission_sets.set_name, permission_sets.set_description, permission_sets.session_duration,
    permission_sets.relay_state, permission_sets.inline_policy_size,
    permission_sets.inline_policy_json, permission_sets.managed_policies,
)  # fmt: skip


def policy(*statements: dict[str, Any], keys: tuple[str, ...] = ("CostCenter",)) -> PolicyAndTags:
    return PolicyAndTags(json.dumps({"Statement": list(statements)}), keys)


def deny(**condition: Mapping[str, object]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


NO_TAG = deny(Null={"aws:PrincipalTag/CostCenter": "true"})


class TestPermissionSets:
    """Limits of permission sets in AWS."""

    def test_a_minimal_permission_set_is_valid(self) -> None:
        for rule in _SET_RULES:
            assert rule(PermissionSet("Admin")) == []

    @given(st.lists(st.text(), min_size=5, max_size=5))
    def test_no_text_crashes_a_rule(self, texts: list[str]) -> None:
        for rule in _SET_RULES:
            for finding in rule(PermissionSet(*texts)):
                assert finding.text()

    @pytest.mark.parametrize("name", ["", "a b", "x" * 33, "é", "a/b", "a\n"])
    def test_invalid_names_are_rejected(self, name: str) -> None:
        assert permission_sets.set_name(PermissionSet(name))

    @pytest.mark.parametrize(
        ("text", "ok"),
        [
            ("x" * 700, True), ("Zugriff für alle\n", True), ("x" * 701, False), ("", False),
            ("a — b", False), ("it’s", False), ("\u00a0", False), ("a\u200b", False),
        ],
    )  # fmt: skip
    def test_a_description_has_1_to_700_latin_1_characters(self, text: str, ok: bool) -> None:
        assert (permission_sets.set_description(PermissionSet("A", text)) == []) is ok

    @pytest.mark.parametrize(
        ("text", "ok"),
        [
            ("PT1H", True), ("PT12H", True), ("PT8H30M", True), ("PT90M", True), ("PT3600S", True),
            ("P0DT2H", True), ("PT59M", False), ("PT12H1S", False), ("P1D", False), ("8h", False),
            ("PT", False), ("P", False), ("", False), ("PT8", False), ("3600", False),
            ("-PT1H", False), ("P1Y", False), ("PT1H\n", False),
        ],
    )  # fmt: skip
    def test_a_session_lasts_one_to_twelve_hours(self, text: str, ok: bool) -> None:
        found = permission_sets.session_duration(PermissionSet("A", session_duration=text))
        assert (found == []) is ok

    @pytest.mark.parametrize(
        ("dense", "blanks", "ok"),
        [(10_240, 0, True), (10_241, 0, False), (100, 32_668, True), (100, 32_669, False)],
    )
    def test_a_policy_is_measured_with_and_without_whitespace(
        self, dense: int, blanks: int, ok: bool
    ) -> None:
        subject = PermissionSet("A", inline_policy="x" * dense + " " * blanks)
        assert (permission_sets.inline_policy_size(subject) == []) is ok

    @pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000, '{"Statement": '])
    def test_a_policy_without_statements_is_rejected(self, text: str) -> None:
        assert permission_sets.inline_policy_json(PermissionSet("A", inline_policy=text))


class TestPolicyTags:
    """Policies that use session tags."""

    def test_a_similar_key_is_suggested_with_the_path_of_each_use(self) -> None:
        condition = deny(StringEquals={"aws:PrincipalTag/CostCentre": ["x"]})
        variable = {
            "Effect": "Allow",
            "Resource": ["*", "arn:aws:s3:::${aws:PrincipalTag/costCentre}"],
        }
        [finding] = policy_tags.tags_are_sent(policy(condition, variable))
        assert finding.path == "Statement[0].Condition.StringEquals.aws:PrincipalTag/CostCentre"
        assert finding.problem == (
            "'CostCentre' is a session tag that is not sent. Did you mean 'CostCenter'? "
            "(Statement[1].Resource[1])."
        )

    @pytest.mark.parametrize("key", ["CostCenter", "costcenter", "COSTCENTER"])
    def test_the_case_of_a_tags_key_is_ignored_as_in_aws(self, key: str) -> None:
        condition = deny(StringEquals={f"AWS:principaltag/{key}": f"${{aws:principaltag/{key}}}"})
        assert policy_tags.tags_are_sent(policy(condition)) == []

    def test_tags_in_policy_variables_are_found(self) -> None:
        statement = {"Effect": "Allow", "Resource": ["arn:aws:s3:::b/${aws:PrincipalTag/Team}/*"]}
        assert [f.value for f in policy_tags.tags_are_sent(policy(statement))] == ["Team"]
        assert policy_tags.tags_are_sent(policy(statement, keys=("Team",))) == []

    @pytest.mark.parametrize(
        "operator",
        [
            "StringEquals", "stringlike", "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals",
            "Bool", "NumericEquals", "DateLessThan", "ArnLike",
        ],
    )  # fmt: skip
    def test_a_deny_by_value_misses_sessions_without_the_tag(self, operator: str) -> None:
        subject = policy(deny(**{operator: {"aws:PrincipalTag/CostCenter": ["a", "b"]}}))
        [finding] = policy_tags.deny_covers_missing_tag(subject)
        assert finding.value == "CostCenter"

    @pytest.mark.parametrize(
        "condition",
        [
            {"StringNotEquals": {"aws:PrincipalTag/CostCenter": "x"}},
            {"StringEqualsIfExists": {"aws:PrincipalTag/CostCenter": "x"}},
            {"StringEquals": {"aws:RequestedRegion": "x"}},
            {"StringEquals": {"aws:ResourceTag/c": "${aws:PrincipalTag/CostCenter, 'none'}"}},
        ],
    )
    def test_a_deny_that_applies_without_the_tag_is_accepted(
        self, condition: dict[str, Any]
    ) -> None:
        assert policy_tags.deny_covers_missing_tag(policy(deny(**condition))) == []

    def test_a_tag_variable_in_a_condition_value_is_checked(self) -> None:
        condition = {"StringEquals": {"aws:ResourceTag/c": "${aws:PrincipalTag/CostCenter}"}}
        assert policy_tags.deny_covers_missing_tag(policy(deny(**condition)))

    @pytest.mark.parametrize("value", ["true", True, ["true"]])
    def test_a_deny_on_null_covers_sessions_without_the_tag(self, value: object) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"})
        without = deny(Null={"aws:PrincipalTag/costcenter": value})
        assert policy_tags.deny_covers_missing_tag(policy(by_value, without)) == []

    def test_a_null_false_condition_does_not_cover_sessions_without_the_tag(self) -> None:
        incomplete = deny(
            StringEquals={"aws:PrincipalTag/CostCenter": "x"},
            Null={"aws:PrincipalTag/CostCenter": "false"},
        )
        assert policy_tags.deny_covers_missing_tag(policy(incomplete))

    def test_a_tag_in_a_denied_resource_is_checked(self) -> None:
        resource = "arn:aws:s3:::data/${aws:PrincipalTag/CostCenter}/*"
        denied = {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::x", resource]}
        [finding] = policy_tags.deny_covers_missing_tag(policy(denied))
        assert (finding.path, finding.value) == ("Statement[0].Resource[1]", "CostCenter")
        for closed in (NO_TAG, NO_TAG | {"Resource": "arn:aws:s3:::*", "Action": "S3:*"}):
            assert policy_tags.deny_covers_missing_tag(policy(denied, closed)) == []
        same = NO_TAG | {"Resource": denied["Resource"]}
        both = policy_tags.deny_covers_missing_tag(policy(denied, same))
        assert [each.path for each in both] == [
            "Statement[0].Resource[1]",
            "Statement[1].Resource[1]",
        ]
        with_default = denied | {"Resource": resource.replace("}", ", 'none'}")}
        assert policy_tags.deny_covers_missing_tag(policy(with_default)) == []

    @pytest.mark.parametrize(
        "other",
        [
            {"Action": "ec2:*"},
            {"Action": ["s3:Get*", "s3:Put?*"]},
            {"Action": None, "NotAction": "ec2:*"},
            {"Resource": "arn:aws:s3:::other/*"},
            {"Resource": "arn:aws:s3:::DATA/*"},
            {"Resource": "arn:aws:s3:::${aws:PrincipalTag/CostCenter}"},
            {"Resource": None},
            {"Effect": "Allow"},
            {"Condition": {"Null": {"aws:PrincipalTag/CostCenter": "false"}}},
            {"Condition": {"Null": {"aws:PrincipalTag/Team": "true"}}},
            {"Condition": {"Null": {"aws:PrincipalTag/CostCenter": "true", "aws:userid": "false"}}},
            {"Condition": {"Null": {"aws:PrincipalTag/CostCenter": "true"},
                           "Bool": {"aws:ViaAWSService": "false"}}},
        ],
        ids=str,
    )  # fmt: skip
    def test_a_deny_of_something_else_does_not_cover_sessions_without_the_tag(
        self, other: dict[str, Any]
    ) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"}) | {
            "Action": ["s3:GetObject", "s3:Put*"], "Resource": "arn:aws:s3:::data/*",
        }  # fmt: skip
        closed = {key: value for key, value in (NO_TAG | other).items() if value is not None}
        assert policy_tags.deny_covers_missing_tag(policy(by_value, closed))
        assert policy_tags.deny_covers_missing_tag(policy(by_value, closed, NO_TAG)) == []

    @pytest.mark.parametrize(
        "condition",
        [
            {},
            {"StringNotEquals": {"aws:PrincipalTag/CostCenter": ["x", "y"]}},
            {"StringEqualsIfExists": {"aws:PrincipalTag/CostCenter": "z"}},
        ],
    )
    def test_any_deny_that_applies_without_the_tag_covers_sessions_without_it(
        self, condition: dict[str, Any]
    ) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"})
        assert policy_tags.deny_covers_missing_tag(policy(by_value, deny(**condition))) == []

    def test_several_denies_can_cover_the_actions_together(self) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"})
        by_value["Action"] = ["s3:GetObject", "ec2:RunInstances"]
        parts = [NO_TAG | {"Action": "s3:*"}, NO_TAG | {"Action": ["ec2:Run*"]}]
        assert policy_tags.deny_covers_missing_tag(policy(by_value, *parts)) == []
        assert policy_tags.deny_covers_missing_tag(policy(by_value, parts[0]))

    @pytest.mark.parametrize(
        ("excluded", "ok"), [("iam:*", True), (["iam:Get*", "iam:Pass*"], True), ("s3:*", False)]
    )
    def test_a_deny_with_notaction_is_covered_by_one_with_fewer_exceptions(
        self, excluded: object, ok: bool
    ) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"})
        closed = dict(NO_TAG)
        for statement, exceptions in ((by_value, "iam:*"), (closed, excluded)):
            del statement["Action"]
            statement["NotAction"] = exceptions
        assert (policy_tags.deny_covers_missing_tag(policy(by_value, closed)) == []) is ok
        assert policy_tags.deny_covers_missing_tag(policy(by_value, NO_TAG)) == []

    def test_each_rule_ignores_the_other_effect(self) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/A": "x"})
        assert policy_tags.deny_covers_missing_tag(policy(by_value | {"Effect": "Allow"})) == []
        negated = deny(StringNotEquals={"aws:PrincipalTag/A": "x"})
        assert policy_tags.allow_requires_tag(policy(negated)) == []

    @pytest.mark.parametrize(
        "operator",
        [
            "ForAllValues:StringEquals", "StringEqualsIfExists", "StringNotEquals",
            "stringnotlike", "ForAnyValue:StringLikeIfExists", "NumericNotEquals",
        ],
    )  # fmt: skip
    def test_an_allow_that_is_true_without_the_tag_is_reported(self, operator: str) -> None:
        condition: dict[str, Any] = {operator: {"aws:PrincipalTag/CostCenter": "x"}}
        allow = deny(**condition) | {"Effect": "Allow"}
        [finding] = policy_tags.allow_requires_tag(policy(allow))
        assert finding.path == f"Statement[0].Condition.{operator}.aws:PrincipalTag/CostCenter"
        assert finding.value == "CostCenter"
        assert policy_tags.allow_requires_tag(policy(allow, NO_TAG)) == []
        condition["Null"] = {"aws:PrincipalTag/costcenter": "false"}
        assert policy_tags.allow_requires_tag(policy(allow | {"Condition": condition})) == []

    @pytest.mark.parametrize(
        ("operator", "value", "ok"),
        [
            ("StringNotEquals", "${aws:PrincipalTag/CostCenter}", False),
            ("StringNotEquals", "${aws:PrincipalTag/CostCenter, 'none'}", True),
            ("StringEquals", "${aws:PrincipalTag/CostCenter}", True),
            ("StringEqualsIfExists", "${aws:PrincipalTag/CostCenter}", True),
        ],
    )
    def test_an_allow_by_a_tag_of_the_resource_requires_the_users_tag(
        self, operator: str, value: str, ok: bool
    ) -> None:
        allow = deny(**{operator: {"aws:ResourceTag/c": value}}) | {"Effect": "Allow"}
        assert (policy_tags.allow_requires_tag(policy(allow)) == []) is ok

    @pytest.mark.parametrize("operator", ["StringEquals", "ForAnyValue:StringNotEquals", "Null"])
    def test_an_allow_that_requires_the_tag_is_accepted(self, operator: str) -> None:
        allow = deny(**{operator: {"aws:PrincipalTag/CostCenter": "true"}}) | {"Effect": "Allow"}
        assert policy_tags.allow_requires_tag(policy(allow)) == []

    @given(st.text(alphabet="s3:Get*?[]", max_size=12), st.text(alphabet="s3:Get*", max_size=12))
    def test_a_pattern_covers_only_what_it_matches(self, wide: str, narrow: str) -> None:
        by_value = deny(StringEquals={"aws:PrincipalTag/CostCenter": "x"}) | {"Resource": narrow}
        covered = policy_tags.deny_covers_missing_tag(policy(by_value, NO_TAG | {"Resource": wide}))
        parts = wide.split("*")
        regular = ".*".join(map(re.escape, parts))
        assert (covered == []) is bool(wide == narrow or re.fullmatch(regular, narrow))

    @given(
        st.recursive(
            st.none() | st.booleans() | st.text() | st.just("${aws:PrincipalTag/X}"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["Effect", "Condition", "Null", "StringEquals", "Statement", "Action"]
                    )
                    | st.just("aws:PrincipalTag/X"),
                    inner,
                    max_size=3,
                )
            ),
        )
    )
    def test_no_policy_crashes_a_rule(self, statement: object) -> None:
        for text in (json.dumps({"Statement": statement}), json.dumps(statement)):
            policy_tags.tags_are_sent(PolicyAndTags(text, ("X",)))
            policy_tags.deny_covers_missing_tag(PolicyAndTags(text, ("X",)))
            policy_tags.allow_requires_tag(PolicyAndTags(text, ("X",)))

    def test_no_deeply_nested_policy_crashes_a_rule(self) -> None:
        deep = '{"Statement": [{"Effect": "Deny", "Condition": {"StringEquals": {"a": ' + "[" * 700
        text = deep + "]" * 700 + "}}}]}"
        policy_tags.tags_are_sent(PolicyAndTags(text, ()))
        policy_tags.deny_covers_missing_tag(PolicyAndTags(text, ()))


class TestAssignments:
    """Account assignments."""

    @pytest.mark.parametrize(
        "account", ["", "12345678901", "1234567890123", "12345678901a", "１" * 12]
    )
    def test_an_account_id_has_twelve_digits(self, account: str) -> None:
        assert account_access.account_id(Assignment("a", "A", account))

    def test_a_group_that_is_not_pushed_gets_a_suggestion(self) -> None:
        access = account_access.AccessOfGroups(
            ("aws-admin", "aws-data"), ("aws-admins", "aws-data")
        )
        [finding] = account_access.access_groups_are_pushed(access)
        assert (finding.path, finding.message) == (
            "[0]",
            "is not a push group. Did you mean 'aws-admins'?",
        )

    @pytest.mark.parametrize(
        "principal",
        ["11111111-2222-3333-4444-555555555555", "90676a1b2c-AAAAAAAA-2222-3333-4444-555555555555"],
    )
    def test_both_forms_of_a_principal_id_are_accepted(self, principal: str) -> None:
        assert account_access.principal_id(Assignment(principal, "A", "123456789012")) == []

    def test_a_permission_set_may_be_assigned_in_several_accounts(self) -> None:
        two = (Assignment("a", "A", "123456789012"), Assignment("a", "A", "210987654321"))
        assert account_access.assigned_once(two) == []

    def test_numbers_up_to_a_limit_are_accepted(self) -> None:
        assert account_access.groups_per_user({"ada": 1_000}) == []
        assert (
            account_access.permission_sets_per_account(account_access.Provisioned({"1": 250}, 250))
            == []
        )
        assert account_access.permission_sets_per_account(
            account_access.Provisioned({"1": 251}, 250)
        )
