"""The sentences of AWS's pages, and the map of the product to them (docs/reference/seed.md).

AWS's text is not in the repository. `tests/data/setup-page-sentences.json` identifies each sentence
by its section, its opening words, and a digest, so that a new edition can be compared:

    python -m tests.setup_page PAGE.md

lists the sentences of a copy of the page, in AWS's Markdown, that the data file does not have.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.paths import DATA

SENTENCES = DATA / "setup-page-sentences.json"
OPENING_WORDS, OPENING_LENGTH = 6, 48
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_ITEM = re.compile(r"\s*(?:[+*-]|\d+\.)\s+")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_TITLE = re.compile(r"\s*(?:\*\*[^*]+\*\*\s*|#+ .*)$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item, title, error message, or example of a page."""

    section: str
    opening: str
    digest: str


def plain(text: str) -> str:
    """The text without Markdown's links, emphasis, code marks, and escapes, on one line."""
    text = re.sub(r"<a name=[^>]*></a>", "", text)
    text = _LINK.sub(r"\1", re.sub(r"\\(?=[\[\]])", "", text))
    return " ".join(re.sub(r"\\(.)", r"\1", re.sub(r"\*+(?=\S)|(?<=\S)\*+|`", "", text)).split())


def digest(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the plain sentence in lower case."""
    return hashlib.sha256(sentence.lower().encode()).hexdigest()[:16]


def opening(sentence: str) -> str:
    """The first words of a plain sentence, without a long word such as a URL at their end."""
    words = sentence.split()[:OPENING_WORDS]
    while len(words) > 1 and len(" ".join(words)) > OPENING_LENGTH:
        words.pop()
    return " ".join(words)


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The page's sections, each with one of its paragraphs, list items, titles, or examples. An
    example (a code block) is one sentence."""
    section, lines, code = "", list[str](), False
    for line in [*page.splitlines(), ""]:
        if line.strip().startswith("```"):
            if code:
                yield section, "`" + " ".join(lines)
            elif lines:
                yield section, "\n".join(lines)
            lines, code = [], not code
        elif code:
            lines.append(line)
        elif not line.strip() or _TITLE.match(line) or _ITEM.match(line):
            if lines:
                yield section, "\n".join(lines)
            lines = []
            if line.startswith("#"):
                section = plain(line.lstrip("# "))
            elif _TITLE.match(line):
                yield section, line
            elif line.strip():
                lines = [_ITEM.sub("", line, count=1)]
        else:
            lines.append(line)


def sentences(page: str) -> Iterator[Sentence]:
    """The sentences of a page in Markdown, in their order."""
    for section, block in blocks(page):
        text = plain(block)
        for each in [text] if block.startswith("`") else _END.split(text):
            yield Sentence(section, opening(each), digest(each))


def recorded() -> dict[str, Sentence]:
    """The sentences of the data file by number: the prefix of the page, and the position on it."""
    document: Any = json.loads(SENTENCES.read_text(encoding="utf-8"))
    return {
        f"{page['prefix']}{number}": each
        for page in document["pages"]
        for number, each in enumerate(
            (
                Sentence(section, *sentence)
                for section, listed in page["sections"].items()
                for sentence in listed
            ),
            1,
        )
    }


def main() -> None:
    known = {each.digest for each in recorded().values()}
    for path in sys.argv[1:]:
        for each in sentences(Path(path).read_text(encoding="utf-8")):
            if each.digest not in known:
                sys.stdout.write(f"{each.section}: {each.opening} …\n")


if __name__ == "__main__":
    main()
