"""The one way for foreign text to reach a reader: terminal, HTML, XML, Markdown, YAML, logs.

Names and messages come from Okta, AWS, Pulumi, and all who can create a group. They can contain
terminal escapes, line breaks, direction marks, mentions, and, by mistake, credentials. Decision
0022 lists what each writer does.
"""

import base64
import html
import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, quote_plus

CREDENTIAL_VARIABLES = (
    "OKTA_ACCESS_TOKEN", "OKTA_API_TOKEN", "OKTA_API_PRIVATE_KEY", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE",
)  # fmt: skip
"""Environment variables whose values are never shown."""
SHORTEST = 8
"""Characters of a credential in a row that are masked; fewer give nothing away."""
MASK = "***"

_concealed: set[str] = set()
_REFERENCE = re.compile(r"(?<=[@#!~%$&:])(?=\w)")
"""Where GitHub and GitLab see a mention, an issue, a label or an emoji, even if it is escaped."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_NO_BREAK = "&#8203;"


def conceal(*values: str) -> None:
    """Mask these credentials in every text from now on, also in parts and in encoded forms."""
    _concealed.update(value for value in values if len(value) >= SHORTEST)


def scrub(text: str) -> str:
    """The text without credentials: those of the environment, and those given to `conceal`. Masks
    every run of at least `SHORTEST` characters of one."""
    given = tuple(os.environ.get(name, "") for name in CREDENTIAL_VARIABLES)
    known = _known(given, frozenset(_concealed))
    return known.mask(text) if known.pieces else text


def printable(text: str, limit: int | None = 200) -> str:
    """The text in one line, without credentials, shortened to `limit` characters. Invisible
    characters (controls, direction marks, surrogates) are escaped, so that no name can overwrite
    or extend a report."""
    shown = _escape(scrub(text))
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1] + "…"


def message(text: str) -> str:
    """A message of several lines, each of them printable."""
    return "\n".join(_escape(line) for line in scrub(text).split("\n"))


def markdown(text: str) -> str:
    """The text for Markdown, including tables: without markup, links, mentions and references."""
    spaced = _REFERENCE.sub("\u200b", " ".join(printable(text, None).split()))
    return _PUNCTUATION.sub(r"\\\g<0>", spaced).replace("\u200b", _NO_BREAK)


def preformatted(text: str) -> str:
    """The text as a `pre` element, for Markdown: no fence that its lines could close."""
    return f"<pre>\n{html.escape(message(text).rstrip(), quote=False)}\n</pre>"


def _escape(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Known:
    """Credentials, prepared for the search.

    `pieces` are short parts of them at regular distances: a text with no piece has no run that is
    long enough to mask, which is the usual case and is found quickly.
    """

    def __init__(self, values: Iterator[str]) -> None:
        self.pieces, self._runs = set[str](), set[str]()
        half = SHORTEST // 2
        for value in values:
            self._runs.update(
                value[start : start + SHORTEST] for start in range(len(value) - SHORTEST + 1)
            )
            if len(value) >= SHORTEST:
                self.pieces.update(
                    value[start : start + half] for start in range(0, len(value) - half + 1, half)
                )

    def mask(self, text: str) -> str:
        if not any(piece in text for piece in self.pieces):
            return text
        parts: list[str] = []
        shown = start = 0
        while start <= len(text) - SHORTEST:
            if text[start : start + SHORTEST] not in self._runs:
                start += 1
                continue
            parts += [text[shown:start], MASK]
            while text[start : start + SHORTEST] in self._runs:
                start += 1
            start = shown = start + SHORTEST - 1
        return "".join([*parts, text[shown:]])


@lru_cache(maxsize=4)
def _known(given: tuple[str, ...], concealed: frozenset[str]) -> _Known:
    secret = {value for value in given if len(value) >= SHORTEST and not _is_file(value)}
    return _Known(form for value in secret | concealed for form in _forms(value))


def _is_file(value: str) -> bool:
    """Whether a variable names the file of a key, so that its value is no credential."""
    try:
        return Path(value).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def _forms(value: str) -> Iterator[str]:
    """The lines of a credential, as they are and as libraries encode them."""
    for line in value.replace("\\n", "\n").splitlines():
        if line.strip().startswith("-----"):  # the head and the foot of a PEM file
            continue
        raw = line.encode("utf-8", "surrogatepass")
        yield line
        yield from (line.lower(), html.escape(line), repr(line)[1:-1], json.dumps(line)[1:-1])
        yield from (quote(raw, safe=""), quote_plus(raw))
        for skipped in range(3):  # what precedes it in the encoded text shifts its characters
            coded = base64.b64encode(raw[skipped:]).decode().rstrip("=")
            yield from (coded, coded.translate(str.maketrans("+/", "-_")))
