"""The probe finds each way in which an org can deviate from what the sandbox assumes."""

import json
from pathlib import Path

import pytest

from okta_idc.probe.contract import APP_USER_ATTRIBUTES, EXPERIMENTS, Need, estimate, in_order
from okta_idc.probe.experiments import STEPS
from okta_idc.probe.record import record
from okta_idc.probe.run import Outcome
from okta_idc.rules.profiles import SENT
from sandbox.behaviour import OUTCOMES
from sandbox.pytest_plugin import Sandbox
from tests.unit.okta_idc.probe.probe_org import GUESSES, Probe, by_result, write_org

ON_FEATURES_API = {"unknown_feature", "unknown_capability"}
"""Only an org whose API manages connections can answer them."""
IN_AWS = {each.id for each in EXPERIMENTS.values() if each.needs & {Need.SCIM}}
DEPENDENT = {"rule_deleted_group": {"rule_invalid_change"}}
"""Experiments that need the assumed outcome of another one."""
PLANTED = [(name, value) for name, values in OUTCOMES.items() for value in values[1:]]


def test_the_sandbox_has_a_switch_for_each_experiment_and_a_value_for_each_outcome() -> None:
    assert {each.id: tuple(each.outcomes) for each in EXPERIMENTS.values()} == OUTCOMES
    assert set(STEPS) == set(EXPERIMENTS)


def test_the_probe_expects_the_attributes_that_the_rules_judge() -> None:
    assert {*SENT} - {"userName"} == {*APP_USER_ATTRIBUTES}


def test_the_keys_of_assumptions_are_unique() -> None:
    keys = [each.assumption for each in EXPERIMENTS.values()]
    assert len(keys) == len(set(keys))


def test_a_sandbox_that_behaves_as_it_assumes_is_confirmed(probe: Probe) -> None:
    outcome = probe.run()
    found = by_result(outcome)
    assert found["refuted"] == {}
    assert found["not tried"] == dict.fromkeys(ON_FEATURES_API, "needs_features_api")
    assert (outcome.failures, outcome.removed.failures) == ([], [])
    calls, _ = estimate(in_order(frozenset(EXPERIMENTS)), 60)
    assert calls / 1.3 < probe.calls < calls * 1.3


@pytest.mark.parametrize(("name", "value"), PLANTED)
def test_a_planted_deviation_is_found_and_everything_else_is_confirmed(
    probe: Probe, name: str, value: str
) -> None:
    planted = {name: value}
    if name in ON_FEATURES_API:
        planted["connections"] = "supported"
    probe.sandbox.settings(**planted)
    beside = IN_AWS if name in IN_AWS | {"connections"} else set(EXPERIMENTS) - IN_AWS
    run = beside | set(planted)
    found = by_result(probe.run(*run))
    assert found["refuted"] == planted
    not_tried = set(found["not tried"]) & run
    available = planted.get("connections") == "supported" or name == "features_api"
    assert not_tried == DEPENDENT.get(name, set()) | (set() if available else ON_FEATURES_API & run)


@pytest.mark.parametrize("aws", [True, False])
def test_what_needs_provisioning_is_not_tried_without_it(probe: Probe, aws: bool) -> None:
    found = by_result(probe.run("push_by_id", "app_deletion", "trailing_slash", console=False,
                                aws=aws))  # fmt: skip
    assert found["confirmed"] == {"trailing_slash": "ignored"}
    reason = "needs_provisioning" if aws else "needs_instance"
    assert {found["not tried"][each] for each in ("push_by_id", "app_deletion")} == {reason}
    assert found["not tried"]["connections"] == "not_chosen"


def test_an_org_without_a_group_of_another_app_leaves_that_question_open(tmp_path: Path) -> None:
    org = write_org(tmp_path, groups=[{"name": "Everyone"}])
    sandbox = Sandbox(tmp_path, "--org", str(org), "--connections", "supported")
    try:
        found = by_result(Probe(sandbox, tmp_path).run("push_app_groups"))
        assert found["not tried"]["push_app_groups"] == "needs_group_of_other_app"
    finally:
        sandbox.stop()


def _document(outcome: Outcome) -> str:
    return json.dumps(record(outcome.results, "1.0.0", "2026-01-01"))


def test_a_sandbox_with_the_record_of_an_org_gives_the_same_record(
    probe: Probe, tmp_path: Path
) -> None:
    deviating = {name: values[-1] for name, values in OUTCOMES.items()}
    probe.sandbox.settings(**deviating | {
        "connections": "supported", "features_api": "as_connection", "rule_deleted_group": "invalid"
    })  # fmt: skip
    recorded = _document(probe.run())
    assert recorded.count('"refuted"') > 30
    (tmp_path / "record.json").write_text(recorded)
    org, folder = write_org(tmp_path), tmp_path / "second"
    folder.mkdir()
    second = Sandbox(folder, "--org", str(org), "--behaviour", str(tmp_path / "record.json"))
    try:
        assert _document(Probe(second, folder).run()) == recorded
    finally:
        second.stop()
    probe.sandbox.settings(**GUESSES)
