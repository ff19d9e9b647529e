"""5xx, session tags in policies: conditions on tags that are not sent or can be missing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from okta_idc.rules.iam_policy import policy_document
from okta_idc.rules.policy_grammar import statements
from okta_idc.rules.policy_variables import variables
from okta_idc.rules.registry import Severity, Violation, core_rule
from okta_idc.rules.suggestions import did_you_mean

_CONDITION = re.compile(r"aws:PrincipalTag/(.+)", re.IGNORECASE | re.DOTALL)
_OPEN = re.compile(r"(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)", re.IGNORECASE)
"""Operators that are false for a missing key; with IfExists they are true."""


@dataclass(frozen=True, slots=True)
class PolicyAndTags:
    """A policy in JSON, and the keys of all session tags that Okta and the instance send."""

    policy: str
    keys: tuple[str, ...]


def _policy(effect: str, operator: str, key: str) -> str:
    return (
        f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Action": "s3:*", '
        f'"Resource": "*", "Condition": {{"{operator}": {{"aws:PrincipalTag/{key}": "blue"}}}}}}]}}'
    )


@core_rule(
    "OIC-520",
    "A policy refers to a session tag that is not sent",
    source="docs/research/aws-setup-page.md#step-4; docs/research/identity-center.md#session-tags",
    remedy="Declare the attribute in `attribute_statements`, or spell its key as declared.",
    good=PolicyAndTags(_policy("Allow", "StringEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Allow", "StringEquals", "costCenter"), ("CostCenter",)),
)
def tags_are_sent(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy of a permission set. OIC-506 covers invalid policies."""
    document = policy_document(subject.policy)
    for key in dict.fromkeys(_tag_keys(document)):
        if key not in subject.keys:
            hint = did_you_mean(key, subject.keys)
            yield "aws:PrincipalTag", key, f"is a session tag that is not sent.{hint}"


@core_rule(
    "OIC-521",
    "A Deny on a session tag does not apply to users without the tag",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#session-tags",
    remedy='Add a Deny with the condition "Null": {"aws:PrincipalTag/KEY": "true"}, or use '
    "StringNotEquals with the allowed values.",
    good=PolicyAndTags(_policy("Deny", "StringNotEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Deny", "StringEquals", "CostCenter"), ("CostCenter",)),
)
def deny_covers_missing_tag(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy. A Deny on Null of the same key anywhere in the policy is sufficient."""
    document = policy_document(subject.policy)
    denies = [each for _, each in statements(document) if each.get("Effect") == "Deny"]
    conditions = [condition for statement in denies for condition in _conditions(statement)]
    closed = {
        key.casefold()
        for operator, condition, values in conditions
        if operator.casefold() == "null" and any(value in (True, "true") for value in values)
        for key in _keys_of(condition, [])
    }
    open_keys = (
        key
        for operator, condition, values in conditions
        if _OPEN.fullmatch(operator)
        for key in _keys_of(condition, values)
    )
    for key in dict.fromkeys(open_keys):
        if key.casefold() not in closed:
            yield "aws:PrincipalTag", key, "is denied by value; users without the tag are not."


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key and values of each condition."""
    blocks = statement.get("Condition")
    for operator, block in _items(blocks):
        for key, values in _items(block):
            yield operator, key, cast(list[Any], values if isinstance(values, list) else [values])


def _items(value: object) -> list[tuple[str, Any]]:
    return list(cast(dict[str, Any], value).items()) if isinstance(value, dict) else []


def _keys_of(condition: str, values: list[Any]) -> Iterator[str]:
    """Tag keys that a condition requires: its own, and those of variables without a default."""
    if match := _CONDITION.fullmatch(condition):
        yield match[1]
    for value in values:
        for found in variables(value if isinstance(value, str) else ""):
            if (tag := found.principal_tag()) and found.default is None:
                yield tag


def _tag_keys(document: Mapping[str, Any] | None) -> Iterator[str]:
    """All tag keys in a policy's conditions and variables."""
    for _, statement in statements(document):
        for _, key, _ in _conditions(statement):
            yield from _keys_of(key, [])
        for text in _texts(statement):
            yield from filter(None, (found.principal_tag() for found in variables(text)))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value; not recursive, since json.loads accepts deeper nesting."""
    waiting: list[Any] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting.extend(cast(list[Any], each))
        else:
            waiting.extend(inner for _, inner in _items(each))
