"""5xx, conditions of identity policies: values of the operator's type, and no key twice.

IAM saves both faults, and the condition then has another meaning. The subject of each rule is a
policy's text. policy_grammar covers operators and keys.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any, cast

from okta_idc.rules.iam_policy import policy_document
from okta_idc.rules.policy_grammar import base_operator, example, statements
from okta_idc.rules.registry import Related, Violation, core_rule, repeated

_OPERATORS = "IAM User Guide: IAM JSON policy elements: Condition operators"
_CHECKS = "IAM User Guide: IAM policy validation check reference"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DATE = re.compile(
    r"[0-9]+|[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)


@core_rule(
    "OIC-525",
    "A condition's value does not have the type that its operator compares",
    source=_OPERATORS,
    remedy="Write a value of the operator's type, or use an operator for the value, such as "
    "StringEquals.",
    good=example(Condition='{"Null": {"aws:PrincipalTag/Team": "false"}}'),
    bad=example(Condition='{"Null": {"aws:PrincipalTag/Team": "no"}}'),
)
def condition_values(policy: str) -> Iterator[Violation]:
    """Subject: one policy. A value with a policy variable is not judged."""
    for path, operator, key, value in _conditions(policy):
        must_be, listed = _must_be(base_operator(operator)), _listed(value)
        for index, each in enumerate(listed) if must_be else ():
            text = str(each).lower() if isinstance(each, bool) else str(each)
            if isinstance(each, dict | list | None) or "${" in text or _fits(must_be, text):
                continue
            at = f"[{index}]" if isinstance(value, list) and len(listed) > 1 else ""
            yield f"{path}.{operator}.{key}{at}", text, f"is not {must_be}."


def _must_be(base: str) -> str:
    """What an operator compares, if only some texts are such a value."""
    if base in ("bool", "null"):
        return "true or false"
    kinds = {"numeric": "a number", "date": "a date in ISO 8601 or in seconds since 1970"}
    for kind, name in kinds.items():
        if base.startswith(kind):
            return name
    return "an IP address or a CIDR range" if base.endswith("ipaddress") else ""


def _fits(must_be: str, text: str) -> bool:
    if must_be == "true or false":
        return text.lower() in ("true", "false")
    if must_be == "a number":
        return bool(_NUMBER.fullmatch(text))
    if must_be.startswith("a date"):
        return bool(_DATE.fullmatch(text))
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


@core_rule(
    "OIC-526",
    "A statement has a condition twice, in different upper and lower case",
    source=f"{_CHECKS}: Duplicate keys with different case",
    remedy="Write one operator or key with both values: IAM ignores the case of both, and does not "
    "say which of them counts.",
    good=example(Condition='{"StringEquals": {"aws:PrincipalTag/Team": ["red", "blue"]}}'),
    bad=example(
        Condition='{"StringEquals": {"aws:PrincipalTag/Team": "red", "aws:principaltag/team": "b"}}'
    ),
)
def conditions_differ(policy: str) -> Iterator[Violation]:
    """Subject: one policy."""
    for path, statement in statements(policy_document(policy)):
        given = _object(statement.get("Condition"))
        yield from _twice(f"{path}.Condition", list(given))
        for operator, block in given.items():
            yield from _twice(f"{path}.Condition.{operator}", list(_object(block)))


def _twice(path: str, names: list[str]) -> Iterator[Violation]:
    for index, first in repeated(name.lower() for name in names):
        other = Related(f"{path}.{names[first]}")
        yield f"{path}.{names[index]}", None, "differs only in case from another.", other


def _conditions(policy: str) -> Iterator[tuple[str, str, str, Any]]:
    """Path of the Condition, operator, key, and values."""
    for path, statement in statements(policy_document(policy)):
        for operator, block in _object(statement.get("Condition")).items():
            for key, value in _object(block).items():
                yield f"{path}.Condition", operator, key, value


def _object(value: object) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else [value]


RULES = (condition_values, conditions_differ)
"""All rules of this module, in order."""
