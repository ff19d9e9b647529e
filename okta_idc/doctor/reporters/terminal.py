"""The report on a terminal: findings grouped by rule, then by what is wrong; each user once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from okta_idc.doctor.report import Affected, Report, heading, ids
from okta_idc.doctor.reporters import listing
from okta_idc.rules import Rule, Severity
from okta_idc.rules.registry import DOCS_NOTE, count
from okta_idc.text import printable

_COLOR = {Severity.BLOCKING: "red", Severity.ADVISORY: "yellow"}
_VALUE = 60
"""Characters of a value."""
_NAMES, _ROWS = 5, 25
"""Names in one row, and rows of one rule, without `everything`."""


def print_report(console: Console, report: Report, *, everything: bool = False) -> None:
    """Print the report. Long lists are cut unless `everything` is set."""
    for name, value in report.about.items():
        line = Text.assemble((f"{printable(name):<10}", "bold"), printable(value, 500))
        console.print(line, soft_wrap=True)
    print_findings(console, report, everything=everything)
    print_unchecked(console, "Unknown", report.unknown)
    print_unchecked(console, "Skipped", report.skipped)
    say(console, "")
    if report.found:
        say(console, DOCS_NOTE, "dim")
    say(console, summary(report), "bold")


def print_findings(console: Console, report: Report, *, everything: bool = False) -> None:
    """Print the findings by rule, and each user once. Equal findings share a row."""
    for section in report.sections():
        rule, affected = section.rule, section.affected
        say(console, "")
        title = printable(heading(rule, section.found))
        number = f"; {count(len(section.found), 'finding')}" if len(section.found) > 1 else ""
        color = f"bold {_COLOR[rule.severity]}"
        say(console, f"{title} [{rule.id}, {rule.severity}{number}]", color)
        say(console, f"  {rule.remedy}")
        say(console, f"  {rule.citation}", "dim")
        shown = affected if everything else affected[:_ROWS]
        for each in shown:
            if len(each.names) > 1:
                say(console, f"  {listed(each.names, everything)}")
                for finding in each.findings:
                    path = printable(finding.path, 60)
                    text = listing.problem(rule, finding, _VALUE)
                    say(console, "    " + " ".join(filter(None, (path, text))))
        if alone := [each for each in shown if len(each.names) == 1]:
            console.print(Padding(_rows(rule, alone), (0, 0, 0, 2)))
        if rest := sum(len(each.names) for each in affected[len(shown) :]):
            say(console, f"  … and {rest:,} more (--all lists them)")
        if above := sum(section.above.values()):
            say(console, f"  {count(above, 'user')} listed above")


def print_unchecked(console: Console, title: str, reasons: Mapping[str, Iterable[str]]) -> None:
    """Print what could not be checked, with the rules."""
    style = "magenta" if title == "Unknown" else "dim"
    if reasons:
        say(console, f"\n{title}", f"bold {style}")
    for why, rules in reasons.items():
        say(console, f"  {printable(why, 500)} [{ids(rules)}]", style)


def listed(names: Sequence[str], everything: bool = False, limit: int = _NAMES) -> str:
    """`3: a, b, c`; one name alone; or the first names and the number of the others."""
    return listing.listed(names, len(names) if everything else limit, " (--all lists them)")


def say(console: Console, text: str, style: str = "") -> None:
    """Print one line as it is."""
    console.print(Text(text, style), soft_wrap=True)


def summary(report: Report) -> str:
    """`3 findings (2 blocking), 1 rule unknown; 80 rules checked.`"""
    blocking = sum(each.rule.severity is Severity.BLOCKING for each in report.found)
    unknown = {rule for rules in report.unknown.values() for rule in rules}
    found = count(len(report.found), "finding") if report.found else "No findings"
    parts = [f"{found} ({blocking:,} blocking)" if report.found else found]
    if unknown:
        parts.append(f"{count(len(unknown), 'rule')} unknown")
    return f"{', '.join(parts)}; {count(len(report.checked - unknown), 'rule')} checked."


def _rows(rule: Rule[Any], affected: Iterable[Affected]) -> Table:
    columns = (Column(overflow="fold") for _ in range(3))
    table = Table(*columns, box=None, padding=(0, 2, 0, 0), show_header=False)
    for each in affected:
        for number, finding in enumerate(each.findings):
            name = "" if number else printable(each.names[0], 80)
            row = name, printable(finding.path, 60), listing.problem(rule, finding, _VALUE)
            table.add_row(*map(Text, row))
    return table
