"""Shows untrusted text safely."""

from okta_idc.rules.registry import shorten


def printable(text: str, most: int = 200) -> str:
    """The text in one line, with invisible characters (controls, direction marks, surrogates)
    escaped, so that no name can overwrite the report."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shorten(shown, most)
