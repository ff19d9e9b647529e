"""Every citation resolves to a heading in docs/research."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

RESEARCH = ROOT / "docs" / "research"
PAGES = sorted(RESEARCH.glob("*.md"))
_CITED = re.compile(r"docs/research/([\w.-]*\w)(?:#([\w-]+))?")
_LINKED = re.compile(r"\]\(([^()\s#:]*)(?:#([\w-]+))?\)")
_OUTSIDE = re.compile(
    r"(?<![\w/.-])(?:okta-provider|okta-plugin-measured|okta-api|aws-identity-center|news-\d{4}-\d\d)"
    r"(?:\.md)?,? (?:§|[A-F]\.\d)"
    r"|okta-plugin-measured|aws-identity-center\.md|news-\d{4}-\d\d\.md"
    r"|\bAWS page, (?:[Ss]tep|Troubleshooting|Considerations)|\bdossiers?\b"
)
_SECTION = re.compile(r"(?<!\w)§")
_RFC = re.compile(r"RFC \d+ §[\d.]+(?:, §[\d.]+)*")


def anchors(text: str) -> set[str]:
    """Heading anchors of a page, as GitHub generates them."""
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


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


def citations() -> Iterator[tuple[str, Path, str]]:
    """The citing file, the page and the anchor of each citation."""
    for file, text in FILES:
        location = str(file.relative_to(ROOT))
        for page, anchor in _CITED.findall(text):
            yield location, RESEARCH / page, anchor
        if file.suffix == ".md":
            for path, anchor in _LINKED.findall(text):
                target = (file.parent / path).resolve() if path else file
                if target.parent == RESEARCH:
                    yield location, target, anchor


def test_every_citation_resolves_to_a_heading() -> None:
    known = {page: anchors(page.read_text(encoding="utf-8")) for page in PAGES}
    found = list(citations())
    broken = [
        f"{location}: {page.name}#{anchor}"
        for location, page, anchor in found
        if page not in known or (anchor and anchor not in known[page])
    ]
    assert not broken
    assert len({location for location, *_ in found}) > 50


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
