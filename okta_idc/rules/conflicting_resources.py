"""What a declaration sets in motion later: two resources that undo each other's assignments, and an
app whose next update undoes a sign-on policy. Both show in the declaration alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.registry import Severity, Violation, policy_rule


@dataclass(frozen=True, slots=True)
class AssignedBy:
    """Names of the resources that declare one app's group assignments: `together` those that
    declare all of them, `one_by_one` those that declare one each."""

    together: tuple[str, ...] = ()
    one_by_one: tuple[str, ...] = ()


@policy_rule(
    "OIC-230",
    "An app's group assignments are declared by competing resources",
    source="Okta provider: AppGroupAssignments removes the assignments that it does not name "
    "(docs/research/okta-provider.md#all-assignments-in-one-resource); AWS's page "
    "(docs/research/aws-setup-page.md#provisioning-features): unassigned users are disabled",
    remedy="keep the app.GroupAssignment resources, and take AppGroupAssignments out of the state "
    "(`pulumi state delete URN`) before the program: destroying it unassigns its groups.",
    good=AssignedBy(one_by_one=("engineers", "finance")),
    bad=AssignedBy(together=("all",), one_by_one=("finance",)),
)
def assigned_by_one_kind(subject: AssignedBy) -> Iterator[Violation]:
    """Subject: one app."""
    for index, name in enumerate(subject.together[1:], start=1):
        yield f"together[{index}]", name, "is a second resource that claims all assignments."
    for index, name in enumerate(subject.one_by_one if subject.together else ()):
        yield f"one_by_one[{index}]", name, "assigns beside a resource that claims all assignments."


@dataclass(frozen=True, slots=True)
class SignOn:
    """What an app declares of its sign-on policy; the fields are the provider's. None: no policy is
    named."""

    authentication_policy: str | None = None
    skip_authentication_policy: bool = False


@policy_rule(
    "OIC-640",
    "Updating the app would change its sign-on policy",
    severity=Severity.ADVISORY,
    source="Okta provider: unless told to skip it, each update of app.Saml assigns the policy of "
    "its old state, or the org's default, and undoes one that was set beside it "
    "(docs/research/okta-provider.md#sign-on-policy-of-an-app)",
    remedy="set skip_authentication_policy to true, or name the policy in authentication_policy.",
    good=SignOn(skip_authentication_policy=True),
    bad=SignOn(),
)
def leaves_policy(sign_on: SignOn) -> Iterator[Violation]:
    """Subject: one app as it is declared."""
    if sign_on.authentication_policy is None and not sign_on.skip_authentication_policy:
        yield "skip_authentication_policy", None, "is not true, and no policy is named."
