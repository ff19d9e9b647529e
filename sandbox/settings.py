"""Settings of a running sandbox: the options of `serve`, and the switches of behaviour.py.

Defines the names, the values and the defaults (the first value of each). Every request reads the
current value, so that a change takes effect immediately.
"""

from typing import Any

from .behaviour import OUTCOMES

AWS = "aws"
SERVERS = ("okta", "scim", AWS)
"""The servers that faults and the request log distinguish."""
CHOICES = {
    "connections": OUTCOMES["connections"],
    # Okta's rate limits: none, or those of a type of org (docs/research/okta-api.md#rate-limits).
    "limits": ("off", "integrator", "workforce"),
    # Whether the service app requires a DPoP proof in token requests
    # (docs/research/okta-api.md#dpop).
    "dpop": ("accepted", "required"),
    # AWS's limit of 20 SCIM requests per second (docs/research/scim.md#errors).
    "scim_throttle": ("off", "on"),
    # AWS's limits of 20 calls per second to Identity Center and to the Identity Store, and of 15
    # account assignments in creation (docs/research/identity-center.md#quotas).
    "aws_throttle": ("off", "on"),
    # AWS's quotas: the documented ones, or all of them lowered to 3 (aws/limits.py).
    "quotas": ("documented", "low"),
    # Whether a wait takes real time, advances the clock, or lasts until a test does so (clock.py).
    "clock": ("real", "jump", "still"),
    "member_replace": OUTCOMES["member_replace"],
    "full_push": OUTCOMES["full_push"],
    "push_app_groups": OUTCOMES["push_app_groups"],
    # "Rename app groups to match group name in Okta" (Push Groups > Settings, console only).
    "rename_groups": ("on", "off"),
    # Whether the instance has permission sets (DescribeInstance, PermissionSetsEnabled).
    "permission_sets": ("enabled", "disabled"),
    # The identity store's network configuration: none, SCIM from listed addresses, or SCIM from no
    # address. Only DescribeIdentityStore shows it: the sandbox refuses no request.
    "store_network": ("open", "listed", "closed"),
    # What CloudTrail shows of SCIM requests: an accessKeyId for each token, one for all tokens, or
    # no events. AWS does not explain the value (docs/research/scim.md#cloudtrail-events).
    "cloudtrail": ("per-token", "same", "off"),
}
DESCRIPTIONS = {
    "connections": "whether the API manages the SCIM connection",
    "limits": "rate limits of Okta",
    "dpop": "whether token requests need a DPoP proof",
    "scim_throttle": "whether AWS throttles SCIM requests",
    "aws_throttle": "whether AWS throttles Identity Center's APIs",
    "quotas": "the quotas of AWS: the documented ones, or 3 of everything",
    "clock": "whether a wait takes real time or advances the clock, or the clock stops",
    "member_replace": "how AWS treats a replacement of all group members",
    "full_push": "what Okta sends when it pushes a whole group",
    "push_app_groups": "whether groups of Active Directory can be pushed",
    "rename_groups": "whether a renamed group is renamed in AWS",
    "permission_sets": "whether the instance has permission sets",
    "store_network": "network restrictions that the identity store shows",
    "cloudtrail": "how CloudTrail names the token of a SCIM request",
}
"""The same settings for the command line's help."""
_ALL = OUTCOMES | CHOICES


class Settings:
    """The current value of each setting: `settings["connections"]`."""

    def __init__(self, **values: str) -> None:
        self._values = {name: values[0] for name, values in _ALL.items()}
        self.update(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def update(self, changes: dict[str, Any]) -> None:
        """Apply all changes or none; the ValueError names the invalid setting."""
        for name, value in changes.items():
            if name not in _ALL:
                raise ValueError(f"{name}: unknown setting; use one of {', '.join(_ALL)}")
            if value not in _ALL[name]:
                raise ValueError(f"{name}: use one of {', '.join(_ALL[name])}")
        self._values |= changes

    def view(self) -> dict[str, str]:
        return dict(self._values)
