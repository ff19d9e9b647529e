"""The documentation site: Sphinx's configuration, and what it needs to read docs/ as GitHub does.

`make site` builds it. The pages are plain Markdown, without directives.
"""
