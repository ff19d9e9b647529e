"""The examples of docs/guide/use-in-your-program.md, which the tests run."""

import re

from tests.paths import ROOT

_PAGE = (ROOT / "docs" / "guide" / "use-in-your-program.md").read_text(encoding="utf-8")


def example(language: str, containing: str) -> str:
    """The only code block in this language that contains the text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)
    [block] = [block for block in blocks if containing in block]
    return block
