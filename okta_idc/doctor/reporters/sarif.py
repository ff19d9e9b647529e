"""The report as SARIF 2.1.0, for code scanning. Unknown results are notifications.

Each result becomes an alert that somebody resolves, and code scanning limits their number. So users
with the same findings share one result, which has all their findings under the first rule that they
violate: each user is in one result, as a logical location. An alert stays open until the last of
them is corrected.
"""

import hashlib
from dataclasses import replace
from typing import Any

from okta_idc.clients.json_path import Json
from okta_idc.doctor.report import Affected, Report
from okta_idc.rules import RULES, Finding, Rule, Severity
from okta_idc.text import printable

_LEVEL = {Severity.BLOCKING: "error", Severity.ADVISORY: "warning"}
_NAMES = 5
"""Names in a message; all of them are logical locations."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report, file: str = "Pulumi.yaml") -> Json:
    """The document. The logical locations of a result are the users or the group; the physical
    location, which code scanning requires, is `file`, which declares the federation."""
    rules = sorted({*report.checked, *(each.rule.id for each in report.found)})
    index = {name: number for number, name in enumerate(rules)}
    driver = {"name": "okta-idc doctor", "rules": [_rule(RULES[name]) for name in rules]}
    texts = (
        f"unknown: {printable(why, None)} ({', '.join(rules)})"
        for why, rules in report.unknown.items()
    )
    invocation = {
        "executionSuccessful": not report.unknown,
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": text}} for text in texts
        ],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "results": [
            _result(section.rule, each, index, file)
            for section in report.sections()
            for affected in section.affected
            for each in _results_of(affected)
        ],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule[Any]) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.citation},
        "help": {"text": rule.remedy},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
    }


def _results_of(affected: Affected) -> list[Affected]:
    """Users together, anything else separately."""
    if affected.are_users:
        return [affected]
    return [replace(affected, names=(name,)) for name in affected.names]


def _result(rule: Rule[Any], each: Affected, index: dict[str, int], file: str) -> Json:
    alone = len(each.findings) == 1
    path = each.findings[0].path if alone else ""
    names = [printable("/".join(filter(None, (name, path))), None) for name in each.names]
    text = " ".join(_problem(rule, finding, with_path=not alone) for finding in each.findings)
    remedies = dict.fromkeys(finding.rule.remedy for finding in each.findings)
    physical = {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}
    logical = [{"fullyQualifiedName": name, "kind": "resource"} for name in names]
    return {
        "ruleId": rule.id,
        "ruleIndex": index[rule.id],
        "level": _LEVEL[rule.severity],
        "message": {"text": f"{_listed(names)}: {text} {' '.join(remedies)}"},
        "locations": [{"physicalLocation": physical, "logicalLocations": logical}],
        "partialFingerprints": {"finding/v2": _fingerprint(rule, each)},
    }


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return f"{', '.join(names[:_NAMES])}{more}"


def _problem(rule: Rule[Any], finding: Finding, *, with_path: bool) -> str:
    path = printable(finding.path, None) if with_path else ""
    value = "" if finding.value is None else repr(printable(finding.value, None))
    other = "" if finding.rule is rule else f"[{finding.rule.id}]"
    return " ".join(filter(None, (path, value, printable(finding.explanation, None), other)))


def _fingerprint(rule: Rule[Any], each: Affected) -> str:
    """Of users, without their names, which change from run to run."""
    found = [f"{f.rule.id}\n{f.path}\n{f.value}\n{f.explanation}" for f in each.findings]
    content = "\n".join([rule.id, *(() if each.are_users else each.names), *found])
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:32]
