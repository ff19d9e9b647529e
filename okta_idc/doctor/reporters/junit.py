"""The report as JUnit XML: one test case per rule, for pipelines that show test results.

A finding is a failure, an unknown result is an error. Readers compare the test cases of two runs,
so every rule with a finding fails. A user is listed once, with all findings, in the test case of
the first rule that they violate; the other test cases name it. A rule's title states a fault, so
the name of a test case denies it.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from okta_idc.doctor.report import Report, Section, heading
from okta_idc.doctor.reporters.listing import listed, problem
from okta_idc.rules import RULES, Finding, Rule
from okta_idc.rules.registry import count
from okta_idc.text import printable

_MAX_LISTED = 200
"""Names and groups of names listed for one rule; the message has the total number."""


def junit(report: Report) -> str:
    """The XML document."""
    found = {section.rule.id: section for section in report.sections()}
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
        title = f"No finding: {rule.title}"
        case = ET.SubElement(suite, "testcase", classname=f"okta-idc.{name}", name=title)
        if name in found:
            section = found[name]
            head = f"{len(section.found)}: {printable(heading(rule, section.found))}"
            failure = ET.SubElement(case, "failure", type=rule.severity.value, message=head)
            failure.text = "\n".join([*_lines(section), rule.remedy, rule.citation])
        elif name in unknown:
            ET.SubElement(case, "error", type="unknown", message=unknown[name])
        elif name in skipped:
            ET.SubElement(case, "skipped", message=skipped[name])
    ET.indent(suite)
    suites = ET.Element("testsuites")
    suites.append(suite)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _lines(section: Section) -> Iterator[str]:
    for each in section.affected[:_MAX_LISTED]:
        names = listed(each.names, limit=_MAX_LISTED)
        problems = [_problem(section.rule, finding) for finding in each.findings]
        if len(problems) == 1:
            yield f"{names} {problems[0]}"
        else:
            yield names
            yield from (f"  {text}" for text in problems)
    if rest := sum(len(each.names) for each in section.affected[_MAX_LISTED:]):
        yield f"… and {rest:,} more"
    for rule, users in section.above.items():
        yield f"{count(users, 'user')} listed under {rule}"


def _problem(rule: Rule[Any], finding: Finding) -> str:
    return " ".join(filter(None, (printable(finding.path), problem(rule, finding))))


def _by_rule(reasons: dict[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for why, rules in reasons.items():
        for rule in rules:
            found[rule] = f"{found[rule]} {printable(why)}" if rule in found else printable(why)
    return found
