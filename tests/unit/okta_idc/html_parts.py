"""The parts of an HTML page, for tests that compare two pages."""

from html.parser import HTMLParser
from typing import Any


class HtmlParts(HTMLParser):
    """`tags`: start tags with their attributes, end tags, and comments, in order; `texts`: the text
    before the first tag and after each tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.texts: list[str] = [""]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, attrs))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(tag)
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.tags.append(data)
