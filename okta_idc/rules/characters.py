r"""Characters that AWS accepts in texts, and the names of invisible ones.

AWS Identity Store API: names are `[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r]`, space, no-break space and
ideographic space; a username is the same without white space. Characters that Python's Unicode
tables do not have yet are not judged (docs/decisions/0024-do-not-judge-unassigned-characters.md).
"""

import unicodedata
from collections.abc import Iterable

FORBIDDEN = "<>;:%"
"""Not allowed in SCIM attributes (docs/research/aws-setup-page.md#troubleshooting)."""

_WHITE = frozenset("\t\n\r \u00a0\u3000")


def forbidden(text: str) -> list[str]:
    """The characters of FORBIDDEN in the text."""
    return [character for character in FORBIDDEN if character in text]


def outside(text: str) -> set[str]:
    """The characters that AWS's pattern for texts excludes."""
    if text.isprintable():  # letters, marks, symbols, numbers, punctuation and space only
        return set()
    return {c for c in set(text) if not (c.isprintable() or c in _WHITE or _is_unassigned(c))}


def unassigned(text: str) -> set[str]:
    """The characters that a later version of Unicode may define, and AWS may accept."""
    return set() if text.isprintable() else {c for c in set(text) if _is_unassigned(c)}


def unjudged(text: str) -> str:
    """Why it is unknown whether AWS accepts the text; empty if it is known."""
    if not (found := unassigned(text)):
        return ""
    return (
        f"contains {named_characters(found)}, which Unicode {unicodedata.unidata_version}, that of "
        "this Python, does not define. Whether AWS accepts it is unknown."
    )


def _is_unassigned(character: str) -> bool:
    code = ord(character)
    never = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # Unicode's noncharacters
    return not never and unicodedata.category(character) == "Cn"


def white_space(text: str) -> set[str]:
    """The white space that AWS accepts in texts, but not in a username."""
    return {c for c in set(text) if c in _WHITE}


def quoted(characters: Iterable[str]) -> str:
    """`"&", ";"`, each character once; with an escape sequence if it is not printable."""
    shown = (c if c.isprintable() else ascii(c)[1:-1] for c in sorted(set(characters)))
    return ", ".join(f'"{c}"' for c in shown)


def named_characters(characters: set[str]) -> str:
    """`U+200B ZERO WIDTH SPACE, U+0007 CONTROL`."""
    return ", ".join(
        f"U+{ord(c):04X} {unicodedata.name(c, _UNNAMED.get(unicodedata.category(c), 'UNASSIGNED'))}"
        for c in sorted(characters)
    )


_UNNAMED = {"Cc": "CONTROL", "Cs": "SURROGATE", "Co": "PRIVATE USE", "Zs": "SPACE"}
