"""Strings that break naive output: 300 combinations of what terminals and formats interpret."""

from itertools import product

_BEFORE = ("", "aws-", "/", "\\", "x ", "\u0301")
_CORE = (
    "\x1b[2J\x1b[H", "\x1b]8;;http://x\x07y\x1b]8;;\x07", "\x07", "\x00", "\r", "\n",
    "\r\nerror: forged",
    "\x9b31m", "\x85", "\u2028", "\u202edrow", "\u2066x\u2069", "\u200b", "\ufeff", "\ud800",
    "[/]x", "[bold red]", "[link=http://x]y[/link]", ":secret:", ":smile:", "@team", "\\@team",
    "#1", "!1", "```\n</details>", "~~~", "| a |", "<script>alert(1)</script>", "</pre><b>",
    "]]>", "<!-- x -->", "&lt;b&gt;", "&#8203;", "{{ 7*7 }}", "{% raw %}", "%s%n", "${source.x}",
    "- x: y", "# z", "'; --", '"}]', "![i](http://x)", "[l](javascript:x)", "https://x.test/@a",
    "::set-output name=a::b", "\t", "\x1c", "\U000e0041", "\u115f", "a\u0300" * 5,
)  # fmt: skip
STRINGS = tuple(dict.fromkeys(before + core for before, core in product(_BEFORE, _CORE)))
