"""Texts that came from outside, made fit to be shown."""

from okta_idc.rules.registry import shorten


def printable(text: str, most: int = 200) -> str:
    """The text in one line; what cannot be seen (controls, marks that turn the direction, half
    characters) as its escape, so that no name can paint over the report."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shorten(shown, most)
