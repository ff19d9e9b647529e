"""The sandbox's switches: what can be chosen, and what nobody has published for sure.

Owns their names, their values and their defaults (the first of each). Read where they matter, so
that a change takes effect with the next request.
"""

from typing import Any

CHOICES = {
    # Okta's answer to a SCIM connection: «200, UNKNOWN», or as for the apps it documents
    # (docs/research/okta-api.md#connections-and-features).
    "connections": ("unknown", "supported"),
    # Okta's rate limits: none, or those of a kind of org (docs/research/okta-api.md#rate-limits).
    "limits": ("off", "integrator", "workforce"),
    # AWS answers 20 SCIM requests a second (docs/research/scim.md#errors).
    "scim_throttle": ("off", "on"),
    # Whether waiting takes its time or advances the clock (sandbox/clock.py).
    "clock": ("real", "jump"),
    # What AWS does with a replacement of all members (docs/research/scim.md#group-changes).
    "member_replace": ("reject", "noop204", "apply"),
    # What Okta sends when a whole group is pushed: members one by one, or a replacement of all.
    "full_push": ("add", "replace"),
    # "Rename app groups to match group name in Okta" (Push Groups > Settings, console only).
    "rename_groups": ("on", "off"),
}


class Settings:
    """One value for each switch; `settings["connections"]`."""

    def __init__(self, **values: str) -> None:
        self._values = {name: values[0] for name, values in CHOICES.items()}
        self.update(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def update(self, changes: dict[str, Any]) -> None:
        """All of what is asked for, or nothing; ValueError says what to mend."""
        for name, value in changes.items():
            if name not in CHOICES:
                raise ValueError(f"{name}: unknown setting; there are {', '.join(CHOICES)}")
            if value not in CHOICES[name]:
                raise ValueError(f"{name}: use {', '.join(CHOICES[name])}")
        self._values |= changes

    def view(self) -> dict[str, str]:
        return dict(self._values)
