"""The report as plain data (`--json`)."""

from typing import Any

from okta_idc.doctor.report import Report


def document(report: Report) -> dict[str, Any]:
    """`value` is null if there is none, or if it is masked (`masked`: true). `users` has each user
    once, with the rules that they violate."""
    users = {name: list[str]() for name in sorted(report.people)}
    for rule, found in report.by_rule():
        for name in dict.fromkeys(each.name for each in found):
            if name in users:
                users[name].append(rule.id)
    return {
        "schema": 1,
        "about": report.about,
        "findings": [
            {
                "rule": rule.id,
                "title": rule.title,
                "severity": rule.severity.value,
                "name": each.name,
                "path": each.finding.path,
                "value": each.finding.value,
                "masked": each.finding.personal and each.finding.value is None,
                "message": each.finding.explanation,
                "fix": rule.remedy,
                "source": rule.source,
                "link": rule.link,
            }
            for rule, found in report.by_rule()
            for each in found
        ],
        "users": [{"name": name, "rules": rules} for name, rules in users.items()],
        "unknown": [{"why": why, "rules": rules} for why, rules in report.unknown.items()],
        "skipped": [{"why": why, "rules": rules} for why, rules in report.skipped.items()],
        "checked": sorted(report.checked),
    }
