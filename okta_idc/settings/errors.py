"""Errors of the settings tree: one line per problem, with path, value and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from okta_idc.rules.registry import Finding, count


@dataclass(frozen=True)
class Problem:
    """A problem in the settings: its path, what is wrong with what to do, and the rule's ID."""

    path: str
    message: str
    rule: str = ""

    @classmethod
    def of(cls, finding: Finding, prefix: str = "") -> "Problem":
        """A rule's finding; `prefix` precedes its path."""
        found = finding.within(prefix)
        return cls(found.path, found.advice, found.rule.id)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SettingsError(Exception):
    """The settings cannot be used. The text lists every problem, one per line."""

    def __init__(self, problems: Sequence[Problem], unjudged: Sequence[str] = ()) -> None:
        """`unjudged`: IDs of the rules that some of the problems keep from being checked."""
        self.problems = problems
        ids = ", ".join(unjudged)
        self.note = f"Not checked because of the errors above: {ids}." if ids else ""
        number = count(len(problems), "problem")
        lines = "\n".join(f"  • {problem}" for problem in problems)
        super().__init__(
            f"The settings have {number}; nothing was changed.\n{lines}"
            + (f"\n{self.note}" if self.note else "")
        )
