"""The record has a schema, and nothing of the org."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from okta_idc.probe.contract import EXPERIMENTS
from okta_idc.probe.record import REASONS, UNFORESEEN, record, result, schema
from tests.unit.okta_idc.probe.probe_org import Probe

VALIDATOR = Draft202012Validator(schema())
FIRST = EXPERIMENTS["connections"]


def document(*results: dict[str, Any]) -> dict[str, Any]:
    return record(results, "1.0.0", "2026-01-01")


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=lambda each: each.id)
def test_every_outcome_and_reason_fits_the_schema(experiment: Any) -> None:
    found = [result(experiment, each) for each in (*experiment.outcomes, UNFORESEEN)]
    found += [result(experiment, None, reason=each) for each in REASONS]
    for each in found:
        VALIDATOR.validate(document(each))
    kinds = [each["result"] for each in found]
    assert kinds[0] == "confirmed"
    assert set(kinds[1 : len(experiment.outcomes) + 1]) == {"refuted"}
    assert set(kinds[len(experiment.outcomes) + 1 :]) == {"not tried"}


@pytest.mark.parametrize("change", [
    {"outcome": "Acme's own words"}, {"reason": "because"}, {"status": 99}, {"code": "E1"},
    {"assumption": "other"}, {"org": "acme"}, {"experiment": "none"},
])  # fmt: skip
def test_the_schema_refuses_what_is_not_from_its_lists(change: dict[str, Any]) -> None:
    changed = {**result(FIRST, "unknown"), **change}
    assert not VALIDATOR.is_valid(document(changed))


def test_a_code_that_is_not_oktas_does_not_enter_the_record() -> None:
    assert result(FIRST, "refused", code="E0000001")["code"] == "E0000001"
    assert result(FIRST, "refused", code="acme.okta.com")["code"] is None


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(text for each in value.values() for text in _texts(each))}
    if isinstance(value, list):
        return {text for each in value for text in _texts(each)}
    return {value} if isinstance(value, str) else set()


def test_the_record_of_a_run_holds_nothing_of_the_org(probe: Probe) -> None:
    """All texts are words of the contract."""
    probe.sandbox.settings(push_by_name="linked", wrong_type="ignored")
    found = document(*probe.run().results)
    VALIDATOR.validate(found)
    known = _texts(schema()) | {each.assumption for each in EXPERIMENTS.values()}
    for text in _texts(found) - known - {"1.0.0", "2026-01-01"}:
        assert re.fullmatch(r"E\d{7}", text), text
    state = json.dumps(probe.state())
    for ident in re.findall(r"\b(?:00u|00g|0oa)\w{10,}", state):
        assert ident not in json.dumps(found)
