"""Building blocks of a draft: a piece of settings and notes about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from okta_idc.rules import Finding
from okta_idc.text import printable


@dataclass(frozen=True)
class Note:
    """A sentence about a piece of settings. `problem`: it requires a fix."""

    text: str
    problem: bool = False


@dataclass
class Item:
    """One piece of the settings. `commented_out`: written as a YAML comment."""

    value: dict[str, Any]
    notes: list[Note] = field(default_factory=list[Note])
    commented_out: bool = False

    def note(self, text: str) -> None:
        self.notes.append(Note(printable(text, None)))

    def problem(self, text: str) -> None:
        self.notes.append(Note(printable(text, None), problem=True))

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """Findings for which the program would reject the piece."""
        for finding in findings:
            self.problem(finding.text())
