"""The review on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from okta_idc.access_map.reporters.review_tables import headline, people, tables
from okta_idc.access_map.reporters.tree import print_unknown
from okta_idc.access_map.review import Review
from okta_idc.text import printable

_ROWS = 15
_COLORS = {"Gains": "green", "Losses": "red", "Permission sets that change": "yellow"}


def print_review(
    console: Console, found: Review, findings: Iterable[str], approval: str,
    *, everything: bool = False,
) -> None:  # fmt: skip
    """Print who gains and who loses first, then the details."""
    _say(console, headline(found), "bold")
    for table in tables(found, names=True):
        _say(console, f"\n{table.title}", f"bold {_COLORS.get(table.title, '')}".strip())
        columns = (
            Column(title, overflow="fold", justify="left" if number < 2 else "default")
            for number, title in enumerate(table.columns)
        )
        grid = Table(*columns, box=None, padding=(0, 2), header_style="dim")
        shown = table.rows if everything else table.rows[:_ROWS]
        for row in shown:
            grid.add_row(*(Text(printable(cell)) for cell in row))
        console.print(grid)
        if rest := len(table.rows) - len(shown):
            _say(console, f"  … and {rest:,} more (--all lists them)", "dim")
    if found.unknown:
        _say(console, "")
    print_unknown(console, found.unknown)
    more = " at least" if found.unknown else ""
    _say(console, f"\nAffected:{more} {people(found.affected)}. Approval: {approval}", "bold")
    for each in findings:
        _say(console, printable(each, 1000), "bold red")


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=True)
