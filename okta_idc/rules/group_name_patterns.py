"""Patterns over the names of Okta groups: `aws-*`, `app_aws_{account}_{permission_set}`.

A pattern is literal text with either `*` (any text) or the two placeholders, so matching needs no
regular expression and time that is linear in the length of the name for `*`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

ACCOUNT, PERMISSION_SET = "{account}", "{permission_set}"
_TOKEN = re.compile(r"(\{account\}|\{permission_set\}|\*)")


@dataclass(frozen=True)
class Pattern:
    """A valid pattern: its literal texts, and what is between them."""

    literals: tuple[str, ...]
    between: tuple[str, ...]

    @property
    def prefix(self) -> str:
        """The text with which every matching name begins."""
        return self.literals[0]

    @property
    def captures(self) -> bool:
        """Whether names that match contain an account and a permission set."""
        return ACCOUNT in self.between

    def matches(self, name: str) -> bool:
        """Whether the name has the pattern's form."""
        first, *inner, last = self.literals
        if not name.startswith(first) or not name.endswith(last):
            return False
        at, end = len(first), len(name) - len(last)
        for literal in inner:
            # The leftmost occurrence leaves the most text for what follows.
            if (found := name.find(literal, at, end)) < 0:
                return False
            at = found + len(literal)
        return at <= end and (not self.captures or any(self.splits(name)))

    def splits(self, name: str) -> Iterator[tuple[str, str]]:
        """Each account and permission set that a name of this form can contain; both have text."""
        first, inner, last = self.literals
        middle = name[len(first) : len(name) - len(last)]
        at = middle.find(inner, 1)
        while at > 0:
            texts = middle[:at], middle[at + len(inner) :]
            if texts[1]:
                account_first = self.between[0] == ACCOUNT
                yield texts if account_first else (texts[1], texts[0])
            at = middle.find(inner, at + 1)


def parse(text: str) -> Pattern:
    """The pattern. Raises ValueError, whose text is a clause that says what is wrong."""
    parts = _TOKEN.split(text)
    literals, between = tuple(parts[::2]), tuple(parts[1::2])
    if any(brace in literal for literal in literals for brace in "{}"):
        raise ValueError(f"contains a brace outside of `{ACCOUNT}` and `{PERMISSION_SET}`.")
    if not literals[0]:
        raise ValueError("begins with a placeholder, so it would match most groups of the org.")
    if not between:
        raise ValueError(
            f"has neither `*` nor `{ACCOUNT}` and `{PERMISSION_SET}`. List the group under "
            "`push_groups`."
        )
    if set(between) != {"*"} and sorted(between) != [ACCOUNT, PERMISSION_SET]:
        raise ValueError(f"must have either `*`, or `{ACCOUNT}` and `{PERMISSION_SET}` once each.")
    if not all(literals[1:-1]):
        raise ValueError("has no text between two placeholders.")
    return Pattern(literals, between)


def parsed(texts: Collection[object]) -> list[Pattern]:
    """The patterns that are valid."""
    found: list[Pattern] = []
    for text in texts:
        try:
            found.append(parse(text if isinstance(text, str) else ""))
        except ValueError:
            continue
    return found
