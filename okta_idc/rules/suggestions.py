"""Suggests the name that was probably intended, and says how it differs."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

LIKENESS = 0.6
"""Least similarity of a suggested name, from 0 to 1 as difflib measures it."""


def did_you_mean(name: str, known: Iterable[str], likeness: float = LIKENESS) -> str:
    """A hint that can follow a message, with a space before it; "" if no known name is similar.

    Differences that are hard to see come first: white space at the ends, case, and Unicode forms
    such as an accent that is a character of its own.
    """
    if (close := closest(name, known, likeness)) is None:
        return ""
    if _folded(close) != _folded(name):
        return f" Did you mean {close!r}?"
    return f" Did you mean {close!r}? It differs in {' and '.join(_differences(name, close))}."


def closest(name: str, known: Iterable[str], likeness: float = LIKENESS) -> str | None:
    """The known name that was probably intended, whatever its case and Unicode form. Swapped
    letters are likelier than wrong ones."""
    by_folded: dict[str, str] = {}
    for each in known:
        by_folded.setdefault(_folded(each), each)
    folded = _folded(name)
    near = get_close_matches(folded, by_folded, n=3, cutoff=likeness)
    swapped = (each for each in near if sorted(each) == sorted(folded))  # us-esat-1
    return by_folded[next(swapped, near[0])] if near else None


def _folded(name: str) -> str:
    return _composed(_composed(name.strip()).casefold())


def _composed(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _differences(name: str, other: str) -> list[str]:
    name_text, other_text = name.strip(), other.strip()
    found = {
        "white space at the start or end": (name, other) != (name_text, other_text),
        "upper and lower case": _composed(name_text) != _composed(other_text),
        "Unicode form (characters that look alike)": name_text.casefold() != other_text.casefold(),
    }
    return [difference for difference, differs in found.items() if differs]
