"""Policies of permission sets: IAM's grammar, variables, sizes, and references to policies."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import permission_sets, policy_grammar
from okta_idc.rules.permission_sets import PermissionSet
from okta_idc.rules.policy_variables import key_fault, literal_tag, tag_key_for, variables
from okta_idc.settings.models import AccountAccess
from okta_idc.settings.rules import account_access_findings

VERSION = {"Version": "2012-10-17"}
READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TAG = "${aws:PrincipalTag/Team}"
EQUALS = {"StringEquals": {"aws:ResourceTag/Team": TAG}}


def found(policy: Any) -> list[tuple[str, str, str]]:
    """Rule, path and problem of each finding on a policy, given as text or as an object."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    findings = (each for rule in policy_grammar.RULES for each in rule(text))
    return [(each.rule.id, each.path, each.problem) for each in findings]


def of_statement(**changes: Any) -> list[tuple[str, str, str]]:
    """The findings on one statement; None removes an element."""
    statement = {key: value for key, value in (READ | changes).items() if value is not None}
    return found(VERSION | {"Statement": [statement]})


@pytest.mark.parametrize(
    ("changes", "rule", "path", "problem"),
    [
        ({"Effect": "allow"}, "OIC-509", ".Effect", "'allow' is not Allow or Deny."),
        ({"Effect": None}, "OIC-509", "", "has no Effect."),
        ({"Action": None}, "OIC-509", "", "has neither Action nor NotAction."),
        ({"NotAction": "s3:*"}, "OIC-509", "", "has both Action and NotAction."),
        ({"Resource": None}, "OIC-509", "", "has neither Resource nor NotResource."),
        ({"NotResource": "*"}, "OIC-509", "", "has both Resource and NotResource."),
        ({"Action": ["s3:*", 1]}, "OIC-509", ".Action[1]", "'1' is not a string."),
        ({"Action": {"s3": "*"}}, "OIC-509", ".Action", "is not a string."),
        ({"resource": "*"}, "OIC-509", ".resource",
         "is not an element of an IAM policy. Did you mean 'Resource'? It differs in upper and "
         "lower case."),
        ({"Conditions": {}}, "OIC-509", ".Conditions",
         "is not an element of an IAM policy. Did you mean 'Condition'?"),
        ({"Condition": "x"}, "OIC-509", ".Condition", "'x' is not an object of operators."),
        ({"Condition": {"Bool": "x"}}, "OIC-509", ".Condition.Bool",
         "'x' is not an object of condition keys and values."),
        ({"Condition": {"Bool": {"aws:x": [{}]}}}, "OIC-509", ".Condition.Bool.aws:x[0]",
         "is not a string, number or Boolean."),
        ({"Principal": "*"}, "OIC-510", ".Principal",
         "is not allowed in an identity-based policy."),
        ({"NotPrincipal": {"AWS": "*"}}, "OIC-510", ".NotPrincipal",
         "is not allowed in an identity-based policy."),
        ({"Sid": "a-b"}, "OIC-511", ".Sid", "'a-b' is not a text of letters and digits."),
        ({"Condition": {"StringEqual": {"a:b": "c"}}}, "OIC-512", ".Condition",
         "'StringEqual' is not a condition operator. Did you mean 'StringEquals'?"),
        ({"Condition": {"NullIfExists": {"a:b": "true"}}}, "OIC-512", ".Condition",
         "'NullIfExists' cannot be: Null has no form with IfExists."),
        ({"Resource": "arn:aws:s3:::${}"}, "OIC-514", ".Resource", "'${}' names no key."),
        ({"Resource": "arn:aws:s3:::${aws:userid"}, "OIC-514", ".Resource",
         "'${aws:userid' has no closing brace."),
        ({"Resource": "arn:aws:s3:::${aws: userid}"}, "OIC-514", ".Resource",
         "'${aws: userid}' has white space in the key."),
        ({"Resource": "arn:aws:s3:::${aws:userid, x}"}, "OIC-514", ".Resource",
         "'${aws:userid, x}' has a default that is not in single quotation marks."),
        ({"Condition": {"NumericEquals": {"s3:max-keys": "${aws:userid}"}}}, "OIC-514",
         ".Condition.NumericEquals.s3:max-keys",
         "'${aws:userid}' is not replaced in a condition with NumericEquals."),
        ({"Resource": "arn:aws:s3:::${Team}"}, "OIC-514", ".Resource",
         "'${Team}' names 'Team', which is not a condition key, such as 'aws:PrincipalTag/KEY'."),
        ({"Resource": "arn:aws:s3:::${PrincipalTag/Team}"}, "OIC-514", ".Resource",
         "'${PrincipalTag/Team}' names 'PrincipalTag/Team', which is not a condition key. "
         "Did you mean 'aws:PrincipalTag/Team'?"),
        ({"Resource": "arn:aws:s3:::a/${aws:userid}/$(aws:PrincipalTag/Team)/*"}, "OIC-514",
         ".Resource", "'$(aws:PrincipalTag/Team)' refers to a tag as literal text. "
         "Did you mean '${aws:PrincipalTag/Team}'?"),
        ({"Condition": {"StringLike": {"s3:prefix": ["$(PrincipalTag:Team)"]}}}, "OIC-514",
         ".Condition.StringLike.s3:prefix[0]", "'$(PrincipalTag:Team)' refers to a tag as literal "
         "text. Did you mean '${aws:PrincipalTag/Team}'?"),
        ({"Condition": {"StringLike": {"s3:prefix": "{aws:PrincipalTag/Team}"}}}, "OIC-514",
         ".Condition.StringLike.s3:prefix",
         "'{aws:PrincipalTag/Team}' refers to a tag as literal text."),
        ({"Condition": {"Null": {"aws:PrincipalTag": "true"}}}, "OIC-523", ".Condition.Null",
         "'aws:PrincipalTag' is not a condition key. Did you mean 'aws:PrincipalTag/KEY'?"),
        ({"Action": "GetObject"}, "OIC-515", ".Action", "'GetObject' is not an action."),
        ({"Action": ["s3:Get Object"]}, "OIC-515", ".Action[0]",
         "'s3:Get Object' is not an action."),
        ({"Action": "s3:${aws:userid}"}, "OIC-515", ".Action",
         "'s3:${aws:userid}' is not an action."),
        ({"Resource": "data/*"}, "OIC-516", ".Resource", "'data/*' is not an ARN."),
        ({"Resource": "arn:aws:s3:data"}, "OIC-516", ".Resource",
         "'arn:aws:s3:data' is not an ARN: it has 4 of 6 parts."),
        ({"Resource": "arn:AWS:s3:::data"}, "OIC-516", ".Resource",
         "'arn:AWS:s3:::data' is not an ARN: 'AWS' is not a partition."),
    ],
)  # fmt: skip
def test_a_fault_in_a_statement_is_reported_with_its_path(
    changes: dict[str, Any], rule: str, path: str, problem: str
) -> None:
    assert of_statement(**changes) == [(rule, f"Statement[0]{path}", problem)]


@pytest.mark.parametrize(
    ("policy", "rule", "path", "problem"),
    [
        (VERSION | {"Statement": "x"}, "OIC-509", "Statement",
         "'x' is not a statement, but must be an object."),
        (VERSION | {"Statement": [READ, []]}, "OIC-509", "Statement[1]",
         "is not a statement, but must be an object."),
        ({"Version": "2026-01-01", "Statement": READ}, "OIC-509", "Version",
         "'2026-01-01' is not 2008-10-17 or 2012-10-17."),
        (VERSION | {"Statement": READ, "Statements": []}, "OIC-509", "Statements",
         "is not an element of an IAM policy. Did you mean 'Statement'?"),
        (VERSION | {"Statement": [READ | {"Sid": "a"}, READ, READ | {"Sid": "a"}]}, "OIC-511",
         "Statement[2].Sid", "'a' is used twice (Statement[0].Sid)."),
        ({"Statement": [READ | {"Condition": EQUALS}]}, "OIC-513",
         "Statement[0].Condition.StringEquals.aws:ResourceTag/Team",
         f"'{TAG}' is literal text: the policy has no Version."),
        ({"Version": "2008-10-17", "Statement": READ | {"Resource": f"arn:aws:s3:::{TAG}/*"}},
         "OIC-513", "Statement.Resource",
         f"'{TAG}' is literal text: the policy has Version 2008-10-17."),
    ],
)  # fmt: skip
def test_a_fault_of_the_document_is_reported_with_its_path(
    policy: Any, rule: str, path: str, problem: str
) -> None:
    assert found(policy) == [(rule, path, problem)]


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": ["s3:*", "ec2:Describe*", "*", "execute-api:Invoke", "s3:Get?bject"]},
        {"Action": None, "NotAction": "iam:*"},
        {"Resource": None, "NotResource": ["arn:aws:s3:::data"]},
        {"Resource": ["arn:*:s3:::data/*", "arn:aws-us-gov:iam::1:role/x", "arn:aws:s3*"]},
        {"Resource": "arn:aws:s3:::data/${aws:PrincipalTag/Cost Center, 'none'}/${*}"},
        {"Condition": {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalTag/Team": [TAG]}}},
        {"Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/${aws:userid}"}}},
        {"Condition": {"bool": {"aws:SecureTransport": False}}},
        {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}},
        {"Sid": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_valid_statement_has_no_finding(changes: dict[str, Any]) -> None:
    assert of_statement(**changes) == []


def test_variables_of_an_old_version_are_reported_where_they_would_be_replaced() -> None:
    rules = {rule for rule, _, _ in found({"Statement": READ | {"Action": "s3:${aws:userid}"}})}
    assert rules == {"OIC-515"}


@pytest.mark.parametrize("element", ["Action", "Resource", "Condition", "Effect", "Sid"])
def test_an_element_that_is_null_is_reported(element: str) -> None:
    faults = found(VERSION | {"Statement": READ | {element: None}})
    assert [path for _, path, _ in faults] == [f"Statement.{element}"]
    assert "None" not in faults[0][2]


@pytest.mark.parametrize("key", ["nocolon", "", ":", "a:", ":a", "a b:c", "s3:ResourceTag/", "é:a"])
def test_a_key_without_service_and_name_is_reported(key: str) -> None:
    [(rule, path, problem)] = of_statement(Condition={"StringEquals": {key: "blue"}})
    assert (rule, path) == ("OIC-523", "Statement[0].Condition.StringEquals")
    assert problem == f"{key!r} is not a condition key, such as 'aws:PrincipalTag/KEY'."


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("aws:PrincipalTag", "aws:PrincipalTag/KEY"),
        ("aws:PrincipalTag/", "aws:PrincipalTag/KEY"),
        ("PrincipalTag", "aws:PrincipalTag/KEY"),
        ("PrincipalTag/Team", "aws:PrincipalTag/Team"),
        ("PrincipalTag:Team", "aws:PrincipalTag/Team"),
        ("aws:PrincipalTags/Team", "aws:PrincipalTag/Team"),
        ("aws:principal-tag/Team", "aws:PrincipalTag/Team"),
        ("aws:PrincipalTag:Team", "aws:PrincipalTag/Team"),
        ("aws/PrincipalTag/Team", "aws:PrincipalTag/Team"),
        (" aws: PrincipalTag/Team", "aws:PrincipalTag/Team"),
        ("aws:RequestTags/Team", "aws:RequestTag/Team"),
        ("aws:ResourceTag", "aws:ResourceTag/KEY"),
    ],
)
def test_a_key_that_resembles_a_tags_key_is_reported_with_that_key(key: str, meant: str) -> None:
    [(rule, _, problem)] = of_statement(Condition={"StringEquals": {key: "blue"}})
    assert rule == "OIC-523"
    assert problem == f"{key!r} is not a condition key. Did you mean {meant!r}?"


@pytest.mark.parametrize(
    "key",
    [
        "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths", "aws:PrincipalIsAWSService", "aws:RequestedRegion", "aws:TagKeys",
        "aws:ResourceAccount", "aws:ResourceOrgID", "aws:userid", "aws:principaltag/Cost Center",
        "AWS:SourceIp", "aws:PrincipalTag/a:b/c", "ec2:ResourceTag/Team", "s3:x-amz-acl",
        "ssm:resourceTag/Team", "rds:req-tag/Team", "kms:EncryptionContext:team", "saml:aud",
        "iot:Connection.Thing.ThingTypeName", "secretsmanager:resource/AllowRotationLambdaArn",
        "cognito-identity.amazonaws.com:sub", "oidc.eks.eu-west-1.amazonaws.com/id/A1:sub",
    ],
)  # fmt: skip
def test_keys_of_aws_are_accepted_as_keys_and_variables(key: str) -> None:
    assert of_statement(Condition={"StringEquals": {key: f"${{{key}}}"}}) == []


@given(
    st.sampled_from(
        ["aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/", "ec2:ResourceTag/"]
    ),
    st.text(min_size=1),
)
def test_a_key_with_any_tag_is_accepted(prefix: str, tag: str) -> None:
    assert key_fault(prefix + tag) == ""


@given(st.text(alphabet="aws:PrincipalTag/ $(){}", max_size=40))
def test_every_suggestion_is_accepted(text: str) -> None:
    if meant := tag_key_for(text):
        assert key_fault(meant) == ""
    if (found := literal_tag(text)) and found[1]:
        assert [key_fault(each.key) for each in variables(found[1])] == [""]


SCALAR = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
ANYTHING = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
KEYS = st.sampled_from([*READ, "Sid", "NotAction", "Condition", "Principal", "x"])


CONDITIONS = st.dictionaries(st.text(), st.dictionaries(st.text(), ANYTHING))
STATEMENTS = st.lists(st.dictionaries(KEYS, ANYTHING | CONDITIONS))
ELEMENTS = st.sampled_from(["Version", "Statement", "Id"])


@given(st.dictionaries(ELEMENTS, ANYTHING | STATEMENTS))
def test_every_document_has_findings_and_no_error(document: dict[str, Any]) -> None:
    for rule, path, problem in found(document):
        assert rule.startswith("OIC-")
        assert path
        assert problem


def test_a_deeply_nested_policy_is_judged() -> None:
    deep = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": %s}]}'
    assert found(deep % ("[" * 500 + "]" * 500)) != []
    assert found(deep % ("[" * 100_000 + "]" * 100_000)) == []  # OIC-506


ACTIONS = st.from_regex(r"\A[a-z][a-z0-9-]{0,6}:[A-Za-z]{1,8}\*?\Z") | st.just("*")
RESOURCES = st.from_regex(r"\Aarn:aws:[a-z0-9-]{1,6}::[0-9]{12}:[A-Za-z0-9/*]{1,8}\Z")


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "Effect": st.sampled_from(["Allow", "Deny"]),
                "Action": st.lists(ACTIONS, min_size=1) | ACTIONS,
                "Resource": st.lists(RESOURCES, min_size=1) | st.just("*"),
            },
            optional={
                "Condition": st.dictionaries(
                    st.sampled_from(["StringLike", "ForAllValues:StringEqualsIfExists"]),
                    st.dictionaries(st.just("aws:PrincipalTag/Team"), st.just(TAG) | st.text()),
                )
            },
        )
    )
)
def test_every_policy_of_the_grammar_is_accepted(listed: list[dict[str, Any]]) -> None:
    texts = json.dumps(listed)
    unclosed = any(not v.closed or v.text != TAG for v in variables(texts))
    assert [rule for rule, *_ in found(VERSION | {"Statement": listed})] == [] or unclosed


@given(st.text(alphabet="${}a,' *", max_size=30))
def test_variables_are_those_of_a_regular_expression(text: str) -> None:
    closed = [each.text for each in variables(text) if each.closed]
    assert closed == re.findall(r"\$\{[^}]*\}", text)
    assert sum(not each.closed for each in variables(text)) == bool(re.search(r"\$\{[^}]*$", text))


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("é" * 5_121, "has 10,242 bytes without white space; AWS accepts 10,240."),
        (" \t\r\n" * 10_000, "has 40,000 bytes; AWS accepts 32,768."),
        ("\u00a0" * 5_121, "has 10,242 bytes without white space; AWS accepts 10,240."),
    ],
    ids=["two-byte letters", "white space", "no-break spaces"],
)
def test_the_size_of_a_policy_is_counted_in_bytes(policy: str, problem: str) -> None:
    [finding] = permission_sets.inline_policy_size(PermissionSet("Admin", inline_policy=policy))
    assert finding.problem == problem


@pytest.mark.parametrize("policy", ["é" * 5_120, " \t\r\n" + "x" * 10_240])
def test_a_policy_of_the_greatest_size_is_accepted(policy: str) -> None:
    assert permission_sets.inline_policy_size(PermissionSet("A", inline_policy=policy)) == []


DEV = "arn:aws:iam::123456789012:policy/a/Dev"


@pytest.mark.parametrize(
    ("key", "value", "rule", "path", "written"),
    [
        ("managed_policies", [DEV], "OIC-517", "managed_policies[0]", "'a/Dev'"),
        ("managed_policies", ["PowerUserAccess"], "OIC-517", "managed_policies[0]",
         "'arn:aws:iam::aws:policy/PowerUserAccess'"),
        ("managed_policies", ["arn:aws:iam::aws:role/X"], "OIC-517", "managed_policies[0]",
         "not the ARN of an IAM policy"),
        ("customer_managed_policies", [DEV], "OIC-518", "customer_managed_policies[0]", "'a/Dev'"),
        ("customer_managed_policies", ["arn:aws:iam::aws:policy/X"], "OIC-518",
         "customer_managed_policies[0]", "AWS managed policy"),
        ("customer_managed_policies", ["a b"], "OIC-518", "customer_managed_policies[0]", "name"),
        ("customer_managed_policies", ["a//b"], "OIC-518", "customer_managed_policies[0]", "path"),
        ("permissions_boundary", DEV, "OIC-517", "permissions_boundary", "'a/Dev'"),
        ("permissions_boundary", "a b", "OIC-518", "permissions_boundary", "name"),
        ("inline_policy", VERSION | {"Statement": READ | {"Effect": "allow"}}, "OIC-509",
         "inline_policy.Statement.Effect", "'allow'"),
    ],
)  # fmt: skip
def test_settings_report_the_path_and_what_to_write(
    key: str, value: Any, rule: str, path: str, written: str
) -> None:
    access = AccountAccess.model_validate({"permission_sets": [{"name": "Dev", key: value}]})
    texts = [e.text(p) for p, listed in account_access_findings(access, (), ()) for e in listed]
    [text] = texts
    assert text.startswith(f"permission_sets[0].{path}: ")
    assert written in text
    assert text.endswith(f"[{rule}]")


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("", "'' names no policy."),
        (" ", "' ' names no policy."),
        (" arn:aws:iam::aws:policy/X", "' arn:aws:iam::aws:policy/X' has white space at the start "
         "or end. Write 'arn:aws:iam::aws:policy/X'."),
        (DEV, f"'{DEV}' is a customer managed policy of account 123456789012. Write 'a/Dev' where "
         "customer managed policies are listed."),
        ("job-function/Billing", "'job-function/Billing' is a name. Write "
         "'arn:aws:iam::aws:policy/job-function/Billing'."),
        ("a b", "'a b' is not the ARN of an IAM policy."),
        ("arn:aws:iam::aws:policy/a b", "'arn:aws:iam::aws:policy/a b' is not the ARN of an IAM "
         "policy."),
        ("arn:aws:iam::AWS:policy/X", "'arn:aws:iam::AWS:policy/X' is not the ARN of an IAM "
         "policy."),
    ],
)  # fmt: skip
def test_a_reference_to_an_aws_policy_is_told_from_others(policy: str, problem: str) -> None:
    [finding] = permission_sets.aws_managed_policy(policy)
    assert finding.problem == problem


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("", "'' names no policy."),
        ("Dev ", "'Dev ' has white space at the start or end. Write 'Dev'."),
        ("arn:aws:iam::aws:policy/X", "'arn:aws:iam::aws:policy/X' is an AWS managed policy. Write "
         "it where those are listed."),
    ],
)  # fmt: skip
def test_a_reference_to_an_own_policy_is_told_from_others(policy: str, problem: str) -> None:
    [finding] = permission_sets.customer_managed_policy(policy)
    assert finding.problem == problem


@given(st.text(alphabet=" arn:iws/policy1éX", max_size=30) | st.text())
def test_what_to_write_is_accepted(policy: str) -> None:
    for rule in (permission_sets.aws_managed_policy, permission_sets.customer_managed_policy):
        for finding in rule(policy):
            if "is a name. Write" in finding.message:
                written = finding.message.partition("Write '")[2].removesuffix("'.")
                assert permission_sets.aws_managed_policy(written) == []


def test_too_many_policies_are_counted_without_quotation_marks() -> None:
    subject = PermissionSet("Admin", managed_policies=tuple(f"Policy{n}" for n in range(21)))
    [finding] = permission_sets.managed_policies(subject)
    assert finding.problem == "has 21 policies; AWS accepts 20."


def test_the_advice_on_a_long_policy_in_latin_1_is_to_shorten_it() -> None:
    long = PermissionSet("Admin", inline_policy="é" * 5_121)
    [finding] = permission_sets.inline_policy_size(long)
    assert finding.remedy.startswith("If the policy is too long, move statements")
    wrong = PermissionSet("Admin", inline_policy='{"Statement": "—"}')
    assert "U+2014" in permission_sets.inline_policy_size(wrong)[0].problem


@pytest.mark.parametrize("policy", ["Developer", "team/Developer", "/team/a,b/Developer/"])
def test_a_path_and_name_is_accepted(policy: str) -> None:
    assert permission_sets.customer_managed_policy(policy) == []
