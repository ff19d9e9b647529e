"""How a command of a rotation ends, and the person whom it asks for steps."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from okta_idc.token.evidence import Holder
from okta_idc.token.progress import Version
from okta_idc.token.steps import Step


class State(StrEnum):
    """How a command ended: done, with the next act of a person, or without a result."""

    DONE, ABORTED, WAITING, UNKNOWN = "done", "aborted", "waiting", "unknown"


@dataclass(frozen=True)
class Result:
    """`step`: what a person does next. `holder`: the token that Okta uses."""

    state: State
    holder: Holder = Holder.UNKNOWN
    step: Step | None = None
    why: str = ""
    new: Version | None = None
    old: Version | None = None


class Person(Protocol):
    """The person at the terminal, or nobody."""

    def say(self, text: str) -> None:
        """Show what happens."""

    def warn(self, text: str) -> None:
        """Show what the person must know before the next act."""

    def does(self, step: Step) -> bool:
        """Show the step, and wait until it is done. False: nobody is at a terminal."""
        ...

    def token(self, step: Step, endpoint: str) -> str:
        """Show the step, and read the new token for this endpoint; empty: nobody enters one."""
        ...
