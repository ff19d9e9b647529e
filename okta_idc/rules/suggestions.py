"""Suggests the name that was probably intended, and says how it differs."""

import unicodedata
from collections.abc import Collection
from difflib import get_close_matches


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint that can follow a message, with a space before it; "" if no known name is similar.

    Differences that are hard to see come first: white space at the ends, case, and Unicode forms
    such as an accent that is a character of its own.
    """
    folded = _folded(name)
    close = next((each for each in known if _folded(each) == folded), None)
    if close is None:
        similar = get_close_matches(name, known, n=1)
        return f" Did you mean {similar[0]!r}?" if similar else ""
    return f" Did you mean {close!r}? It differs in {' and '.join(_differences(name, close))}."


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
