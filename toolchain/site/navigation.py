"""The navigation of the site, derived from the index pages, so that no page has to be listed.

The index page of a folder is its `README.md`, or the page beside it with the folder's name. The
pages of a folder are ordered as its index page links them; pages without a link come last. The
front page is the repository's README.md.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from toolchain.site.links import FRONT_PAGE, readme, rebased

FLAT = ("guide", "reference")
"""The folders of docs/ whose pages are all listed in the navigation; others are one entry."""
_LINK = re.compile(r"\]\(([^()#\s]+\.md)(?:#[^()\s]*)?\)")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("source-read", _add_navigation)
    return {"parallel_read_safe": True}


def pages(folder: Path) -> list[Path]:
    """The pages and subfolders' index pages of a folder, without its own index page, in order."""
    index = index_page(folder)
    found = {page for page in folder.glob("*.md") if page != index}
    found |= {index_page(each) for each in folder.iterdir() if any(each.glob("*.md"))}
    links = _LINK.findall(index.read_text(encoding="utf-8"))
    linked = dict.fromkeys((index.parent / link).resolve() for link in links)
    return [*(page for page in linked if page in found), *sorted(found - linked.keys())]


def index_page(folder: Path) -> Path:
    """The page that introduces a folder. Raises FileNotFoundError if the folder has none."""
    for page in (folder / "README.md", folder / "index.md", folder.with_suffix(".md")):
        if page.is_file():
            return page
    raise FileNotFoundError(f"{folder}: has Markdown files, but no README.md. Add one.")


def _add_navigation(app: Sphinx, docname: str, content: list[str]) -> None:
    docs = Path(app.srcdir)
    if docname == FRONT_PAGE:
        text = rebased(readme(docs).read_text(encoding="utf-8"))
        content[0] = "\n".join([text, *_front_navigation(docs)])
        return
    page = docs / f"{docname}.md"
    for folder in (page.parent, page.with_suffix("")):
        is_index = folder.is_dir() and folder != docs and index_page(folder) == page
        if is_index and folder.name not in FLAT:
            content[0] += _toctree(docs, pages(folder))


def _front_navigation(docs: Path) -> Iterator[str]:
    for name in FLAT:
        yield _toctree(docs, pages(docs / name), name.capitalize(), index_page(docs / name))
    others = [page for page in pages(docs) if page.parent.name not in FLAT]
    yield _toctree(docs, others, "Background")


def _toctree(
    docs: Path, entries: list[Path], caption: str = "", overview: Path | None = None
) -> str:
    """A directive that adds pages to the navigation, below a caption and an overview page."""

    def name(page: Path) -> str:
        return f"/{page.relative_to(docs).with_suffix('').as_posix()}"

    lines = [f":caption: {caption}"] if caption else []
    lines += ["", *([f"Overview <{name(overview)}>"] if overview else []), *map(name, entries)]
    return "\n".join(["\n\n```{toctree}", ":hidden:", *lines, "```\n"])
