"""`okta-idc probe-org`: the list, and what is refused before the first call."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.probe.contract import EXPERIMENTS

ORG = ("--okta-org", "https://acme.okta.com")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["probe-org", *arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a call")

    monkeypatch.setattr("okta_idc.cli.probe_org.Okta", refuse)
    monkeypatch.setattr("okta_idc.cli.probe_org.secret_string", refuse)


def test_the_list_shows_every_experiment_with_its_outcomes_and_makes_no_call() -> None:
    code, text = run("--list")
    assert code == 0
    for each in EXPERIMENTS.values():
        assert f"{each.id}: {each.question}" in text
        assert f"- {each.assumed} (assumed)" in text
        assert each.cleanup in text


def test_the_list_as_json_has_the_chosen_experiments() -> None:
    code, text = run("--list", "--json", "--only", "wrong_type", "--only", "connections")
    assert code == 0
    assert [each["id"] for each in json.loads(text)] == ["connections", "wrong_type"]
    assert json.loads(text)[1]["outcomes"] == EXPERIMENTS["wrong_type"].outcomes


@pytest.mark.parametrize(("arguments", "message"), [
    ((*ORG,), "--record: is missing"),
    (("--record", "x"), "--okta-org: is missing"),
    ((*ORG, "--record", "."), "--record: . is a folder"),
    ((*ORG, "--record", "no/x"), "--record: the folder of no/x does not exist"),
    (("--okta-org", "http://acme.okta.com", "--record", "x"), "--okta-org: the value is not https"),
    ((*ORG, "--record", "x", "--secret", "a"), "--identity-store requires --secret"),
    ((*ORG, "--record", "x", "--only", "no"), "'no' is not an experiment"),
    ((*ORG, "--record", "x", "--verify-at", "https://example.com"), "not on this machine"),
])  # fmt: skip
def test_wrong_usage_is_refused_before_the_first_call(
    arguments: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, text = run(*arguments)
    assert code == 2
    assert message in " ".join(text.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_every_experiment_says_what_it_asks_does_and_removes() -> None:
    assert len(EXPERIMENTS) >= 15
    for each in EXPERIMENTS.values():
        assert each.question.endswith("?")
        assert each.steps.endswith(".")
        assert len(each.outcomes) > 1
        assert each.calls
