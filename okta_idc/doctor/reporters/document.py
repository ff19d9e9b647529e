"""The report as plain data (`--json`)."""

from typing import Any

from okta_idc.doctor.report import Report


def document(report: Report) -> dict[str, Any]:
    """`value` is null where there was none, and where it is masked (`masked`: true)."""
    return {
        "schema": 1,
        "about": report.about,
        "findings": [
            {
                "rule": rule.id,
                "title": rule.title,
                "severity": rule.severity.value,
                "who": each.who,
                "place": each.place,
                "value": each.value,
                "masked": each.personal and each.value is None,
                "problem": each.problem,
                "fix": rule.remedy,
                "source": rule.source,
                "link": rule.link,
            }
            for rule, found in report.by_rule()
            for each in found
        ],
        "unknown": [{"why": why, "rules": rules} for why, rules in report.unknown.items()],
        "notAsked": [{"why": why, "rules": rules} for why, rules in report.not_asked.items()],
        "asked": sorted(report.asked),
    }
