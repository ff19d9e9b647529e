"""The stack output `nextSteps`: the remaining manual steps.

No AWS API returns the identity source. A pushed group in the Identity Store proves that it is Okta,
because automatic provisioning requires an external identity source.
"""

from collections.abc import Mapping, Sequence

from okta_idc.rules.registry import count
from okta_idc.rules.scim_secret import ROTATE

SOON_DAYS = 90

BREAK_GLASS = (
    "Before you change the identity source, make sure that you can sign in without it: test an IAM "
    "role or user in the management account."
)


def next_steps(
    *,
    block_reason: str,
    steps: str,
    days_left: int,
    groups: Mapping[str, str | None],
    drift: Sequence[str],
    metadata_url: str,
) -> list[str]:
    """`block_reason`: why provisioning is not confirmed to be on. `groups`: the Identity Store
    group ID of each push group."""
    found: list[str] = []
    if block_reason:
        found.append(f"Turn provisioning on. {block_reason} {steps}".strip())
    missing = [key for key, ident in groups.items() if not ident]
    if not groups:
        found.append(
            f"Connect AWS to Okta, once. {BREAK_GLASS} Then save {metadata_url} as a file and "
            "upload it in IAM Identity Center → Settings → Identity source → Actions → Change "
            "identity source → External identity provider → IdP SAML metadata."
        )
        found.append("List groups under push_groups and assignments, and run `pulumi up`.")
    elif missing:
        found.append(
            f"{', '.join(missing)}: not in IAM Identity Center yet. `okta-idc status` shows why."
        )
    if days_left <= SOON_DAYS:
        days = count(days_left, "day")
        found.append(f"Rotate the SCIM token, which expires in {days}. {ROTATE}")
    if drift:
        number = count(len(drift), "difference")
        found.append(f"Review the output `drift`: {number} from the declared configuration.")
    return found
