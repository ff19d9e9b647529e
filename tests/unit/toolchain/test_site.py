"""The documentation site has every page of docs/, resolves all links, and loads nothing foreign."""

import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
[OPTIONS] = re.findall(r"-m sphinx (.*) -d \S+ docs build/site", MAKEFILE)
"""The options of `make site`."""


def build(docs: Path, site: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", *shlex.split(OPTIONS), *more]
    command += ["-d", str(site.parent / "doctrees"), str(docs), str(site)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    done = build(ROOT / "docs", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_the_site_contains_every_page(site: Path) -> None:
    pages = {page.relative_to(ROOT / "docs").with_suffix("") for page in ROOT.glob("docs/**/*.md")}
    built = {page.relative_to(site).with_suffix("") for page in site.glob("**/*.html")}
    assert pages == built - {Path("search")}


def test_the_navigation_of_each_page_lists_guide_reference_decisions_and_research(
    site: Path,
) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    [sidebar] = re.findall(r'<div class="sidebar-tree">.*?</div>', text, re.DOTALL)
    links = re.findall(r'href="([\w/-]+)\.html"', sidebar)
    for folder in ("guide", "reference", "decisions", "research"):
        assert f"{folder}/README" in links
    expected = ["guide/try", "guide/connect", "reference/settings", "decisions/README"]
    assert sorted(expected, key=links.index) == expected


def test_the_front_page_is_the_readme(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    [tagline] = re.findall(r"(?m)^Connects an Okta org to .*$", (ROOT / "README.md").read_text())
    assert tagline in text
    connect = (site / "guide" / "connect.html").read_text(encoding="utf-8")
    assert 'href="../index.html#stage-4-grant-access-to-aws-accounts"' in connect
    assert 'id="stage-4-grant-access-to-aws-accounts"' in text


def test_the_search_index_finds_a_rule_by_its_id(site: Path) -> None:
    script = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(script.removeprefix("Search.setIndex(").removesuffix(")"))
    [(page, anchor)] = index["alltitles"]["OIC-201"]
    assert (index["docnames"][page], anchor) == ("reference/rules", "oic-201")


class Loads(HTMLParser):
    """Collects the addresses that a browser loads with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.found.append(given["href"])
        elif tag not in ("a", "link"):
            self.found += [
                given[key] for key in ("src", "srcset", "data", "action") if key in given
            ]


def loaded(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        parser = Loads()
        parser.feed(text)
        return parser.found
    return re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", text)


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.suffix in (".html", ".css", ".svg")]
    addresses = {str(each) for file in files for each in loaded(file)}
    assert any("_static/styles/furo.css" in each for each in addresses)
    assert [each for each in addresses if urlsplit(each).netloc] == []


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A small repository: README.md, one page in each folder, and a folder below a guide."""
    for name in ("guide", "guide/operate", "reference", "decisions"):
        (tmp_path / "docs" / name).mkdir(parents=True)
    pages = {
        "../README.md": "# Kit\n\n## Stage 1\n\n[Guide](docs/guide/README.md), [below](#stage-1)\n",
        "../other.md": "# Other\n",
        "../stack.yaml": "config: {}\n",
        "index.md": "# Documentation\n",
        "guide/README.md": "# Guide\n\n[Operate](operate.md), [Adopt](adopt.md)\n",
        "guide/adopt.md": "# Adopt\n\n[Stage](../../README.md#stage-1)\n",
        "guide/operate.md": "# Operate\n\n[Rotate](operate/rotate.md)\n",
        "guide/operate/rotate.md": "# Rotate\n\n[Stack](../../../stack.yaml)\n",
        "guide/operate/audit.md": "# Audit\n\n[Other](../../../other.md#other)\n",
        "reference/README.md": "# Reference\n\n[Key](#a.b_c)\n\n<a id=\"a.b_c\"></a>`b_c`\n",
        "decisions/README.md": "# Decisions\n\n## Push `a_b`\n\n[Above](#push-a_b)\n",
    }  # fmt: skip
    for name, text in pages.items():
        (tmp_path / "docs" / name).write_text(text)
    return tmp_path / "docs"


def test_a_new_page_is_in_the_navigation_without_being_listed(docs: Path, tmp_path: Path) -> None:
    done = build(docs, tmp_path / "site")
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    order = ["guide/README", "guide/operate", "guide/operate/rotate", "guide/operate/audit"]
    positions = [text.index(f'internal" href="{page}.html"') for page in [*order, "guide/adopt"]]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("repository", "stack", "other"),
    [
        ("", r"\.\./\.\./_downloads/\w+/stack\.yaml", r"\.\./\.\./_downloads/\w+/other\.md"),
        (
            "https://git.example.com/kit",
            r"https://git\.example\.com/kit/blob/main/stack\.yaml",
            r"https://git\.example\.com/kit/blob/main/other\.md#other",
        ),
    ],
)
def test_a_link_out_of_docs_leads_to_the_repository_or_a_copy(
    docs: Path, tmp_path: Path, repository: str, stack: str, other: str
) -> None:
    done = build(docs, tmp_path / "site", "-D", f"repository={repository}")
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "site" / "guide" / "operate"
    assert re.search(f'href="{stack}"', (folder / "rotate.html").read_text())
    assert re.search(f'href="{other}"', (folder / "audit.html").read_text())


def test_a_broken_link_or_anchor_fails_the_build(docs: Path, tmp_path: Path) -> None:
    broken = [
        "missing.md", "../guide/adopt.md#missing", "#missing", "../../missing.yaml",
        "../../README.md#missing", "../../missing.md",
    ]  # fmt: skip
    (docs / "reference" / "broken.md").write_text(
        "# Broken\n\n" + "\n".join(f"[x]({link})\n" for link in broken)
    )
    (docs.parent / "README.md").write_text("# Kit\n\n[x](docs/missing.md)\n\n[x](#missing)\n")
    done = build(docs, tmp_path / "site")
    assert done.returncode == 1
    lines = re.findall(r"docs/(\S+\.md:\d+): WARNING: .*(?:not found|Unknown)", done.stderr)
    expected = [f"reference/broken.md:{3 + 2 * number}" for number in range(len(broken))]
    assert sorted(lines) == sorted([*expected, "index.md:3", "index.md:5", "guide/adopt.md:3"])
