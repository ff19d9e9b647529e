"""The report as JUnit XML: one test case per rule, for pipelines that show test results.

A finding is a failure, an unknown result is an error.
"""

from xml.etree import ElementTree as ET

from okta_idc.doctor.report import DoctorFinding, Report, heading
from okta_idc.rules import RULES
from okta_idc.text import printable

_MAX_LISTED = 200
"""Findings listed for one rule; the message has the total number."""


def junit(report: Report) -> str:
    """The XML document."""
    found = {rule.id: each for rule, each in report.by_rule()}
    unknown = _by_rule(report.unknown)
    skipped = _by_rule(report.skipped)
    names = sorted({*report.checked, *found, *unknown, *skipped})
    errors = unknown.keys() - found.keys()
    others = skipped.keys() - found.keys() - errors
    parts = {"tests": names, "failures": found, "errors": errors, "skipped": others}
    counts = {part: str(len(rules)) for part, rules in parts.items()}
    suite = ET.Element("testsuite", {"name": "okta-idc doctor", **counts})
    for name in names:
        rule = RULES[name]
        case = ET.SubElement(suite, "testcase", classname=f"okta-idc.{name}", name=rule.title)
        if name in found:
            each = found[name]
            head = f"{len(each)}: {printable(heading(rule, each))}"
            failure = ET.SubElement(case, "failure", type=rule.severity.value, message=head)
            failure.text = "\n".join([*map(_line, each[:_MAX_LISTED]), rule.remedy, rule.citation])
        elif name in unknown:
            ET.SubElement(case, "error", type="unknown", message=unknown[name])
        elif name in skipped:
            ET.SubElement(case, "skipped", message=skipped[name])
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _line(each: DoctorFinding) -> str:
    finding = each.finding
    value = "" if finding.value is None else repr(printable(finding.value))
    texts = map(printable, (each.name, finding.path))
    return " ".join(filter(None, (*texts, value, printable(finding.explanation))))


def _by_rule(reasons: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for why, rules in reasons.items():
        for rule in rules:
            found[rule] = f"{found[rule]} {printable(why)}" if rule in found else printable(why)
    return found
