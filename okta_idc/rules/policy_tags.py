"""5xx, session tags in policies: tags that are not sent or can be missing.

A condition without its key in the request is false; with IfExists, ForAllValues: or a negated
operator it is true. A variable on a missing key equals nothing (docs/research/identity-center.md).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Any, cast

from okta_idc.rules.iam_policy import policy_document
from okta_idc.rules.policy_grammar import base_operator, statements
from okta_idc.rules.policy_variables import variables
from okta_idc.rules.registry import Related, Severity, Violation, core_rule
from okta_idc.rules.suggestions import did_you_mean

_CONDITION = re.compile(r"aws:PrincipalTag/(.+)", re.IGNORECASE | re.DOTALL)
_ELEMENTS = (("Action", "NotAction"), ("Resource", "NotResource"))


@dataclass(frozen=True, slots=True)
class PolicyAndTags:
    """A policy in JSON, and the keys of all session tags that Okta and the instance send."""

    policy: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """A reference to a session tag: its path and key, and whether the element that has it is true
    for a user without the tag. `None`: the element is a Null condition, or a variable that has a
    default or is in a condition that does not depend on it."""

    path: str
    key: str
    without: bool | None = None

    @property
    def folded(self) -> str:
        """The key as AWS compares it: without regard to case."""
        return self.key.casefold()


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
    bad=PolicyAndTags(_policy("Allow", "StringEquals", "CostCentre"), ("CostCenter",)),
)
def tags_are_sent(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy of a permission set. AWS ignores the case of keys. OIC-506 covers invalid
    policies."""
    sent = {key.casefold() for key in subject.keys}
    uses = [use for path, each in _statements(subject.policy) for use in _uses(path, each)]
    for use, *others in _by_key(use for use in uses if use.folded not in sent):
        hint = did_you_mean(use.key, subject.keys)
        more = (Related(other.path) for other in others)
        yield use.path, use.key, f"is a session tag that is not sent.{hint}", *more


@core_rule(
    "OIC-521",
    "A Deny on a session tag does not apply to users without the tag",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#session-tags",
    remedy="Add a Deny of the same actions and resources whose only condition is "
    '"Null": {"aws:PrincipalTag/KEY": "true"}, or use StringNotEquals with the allowed values.',
    good=PolicyAndTags(_policy("Deny", "StringNotEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Deny", "StringEquals", "CostCenter"), ("CostCenter",)),
)
def deny_covers_missing_tag(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy. Another Deny that applies without the tag to the same actions and
    resources, and has no further condition, is sufficient."""
    listed = _statements(subject.policy)
    for path, statement in listed:
        if statement.get("Effect") != "Deny":
            continue
        for use, *_ in _by_key(use for use in _uses(path, statement) if use.without is False):
            if not _denied_without(use.folded, statement, listed):
                yield use.path, use.key, "is denied by value; users without the tag are not."


@core_rule(
    "OIC-524",
    "An Allow on a session tag applies to users without the tag",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#session-tags",
    remedy='Add "Null": {"aws:PrincipalTag/KEY": "false"} to the condition, or use StringEquals or '
    "StringLike without IfExists and ForAllValues.",
    good=PolicyAndTags(_policy("Allow", "StringEquals", "CostCenter"), ("CostCenter",)),
    bad=PolicyAndTags(_policy("Allow", "StringEqualsIfExists", "CostCenter"), ("CostCenter",)),
)
def allow_requires_tag(subject: PolicyAndTags) -> Iterator[Violation]:
    """Subject: one policy. A Null condition, or a Deny that applies without the tag to the same
    actions and resources, is sufficient."""
    listed = _statements(subject.policy)
    for path, statement in listed:
        if statement.get("Effect") != "Allow":
            continue
        uses = list(_uses(path, statement))
        required = {use.folded for use in uses if use.without is False}
        required |= {key for key, _ in _null(statement)}
        for use, *_ in _by_key(use for use in uses if use.without and use.folded not in required):
            if not _denied_without(use.folded, statement, listed):
                yield use.path, use.key, "is compared so that users without the tag are allowed."


def _statements(policy: str) -> list[tuple[str, dict[str, Any]]]:
    return list(statements(policy_document(policy)))


def _by_key(uses: Iterator[_Use]) -> list[list[_Use]]:
    """The uses of each key, in order."""
    found: dict[str, list[_Use]] = {}
    for use in uses:
        found.setdefault(use.folded, []).append(use)
    return list(found.values())


def _uses(path: str, statement: Mapping[str, Any]) -> Iterator[_Use]:
    """All references of a statement to session tags."""
    for at, operator, key, values in _conditions(path, statement):
        if match := _CONDITION.fullmatch(key):
            yield _Use(at, match[1], _true_without_key(operator))
        negated = "not" in base_operator(operator)
        known = base_operator(operator) != "null" and not operator.lower().endswith("ifexists")
        for place, value in _listed(at, values):
            for tag, default in _tags(value):
                yield _Use(place, tag, negated if known and not default else None)
    for name in ("Resource", "NotResource"):
        for place, value in _listed(f"{path}.{name}", statement.get(name)):
            for tag, default in _tags(value):
                yield _Use(place, tag, None if default or name == "NotResource" else False)


def _true_without_key(operator: str) -> bool | None:
    """Whether a condition is true if its key is missing; None for Null."""
    lower, base = operator.lower(), base_operator(operator)
    if base == "null":
        return None
    if lower.startswith("foranyvalue:") and not lower.endswith("ifexists"):
        return False
    return lower.startswith("forallvalues:") or lower.endswith("ifexists") or "not" in base


def _tags(text: Any) -> Iterator[tuple[str, bool]]:
    """The tag keys of a text's variables, and whether they have a default."""
    for found in variables(text) if isinstance(text, str) else ():
        if tag := found.principal_tag():
            yield tag, found.default is not None


def _null(statement: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The tag keys of a statement's Null conditions, and whether the key must be missing."""
    for _, operator, key, values in _conditions("", statement):
        if base_operator(operator) == "null" and (match := _CONDITION.fullmatch(key)):
            found = [value for _, value in _listed("", values)]
            yield match[1].casefold(), any(str(value).lower() == "true" for value in found)


def _denied_without(
    key: str, statement: Mapping[str, Any], listed: Sequence[tuple[str, Mapping[str, Any]]]
) -> bool:
    """Whether other statements deny all of a statement's actions and resources without the tag."""
    denies = [each for _, each in listed if each is not statement and _applies_without(key, each)]
    (action, not_action), (resource, not_resource) = _ELEMENTS
    denies = [each for each in denies if _covers(each, statement, resource, not_resource)]
    if action not in statement:
        return any(_covers(each, statement, action, not_action) for each in denies)
    denied = [pattern for each in denies for pattern in _patterns(each, action)]
    return _all_match(_patterns(statement, action), denied)


def _applies_without(key: str, statement: Mapping[str, Any]) -> bool:
    """Whether a statement is a Deny that applies to all users without a tag."""
    uses = list(_uses("", statement))
    return (
        statement.get("Effect") == "Deny"
        and all(
            (match := _CONDITION.fullmatch(name)) and match[1].casefold() == key
            for _, _, name, _ in _conditions("", statement)
        )
        and all(use.folded == key and use.without is not False for use in uses)
        and all(missing for _, missing in _null(statement))
    )


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any], name: str, negated: str) -> bool:
    """Whether an element of a statement includes that of another."""
    if negated in wide:
        return _all_match(_patterns(wide, negated), _patterns(narrow, negated))
    patterns = _patterns(wide, name)
    return "*" in patterns if negated in narrow else _all_match(_patterns(narrow, name), patterns)


def _patterns(statement: Mapping[str, Any], name: str) -> list[str]:
    """The texts of an element; those of actions in lower case, which IAM ignores."""
    texts = [str(value) for _, value in _listed("", statement.get(name))]
    return [text.lower() for text in texts] if name.endswith("Action") else texts


def _all_match(texts: list[str], patterns: list[str]) -> bool:
    """Whether each text is matched by a pattern; a wildcard in a text is a character of it."""
    # fnmatch would read ? as the * of a text, and [ as the start of a set.
    wild = {
        translate(each.replace("[", "[[]").replace("?", "[?]")) for each in patterns if "*" in each
    }
    matches = re.compile("|".join(wild) or r"(?!)").match
    return bool(texts) and all(matches(each) for each in set(texts) - set(patterns))


def _conditions(path: str, statement: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """Path, operator, key and values of each condition."""
    for operator, block in _items(statement.get("Condition")):
        for key, values in _items(block):
            yield f"{path}.Condition.{operator}.{key}", operator, key, values


def _items(value: object) -> list[tuple[str, Any]]:
    return list(cast(dict[str, Any], value).items()) if isinstance(value, dict) else []


def _listed(path: str, value: Any) -> list[tuple[str, Any]]:
    """The items of a list with their paths; a single value as it is; none for None."""
    if isinstance(value, list):
        listed = enumerate(cast(list[Any], value))
        return [(f"{path}[{index}]", each) for index, each in listed]
    return [] if value is None else [(path, value)]
