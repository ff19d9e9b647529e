"""Suggests the name that was probably intended, and says how it differs."""

from collections.abc import Iterable

from okta_idc.okta_expression.similar import closest, composed, folded

__all__ = ["LIKENESS", "closest", "did_you_mean"]

LIKENESS = 0.6
"""Least similarity of a suggested name, from 0 to 1 as difflib measures it."""


def did_you_mean(name: str, known: Iterable[str], likeness: float = LIKENESS) -> str:
    """A hint that can follow a message, with a space before it; "" if no known name is similar.

    Differences that are hard to see come first: white space at the ends, case, and Unicode forms
    such as an accent that is a character of its own.
    """
    if (close := closest(name, known, likeness)) is None:
        return ""
    if folded(close) != folded(name):
        return f" Did you mean {close!r}?"
    return f" Did you mean {close!r}? It differs in {' and '.join(_differences(name, close))}."


def _differences(name: str, other: str) -> list[str]:
    name_text, other_text = name.strip(), other.strip()
    found = {
        "white space at the start or end": (name, other) != (name_text, other_text),
        "upper and lower case": composed(name_text) != composed(other_text),
        "Unicode form (characters that look alike)": name_text.casefold() != other_text.casefold(),
    }
    return [difference for difference, differs in found.items() if differs]
