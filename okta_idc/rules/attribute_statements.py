"""4xx, attribute statements: what stands in the app's SAML settings, whoever wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT, Attribute
from okta_idc.rules.registry import EnforcementPoint, Related, Violation, repeated, rule

_UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
_NAME_MAX, _VALUE_MAX = 512, 1024
_ASKERS = (EnforcementPoint.POLICY, EnforcementPoint.DOCTOR)


@dataclass(frozen=True, slots=True)
class Statement:
    """One attribute statement; `type` is EXPRESSION or GROUP, `namespace` the name format."""

    name: str
    values: tuple[str, ...] = ()
    namespace: str = _UNSPECIFIED
    type: str = "EXPRESSION"

    @property
    def attribute(self) -> Attribute | None:
        """The attribute for access control that this is, if it is one."""
        if not self.name.startswith(NAME_PREFIX) or len(self.values) != 1:
            return None
        return Attribute(self.name.removeprefix(NAME_PREFIX), self.values[0])


def statement(attribute: Attribute) -> Statement:
    """The statement that sends the attribute as AWS wants it."""
    return Statement(NAME_PREFIX + attribute.key, (attribute.value,), URI_NAME_FORMAT)


@rule(
    "OIC-406",
    "An attribute for access control does not have the name format URI reference",
    enforced_by=_ASKERS,
    source="AWS's page (docs/research/aws-setup-page.md#step-4): the format is URI Reference; AWS "
    "refuses the provider's default, unspecified "
    "(docs/research/identity-center.md#saml-attributes)",
    remedy=f"set the statement's namespace to {URI_NAME_FORMAT}.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Department", ("user.department",)),
)
def name_format(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Those that are not for access control are nobody's business."""
    if subject.name.startswith(NAME_PREFIX) and subject.namespace != URI_NAME_FORMAT:
        yield "namespace", subject.namespace, "is not the URI name format."


@rule(
    "OIC-407",
    "An attribute statement's name is not AWS's name for access control",
    enforced_by=_ASKERS,
    source="AWS's page (docs/research/aws-setup-page.md#step-4): AWS's URI, then the key",
    remedy=f"name it {NAME_PREFIX}KEY, letter for letter.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement("https://aws.amazon.com/SAML/Attributes/AccessControl/Department"),
)
def statement_name(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Names that were surely meant to be AWS's: for a role in an account
    it is PrincipalTag instead, which Identity Center does not read."""
    name = subject.name
    if name.startswith(NAME_PREFIX):
        return
    if "accesscontrol" in name.casefold():
        yield "name", name, "resembles AWS's name for access control, but is another."
    elif "aws.amazon.com/saml/attributes/principaltag" in name.casefold():
        yield "name", name, "is for IAM's own SAML providers; Identity Center does not read it."


@rule(
    "OIC-408",
    "An attribute for access control does not have exactly one value",
    enforced_by=_ASKERS,
    source="AWS: with attributes for access control an assertion has no multi-valued attribute, "
    "else sign-in ends with «An unexpected error has occurred» "
    "(docs/research/identity-center.md#saml-attributes)",
    remedy="send one expression of one value; a list of groups cannot be a session tag.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Groups", namespace=URI_NAME_FORMAT, type="GROUP"),
)
def one_value(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement. Arrays and lists of groups are known by their functions' names."""
    if not subject.name.startswith(NAME_PREFIX):
        return
    if subject.type == "GROUP":
        yield "type", "GROUP", "sends every matching group."
    elif len(subject.values) != 1:
        yield "values", str(len(subject.values)), "is not one value."
    elif any(name in subject.values[0] for name in _LISTS):
        yield "values", subject.values[0], "gives a list."


_LISTS = ("getGroups(", "getFilteredGroups(", "Arrays.add(", "Arrays.remove(", "Arrays.flatten(")


@rule(
    "OIC-412",
    "A statement's name is longer than 512 characters, or its value longer than 1,024",
    enforced_by=(EnforcementPoint.COMPONENT, *_ASKERS),
    source="Okta, attribute statements: a name has at most 512, a value 1,024 characters "
    "(docs/research/okta-api.md#attribute-statements)",
    remedy="shorten the expression; an attribute of the profile can hold what it works out.",
    good=Statement(f"{NAME_PREFIX}Department", ("user.department",), URI_NAME_FORMAT),
    bad=Statement(f"{NAME_PREFIX}Department", ('"' + "x" * 1_023 + '"',), URI_NAME_FORMAT),
)
def statement_lengths(subject: Statement) -> Iterator[Violation]:
    """Subject: one statement."""
    if len(subject.name) > _NAME_MAX:
        yield "name", subject.name, f"has {len(subject.name)} characters."
    for value in subject.values:
        if len(value) > _VALUE_MAX:
            yield "value", value, f"has {len(value)} characters; Okta takes 1024."


@rule(
    "OIC-416",
    "Several statements have the same name",
    enforced_by=_ASKERS,
    source="Okta, attribute statements: a name is unique among all statements of the app, those "
    "for groups too (docs/research/okta-api.md#attribute-statements)",
    remedy="keep one statement of each name.",
    good=(Statement("email", ("user.email",)), Statement("title", ("user.title",))),
    bad=(Statement("email", ("user.email",)), Statement("email", ("user.secondEmail",))),
)
def unique_names(statements: tuple[Statement, ...]) -> Iterator[Violation]:
    """Subject: all statements of the app."""
    for index, first in repeated(each.name for each in statements):
        name = statements[index].name
        yield f"[{index}]", name, "is the name of another statement too.", Related(f"[{first}]")


PER_STATEMENT = (name_format, statement_name, one_value, statement_lengths)
"""The rules whose subject is one statement."""
