"""What is left to do, for the stack's output `nextSteps`: empty once everything is done.

Owns words, no resource. That AWS has been told to take its people from Okta can be seen in one way
only: automatic provisioning can be enabled after it alone, so whoever has arrived proves it.
"""

from collections.abc import Mapping, Sequence

SOON_DAYS = 90

BREAK_GLASS = (
    "Before you change the identity source: keep a way in that does not depend on it, a role or "
    "user in the management account that you have tried."
)


def next_steps(
    *,
    closed: str,
    steps: str,
    days_left: int,
    groups: Mapping[str, str | None],
    drift: Sequence[str],
    metadata_url: str,
) -> list[str]:
    """`closed`: why the gate was let through though provisioning is not known to be on. `groups`:
    ids in AWS by what the pushed groups are called."""
    found: list[str] = []
    if closed:
        found.append(f"Turn provisioning on. {closed} {steps}".strip())
    waiting = [called for called, there in groups.items() if not there]
    if not groups:
        found.append(
            f"Tell AWS about Okta, once: {BREAK_GLASS} Then save {metadata_url} as a file and "
            "upload it in IAM Identity Center → Settings → Identity source → Actions → Change "
            "identity source → External identity provider → IdP SAML metadata."
        )
        found.append("Name the groups in `push` and `assign`, and run `pulumi up`.")
    elif waiting:
        found.append(
            f"{', '.join(waiting)}: not in IAM Identity Center yet. `okta-idc status` says why."
        )
    if days_left <= SOON_DAYS:
        found.append(
            f"Rotate the SCIM token, {days_left} days are left: IAM Identity Center → Settings → "
            "Automatic provisioning → Generate token, then `okta-idc store-token`, then `pulumi "
            "up` (mode console: paste it into Okta), then delete the old one."
        )
    if drift:
        found.append(f"Look at the output `drift`: {len(drift)} things are not as declared.")
    return found
