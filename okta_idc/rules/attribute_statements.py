"""4xx, attribute statements in the app's SAML settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT, Attribute
from okta_idc.rules.registry import EnforcementPoint, Related, Violation, repeated, rule

_UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
_NAME_MAX, _VALUE_MAX = 512, 1024
_ENFORCED_BY = (EnforcementPoint.POLICY, EnforcementPoint.DOCTOR)
_rule = partial(rule, enforced_by=_ENFORCED_BY)


@dataclass(frozen=True, slots=True)
class Statement:
    """An attribute statement; `type` is EXPRESSION or GROUP, `namespace` the name format."""

    name: str
    values: tuple[str, ...] = ()
    namespace: str = _UNSPECIFIED
    type: str = "EXPRESSION"

    @property
    def attribute(self) -> Attribute | None:
        """The attribute for access control that the statement sends, if any."""
        if not self.name.startswith(NAME_PREFIX) or len(self.values) != 1:
            return None
        return Attribute(self.name.removeprefix(NAME_PREFIX), self.values[0])


def statement(attribute: Attribute) -> Statement:
    """The statement that sends the attribute in AWS's format."""
    return Statement(NAME_PREFIX + attribute.key, (attribute.value,), URI_NAME_FORMAT)


@_rule(
    "OIC-406",
    "An attribute for access control does not use the URI Reference name format",
    source="AWS's page (docs/research/aws-setup-page.md#step-4): URI Reference; AWS rejects the "
    "provider's default, unspecified (docs/research/identity-center.md#saml-attributes)",
    remedy=f"Set the statement's namespace to {URI_NAME_FORMAT}.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Department", ("user.department",)),
)
def name_format(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Statements for other purposes have no finding."""
    if subject.name.startswith(NAME_PREFIX) and subject.namespace != URI_NAME_FORMAT:
        yield "namespace", subject.namespace, "is not the URI Reference name format."


@_rule(
    "OIC-407",
    "An attribute statement's name is not the one that AWS uses for access control",
    source="AWS's page (docs/research/aws-setup-page.md#step-4): AWS's prefix, then the key",
    remedy=f"Name the statement {NAME_PREFIX}KEY, with this capitalization.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement("https://aws.amazon.com/SAML/Attributes/AccessControl/Department"),
)
def statement_name(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Recognizes names that resemble AWS's; PrincipalTag is for SAML
    providers in IAM, and IAM Identity Center ignores it."""
    name = subject.name
    if name.startswith(NAME_PREFIX):
        return
    if "accesscontrol" in name.casefold():
        yield "name", name, "resembles AWS's name for access control, but differs."
    elif "aws.amazon.com/saml/attributes/principaltag" in name.casefold():
        yield "name", name, "is for SAML providers in IAM; IAM Identity Center ignores it."


@_rule(
    "OIC-408",
    "An attribute for access control does not have exactly one value",
    source="docs/research/identity-center.md#saml-attributes",
    remedy="Send one expression with one value; a list of groups cannot be a session tag.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Groups", namespace=URI_NAME_FORMAT, type="GROUP"),
)
def one_value(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Recognizes lists by the functions that return them."""
    if not subject.name.startswith(NAME_PREFIX):
        return
    if subject.type == "GROUP":
        yield "type", "GROUP", "sends all matching groups."
    elif len(subject.values) != 1:
        yield "values", None, f"contains {len(subject.values)} values instead of one."
    elif any(name in subject.values[0] for name in _LISTS):
        yield "values", subject.values[0], "returns a list."


_LISTS = ("getGroups(", "getFilteredGroups(", "Arrays.add(", "Arrays.remove(", "Arrays.flatten(")


@rule(
    "OIC-412",
    "A statement's name is longer than 512 characters, or its value longer than 1,024",
    enforced_by=(EnforcementPoint.COMPONENT, *_ENFORCED_BY),
    source="docs/research/okta-api.md#attribute-statements",
    remedy="Shorten the key or the expression, or store the expression's result in a profile "
    "attribute.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Department", ('"' + "x" * 1_023 + '"',), URI_NAME_FORMAT),
)
def statement_lengths(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement."""
    if len(subject.name) > _NAME_MAX:
        yield "name", subject.name, f"has {len(subject.name)} characters; Okta accepts 512."
    for value in subject.values:
        if len(value) > _VALUE_MAX:
            yield "value", value, f"has {len(value)} characters; Okta accepts 1,024."


@_rule(
    "OIC-416",
    "Several statements have the same name",
    source="docs/research/okta-api.md#attribute-statements",
    remedy="Keep one statement per name.",
    good=(Statement("email", ("user.email",)), Statement("title", ("user.title",))),
    bad=(Statement("email", ("user.email",)), Statement("email", ("user.secondEmail",))),
)
def unique_names(statements: tuple[Statement, ...]) -> Iterator[Violation]:
    """Subject: all statements of the app."""
    for index, first in repeated(each.name for each in statements):
        name = statements[index].name
        yield f"[{index}]", name, "is also the name of another statement.", Related(f"[{first}]")


PER_STATEMENT = (name_format, statement_name, one_value, statement_lengths)
"""The rules whose subject is one statement."""
