"""Every citation of a fact leads to a heading in docs/research."""

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
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def outside(text: str) -> list[str]:
    """What cites a note that is not in the repository."""
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


def cited() -> Iterator[tuple[str, Path, str]]:
    """Where a page is cited, which page, and the anchor."""
    for file, text in FILES:
        where = str(file.relative_to(ROOT))
        for page, anchor in _CITED.findall(text):
            yield where, RESEARCH / page, anchor
        if file.suffix == ".md":
            for path, anchor in _LINKED.findall(text):
                target = (file.parent / path).resolve() if path else file
                if target.parent == RESEARCH:
                    yield where, target, anchor


def test_every_citation_leads_to_a_heading() -> None:
    known = {page: anchors(page.read_text(encoding="utf-8")) for page in PAGES}
    found = list(cited())
    broken = [
        f"{where}: {page.name}#{anchor}"
        for where, page, anchor in found
        if page not in known or (anchor and anchor not in known[page])
    ]
    assert not broken
    assert len({where for where, *_ in found}) > 50


def test_no_file_cites_a_note_outside_the_repository() -> None:
    assert not {
        str(file.relative_to(ROOT)): said for file, text in FILES if (said := outside(text))
    }


@pytest.mark.parametrize(
    "text",
    ["okta-api.md §6", "okta-provider.md B.9", "(§2.4)", "AWS page, step 3", "from the dossier"],
)
def test_a_citation_of_a_note_outside_is_found(text: str) -> None:
    assert outside(text)


@pytest.mark.parametrize("text", ["RFC 9449 §8.2, §9", "docs/research/okta-api.md#rate-limits"])
def test_a_citation_that_can_be_opened_is_not(text: str) -> None:
    assert not outside(text)


def test_the_index_links_every_page() -> None:
    index = RESEARCH / "README.md"
    linked = {path for path, _ in _LINKED.findall(index.read_text(encoding="utf-8"))}
    assert {page.name for page in PAGES if page != index} <= linked


def test_headings_of_a_page_differ() -> None:
    for page in PAGES:
        headings = re.findall(r"^#{1,6} (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(headings) == len(anchors("\n".join(f"# {each}" for each in headings))), page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_fact_says_how_sure_it_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page.name in ("README.md", "aws-setup-page.md"):
        assert "**Documented**" in text
        return
    evidence = re.compile(r"Measured|Documented|Source|Reported|Inferred|[Rr]ecorded by the tests")
    facts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert not [fact.split("\n")[0] for fact in facts if not evidence.search(fact)]
