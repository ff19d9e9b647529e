"""The report as Markdown without names, for a job summary or a pull request comment, whose readers
may not be allowed to see personal data."""

from okta_idc.doctor.report import Report, ids
from okta_idc.doctor.reporters.terminal import summary
from okta_idc.text import markdown as plain
from okta_idc.text import printable


def markdown(report: Report) -> str:
    """The number of findings and the remedy for each rule, and what is unknown or skipped. Readers
    want to know how many users are affected, so each user counts in the row of one rule only."""
    lines = [f"**{summary(report)}**", ""]
    if report.found:
        lines.append("| rule | severity | findings | users not in a row above | what to do |")
        lines.append("|---|---|---:|---:|---|")
        for section in report.sections():
            rule, numbers = section.rule, f"{len(section.found):,} | {section.users:,}"
            title, remedy = plain(f"{rule.id}: {rule.title}"), plain(rule.remedy)
            lines.append(f"| {title} | {rule.severity} | {numbers} | {remedy} |")
        lines += ["", "For the names, run `okta-idc doctor` in a terminal.", ""]
    for title, reasons in (("Unknown", report.unknown), ("Skipped", report.skipped)):
        if reasons:
            lines += [f"{title}:", ""]
            lines += [f"- {plain(printable(why, 500))} ({ids(of)})" for why, of in reasons.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
