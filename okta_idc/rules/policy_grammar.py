"""5xx, identity policies: IAM's grammar, for inline policies of permission sets.

Actions, condition keys and resources that exist are not listed here: AWS adds some every week. The
doctor has AWS validate them (docs/decisions/0020-judge-policies-with-own-grammar-rules.md).

The subject of each rule is a policy's text. OIC-506 covers a text that is not a policy.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from okta_idc.rules.iam_policy import policy_document
from okta_idc.rules.policy_variables import Variable, key_fault, literal_tag, variables
from okta_idc.rules.registry import Related, Violation, core_rule, repeated
from okta_idc.rules.suggestions import closest, did_you_mean

_GRAMMAR = "IAM User Guide: Grammar of the IAM JSON policy language"
_OPERATORS_PAGE = "IAM User Guide: IAM JSON policy elements: Condition operators"
_VARIABLES_PAGE = "IAM User Guide: IAM policy elements: Variables and tags"
_CURRENT = "2012-10-17"
_VERSIONS = ("2008-10-17", _CURRENT)
_PRINCIPALS = ("Principal", "NotPrincipal")
_CHOICES = (("Action", "NotAction"), ("Resource", "NotResource"))
_TOP = ("Version", "Id", "Statement")
_STATEMENT = (
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", *_PRINCIPALS,
)  # fmt: skip
_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
    "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan",
    "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals",
    "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
    "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals",
    "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
)  # fmt: skip
_BY_NAME = {name.lower(): name for name in _OPERATORS}
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9.*?-]+:[A-Za-z0-9_.*?-]+")
_PARTITION = re.compile(r"[a-z0-9*?-]+|\$\{[^}]*\}")
_ARN_PARTS = 6

Statement = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a policy: its path, the element it belongs to, and for a condition's value the
    operator."""

    path: str
    element: str
    text: str
    operator: str = ""


def example(policy: str = f'"Version": "{_CURRENT}", ', **elements: str) -> str:
    """A policy of one statement. `elements` are JSON texts; an empty one removes the element."""
    given = {"Effect": '"Allow"', "Action": '"s3:GetObject"', "Resource": '"*"'} | elements
    statement = ", ".join(f'"{key}": {text}' for key, text in given.items() if text)
    return f'{{{policy}"Statement": [{{{statement}}}]}}'


def statements(document: Mapping[str, Any] | None) -> Iterator[Statement]:
    """The statements that are objects, with their paths."""
    found: Any = (document or {}).get("Statement")
    if isinstance(found, dict):
        yield "Statement", cast(dict[str, Any], found)
    for index, each in enumerate(cast(list[Any], found) if isinstance(found, list) else []):
        if isinstance(each, dict):
            yield f"Statement[{index}]", cast(dict[str, Any], each)


@core_rule(
    "OIC-509",
    "A policy does not follow IAM's grammar",
    source=_GRAMMAR,
    remedy="Correct the policy: a statement has Effect (Allow or Deny), Action or NotAction, and "
    "Resource or NotResource, and optionally Sid and Condition.",
    good=example(),
    bad=example(Effect='"allow"', Resource=""),
)
def policy_elements(policy: str) -> Iterator[Violation]:
    """Subject: one policy. Names of elements and the effect are case-sensitive."""
    document = policy_document(policy)
    if document is None:
        return
    yield from _unknown("", document, _TOP)
    if (version := document.get("Version")) is not None and version not in _VERSIONS:
        yield "Version", _shown(version), f"is not {_VERSIONS[0]} or {_CURRENT}."
    given: Any = document["Statement"]
    for index, each in enumerate(cast(list[Any], given) if isinstance(given, list) else [given]):
        path = f"Statement[{index}]" if isinstance(given, list) else "Statement"
        if isinstance(each, dict):
            yield from _statement(path, cast(dict[str, Any], each))
        else:
            yield path, _shown(each), "is not a statement, but must be an object."


def _unknown(path: str, given: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Violation]:
    for key in given:
        if key not in known:
            hint = did_you_mean(key, known)
            yield _join(path, key), None, f"is not an element of an IAM policy.{hint}"


def _statement(path: str, given: dict[str, Any]) -> Iterator[Violation]:
    yield from _unknown(path, given, _STATEMENT)
    if "Effect" not in given:
        yield path, None, "has no Effect."
    elif given["Effect"] not in ("Allow", "Deny"):
        yield f"{path}.Effect", _shown(given["Effect"]), "is not Allow or Deny."
    for either, negated in _CHOICES:
        if either in given and negated in given:
            yield path, None, f"has both {either} and {negated}."
        elif either not in given and negated not in given:
            yield path, None, f"has neither {either} nor {negated}."
        for name in (either, negated):
            for at, value in _items(f"{path}.{name}", given[name]) if name in given else ():
                if not isinstance(value, str):
                    yield at, _shown(value), "is not a string."
            if name in given and given[name] is None:
                yield f"{path}.{name}", None, "is empty."
    if "Condition" in given:
        yield from _condition(f"{path}.Condition", given["Condition"])


def _condition(path: str, given: Any) -> Iterator[Violation]:
    if not isinstance(given, dict):
        yield path, _shown(given), "is not an object of operators."
        return
    for operator, block in cast(dict[str, Any], given).items():
        at = _join(path, operator)
        if not isinstance(block, dict):
            yield at, _shown(block), "is not an object of condition keys and values."
            continue
        for key, value in cast(dict[str, Any], block).items():
            for place, each in _items(_join(at, key), value):
                if not isinstance(each, str | int | float | bool):
                    yield place, _shown(each), "is not a string, number or Boolean."


@core_rule(
    "OIC-510",
    "A permission set's policy names a principal",
    source=f"{_GRAMMAR}: principal_block must not be in identity-based policies",
    remedy="Remove the element: the policy applies to the groups that the permission set is "
    "assigned to. To limit a role's use, change the role's trust policy.",
    good=example(),
    bad=example(Principal='"*"'),
)
def no_principal(policy: str) -> Iterator[Violation]:
    """Subject: one policy."""
    for path, statement in statements(policy_document(policy)):
        for name in _PRINCIPALS:
            if name in statement:
                yield f"{path}.{name}", None, "is not allowed in an identity-based policy."


@core_rule(
    "OIC-511",
    "A statement ID is not valid or not unique in its policy",
    source=f"{_GRAMMAR}: sid_string; IAM JSON policy elements: Sid: unique within a policy",
    remedy="Use letters and digits only, and another Sid for each statement, or omit it.",
    good=example(Sid='"ReadObjects"'),
    bad=example(Sid='"read objects"'),
)
def statement_ids(policy: str) -> Iterator[Violation]:
    """Subject: one policy."""
    found = [(path, s["Sid"]) for path, s in statements(policy_document(policy)) if "Sid" in s]
    for path, sid in found:
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            yield f"{path}.Sid", _shown(sid), "is not a text of letters and digits."
    texts = [(path, sid) for path, sid in found if isinstance(sid, str) and sid]
    for index, first in repeated(sid for _, sid in texts):
        path, sid = texts[index]
        yield f"{path}.Sid", sid, "is used twice.", Related(f"{texts[first][0]}.Sid")


@core_rule(
    "OIC-512",
    "A condition operator does not exist",
    source=_OPERATORS_PAGE,
    remedy="Use an operator of IAM, such as StringEquals, optionally with ForAnyValue: or "
    "ForAllValues: before it and IfExists after it.",
    good=example(Condition='{"StringEquals": {"aws:PrincipalTag/Team": "blue"}}'),
    bad=example(Condition='{"StringEqual": {"aws:PrincipalTag/Team": "blue"}}'),
)
def condition_operators(policy: str) -> Iterator[Violation]:
    """Subject: one policy. IAM ignores the case of operators."""
    for path, statement in statements(policy_document(policy)):
        for operator in _object(statement.get("Condition")):
            base = base_operator(operator)
            if base not in _BY_NAME:
                near = closest(base, _OPERATORS)
                hint = f" Did you mean {near!r}?" if near else ""
                yield f"{path}.Condition", operator, f"is not a condition operator.{hint}"
            elif base == "null" and operator.lower().endswith("ifexists"):
                yield f"{path}.Condition", operator, "cannot be: Null has no form with IfExists."


def base_operator(operator: str) -> str:
    """The operator in lower case, without ForAnyValue:, ForAllValues: and IfExists."""
    text = operator.lower()
    for prefix in ("foranyvalue:", "forallvalues:"):
        text = text.removeprefix(prefix)
    return text.removesuffix("ifexists")


@core_rule(
    "OIC-513",
    "A policy has variables, but not the Version that replaces them",
    source=f"{_VARIABLES_PAGE}: without Version {_CURRENT}, variables are literal strings",
    remedy=f'Add "Version": "{_CURRENT}" to the policy. Without it, IAM compares the text of the '
    "variable, so that conditions on tags never match.",
    good=example(Resource='"arn:aws:s3:::data/${aws:PrincipalTag/Team}/*"'),
    bad=example("", Resource='"arn:aws:s3:::data/${aws:PrincipalTag/Team}/*"'),
)
def variables_need_version(policy: str) -> Iterator[Violation]:
    """Subject: one policy."""
    document = policy_document(policy)
    if document is None or document.get("Version") == _CURRENT:
        return
    version = f"Version {document['Version']}" if document.get("Version") else "no Version"
    for where, variable in _variables(document):
        if where.element != "Action" and variable.closed:
            yield where.path, variable.text, f"is literal text: the policy has {version}."


@core_rule(
    "OIC-514",
    "A policy variable is not valid where it is used",
    source=f"{_VARIABLES_PAGE}; IAM Access Analyzer policy check reference",
    remedy="Write ${key} or ${key, 'default'}, in Resource or in a value of a condition with a "
    "String or Arn operator.",
    good=example(Resource="\"arn:aws:s3:::data/${aws:PrincipalTag/Team, 'none'}/*\""),
    bad=example(Resource='"arn:aws:s3:::data/${aws:PrincipalTag/Team/*"'),
)
def variables_are_valid(policy: str) -> Iterator[Violation]:
    """Subject: one policy. OIC-515 covers variables in actions."""
    for where, variable in _variables(policy_document(policy)):
        if where.element == "Action":
            continue
        if fault := _fault(where, variable):
            yield where.path, variable.text, fault
    for where in _texts(policy_document(policy)):
        if where.element != "Action" and (found := literal_tag(where.text)):
            hint = f" Did you mean {found[1]!r}?" if found[1] else ""
            yield where.path, found[0], f"refers to a tag as literal text.{hint}"


def _fault(where: _Text, variable: Variable) -> str:
    if not variable.closed:
        return "has no closing brace."
    if variable.is_escape:
        return ""
    if not variable.key:
        return "names no key."
    if any(character.isspace() for character in variable.key.partition("/")[0]):
        return "has white space in the key."
    if fault := key_fault(variable.key):
        return f"names {variable.key!r}, which {fault}"
    default = variable.default
    if default is not None and (len(default) < 2 or not default[0] == default[-1] == "'"):
        return "has a default that is not in single quotation marks."
    base = base_operator(where.operator)
    if base and base in _BY_NAME and not base.startswith(("string", "arn")):
        return f"is not replaced in a condition with {where.operator}."
    return ""


@core_rule(
    "OIC-515",
    "An action is not written as service:name",
    source=f"{_GRAMMAR}: action_string",
    remedy='Write the service\'s prefix, a colon and the action, such as "s3:GetObject" or '
    '"s3:Get*", or "*" for all actions.',
    good=example(),
    bad=example(Action='"GetObject"'),
)
def actions(policy: str) -> Iterator[Violation]:
    """Subject: one policy."""
    for where in _texts(policy_document(policy)):
        if where.element == "Action" and not _ACTION.fullmatch(where.text):
            yield where.path, where.text, "is not an action."


@core_rule(
    "OIC-516",
    "A resource is not an ARN",
    source=f"{_GRAMMAR}: resource_string; IAM User Guide: Amazon Resource Names",
    remedy='Write arn:partition:service:region:account:resource, such as "arn:aws:s3:::data/*", '
    'or "*" for all resources.',
    good=example(Resource='"arn:aws:s3:::data/*"'),
    bad=example(Resource='"data/*"'),
)
def resources(policy: str) -> Iterator[Violation]:
    """Subject: one policy. A wildcard or a variable may replace several parts of an ARN."""
    for where in _texts(policy_document(policy)):
        if where.element != "Resource" or where.text == "*":
            continue
        parts = where.text.split(":")
        if parts[0] != "arn" or len(parts) < 3:
            yield where.path, where.text, "is not an ARN."
        elif not _PARTITION.fullmatch(parts[1]):
            yield where.path, where.text, f"is not an ARN: {parts[1]!r} is not a partition."
        elif len(parts) < _ARN_PARTS and not re.search(r"[*?]|\$\{", where.text):
            yield where.path, where.text, f"is not an ARN: it has {len(parts)} of 6 parts."


@core_rule(
    "OIC-523",
    "A condition key is not written as service:name",
    source="IAM User Guide: IAM JSON policy elements: Condition; AWS global condition context keys",
    remedy="Write the service's prefix, a colon and the name, and for a tag a slash and its key, "
    'such as "aws:PrincipalTag/Team".',
    good=example(Condition='{"StringEquals": {"aws:PrincipalTag/Team": "blue"}}'),
    bad=example(Condition='{"StringEquals": {"PrincipalTag/Team": "blue"}}'),
)
def condition_keys(policy: str) -> Iterator[Violation]:
    """Subject: one policy. IAM ignores the case of condition keys."""
    for path, statement in statements(policy_document(policy)):
        for operator, block in _object(statement.get("Condition")).items():
            for key in _object(block):
                if fault := key_fault(key):
                    yield _join(f"{path}.Condition", operator), key, fault


def _texts(document: Mapping[str, Any] | None) -> Iterator[_Text]:
    """The texts of actions, resources and condition values."""
    for path, statement in statements(document):
        for names in _CHOICES:
            for name in names:
                for at, value in _items(f"{path}.{name}", statement.get(name)):
                    if isinstance(value, str):
                        yield _Text(at, names[0], value)
        for operator, block in _object(statement.get("Condition")).items():
            for key, given in _object(block).items():
                at = _join(_join(f"{path}.Condition", operator), key)
                for place, value in _items(at, given):
                    if isinstance(value, str):
                        yield _Text(place, "Condition", value, operator)


def _variables(document: Mapping[str, Any] | None) -> Iterator[tuple[_Text, Variable]]:
    for where in _texts(document):
        yield from ((where, variable) for variable in variables(where.text))


def _object(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The items of a list with their paths; a single value as it is; none for None."""
    if isinstance(value, list):
        listed = enumerate(cast(list[Any], value))
        yield from ((f"{path}[{index}]", each) for index, each in listed)
    elif value is not None:
        yield path, value


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: Any) -> str | None:
    """A text as it is, another scalar in JSON; None for an object or a list."""
    if isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


RULES = (
    policy_elements, no_principal, statement_ids, condition_operators, variables_need_version,
    variables_are_valid, actions, resources, condition_keys,
)  # fmt: skip
"""All rules of this module, in order."""
