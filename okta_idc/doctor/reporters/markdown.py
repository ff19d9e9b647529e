"""The report as Markdown that names nobody: for a job's summary, and for a note under a change,
which more people read than may know who has which defect."""

import re

from okta_idc.doctor.report import Report, ids
from okta_idc.doctor.reporters.printable import printable
from okta_idc.doctor.reporters.terminal import summary

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def markdown(report: Report) -> str:
    """How many findings each rule has and what to do, what could not be looked at, and no names."""
    lines = [f"**{summary(report)}**", ""]
    if report.found:
        lines += ["| rule | severity | findings | what to do |", "|---|---|---:|---|"]
        for rule, found in report.by_rule():
            title, remedy = plain(f"{rule.id}: {rule.title}"), plain(rule.remedy)
            lines.append(f"| {title} | {rule.severity} | {len(found):,} | {remedy} |")
        lines += ["", "Who they are: `okta-idc doctor`, from a terminal.", ""]
    for title, reasons in (("Could not look", report.unknown), ("Not asked", report.not_asked)):
        if reasons:
            lines += [f"{title}:", ""]
            lines += [f"- {plain(printable(why, 500))} ({ids(of)})" for why, of in reasons.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    return _PUNCTUATION.sub(r"\\\g<0>", " ".join(text.split()))
