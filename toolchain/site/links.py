"""Anchors and links of the pages, as GitHub resolves them: explicit anchors, links out of docs/.

A link to a file outside of docs/ leads to the repository on its host, if `pyproject.toml` states
its address (`[project.urls] Repository`), and otherwise to a copy of the file in the site. The
repository's README.md is the front page of the site.
"""

import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

FRONT_PAGE = "index"
_ANCHOR = re.compile(r'<a (?:id|name)="([^"]+)">')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_config_value("repository", "", "env", str)
    app.add_transform(ExplicitAnchors)
    app.add_transform(RepositoryLinks)
    return {"parallel_read_safe": True}


def readme(docs: Path) -> Path:
    """The README.md of the repository."""
    return docs.parent / "README.md"


def rebased(text: str) -> str:
    """The text of README.md with its links relative to docs/."""
    return re.sub(r"\]\((?!#|[a-z]+:)(docs/)?", lambda link: "](" if link[1] else "](../", text)


class ExplicitAnchors(SphinxTransform):
    """Makes `<a id="…"></a>` a target that links are checked against."""

    default_priority = 200

    def apply(self, **_: Any) -> None:
        for node in list(self.document.findall(nodes.raw)):
            if node.astext() == "</a>":
                node.parent.remove(node)
            elif match := _ANCHOR.fullmatch(node.astext()):
                target = nodes.target("", "", ids=[match[1]], names=[match[1]])
                self.document.note_explicit_target(target, target)
                node.replace_self(target)


class RepositoryLinks(SphinxTransform):
    """Resolves links to files of the repository outside of docs/."""

    default_priority = 200

    def apply(self, **_: Any) -> None:
        for node in list(self.document.findall(addnodes.pending_xref)):
            # MyST has the absolute path of a page that is not below docs/, without its suffix.
            if node["refdomain"] == "doc" and Path(node["reftarget"]).is_absolute():
                self._resolve(node, Path(f"{node['reftarget']}.md"))
        for node in list(self.document.findall(addnodes.download_reference)):
            file = Path(self.env.relfn2path(node["reftarget"], self.env.docname)[1])
            if not file.is_relative_to(self.env.srcdir):
                self._resolve(node, file)

    def _resolve(self, node: nodes.Element, file: Path) -> None:
        docs = Path(self.env.srcdir)
        if file == readme(docs):
            node["reftarget"] = FRONT_PAGE
        elif address := self.config.repository:
            path = file.relative_to(docs.parent).as_posix()
            anchor = f"#{node['reftargetid']}" if node.get("reftargetid") else ""
            uri = f"{address.rstrip('/')}/blob/main/{path}{anchor}"
            node.replace_self(nodes.reference("", "", *node.children, refuri=uri, internal=False))
        else:
            here = Path(self.env.doc2path(self.env.docname)).parent
            target = os.path.relpath(file, here)
            copied = addnodes.download_reference("", "", *node.children, reftarget=target)
            copied["refdoc"] = self.env.docname
            node.replace_self(copied)
