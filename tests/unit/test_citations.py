"""Every cited path of the repository exists, with the cited heading."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

RESEARCH = ROOT / "docs" / "research"
PAGES = sorted(RESEARCH.glob("*.md"))
_CITED = re.compile(
    r"(?<![\w/.{}$-])((?:bench|components|docs|offline_plugins|okta_idc|plugin|policies|sandbox"
    r"|tests|toolchain)/[\w./-]*\w)(?:#([\w-]+))?"
)
_INVENTED = re.compile(r"/(?:NAME|new|missing)\.\w+$")
"""Placeholders in instructions, and files that tests make up."""
_LINKED = re.compile(r"\]\(([^()\s#:$]*)(?:#([\w-]+))?\)")
_OUTSIDE = re.compile(
    r"(?<![\w/.-])(?:okta-provider|okta-plugin-measured|okta-api|aws-identity-center|news-\d{4}-\d\d)"
    r"(?:\.md)?,? (?:§|[A-F]\.\d)"
    r"|okta-plugin-measured|aws-identity-center\.md|news-\d{4}-\d\d\.md"
    r"|\bAWS page, (?:[Ss]tep|Troubleshooting|Considerations)|\bdossiers?\b"
)
_SECTION = re.compile(r"(?<!\w)§")
_RFC = re.compile(r"RFC \d+ §[\d.]+(?:, §[\d.]+)*")


def anchors(text: str) -> set[str]:
    """Anchors of a page: of its headings, as GitHub generates them, and in HTML."""
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    titles = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    return titles | set(re.findall(r"<a (?:id|name)=\"([\w-]+)\"", text))


def external_citations(text: str) -> list[str]:
    """Citations of documents that are not in the repository."""
    plain = _RFC.sub("", text)
    return [found[0] for found in (*_OUTSIDE.finditer(plain), *_SECTION.finditer(plain))]


def tracked() -> Iterator[tuple[Path, str]]:
    kinds = ("*.py", "*.md", "*.yaml", "*.yml", "*.json", "*.j2", "*.toml")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *kinds],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a clone of the repository")
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file != Path(__file__) and file.is_file() and "tests/data/" not in name:
            yield file, file.read_text(encoding="utf-8")


FILES = list(tracked())


def citations(file: Path, text: str) -> Iterator[tuple[Path, str]]:
    """The cited files and folders of the repository, with the anchor if there is one."""
    for path, anchor in _CITED.findall(text):
        if not _INVENTED.search(path):
            yield ROOT / path, anchor
    if file.suffix == ".md":
        for path, anchor in _LINKED.findall(text):
            if path or anchor:
                yield (file.parent / path).resolve() if path else file, anchor


def broken_citations(file: Path, text: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}#{anchor}"
        for path, anchor in citations(file, text)
        if not path.exists()
        or (anchor and path.suffix == ".md" and anchor not in anchors(path.read_text("utf-8")))
    ]


CITING = [(file, text) for file, text in FILES if file.suffix != ".toml"]  # paths in the wheel


def test_every_citation_resolves_to_a_path_and_a_heading() -> None:
    assert not {
        str(file.relative_to(ROOT)): broken
        for file, text in CITING
        if (broken := broken_citations(file, text))
    }
    cited = [(file, path) for file, text in CITING for path, _ in citations(file, text)]
    assert len({file for file, path in cited if RESEARCH in path.parents}) > 50


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.py", "# docs/decisions/0008-adoption.md"),
        ("x.py", "# docs/research/okta-api.md#no-such-heading"),
        ("x.yaml", "# runs tests/test_citations.py"),
        ("x.md", "`okta_idc/doctor/look.py` or `sandbox/okta/`"),
        ("docs/x.md", "[Settings](reference/set.md)"),
        ("docs/x.md", "[Settings](reference/settings.md#no-such-setting)"),
    ],
)
def test_a_dead_citation_is_found(name: str, text: str) -> None:
    assert len(broken_citations(ROOT / name, text)) == 1


def test_no_file_cites_a_document_outside_the_repository() -> None:
    assert not {
        str(file.relative_to(ROOT)): found
        for file, text in FILES
        if (found := external_citations(text))
    }


@pytest.mark.parametrize(
    "text",
    ["okta-api.md §6", "okta-provider.md B.9", "(§2.4)", "AWS page, step 3", "from the dossier"],
)
def test_a_citation_outside_the_repository_is_found(text: str) -> None:
    assert external_citations(text)


@pytest.mark.parametrize("text", ["RFC 9449 §8.2, §9", "docs/research/okta-api.md#rate-limits"])
def test_a_citation_that_readers_can_open_is_accepted(text: str) -> None:
    assert not external_citations(text)


def test_the_index_links_every_page() -> None:
    index = RESEARCH / "README.md"
    linked = {path for path, _ in _LINKED.findall(index.read_text(encoding="utf-8"))}
    assert {page.name for page in PAGES if page != index} <= linked


def test_headings_are_unique_within_a_page() -> None:
    for page in PAGES:
        headings = re.findall(r"^#{1,6} (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(headings) == len(anchors("\n".join(f"# {each}" for each in headings))), page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_fact_states_its_evidence(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page.name in ("README.md", "aws-setup-page.md"):
        assert "**Documented**" in text
        return
    evidence = re.compile(r"Measured|Documented|Source|Reported|Inferred|[Rr]ecorded by the tests")
    facts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert not [fact.split("\n")[0] for fact in facts if not evidence.search(fact)]
