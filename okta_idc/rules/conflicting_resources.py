"""Resources that revert each other's group assignments, and apps whose next update changes the
sign-on policy."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Severity, Violation, policy_rule


@dataclass(frozen=True, slots=True)
class AssignedBy:
    """Names of the resources with an app's group assignments: those in `together` declare all of
    them, those in `one_by_one` one each."""

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
    good=AssignedBy(one_by_one=("engineers", "finance")),
    bad=AssignedBy(together=("all",), one_by_one=("finance",)),
)
def one_assignment_resource_type(subject: AssignedBy) -> Iterator[Violation]:
    """Subject: one app."""
    for index, name in enumerate(subject.together[1:], start=1):
        yield f"together[{index}]", name, "is another resource that manages all assignments."
    for index, name in enumerate(subject.one_by_one if subject.together else ()):
        yield f"one_by_one[{index}]", name, "conflicts with the resource for all assignments."


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
