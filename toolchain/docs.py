"""Writes the generated pages and the version, and checks that both are up to date and that links
resolve.

Used by `make docs` and `make check`. The link check covers relative links in all Markdown files,
with their anchors, and makes no network requests.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from okta_idc.cli import schema
from toolchain.reference import cli_page, partition_data, rules_page, settings_page
from toolchain.sandbox import ROOT


def _printed_by(module: str) -> str:
    """What a module prints that imports rooms which the toolchain must not import."""
    command = [sys.executable, "-m", module]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _with_version(page: str) -> str:
    """The file's own text with the version of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.sub(rf"(?m)({VERSIONED[page]}){_VERSION}", rf"\g<1>{project['version']}", text)


_VERSION = r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?"
VERSIONED = {
    "docs/guide/use-in-your-program.md": "okta-identity-center[ -]v?",
    "docs/reference/policies.md": "okta-identity-center@v",
    "plugin/requirements.txt": r"^okta-identity-center\[components\]==",
    "policies/PulumiPolicy.yaml": "^version: ",
    "policies/requirements.txt": r"^okta-identity-center\[policies\]==",
}
"""What precedes the version in each file that repeats it."""
GENERATED: dict[str, Callable[[], str]] = {
    **{page: partial(_with_version, page) for page in VERSIONED},
    "docs/reference/cli.md": cli_page.page,
    "docs/reference/rules.md": rules_page.page,
    "docs/reference/sandbox-fidelity.md": partial(_printed_by, "tests.sandbox.okta.fidelity"),
    "docs/reference/settings.md": settings_page.page,
    "docs/reference/stack.schema.json": schema.text,
    "okta_idc/rules/partition_data.py": partition_data.module,
    "plugin/schema.json": partial(_printed_by, "plugin.provider"),
}
"""Each file that is generated as a whole or in part, with the function that returns its text."""
_LINK = re.compile(r"\]\(<?([^()\s<>]+)>?(?: \"[^\"]*\")?\)|^\[[^\]]+\]: (\S+)", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
_EXPLICIT_ANCHOR = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")


def main(argv: list[str] | None = None) -> int:
    """Write or check. Exit codes: 0 done, 1 outdated pages or broken links."""
    parser = argparse.ArgumentParser(prog="python -m toolchain.docs", description=main.__doc__)
    parser.add_argument("command", choices=("write", "check"))
    if parser.parse_args(argv).command == "write":
        for page, generate in GENERATED.items():
            (ROOT / page).write_text(generate(), encoding="utf-8")
        return 0
    problems = [*outdated_pages(), *broken_links(ROOT, markdown_files(ROOT))]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def outdated_pages() -> Iterator[str]:
    """A message for each generated page that is missing or differs from its source."""
    for page, generate in GENERATED.items():
        file = ROOT / page
        if not file.exists() or file.read_text(encoding="utf-8") != generate():
            yield f"{page}: is out of date. Run: make docs"


def markdown_files(root: Path) -> list[Path]:
    """The Markdown files of the repository, without ignored ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := root / name).is_file()]


def broken_links(root: Path, files: list[Path]) -> Iterator[str]:
    """A message for each relative link to a missing file or heading."""
    for file in files:
        text = _CODE.sub(_blank, file.read_text(encoding="utf-8"))
        for match in _LINK.finditer(text):
            link = match[1] or match[2]
            if reason := _link_problem(file, link):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{file.relative_to(root)}:{line}: {link}: {reason}"


def anchors(text: str) -> set[str]:
    """The anchors of a page: those of its headings, as GitHub forms them, and explicit ones."""
    found: set[str] = set()
    for heading in _HEADING.findall(re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.M | re.S)):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        number = 0
        while (unique := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(unique)
    return found | set(_EXPLICIT_ANCHOR.findall(text))


def _link_problem(file: Path, link: str) -> str:
    """Why a link does not resolve; empty if it does, or if it leads outside the repository."""
    if re.match(r"[a-z][a-z0-9+.-]*:|\$\{", link):  # a URL, or a value that Pulumi fills in
        return ""
    path, _, anchor = link.partition("#")
    target = file.parent / path if path else file
    if not target.exists():
        return "no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
        return f"no heading with the anchor #{anchor}"
    return ""


def _blank(match: re.Match[str]) -> str:
    """Newlines of removed code, so that line numbers stay right."""
    return "\n" * match[0].count("\n")


if __name__ == "__main__":
    sys.exit(main())
