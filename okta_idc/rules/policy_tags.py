"""5xx, session tags in policies: a policy that asks for a tag nobody sends, and a Deny that the
lack of a tag switches off."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

from okta_idc.rules.permission_sets import policy_document
from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, rule

_CONDITION = re.compile(r"aws:PrincipalTag/(.+)", re.IGNORECASE | re.DOTALL)
_VARIABLE = re.compile(r"\$\{aws:PrincipalTag/([^},]+?)\s*(?P<default>,[^}]*)?\}", re.IGNORECASE)
_OPEN = re.compile(r"(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)", re.IGNORECASE)
"""Operators that are false for a key that is not there. With IfExists they are true."""

_ASKERS = (EnforcementPoint.COMPONENT, EnforcementPoint.POLICY, EnforcementPoint.DOCTOR)


@dataclass(frozen=True, slots=True)
class PolicyAndTags:
    """A policy, JSON text, and the keys of all session tags that are sent: by Okta's attributes
    and by the instance's."""

    policy: str
    keys: tuple[str, ...]


def _policy(effect: str, operator: str, key: str) -> str:
    return (
        f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect}", "Action": "s3:*", '
        f'"Resource": "*", "Condition": {{"{operator}": {{"aws:PrincipalTag/{key}": "blue"}}}}}}]}}'
    )


@rule(
    "OIC-520",
    "A policy refers to a session tag that is not sent",
    enforced_by=_ASKERS,
    source="AWS's page (docs/research/aws-setup-page.md#step-4): permission sets decide by the "
    "attributes that Okta sends; IAM: the key is written as it was sent, and a condition on a "
    "missing tag is false (docs/research/identity-center.md#session-tags)",
    remedy="declare the attribute, or write its key as it is declared.",
    good=PolicyAndTags(_policy("Allow", "StringEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Allow", "StringEquals", "costCenter"), ("CostCenter",)),
)
def tags_are_sent(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy of a permission set. What is no policy is OIC-506's."""
    document = policy_document(subject.policy)
    for key in dict.fromkeys(_tag_keys(document)):
        if key not in subject.keys:
            close = [k for k in subject.keys if k.casefold() == key.casefold()]
            close = close or get_close_matches(key, subject.keys, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            yield "aws:PrincipalTag", key, f"is a tag that nobody sends.{hint}"


@rule(
    "OIC-521",
    "A Deny on a session tag does not apply to users without the tag",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="IAM: StringEquals and StringLike are false for a key that is not there, so the Deny "
    "does not apply to whoever lacks the tag (docs/research/identity-center.md#session-tags). "
    "Advisory, since that may be meant: «deny contractors» is not «deny all but employees»",
    remedy='add a Deny with the condition "Null": {"aws:PrincipalTag/KEY": "true"}, or use '
    "StringNotEquals with the values that may.",
    good=PolicyAndTags(_policy("Deny", "StringNotEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Deny", "StringEquals", "CostCenter"), ("CostCenter",)),
)
def deny_holds(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy. A Deny on Null of the same key anywhere in it closes the gap."""
    denies = [s for s in _statements(policy_document(subject.policy)) if s.get("Effect") == "Deny"]
    closed = {
        key.casefold()
        for statement in denies
        for operator, condition, values in _conditions(statement)
        if operator.casefold() == "null" and any(value in (True, "true") for value in values)
        for key in _keys_of(condition, [])
    }
    open_keys = (
        key
        for statement in denies
        for operator, condition, values in _conditions(statement)
        if _OPEN.fullmatch(operator)
        for key in _keys_of(condition, values)
    )
    for key in dict.fromkeys(open_keys):
        if key.casefold() not in closed:
            yield "aws:PrincipalTag", key, "is denied by its value only; without the tag it is not."


def _statements(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    found: Any = (document or {}).get("Statement", [])
    listed = cast(list[Any], found if isinstance(found, list) else [found])
    return [cast(dict[str, Any], each) for each in listed if isinstance(each, dict)]


def _conditions(statement: dict[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key and values of each condition."""
    blocks = statement.get("Condition")
    for operator, block in _items(blocks):
        for key, values in _items(block):
            yield operator, key, cast(list[Any], values if isinstance(values, list) else [values])


def _items(value: object) -> list[tuple[str, Any]]:
    return list(cast(dict[str, Any], value).items()) if isinstance(value, dict) else []


def _keys_of(condition: str, values: list[Any]) -> Iterator[str]:
    """Tag keys that a condition needs: its own, and those of variables without a default."""
    if match := _CONDITION.fullmatch(condition):
        yield match[1]
    for value in values:
        for found in _VARIABLE.finditer(value if isinstance(value, str) else ""):
            if not found["default"]:
                yield found[1]


def _tag_keys(document: Mapping[str, Any] | None) -> Iterator[str]:
    """All tag keys that a policy names, in conditions and variables, wherever they stand."""
    for statement in _statements(document):
        for _, key, _ in _conditions(statement):
            if match := _CONDITION.fullmatch(key):
                yield match[1]
        for text in _texts(statement):
            for found in _VARIABLE.finditer(text):
                yield found[1]


def _texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value, without recursion: json.loads reads deeper than Python calls."""
    waiting: list[Any] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting.extend(cast(list[Any], each))
        else:
            waiting.extend(inner for _, inner in _items(each))
