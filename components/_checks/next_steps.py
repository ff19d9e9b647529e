"""The stack output `nextSteps`: what a person does next, in order.

A run that cannot continue before these steps fails with the same text. What a step leaves behind is
checked by the next run: the SCIM token by AWS, provisioning by the gate, the identity source by
pushed groups in the Identity Store, because automatic provisioning requires an external one. No AWS
API returns the identity source itself.
"""

from collections.abc import Mapping, Sequence

from okta_idc.clients.aws import AwsError
from okta_idc.rules.registry import count
from okta_idc.rules.scim_secret import ROTATE
from okta_idc.text import printable

RUN = "Run `pulumi up`."
UNKNOWN = "unknown: "
"""Begins a line of the output `drift` about a part that was not compared."""
SOON_DAYS = 90
_STOPPED = "The app is in Okta. The run stops here until AWS and Okta are connected. Next steps:"


def unread(what: str, error: AwsError) -> str:
    """A line of the output `drift`: what is not known, why, and the permission that it needs."""
    needs = f" Needs {error.action}." if error.is_denied else ""
    text = printable(str(error), None).rstrip(".")
    return f"{UNKNOWN}{what}: {text}.{needs}"


def stopped(steps: Sequence[str]) -> str:
    """The error of a run that cannot continue before these steps."""
    numbered = (f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return "\n".join((_STOPPED, *numbered))


def next_steps(
    *,
    connect: Sequence[str],
    block_reason: str,
    steps: str,
    days_left: int,
    assigns: bool,
    groups: Mapping[str, str | None],
    drift: Sequence[str],
) -> list[str]:
    """`connect`: the steps that connect AWS to Okta, empty if it is connected. `block_reason`: why
    provisioning is not confirmed to be on, and `steps`: how to turn it on. `assigns`: whether the
    settings assign or push anything. `groups`: the Identity Store group ID of each push group.
    `drift`: differences, and parts that were not compared (`unknown: …`), which are no step."""
    found = [*connect]
    if block_reason and not connect:
        turn_on = f"Turn provisioning on. {block_reason} {steps}".strip()
        found.append(f"{turn_on}\nThen run `pulumi up`.")
    if not (assigns or found):
        found.append("List groups under push_groups and assignments, and run `pulumi up`.")
    if missing := [key for key, ident in groups.items() if not ident]:
        found.append(
            f"{', '.join(missing)}: not in IAM Identity Center yet. `okta-idc status` shows why."
        )
    if days_left <= SOON_DAYS and not connect:
        days = count(days_left, "day")
        found.append(f"Rotate the SCIM token, which expires in {days}. {ROTATE}")
    if known := [line for line in drift if not line.startswith(UNKNOWN)]:
        number = count(len(known), "difference")
        found.append(f"Review the output `drift`: {number} from the declared configuration.")
    return found
