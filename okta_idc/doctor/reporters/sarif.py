"""The report as SARIF 2.1.0, for code scanning. Unknown results are notifications."""

import hashlib
from typing import Any

from okta_idc.clients.json_path import Json
from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.rules import RULES, Rule, Severity
from okta_idc.text import printable

_LEVEL = {Severity.BLOCKING: "error", Severity.ADVISORY: "warning"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report, file: str = "Pulumi.yaml") -> Json:
    """The document. The logical location of a result is the user or group; the physical location,
    which code scanning requires, is `file`, which declares the federation."""
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
        "results": [_result(each, index, file) for each in report.found],
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


def _result(each: DoctorFinding, index: dict[str, int], file: str) -> Json:
    finding = each.finding
    name = "/".join(filter(None, (each.name, finding.path)))
    value = "" if finding.value is None else f" {printable(finding.value, None)!r}"
    shown, problem = printable(name, None), printable(finding.explanation, None)
    physical = {"artifactLocation": {"uri": file}, "region": {"startLine": 1}}
    logical = {"fullyQualifiedName": shown, "kind": "resource"}
    content = f"{each.rule.id}\n{name}\n{finding.message}"
    digest = hashlib.sha256(content.encode("utf-8", "replace"))
    return {
        "ruleId": each.rule.id,
        "ruleIndex": index[each.rule.id],
        "level": _LEVEL[each.rule.severity],
        "message": {"text": f"{shown}:{value} {problem} {each.rule.remedy}"},
        "locations": [{"physicalLocation": physical, "logicalLocations": [logical]}],
        "partialFingerprints": {"finding/v1": digest.hexdigest()[:32]},
    }
