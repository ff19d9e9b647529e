"""One fleet command, against a project whose engine is never started."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from okta_idc.cli import fleet_session
from okta_idc.cli.fleet_inputs import FleetInputs
from okta_idc.cli.fleet_session import Session
from okta_idc.cli.stack import InputError
from okta_idc.clients.aws import AwsError
from okta_idc.fleet.process import Pulumi, PulumiError
from okta_idc.fleet.runner import Runner
from okta_idc.fleet.schedule import Run, Status
from okta_idc.fleet.stack_files import PLACES_KNOWN
from okta_idc.fleet.stacks import FleetStack
from okta_idc.settings import load_settings

CORE, FORMER = FleetStack("prod", ""), FleetStack("prod-push-2", "push-2", is_former=True)
PENDING = {
    "deployment": {"pending_operations": [{"resource": {"urn": "u::x"}, "type": "creating"}]}
}


class Inputs(FleetInputs):
    """A fleet with a core and a former part, whose states the test gives."""

    def __init__(self, folder: Path, former: Any = None, refused: Exception | None = None) -> None:
        settings = {
            "app": {"acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"},
            "scim_token": {"secret": "okta-identity-center/scim"}, "push_groups": ["aws-dev"],
        }  # fmt: skip
        pulumi = Pulumi(folder, folder, {"PULUMI_HOME": str(folder)})
        super().__init__(pulumi, "prod", load_settings(settings))
        self.read = {"prod": {}} | ({} if former is None else {FORMER.name: former})
        self.refused = refused

    def create_core(self, *, create: bool) -> None:
        assert create

    def write_files(self) -> list[Path]:
        return []

    def stacks(self) -> list[FleetStack]:
        return [CORE, FORMER]

    def states(self, *_: object, **__: object) -> Any:
        return self.read

    def resolution(self, states: Mapping[str, Any]) -> Any:
        if self.refused:
            raise self.refused
        return super().resolution(states)


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The stacks that were run, with the variable of their programs."""
    found: list[tuple[str, str]] = []

    def perform(runner: Runner, run: Run) -> Status:
        found.append((run.stack.name, runner.pulumi.environment[PLACES_KNOWN]))
        return Status.UNCHANGED

    monkeypatch.setattr(Runner, "perform", perform)
    monkeypatch.setattr(fleet_session.Mover, "delete_empty", lambda *_: None)
    return found


def run(inputs: Inputs, verb: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code."""
    inputs.core_file.write_text("")
    monkeypatch.setattr(fleet_session, "open_fleet", lambda *_: inputs)
    with pytest.raises(typer.Exit) as left:
        Session(verb, "prod", 1, None, False).run()
    return left.value.exit_code


@pytest.mark.parametrize("verb", ["preview", "up"])
@pytest.mark.parametrize(
    "refused", [InputError("6 would be removed"), AwsError("DescribeOrganization", "Throttled")]
)
def test_no_stack_runs_if_rules_remove_too_much_or_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performed: list[Any], verb: str,
    refused: Exception, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(fleet_session.Session, "_move", lambda *_: pytest.fail("moved"))
    monkeypatch.setattr(fleet_session.tempfile, "mkdtemp", lambda **_: pytest.fail("a log folder"))
    assert run(Inputs(tmp_path, refused=refused), verb, monkeypatch) == 2
    assert performed == []
    assert str(refused) in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("verb", ["preview", "up", "move"])
def test_nothing_is_written_for_a_unit_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performed: list[Any], verb: str
) -> None:
    inputs = Inputs(tmp_path)

    def check_units() -> None:
        raise InputError("it does not exist")

    monkeypatch.setattr(inputs, "check_units", check_units)
    monkeypatch.setattr(inputs, "write_files", lambda: pytest.fail("wrote files"))
    assert run(inputs, verb, monkeypatch) == 2
    assert performed == []


def test_a_run_without_checkpoints_is_refused_and_a_preview_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performed: list[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Refresh and destroy run no program that could refuse it."""
    inputs = Inputs(tmp_path)
    environment = {**inputs.pulumi.environment, "PULUMI_SKIP_CHECKPOINTS": "true"}
    inputs.pulumi = Pulumi(tmp_path, tmp_path, environment)
    for verb in ("up", "refresh", "destroy", "move"):
        assert run(inputs, verb, monkeypatch) == 2
        assert "PULUMI_SKIP_CHECKPOINTS is set in the environment" in capsys.readouterr().err
    assert performed == []
    run(inputs, "preview", monkeypatch)
    assert performed == [("prod", "true")]


def test_a_pace_that_is_no_number_is_refused_before_a_stack_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performed: list[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    inputs = Inputs(tmp_path)
    inputs.pulumi = Pulumi(tmp_path, tmp_path, {"OIC_AWS_CALLS_PER_SECOND": "fast"})
    assert run(inputs, "up", monkeypatch) == 2
    assert "OIC_AWS_CALLS_PER_SECOND must be a number" in capsys.readouterr().err
    assert performed == []


@pytest.mark.parametrize(
    ("former", "known"),
    [(None, "true"), ({}, "true"), (PENDING, "false"), (PulumiError("locked"), "false")],
    ids=["no stack", "empty", "unfinished", "unreadable"],
)
def test_programs_skip_the_check_of_former_parts_only_if_what_these_have_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performed: list[Any], former: Any, known: str
) -> None:
    run(Inputs(tmp_path, former), "up", monkeypatch)
    assert performed == [("prod", known)]
