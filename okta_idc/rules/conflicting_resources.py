"""Resources that revert each other's group assignments, and apps whose next update changes the
sign-on policy."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Related, Severity, Violation, policy_rule, repeated


@dataclass(frozen=True, slots=True)
class DeclaredBy:
    """Names of the resources with an app's group assignments, or with a permission set's policies:
    those in `together` declare all of them, those in `one_by_one` one each."""

    together: tuple[str, ...] = ()
    one_by_one: tuple[str, ...] = ()


@policy_rule(
    "OIC-230",
    "An app's group assignments are declared by competing resources",
    source="docs/research/okta-provider.md#all-assignments-in-one-resource; "
    "docs/research/aws-setup-page.md#provisioning-features",
    remedy="Keep the app.GroupAssignment resources. Remove AppGroupAssignments from the state "
    "(`pulumi state delete URN`) before you remove it from the program: destroying it unassigns "
    "its groups.",
    good=DeclaredBy(one_by_one=("engineers", "finance")),
    bad=DeclaredBy(together=("all",), one_by_one=("finance",)),
)
def one_assignment_resource_type(subject: DeclaredBy) -> Iterator[Violation]:
    """Subject: one app."""
    for index, name in enumerate(subject.together[1:], start=1):
        yield f"together[{index}]", name, "is another resource that manages all assignments."
    for index, name in enumerate(subject.one_by_one if subject.together else ()):
        yield f"one_by_one[{index}]", name, "conflicts with the resource for all assignments."


@policy_rule(
    "OIC-645",
    "A permission set's policies are declared by competing resources",
    source="docs/research/aws-provider.md#existing-objects",
    remedy="Keep one of the two resource types for each permission set. Remove the other resources "
    "from the state (`pulumi state delete URN`) before you remove them from the program.",
    good=DeclaredBy(together=("all",)),
    bad=DeclaredBy(together=("all",), one_by_one=("billing",)),
)
def one_attachment_resource_type(subject: DeclaredBy) -> Iterator[Violation]:
    """Subject: the AWS managed, or the customer managed policies of one permission set."""
    for index, name in enumerate(subject.together[1:], start=1):
        yield f"together[{index}]", name, "is another resource that manages all attachments."
    for index, name in enumerate(subject.one_by_one if subject.together else ()):
        yield f"one_by_one[{index}]", name, "conflicts with the resource for all attachments."


@dataclass(frozen=True, slots=True)
class Declares:
    """What a resource declares: an object (`inline policy`), and the IDs that identify it, such as
    the permission set's."""

    kind: str
    key: tuple[str, ...]


@policy_rule(
    "OIC-644",
    "Several resources declare the same object",
    source="docs/research/aws-provider.md#existing-objects",
    remedy="Keep one resource. Remove the other from the state (`pulumi state delete URN`) before "
    "you remove it from the program: destroying it removes the object in Okta or AWS.",
    good=(Declares("inline policy", ("arn:set-1",)), Declares("inline policy", ("arn:set-2",))),
    bad=(Declares("inline policy", ("arn:set-1",)), Declares("inline policy", ("arn:set-1",))),
)
def declared_once(declared: tuple[Declares, ...]) -> Iterator[Violation]:
    """Subject: what the resources of a stack declare."""
    for index, first in repeated(declared):
        yield f"[{index}]", declared[index].kind, "is declared twice.", Related(f"[{first}]")


@dataclass(frozen=True, slots=True)
class SignOn:
    """The provider's properties for an app's sign-on policy."""

    authentication_policy: str | None = None
    skip_authentication_policy: bool = False


@policy_rule(
    "OIC-640",
    "Updating the app would change its sign-on policy",
    severity=Severity.ADVISORY,
    source="docs/research/okta-provider.md#sign-on-policy-of-an-app",
    remedy="Set `skip_authentication_policy` to true, or set `authentication_policy`.",
    good=SignOn(skip_authentication_policy=True),
    bad=SignOn(),
)
def keeps_sign_on_policy(sign_on: SignOn) -> Iterator[Violation]:
    """Subject: one declared app."""
    if sign_on.authentication_policy is None and not sign_on.skip_authentication_policy:
        yield "skip_authentication_policy", None, "is not true; no authentication_policy is set."
