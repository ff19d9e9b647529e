"""Sphinx's configuration of the documentation site. The source folder is docs/."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
)["project"]

project = _PROJECT["name"]
release = _PROJECT["version"]
extensions = ["myst_parser", "toolchain.site.navigation", "toolchain.site.links"]
nitpicky = True
smartquotes = False  # would turn the dashes of options into typographic ones

myst_heading_anchors = 6  # as GitHub forms them

html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["site.css"]
repository = _PROJECT.get("urls", {}).get("Repository", "")
