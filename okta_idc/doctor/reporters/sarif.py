"""The report as SARIF 2.1.0, for code scanning. What could not be looked at is a notification."""

import hashlib
from typing import Any

from okta_idc.doctor.report import Found, Report
from okta_idc.rules import RULES, Rule, Severity

Json = dict[str, Any]

_LEVEL = {Severity.BLOCKING: "error", Severity.ADVISORY: "warning"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report, file: str = "Pulumi.yaml") -> Json:
    """The document. A person or group has no line in a file, so each result names them as a
    logical location, and `file`, where the federation is declared, as the physical one, without
    which code scanning shows nothing."""
    rules = sorted({*report.asked, *(each.rule.id for each in report.found)})
    index = {name: number for number, name in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "okta-idc doctor",
                        "rules": [_rule(RULES[name]) for name in rules],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not report.unknown,
                        "toolExecutionNotifications": [
                            {
                                "level": "error",
                                "message": {"text": f"unknown: {why} ({', '.join(rules)})"},
                            }
                            for why, rules in report.unknown.items()
                        ],
                    }
                ],
                "results": [_result(each, index, file) for each in report.found],
            }
        ],
    }


def _rule(rule: Rule[Any]) -> Json:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.source},
        "help": {"text": f"Fix: {rule.remedy}"},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
    }


def _result(each: Found, index: dict[str, int], file: str) -> Json:
    name = "/".join(filter(None, (each.who, each.place)))
    shown = "" if each.value is None else f" {each.value!r}"
    mark = hashlib.sha256(f"{each.rule.id}\n{name}\n{each.problem}".encode("utf-8", "replace"))
    return {
        "ruleId": each.rule.id,
        "ruleIndex": index[each.rule.id],
        "level": _LEVEL[each.rule.severity],
        "message": {"text": f"{name}:{shown} {each.problem} Fix: {each.rule.remedy}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"finding/v1": mark.hexdigest()[:32]},
    }
