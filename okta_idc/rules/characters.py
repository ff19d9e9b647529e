r"""Characters: which AWS takes in texts, and how a rule names one that nobody can see.

AWS Identity Store API: names and the like are `[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r]` with blank,
no-break space and ideographic space; a user name is the same without any white space.
"""

import unicodedata

FORBIDDEN = "<>;:%"
"""Not allowed in SCIM attributes (docs/research/aws-setup-page.md#troubleshooting)."""

_WHITE = frozenset("\t\n\r \u00a0\u3000")


def forbidden(text: str) -> list[str]:
    """Those of FORBIDDEN that the text holds."""
    return [character for character in FORBIDDEN if character in text]


def outside(text: str) -> set[str]:
    """The characters that AWS's pattern for texts does not take."""
    if text.isprintable():  # letters, marks, symbols, numbers, punctuation and the blank: none else
        return set()
    return {c for c in set(text) if not c.isprintable() and c not in _WHITE}


def white_space(text: str) -> set[str]:
    """The white space that AWS takes in texts, but not in a user name."""
    return {c for c in set(text) if c in _WHITE}


def named_characters(characters: set[str]) -> str:
    """`U+200B ZERO WIDTH SPACE, U+0007 CONTROL`."""
    return ", ".join(
        f"U+{ord(c):04X} {unicodedata.name(c, _UNNAMED.get(unicodedata.category(c), 'UNASSIGNED'))}"
        for c in sorted(characters)
    )


_UNNAMED = {"Cc": "CONTROL", "Cs": "SURROGATE", "Co": "PRIVATE USE", "Zs": "SPACE"}
