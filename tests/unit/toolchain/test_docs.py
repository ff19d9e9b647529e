"""Generated pages are up to date, and links in Markdown files resolve."""

from pathlib import Path

import pytest

from tests.paths import ROOT
from toolchain import docs

PAGE = """\
# A page

## Its part: `x`

## Twice

## Twice

<a id="explicit"></a>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.md").write_text(PAGE)
    (tmp_path / "image.png").touch()
    return tmp_path


def broken(folder: Path, text: str) -> list[str]:
    file = folder / "index.md"
    file.write_text(text)
    return list(docs.broken_links(folder, [file]))


@pytest.mark.parametrize(
    "link",
    [
        "page.md", "page.md#its-part-x", "page.md#twice-1", "page.md#explicit", "image.png", ".",
        "https://example.com/missing", "mailto:a@example.com", "#top", "${outputs.url}",
    ],
)  # fmt: skip
def test_a_link_that_resolves_is_accepted(folder: Path, link: str) -> None:
    assert broken(folder, f"# Top\n\n[text]({link}) and `[code](missing.md)`\n") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[text](missing.md)", "index.md:3: missing.md: no such file"),
        ("![text](missing.png)", "index.md:3: missing.png: no such file"),
        ('[text](missing.md "title")', "index.md:3: missing.md: no such file"),
        ("[text]: missing.md", "index.md:3: missing.md: no such file"),
        ("[text](page.md#no)", "index.md:3: page.md#no: no heading with the anchor #no"),
        ("[text](#no)", "index.md:3: #no: no heading with the anchor #no"),
    ],
)
def test_a_broken_link_is_reported_with_its_line(folder: Path, text: str, problem: str) -> None:
    assert broken(folder, f"```\n{text}\n```\n") == []
    assert broken(folder, f"# Top\n\n{text}\n") == [problem]


def test_an_outdated_page_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "docs/reference/rules.md"
    current = (ROOT / page).read_text(encoding="utf-8")
    monkeypatch.setattr(docs, "GENERATED", {page: lambda: current})
    assert list(docs.outdated_pages()) == []
    monkeypatch.setattr(docs, "GENERATED", {page: lambda: f"{current}more"})
    assert list(docs.outdated_pages()) == [f"{page}: is out of date. Run: make docs"]


def test_a_missing_page_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "GENERATED", {"docs/missing.md": str})
    assert list(docs.outdated_pages()) == ["docs/missing.md: is out of date. Run: make docs"]


@pytest.mark.parametrize("page", [page for page in docs.GENERATED if page.startswith("docs/")])
def test_the_reference_page_is_current(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text == docs.GENERATED[page](), "outdated. Run: make docs"


def test_links_to_and_on_the_settings_page_resolve() -> None:
    problems = docs.broken_links(ROOT, docs.markdown_files(ROOT))
    settings = "docs/reference/settings.md"
    assert [each for each in problems if "settings.md" in each] == []
    assert f"]({settings})" in (ROOT / "README.md").read_text(encoding="utf-8")
