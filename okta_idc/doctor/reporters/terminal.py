"""The report on a terminal: findings grouped by rule, then by name."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from okta_idc.doctor.report import DoctorFinding, Report, heading, ids, printable
from okta_idc.rules import Severity
from okta_idc.rules.registry import DOCS_NOTE, count

_COLOR = {Severity.BLOCKING: "red", Severity.ADVISORY: "yellow"}


def print_report(console: Console, report: Report, limit: int = 25) -> None:
    """Print the report, with at most `limit` findings for each rule."""

    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style), soft_wrap=True)

    for name, value in report.about.items():
        console.print(Text.assemble((f"{name:<10}", "bold"), printable(value)), soft_wrap=True)
    for rule, found in report.by_rule():
        say("")
        title = printable(heading(rule, found))
        say(f"{title} [{rule.id}, {rule.severity}]", f"bold {_COLOR[rule.severity]}")
        say(f"  {rule.remedy}")
        say(f"  {rule.citation}", "dim")
        console.print(Padding(_rows(found[:limit]), (0, 0, 0, 2)))
        if len(found) > limit:
            say(f"  … and {len(found) - limit:,} more (--json lists all)")
    unknown, skipped = ("Unknown", "magenta", report.unknown), ("Skipped", "dim", report.skipped)
    for name, style, reasons in (unknown, skipped):
        if reasons:
            say(f"\n{name}", f"bold {style}")
        for why, rules in reasons.items():
            say(f"  {printable(why, 500)} [{ids(rules)}]", style)
    say("")
    if report.found:
        say(DOCS_NOTE, "dim")
    say(summary(report), "bold")


def summary(report: Report) -> str:
    """`3 findings (2 blocking), 1 rule unknown; 80 rules checked.`"""
    blocking = sum(each.rule.severity is Severity.BLOCKING for each in report.found)
    unknown = {rule for rules in report.unknown.values() for rule in rules}
    found = count(len(report.found), "finding") if report.found else "No findings"
    parts = [f"{found} ({blocking:,} blocking)" if report.found else found]
    if unknown:
        parts.append(f"{count(len(unknown), 'rule')} unknown")
    return f"{', '.join(parts)}; {count(len(report.checked - unknown), 'rule')} checked."


def _rows(found: list[DoctorFinding]) -> Table:
    columns = (Column(overflow="fold") for _ in range(3))
    table = Table(*columns, box=None, padding=(0, 2, 0, 0), show_header=False)
    for each in found:
        finding = each.finding
        value = "" if finding.value is None else f"{printable(finding.value, 60)!r} "
        name, path = printable(each.name, 80), printable(finding.path, 60)
        table.add_row(*map(Text, (name, path, value + printable(finding.explanation))))
    return table
