"""5xx, permission sets: AWS's limits for name, description, session and policies.

Limits: the sso-admin API and AWS's quotas (docs/research/identity-center.md#quotas).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from okta_idc.rules.characters import named_characters
from okta_idc.rules.iam_policy import policy_document
from okta_idc.rules.registry import EnforcementPoint, Related, Violation, core_rule, repeated, rule

_rule = partial(rule, enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.POLICY))
_NAME = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
_NOT_IN_DESCRIPTION = re.compile(r"[^\t\n\r\x20-\x7e\xa1-\xff]")
_RELAY_STATE = re.compile(r"[a-zA-Z0-9&$@#\\/%?=~\-_'\"|!:,.;*+\[\] (){}]{1,240}")
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_NOT_IN_POLICY = re.compile(r"[^\t\n\r\x20-\xff]")
_JSON_SPACE = str.maketrans("", "", " \t\n\r")
_POLICY_BYTES, _DENSE_BYTES, _MANAGED = 32_768, 10_240, 20
_ARN = re.compile(r"arn:(?P<partition>[^:]*):iam::(?P<owner>[^:]*):policy/(?P<policy>.+)")
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_POLICY_PATH = re.compile(r"([A-Za-z0-9.,+@=_-]+/)*")
_OWNER = re.compile(r"aws|[0-9]{12}|")
_MAX_PATH = 510  # 512 with the slashes at both ends


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A permission set. `inline_policy` is JSON text; `managed_policies` are names or ARNs of AWS
    and customer managed policies."""

    name: str
    description: str | None = None
    session_duration: str | None = None
    relay_state: str | None = None
    inline_policy: str | None = None
    managed_policies: tuple[str, ...] = ()


@_rule(
    "OIC-501",
    "A permission set's name is not valid",
    source="AWS API, PermissionSetName",
    remedy="Use 1 to 32 letters, digits and _+=,.@-.",
    good=PermissionSet("AdministratorAccess"),
    bad=PermissionSet("Administrator Access"),
)
def set_name(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set."""
    if not _NAME.fullmatch(subject.name):
        yield "name", subject.name, "is not a valid name."


@_rule(
    "OIC-502",
    "A permission set's description is empty, too long or not Latin-1",
    source="AWS API, PermissionSetDescription: 1–700 of U+0009, U+000A, U+000D, U+0020–U+007E and "
    "U+00A1–U+00FF. The AWS provider accepts more, and AWS then rejects them",
    remedy="Omit or shorten the description; replace typographic dashes and quotation marks.",
    good=PermissionSet("Admin", "Everything, for the platform team"),
    bad=PermissionSet("Admin", "Everything — for the platform team"),
)
def set_description(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set."""
    text = subject.description
    if text is None:
        return
    if not 1 <= len(text) <= 700:
        yield "description", text, f"has {len(text)} characters; AWS accepts 1 to 700."
    elif wrong := set(_NOT_IN_DESCRIPTION.findall(text)):
        yield "description", text, f"contains {named_characters(wrong)}."


@_rule(
    "OIC-503",
    "A session duration is not 1 to 12 hours in ISO 8601",
    source="AWS User Guide, session duration: 1 to 12 hours; API, Duration: ISO 8601",
    remedy="Use PT1H to PT12H, for example PT8H or PT90M.",
    good=PermissionSet("Admin", session_duration="PT8H"),
    bad=PermissionSet("Admin", session_duration="PT24H"),
)
def session_duration(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set. AWS's default is one hour."""
    text = subject.session_duration
    if text is None:
        return
    total = duration_seconds(text)
    if total is None:
        yield "session_duration", text, "is not an ISO 8601 duration in days, hours and minutes."
    elif not 3_600 <= total <= 12 * 3_600:
        yield "session_duration", text, "is not between 1 and 12 hours."


def duration_seconds(text: str) -> int | None:
    """The seconds of an ISO 8601 duration; None for any other text."""
    if (match := _DURATION.fullmatch(text)) is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@_rule(
    "OIC-504",
    "A relay state is not valid",
    source="AWS API, RelayState: 1–240 letters, digits and &$@#\\/%?=~-_'\"|!:,.;*+[] (){}",
    remedy="Omit the relay state, or use the URL of a page in the AWS console.",
    good=PermissionSet("Admin", relay_state="https://console.aws.amazon.com/s3/home"),
    bad=PermissionSet("Admin", relay_state="https://console.aws.amazon.com/<s3>"),
)
def relay_state(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set."""
    text = subject.relay_state
    if text is not None and not _RELAY_STATE.fullmatch(text):
        yield "relay_state", text, "is not a valid relay state."


@core_rule(
    "OIC-505",
    "An inline policy is too long or not Latin-1",
    source="AWS quotas: one inline policy per permission set, with at most 32,768 bytes, of which "
    "10,240 are not white space; API, PermissionSetPolicyDocument: U+0020–U+00FF, tab, line ends",
    remedy="If the policy is too long, move statements into customer managed policies, which must "
    "exist in every account. If it contains characters that are not in Latin-1, replace them.",
    good=PermissionSet("Admin", inline_policy='{"Version": "2012-10-17", "Statement": []}'),
    bad=PermissionSet("Admin", inline_policy='{"Statement": "' + "x" * 10_240 + '"}'),
)
def inline_policy_size(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set. Sizes are those of the text in UTF-8."""
    text = subject.inline_policy
    if text is None:
        return
    size, dense = _bytes(text), _bytes(text.translate(_JSON_SPACE))
    if size > _POLICY_BYTES:
        yield "inline_policy", None, f"has {size:,} bytes; AWS accepts 32,768."
    elif dense > _DENSE_BYTES:
        problem = f"has {dense:,} bytes without white space; AWS accepts 10,240."
        yield "inline_policy", None, problem
    if wrong := set(_NOT_IN_POLICY.findall(text)):
        yield "inline_policy", None, f"contains {named_characters(set(sorted(wrong)[:5]))}."


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@core_rule(
    "OIC-506",
    "An inline policy is not an IAM policy in JSON",
    source="AWS API, PutInlinePolicyToPermissionSet; IAM: a policy is a JSON object with Statement",
    remedy="Set the policy to JSON text with Version and Statement.",
    good=PermissionSet("Admin", inline_policy='{"Version": "2012-10-17", "Statement": []}'),
    bad=PermissionSet("Admin", inline_policy="arn:aws:iam::aws:policy/AdministratorAccess"),
)
def inline_policy_json(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set."""
    text = subject.inline_policy
    if text is not None and policy_document(text) is None:
        yield "inline_policy", text, "is not a JSON object with a Statement."


@core_rule(
    "OIC-507",
    "A permission set has more than 20 managed policies",
    source="AWS quotas: 20 AWS and customer managed policies per permission set; in each account, "
    "the IAM quota of policies per role (default 10) must allow as many",
    remedy="Merge policies, or move statements into the inline policy.",
    good=PermissionSet("Admin", managed_policies=("AdministratorAccess",)),
    bad=PermissionSet("Admin", managed_policies=tuple(f"Policy{n}" for n in range(21))),
)
def managed_policies(subject: PermissionSet) -> Iterator[Violation]:
    """Subject: one permission set."""
    count = len(subject.managed_policies)
    if count > _MANAGED:
        yield "managed_policies", None, f"has {count:,} policies; AWS accepts 20."


@_rule(
    "OIC-517",
    "A reference to an AWS managed policy is not its ARN",
    source="AWS API, ManagedPolicyArn; IAM User Guide: Managed policies and inline policies",
    remedy="Refer to an AWS managed policy by the ARN that the IAM console shows, including its "
    "path, such as arn:aws:iam::aws:policy/job-function/Billing.",
    good="arn:aws:iam::aws:policy/PowerUserAccess",
    bad="PowerUserAccess",
)
def aws_managed_policy(policy: str) -> Iterator[Violation]:
    """Subject: one entry of the AWS managed policies of a permission set."""
    match = _ARN.fullmatch(policy)
    if fault := _blank(policy):
        yield "", policy, fault
    elif match is None and not policy.startswith("arn:") and not _reference_fault(policy):
        written = f"arn:aws:iam::aws:policy/{policy.strip('/')}"
        yield "", policy, f"is a name. Write {written!r}."
    elif match is None or not _OWNER.fullmatch(match["owner"]) or _reference_fault(match["policy"]):
        yield "", policy, "is not the ARN of an IAM policy."
    elif match["owner"] != "aws":
        owner = f" of account {match['owner']}" if match["owner"] else ""
        name = f"Write {match['policy']!r} where customer managed policies are listed."
        yield "", policy, f"is a customer managed policy{owner}. {name}"


@_rule(
    "OIC-518",
    "A reference to a customer managed policy is not its path and name",
    source="AWS API, CustomerManagedPolicyReference: name and path; the policy is looked up in "
    "each account",
    remedy="Refer to a customer managed policy by its path and name, such as team/Developer. It "
    "must exist in every account to which the permission set is assigned.",
    good="team/Developer",
    bad="arn:aws:iam::123456789012:policy/team/Developer",
)
def customer_managed_policy(policy: str) -> Iterator[Violation]:
    """Subject: one `path/name`; slashes at both ends are ignored."""
    if fault := _blank(policy):
        yield "", policy, fault
    elif match := _ARN.fullmatch(policy):
        if match["owner"] == "aws":
            yield "", policy, "is an AWS managed policy. Write it where those are listed."
        else:
            yield "", policy, f"is an ARN. Write {match['policy']!r}."
    elif fault := _reference_fault(policy):
        yield "", policy, fault


def _blank(policy: str) -> str:
    """Whether a reference is empty or has white space at its ends, as a clause; "" if not."""
    if not (text := policy.strip()):
        return "names no policy."
    return "" if text == policy else f"has white space at the start or end. Write {text!r}."


def _reference_fault(policy: str) -> str:
    """What is wrong with a policy's path and name, as a clause; "" if nothing is."""
    path, slash, name = policy.strip("/").rpartition("/")
    if not _POLICY_NAME.fullmatch(name):
        return "has no valid name: 1 to 128 letters, digits and _+=,.@-."
    if not _POLICY_PATH.fullmatch(path + slash) or len(path) > _MAX_PATH:
        return "has no valid path: letters, digits and _+=,.@-, separated by slashes."
    return ""


@_rule(
    "OIC-508",
    "Several permission sets have the same name",
    source="docs/research/aws-provider.md#repeated-conflicts",
    remedy="Rename one of them.",
    good=("Admin", "ReadOnly"),
    bad=("Admin", "ReadOnly", "Admin"),
)
def set_names_differ(names: tuple[str, ...]) -> Iterator[Violation]:
    """Subject: the names of all permission sets of an instance."""
    for index, first in repeated(names):
        yield f"[{index}]", names[index], "is also the name of another set.", Related(f"[{first}]")
