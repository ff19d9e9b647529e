"""The report as Markdown without names, for a job summary or a pull request comment, whose readers
may not be allowed to see personal data."""

from okta_idc.doctor.report import Report, ids
from okta_idc.doctor.reporters.terminal import summary
from okta_idc.text import markdown as plain
from okta_idc.text import printable


def markdown(report: Report) -> str:
    """The number of findings and the remedy for each rule, and what is unknown or skipped."""
    lines = [f"**{summary(report)}**", ""]
    if report.found:
        lines += ["| rule | severity | findings | what to do |", "|---|---|---:|---|"]
        for rule, found in report.by_rule():
            title, remedy = plain(f"{rule.id}: {rule.title}"), plain(rule.remedy)
            lines.append(f"| {title} | {rule.severity} | {len(found):,} | {remedy} |")
        lines += ["", "For the names, run `okta-idc doctor` in a terminal.", ""]
    for title, reasons in (("Unknown", report.unknown), ("Skipped", report.skipped)):
        if reasons:
            lines += [f"{title}:", ""]
            lines += [f"- {plain(printable(why, 500))} ({ids(of)})" for why, of in reasons.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
