"""What a person does during a rotation, with links. No text contains a token."""

from dataclasses import dataclass
from enum import StrEnum
from shlex import quote

from okta_idc.clients.secrets import PENDING
from okta_idc.token.progress import Version

RESUME = "okta-idc token rotate"


class Act(StrEnum):
    """Acts of a person."""

    GENERATE, UP, PASTE, DELETE = "generate", "pulumi-up", "paste", "delete"


@dataclass(frozen=True)
class Step:
    """One act, and how to do it. `command`: what to run for it, or afterwards."""

    act: Act
    text: str
    command: str = RESUME


@dataclass(frozen=True)
class Pages:
    """Links to the consoles; empty if an address is unknown. `integration`: the app's page in Okta.
    `secret` and `region` name the secret, `up` is the command that updates the stack, `resume` the
    one that goes on after a step."""

    aws: str
    integration: str
    secret: str
    region: str
    up: str = "pulumi up"
    resume: str = RESUME

    def generate(self, current: Version, occupied: Version | None, *, is_dead: bool) -> Step:
        """`occupied`: another token that uses one of AWS's two slots; `is_dead`: it has expired."""
        first = ""
        if occupied is not None:
            state = "has expired, but still counts" if is_dead else "is still valid"
            first = (
                f"  AWS allows two tokens, expired ones included. The one that was created on "
                f"{occupied.day}\n  {state}: if AWS lists it, delete it first. Keep the one of "
                f"{current.day}.\n"
            )
        second = f"the one that was not created on {current.day}"
        return self._generate(first, second, " The old token stays valid.")

    def replace_rejected(self, current: Version) -> Step:
        """The act if AWS rejects the current token: another one may be the only valid token."""
        first = (
            f"  AWS rejects the current token of {current.day}: it was deleted or has expired. "
            "Until Okta has\n  a new one, it cannot provision.\n"
        )
        return self._generate(first, "an expired one, or one that nothing uses", "")

    def _generate(self, first: str, second: str, after: str) -> Step:
        text = (
            "Generate a new token in AWS:\n"
            f"{first}"
            f"  1. Open IAM Identity Center → Settings{_link(self.aws)}\n"
            "  2. Automatic provisioning → Manage provisioning → Generate token. If AWS has two "
            f"tokens\n     already, first delete {second}.\n"
            f"  3. Copy the access token: AWS shows it only once.{after}"
        )
        return Step(Act.GENERATE, text, f"{self.resume} --token-stdin")

    def run_up(self, new: Version) -> Step:
        text = f"Give Okta the token of {new.day}: run\n  {self.up}"
        return Step(Act.UP, text, self.up)

    def update_stack(self) -> Step:
        """The act after a rotation in mode `console`: the stack's alarm has the old date."""
        text = f"Update the stack's outputs and its alarm to the new expiry: run\n  {self.up}"
        return Step(Act.UP, text, self.up)

    def paste(self, new: Version, *, is_current: bool) -> Step:
        stage = "" if is_current else f" --version-stage {PENDING}"
        read = (
            f"aws secretsmanager get-secret-value --secret-id {quote(self.secret)} "
            f"--region {self.region}{stage}"
        )
        text = (
            f"Give Okta the token of {new.day}:\n"
            f"  1. Open the app → Provisioning → Integration{_link(self.integration)}\n"
            "  2. Choose Edit, and enter the token as API Token. If you no longer have it, it "
            "is\n"
            f"     `token` in the output of: {read}\n"
            "  3. Choose Test API Credentials, then Save."
        )
        return Step(Act.PASTE, text, self.resume)

    def delete(self, old: Version, new: Version) -> Step:
        days = (old.day, new.day)
        if old.day == new.day:
            days = tuple(f"{v.secret.created:%Y-%m-%d %H:%M} UTC" for v in (old, new))
        text = (
            "Delete the old token in AWS:\n"
            f"  1. Open IAM Identity Center → Settings{_link(self.aws)}\n"
            "  2. Automatic provisioning → Manage provisioning → Access tokens.\n"
            f"  3. Delete the token that was created on {days[0]}. Keep the one of {days[1]}."
        )
        return Step(Act.DELETE, text, self.resume)


def _link(page: str) -> str:
    return f"\n     {page}" if page else ""
