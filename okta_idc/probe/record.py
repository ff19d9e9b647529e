"""The record of a run: what each experiment found, as JSON without anything of the org.

All values are from fixed lists, or numbers: no text of Okta or AWS can reach the record.
"""

import re
from collections.abc import Iterable
from typing import Any

from okta_idc.probe.contract import CONTRACT, EXPERIMENTS, Experiment

FORMAT, VERSION = "okta-idc-probe", 1
CONFIRMED, REFUTED, NOT_TRIED = "confirmed", "refuted", "not tried"
UNFORESEEN = "unforeseen"
"""The outcome of an observation that the contract does not list."""
REASONS = {
    "not_chosen": "--only names other experiments",
    "interrupted": "the run was interrupted",
    "needs_instance": "no Identity Center instance was named",
    "needs_provisioning": "provisioning could not be enabled for the app",
    "needs_provisioned_user": "Okta did not create the user in AWS",
    "needs_group_of_other_app": "the org has no group of another app",
    "needs_features_api": "the features API is not available for the app",
    "needs_other_experiment": "another experiment did not have the outcome that this one needs",
    "set_up_refused": "Okta or AWS refused the preparation",
    "okta_failed": "Okta did not answer, or with an error of its own",
    "aws_failed": "AWS did not answer, or with an error of its own",
}
"""Why an experiment was not tried."""
FAILURES = frozenset({"interrupted", "okta_failed", "aws_failed"})
_CODE = re.compile(r"E\d{7}")
Json = dict[str, Any]


def result(
    experiment: Experiment,
    outcome: str | None,
    *,
    reason: str | None = None,
    status: int | None = None,
    code: str = "",
) -> Json:
    """One result. `status` and Okta's error `code` are those of the deciding answer, if any."""
    kind = NOT_TRIED if outcome is None else REFUTED
    if outcome == experiment.assumed:
        kind = CONFIRMED
    return {
        "experiment": experiment.id,
        "assumption": experiment.assumption,
        "result": kind,
        "outcome": outcome,
        "reason": reason,
        "status": status,
        "code": code if _CODE.fullmatch(code) else None,
    }


def record(results: Iterable[Json], kit: str, date: str) -> Json:
    """The document. `kit` is the version of the kit, `date` the day."""
    return {
        "format": FORMAT, "version": VERSION, "contract": CONTRACT, "kit": kit, "date": date,
        "results": list(results),
    }  # fmt: skip


def schema() -> Json:
    """The JSON Schema of the document."""
    one_of = [
        {
            "properties": {
                "experiment": {"const": each.id},
                "assumption": {"const": each.assumption},
                "outcome": {"enum": [*each.outcomes, UNFORESEEN, None]},
            }
        }
        for each in EXPERIMENTS.values()
    ]
    keys: Json = {
        "experiment": {"enum": list(EXPERIMENTS)},
        "assumption": {"type": "string"},
        "result": {"enum": [CONFIRMED, REFUTED, NOT_TRIED]},
        "outcome": {"type": ["string", "null"]},
        "reason": {"enum": [*REASONS, None]},
        "status": {"type": ["integer", "null"], "minimum": 100, "maximum": 599},
        "code": {"type": ["string", "null"], "pattern": f"^{_CODE.pattern}$"},
    }
    item = {
        "type": "object", "properties": keys, "required": list(keys),
        "additionalProperties": False, "oneOf": one_of,
    }  # fmt: skip
    whole: Json = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "contract": {"const": CONTRACT},
        "kit": {"type": "string", "pattern": r"^[0-9A-Za-z.+-]{1,40}$"},
        "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "results": {"type": "array", "items": item, "maxItems": len(EXPERIMENTS)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of okta-idc probe-org",
        "type": "object",
        "properties": whole,
        "required": list(whole),
        "additionalProperties": False,
    }
