"""Finds the known name that was probably intended: the one search behind every suggestion."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 100
"""Of a name that is compared, in characters; the comparison's time grows with its square."""


def closest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that was probably intended, whatever its case and Unicode form. Swapped
    letters are likelier than wrong ones. `likeness`: the least similarity, from 0 to 1 as difflib
    measures it."""
    by_folded: dict[str, str] = {}
    for each in known:
        by_folded.setdefault(folded(each), each)
    wanted = folded(name)
    near = get_close_matches(wanted, by_folded, n=3, cutoff=likeness)
    swapped = (each for each in near if sorted(each) == sorted(wanted))  # us-esat-1
    return by_folded[next(swapped, near[0])] if near else None


def folded(name: str) -> str:
    """The name without white space at the ends, case, and Unicode forms."""
    return composed(composed(name.strip()).casefold())


def composed(name: str) -> str:
    """The name in one Unicode form."""
    return unicodedata.normalize("NFKC", name)
