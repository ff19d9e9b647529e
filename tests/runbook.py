"""Follows a page of docs/guide/operate: its code blocks in their order, as printed.

A block is `sh` (one command per line), `console` (`$ command`, then its output, where `…` matches
any text), or `yaml` (settings). A test follows each block once, and `Runbook.finish` fails if a
block was not followed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.paths import ROOT

FOLDER = ROOT / "docs" / "guide" / "operate"
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

Run = Callable[[str], tuple[int, str]]
"""Runs a command line: the exit code, and the output with standard error."""


@dataclass(frozen=True)
class Step:
    """A command with the output that the page shows for it, or settings (`yaml`)."""

    kind: str
    text: str
    shown: str = ""


def steps(text: str) -> Iterator[Step]:
    """The commands and settings of a page."""
    for indent, kind, block in _BLOCK.findall(text):
        body = re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)
        if kind == "yaml":
            yield Step(kind, body)
        elif kind == "sh":
            lines = re.sub(r"\\\n\s*", "", body).splitlines()
            yield from (Step("sh", line) for line in lines if line.strip())
        elif kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Step("console", command, shown.strip())
        elif kind != "json":  # an example of what arrives
            raise AssertionError(f"no test follows a block of the language {kind}")


class Runbook:
    """A page, as a person with these names and IDs in place of the page's examples follows it."""

    def __init__(self, name: str, run: Run, names: dict[str, str] | None = None) -> None:
        self.name, self._run, self._names = name, run, names or {}
        self._left = list(steps((FOLDER / f"{name}.md").read_text(encoding="utf-8")))

    def run(
        self,
        part: str,
        code: int = 0,
        names: dict[str, str] | None = None,
        by: Run | None = None,
    ) -> str:
        """Run the next command, which contains `part`, and compare its output with the one that
        the page shows. `names`: the texts that replace placeholders of this command; `by` runs it
        in another way, for example at a terminal."""
        step = self._next("sh", "console")
        assert part in step.text, f"{self.name}: the next step is {step.text!r}, not {part!r}"
        command = self._replaced(step.text, names)
        status, text = (by or self._run)(command)
        assert status == code, f"{self.name}: {command!r} ended with {status}:\n{text}"
        pattern = ".*?".join(
            re.escape(_joined(each)) for each in self._replaced(step.shown, names).split("…")
        )
        assert re.search(pattern, _joined(text)), f"{self.name}: not the output shown:\n{text}"
        return text

    def settings(self) -> Any:
        """The next settings."""
        return yaml.safe_load(self._next("yaml").text)

    def finish(self) -> None:
        assert not self._left, f"{self.name}: not followed: {self._left}"

    def _next(self, *kinds: str) -> Step:
        assert self._left, f"{self.name}: has no more steps"
        step = self._left.pop(0)
        assert step.kind in kinds, f"{self.name}: the next step is {step}"
        return step

    def _replaced(self, text: str, names: dict[str, str] | None) -> str:
        for example, name in {**(names or {}), **self._names}.items():
            text = re.sub(rf"(?<![\w-]){re.escape(example)}(?![\w-])", lambda _, n=name: n, text)
        return text


def _joined(text: str) -> str:
    """The text with single spaces: terminals and pages wrap lines in different places."""
    return " ".join(text.split())
