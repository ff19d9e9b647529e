"""Conditions of policies: types of values, and operators and keys that differ only in case."""

import json
from typing import Any

import pytest

from okta_idc.rules import policy_conditions


def found(condition: Any) -> list[tuple[str, str]]:
    """Path below Condition and problem of each finding on a statement with this condition."""
    policy = json.dumps({"Statement": {"Effect": "Deny", "Condition": condition}})
    findings = [each for rule in policy_conditions.RULES for each in rule(policy)]
    return [(each.path.removeprefix("Statement.Condition."), each.problem) for each in findings]


@pytest.mark.parametrize(
    ("operator", "value", "problem"),
    [
        ("Null", "no", "'no' is not true or false."),
        ("BoolIfExists", "yes", "'yes' is not true or false."),
        ("bool", 1, "'1' is not true or false."),
        ("NumericLessThan", "3,600", "'3,600' is not a number."),
        ("ForAllValues:NumericEquals", True, "'true' is not a number."),
        ("DateLessThan", "tomorrow",
         "'tomorrow' is not a date in ISO 8601 or in seconds since 1970."),
        ("DateGreaterThan", "31.12.2026",
         "'31.12.2026' is not a date in ISO 8601 or in seconds since 1970."),
        ("IpAddress", "10.0.0.0/33", "'10.0.0.0/33' is not an IP address or a CIDR range."),
        ("NotIpAddress", "10.0.0.*", "'10.0.0.*' is not an IP address or a CIDR range."),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_reported(operator: str, value: Any, problem: str) -> None:
    assert found({operator: {"a:b": value}}) == [(f"{operator}.a:b", problem)]


def test_each_value_of_a_list_has_its_path() -> None:
    values = ["10.0.0.0/8", "10.0.0", "2001:db8::/32", "x"]
    paths = [path for path, _ in found({"IpAddress": {"aws:SourceIp": values}})]
    assert paths == ["IpAddress.aws:SourceIp[1]", "IpAddress.aws:SourceIp[3]"]


@pytest.mark.parametrize(
    "condition",
    [
        {"Null": {"a:b": "TRUE"}, "Bool": {"a:b": [True, "false"]}},
        {"NumericEquals": {"a:b": [5, "5", 1.2, "-1.2"]}},
        {"DateLessThan": {"a:b": ["2026-12-31", "2026-12-31T23:59Z", "2026", 1767225600,
                                  "2026-12-31T23:59:59.123+01:00"]}},
        {"IpAddress": {"a:b": ["192.0.2.1", "192.0.2.7/24", "2001:DB8::1"]}},
        {"StringEquals": {"a:b": ["no", "x"]}, "ArnLike": {"a:b": "*"}},
        {"Bool": {"a:b": "${aws:SecureTransport}"}},
        {"NoOperator": {"a:b": "x"}, "Null": "x", "Bool": {"a:b": [{}, None]}},
        {"StringEquals": {"a:b": "x"}, "StringLike": {"A:B": "x"}},
        "x", None, [],
    ],
    ids=str,
)  # fmt: skip
def test_other_conditions_have_no_finding(condition: Any) -> None:
    assert found(condition) == []


def test_an_operator_or_a_key_in_another_case_is_reported_with_the_first() -> None:
    assert found({"StringEquals": {"a:b": "x", "A:b": "y"}, "stringequals": {"a:c": "x"}}) == [
        ("stringequals", "differs only in case from another (Statement.Condition.StringEquals)."),
        ("StringEquals.A:b",
         "differs only in case from another (Statement.Condition.StringEquals.a:b)."),
    ]  # fmt: skip
