"""Writes docs/reference/sandbox-fidelity.md: what each of the emulator's answers rests on.

`python -m tests.sandbox.okta.fidelity` writes it anew; a test fails when it is stale. Of each
operation the strongest evidence counts: recorded, documented, or assumed.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT
from tests.sandbox.okta import deviations, shapes
from tests.sandbox.okta.operations import offered
from tests.sandbox.okta.replay import recordings, records

_SAYS_SO = re.compile(r"\b[Aa]ssumed\b")
PAGE = ROOT / "docs" / "reference" / "sandbox-fidelity.md"
_INTRO = """\
# What the sandbox's Okta rests on

Written by `python -m tests.sandbox.okta.fidelity`; a test fails when it is stale.

The sandbox's word about Okta is worth what stands behind it:

- **recorded**: the answer has the shape of answers that a real org gave, inferred from public
  recordings (`tests/data/okta-recorded-shapes.json`; how many were seen stands beside the status);
- **documented**: nobody recorded it, but Okta's OpenAPI description has it, and the answer follows
  that;
- **assumed**: neither has it. It is what other sources or reason suggest.

Every answer is judged by this in the tests. The last column tells how many calls of the real
Okta plugin, recorded against a scratch server, the tests play against the emulator; those show
what a client sends, not what Okta answers. Errors have the shape that was recorded for a few of
them and that Okta documents for all; which error a case gives is documented for few.

None of the recordings is of `amazon_aws_sso`, and none is of provisioning at work.
"""


def evidence(operation: str) -> tuple[str, str]:
    """`recorded`, `documented` or `assumed`, and the statuses of success that this is about."""
    for word, known in (("recorded", shapes.recorded()), ("documented", shapes.documented())):
        answers = known.get(operation, {})
        if word == "documented":
            answers = answers.get("responses", {})
        good = [status for status in answers if status < "300"]
        if good and word == "recorded":
            return word, ", ".join(f"{s} ({answers[s]['seen']} seen)" for s in good)
        if good:
            return word, ", ".join(good)
    return "assumed", "—"


def page() -> str:
    played: dict[str, int] = {}
    for name in recordings():
        for record in records(name):
            of = shapes.operation(record["method"], record["path"])
            played[of] = played.get(of, 0) + 1
    lines = [_INTRO, "## Operations\n", "| operation | rests on | success | calls played |",
             "|---|---|---|---|"]  # fmt: skip
    for method, path in sorted(offered(), key=lambda pair: (pair[1], pair[0])):
        word, statuses = evidence(f"{method} {path}")
        lines.append(row(method, path, word, statuses, played.get(f"{method} {path}", 0)))
    lines += ["\n## Where an answer differs from its evidence\n"]
    lines += [f"- `{of}`: {why}." for (of, _), why in deviations.SHAPES.items()]
    lines += ["\n## Behaviour that is assumed\n", "As it stands in the code, by module."]
    for folder in ("okta", "provisioning"):
        for path in sorted((ROOT / "sandbox" / folder).glob("*.py")):
            if found := list(dict.fromkeys(_assumed(path))):
                lines += [f"\n**{path.relative_to(ROOT)}**\n", *(f"- {text}" for text in found)]
    return "\n".join(lines) + "\n"


def row(method: str, path: str, word: str, statuses: str, calls: int) -> str:
    return f"| `{method} {path}` | {word} | {statuses} | {calls or '—'} |"


def _assumed(path: Path) -> Iterator[str]:
    """What docstrings and comments call assumed, from that sentence to the paragraph's end.

    A list under a line that says so is assumed as a whole.
    """
    for text in _texts(path.read_text()):
        for paragraph in re.split(r"\n\s*\n", text):
            head, *items = re.split(r"\n\s*- ", "\n" + paragraph)
            whole = items and _SAYS_SO.search(head)
            for part in items if whole else [head, *items]:
                line = " ".join(part.split())
                if whole:
                    yield line
                elif said := _SAYS_SO.search(line):
                    yield line[line.rfind(". ", 0, said.start()) + 1 :].strip()


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            yield node.value
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#"):
            if token.start[0] != last + 1:
                yield " ".join(block)
                block = []
            block.append(token.string.lstrip("# "))
            last = token.start[0]
    yield " ".join(block)


if __name__ == "__main__":
    if not shapes.DOCUMENTED.exists():
        sys.exit(f"{shapes.DOCUMENTED.name} is missing: without it nothing counts as documented.")
    PAGE.write_text(page(), encoding="utf-8")
