"""5xx, inline policies as AWS validates them: what OIC-509 to OIC-516 cannot know.

AWS knows its own actions, condition keys and resource types
(docs/decisions/0020-judge-policies-with-own-grammar-rules.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from okta_idc.rules.registry import Severity, Violation, doctor_rule

_SOURCE = "IAM User Guide: IAM Access Analyzer policy check reference"
_rule = partial(doctor_rule, source=_SOURCE)


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding of AWS: `ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`, the code of the
    check, AWS's explanation, and the path in the policy."""

    kind: str
    code: str
    details: str
    path: str = ""


_UNKNOWN = Issue(
    "ERROR", "INVALID_ACTION", "The action s3:GetObjekt does not exist.", "Statement[0].Action"
)
_PASS_ROLE = Issue(
    "SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE", "Using iam:PassRole with * is broad."
)


@_rule(
    "OIC-519",
    "AWS reports an error in a policy",
    remedy="Correct the policy in `account_access`, and run `pulumi up`.",
    good=(_PASS_ROLE,),
    bad=(_UNKNOWN,),
)
def no_errors(issues: tuple[Issue, ...]) -> Iterator[Violation]:
    """Subject: what AWS reports on one policy."""
    yield from _of(issues, "ERROR")


@_rule(
    "OIC-522",
    "AWS warns about a policy",
    severity=Severity.ADVISORY,
    remedy="Restrict the policy, or keep it if this access is intended.",
    good=(Issue("SUGGESTION", "EMPTY_ARRAY_ACTION", "Specify actions."),),
    bad=(_PASS_ROLE,),
)
def no_warnings(issues: tuple[Issue, ...]) -> Iterator[Violation]:
    """Subject: what AWS reports on one policy. Suggestions are not reported."""
    yield from _of(issues, "SECURITY_WARNING", "WARNING")


def _of(issues: tuple[Issue, ...], *kinds: str) -> Iterator[Violation]:
    for each in issues:
        if each.kind in kinds:
            details = " ".join(each.details.split()).rstrip(".")
            yield each.path, each.code, f"is reported by AWS: {details}."
