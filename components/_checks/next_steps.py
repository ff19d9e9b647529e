"""The stack's output `nextSteps`: what a person does next; empty once everything is done.

AWS offers one way to see that its identity source is Okta: automatic provisioning can only be
turned on afterwards, so an Identity Store group that Okta pushed proves it.
"""

from collections.abc import Mapping, Sequence

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
    """`block_reason`: why provisioning is not known to be on. `groups`: Identity Store group IDs by
    push group."""
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
        found.append(
            f"Rotate the SCIM token, which expires in {days_left} days: IAM Identity Center → "
            "Settings → Automatic provisioning → Generate token, then `okta-idc store-token`, then "
            "`pulumi up` (mode console: paste it into Okta), then delete the old token."
        )
    if drift:
        count = "1 difference" if len(drift) == 1 else f"{len(drift)} differences"
        found.append(f"Review the output `drift`: {count} from the declared configuration.")
    return found
