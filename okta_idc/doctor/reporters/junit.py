"""The report as JUnit XML: a test case a rule, for pipelines that show such files.

A finding is a failure, what could not be looked at an error, what was not asked is skipped.
"""

from xml.etree import ElementTree as ET

from okta_idc.doctor.report import Report
from okta_idc.doctor.reporters.printable import printable
from okta_idc.rules import RULES

_MOST = 200
"""Findings written out for one rule; the number of all stands in the message."""


def junit(report: Report) -> str:
    """The XML document."""
    found = {rule.id: each for rule, each in report.by_rule()}
    unknown = _by_rule(report.unknown)
    not_asked = _by_rule(report.not_asked)
    names = sorted({*report.asked, *found, *unknown, *not_asked})
    skipped = [name for name in names if name in not_asked and name not in (*found, *unknown)]
    suite = ET.Element("testsuite", {
        "name": "okta-idc doctor", "tests": str(len(names)), "failures": str(len(found)),
        "errors": str(len([n for n in unknown if n not in found])), "skipped": str(len(skipped)),
    })  # fmt: skip
    for name in names:
        rule = RULES[name]
        case = ET.SubElement(suite, "testcase", classname=f"okta-idc.{name}", name=rule.title)
        if name in found:
            each = found[name]
            head = f"{len(each)}: {printable(each[0].who)} {printable(each[0].problem)}"
            failure = ET.SubElement(case, "failure", type=rule.severity.value, message=head)
            lines = [
                " ".join(filter(None, (printable(f.who), printable(f.place), _value(f.value),
                                       printable(f.problem))))
                for f in each[:_MOST]
            ]  # fmt: skip
            failure.text = "\n".join([*lines, f"Fix: {rule.remedy}", rule.source])
        elif name in unknown:
            ET.SubElement(case, "error", type="unknown", message=unknown[name])
        elif name in skipped:
            ET.SubElement(case, "skipped", message=not_asked[name])
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _value(value: str | None) -> str:
    return "" if value is None else repr(printable(value))


def _by_rule(reasons: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for why, rules in reasons.items():
        for rule in rules:
            found[rule] = f"{found[rule]} {printable(why)}" if rule in found else printable(why)
    return found
