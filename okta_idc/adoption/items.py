"""What a draft is made of: a piece of settings, and what is to be told about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from okta_idc.rules import Finding


@dataclass(frozen=True)
class Note:
    """A sentence for whoever adopts. `problem`: something is not taken over as it is."""

    text: str
    problem: bool = False


@dataclass
class Item:
    """One piece of the settings. `left_out`: it stands in the file, commented out."""

    value: dict[str, Any]
    notes: list[Note] = field(default_factory=list[Note])
    left_out: bool = False

    def told(self, text: str) -> None:
        self.notes.append(Note(text))

    def problem(self, text: str) -> None:
        self.notes.append(Note(text, problem=True))

    def breaches(self, findings: Iterable[Finding]) -> None:
        """Rules that the piece breaks, and that the program would refuse it for."""
        for finding in findings:
            self.problem(finding.text())
