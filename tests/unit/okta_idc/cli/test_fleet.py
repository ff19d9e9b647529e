"""What `okta-idc fleet` shows, and how other commands read the stack of a part."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from okta_idc.cli import fleet_display
from okta_idc.cli.console import terminal
from okta_idc.cli.main import app
from okta_idc.cli.stack import InputError, read_configuration, read_settings
from okta_idc.fleet.mover import Moved
from okta_idc.fleet.schedule import Run, Status
from okta_idc.fleet.stack_files import CONFIG_FILE, Part, part_file
from okta_idc.fleet.stacks import FleetStack
from okta_idc.fleet.states import Move
from okta_idc.text import conceal

KEY = "okta-identity-center"
CORE = f"""\
config:
  okta:orgName: acme
  {KEY}:federation:
    scim_token:
      secret: okta-identity-center/scim
    push_groups: [aws-a, aws-b]
    fleet:
      push_groups:
        count: 1
"""
HOSTILE = "\x1b[2Jaws\u202e"


def shown(*runs: Run, verb: str = "up", packs: Sequence[Path] = ()) -> str:
    console = terminal()
    console.file = io.StringIO()
    fleet_display.print_summary(console, runs, Path("/tmp/logs"), "prod", verb, packs)
    return console.file.getvalue()


def run(name: str, status: Status, *errors: str, attempts: int = 1) -> Run:
    made = Run(FleetStack(name, ""), status, errors=list(errors), attempts=attempts)
    made.log = Path(f"/tmp/logs/{name}.log")
    return made


def test_the_summary_has_each_failure_with_its_log_and_next_commands() -> None:
    failed = run("prod-push-1", Status.FAILED, "the run that locked it no longer exists. Run:")
    failed.commands = ["pulumi cancel --stack prod-push-1 --yes"]
    text = shown(run("prod", Status.DONE), failed)
    for line in (*failed.errors, *failed.commands, "log: /tmp/logs/prod-push-1.log"):
        assert f"  {line}\n" in text
    assert "/tmp/logs/prod.log" not in text


def test_the_summary_of_an_interrupted_run_says_what_remains_and_how_to_continue() -> None:
    text = shown(
        run("prod", Status.INTERRUPTED, "update canceled"),
        run("prod-push-1", Status.NOT_RUN, attempts=0),
        run("prod-push-2", Status.DONE),
    )
    assert "Remaining: prod, prod-push-1. To continue: okta-idc fleet up --stack prod\n" in text


def test_the_command_that_continues_has_the_policy_packs() -> None:
    left = run("prod-push-1", Status.NOT_RUN, attempts=0)
    text = shown(left, packs=[Path("policies"), Path("our packs")])
    options = "--policy-pack policies --policy-pack 'our packs'"
    assert f"To continue: okta-idc fleet up --stack prod {options}\n" in text


def test_a_preview_that_waits_for_a_move_names_the_move() -> None:
    waiting = run("prod", Status.NOT_RUN, "2 resources must move first", attempts=0)
    waiting.log = None
    text = shown(waiting, verb="preview", packs=[Path("policies")])
    assert "Remaining: prod. To continue: okta-idc fleet move --stack prod\n" in text
    assert "Full output" not in text


def test_long_lists_of_errors_are_cut() -> None:
    text = shown(run("prod", Status.FAILED, *(f"error {number};" for number in range(12))))
    assert "error 9;" in text
    assert "error 10;" not in text
    assert "… and 2 more errors" in text


def test_names_and_errors_of_others_cannot_change_the_output() -> None:
    secret = "credential-of-the-test-0123"
    conceal(secret)
    text = shown(run(f"prod{HOSTILE}", Status.FAILED, f"{HOSTILE} {secret}\nsecond"))
    assert not set(text) & set("\x1b\u202e")
    assert secret not in text
    assert "  second\n" in text


def test_the_document_says_everything_and_no_credential(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from okta_idc.cli.console import print_json

    secret = "another-credential-0123"
    conceal(secret)
    move = Move("urn:pulumi:prod::p::t::name", "id", "prod", "prod-push-1")
    failed = run("prod", Status.FAILED, f"failed with {secret}")
    moved = Moved([move], {"prod-push-2": "locked"}, ["prod-push-9"])
    print_json(fleet_display.document("up", "prod", [Path("a.yaml")], [move], moved, [failed]))
    found = json.loads(capsys.readouterr().out)
    assert secret not in json.dumps(found)
    assert found["stacks"][0]["errors"] == ["failed with ***"]
    assert found["moves"] == [{"urn": move.urn, "from": "prod", "to": "prod-push-1"}]
    assert (found["moved"], found["deleted"]) == (1, ["prod-push-9"])
    assert found["move_errors"] == {"prod-push-2": "locked"}


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_line_per_start_and_end_is_shown_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
    monkeypatch.setattr(fleet_display, "terminal", lambda **_: console)
    one = run("prod", Status.RUNNING)
    with fleet_display.display([one]) as display:
        display.changed(one)
        display.tick()
        one.status = Status.DONE
        display.changed(one)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert ("prod: started\n" in text) is not is_terminal
    assert ("prod: done after 0 s, 0 created, 0 updated, 0 deleted" in text) is not is_terminal


def folder(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.prod.yaml").write_text(CORE)
    part = part_file(CORE, Path("Pulumi.prod.yaml"), KEY, Part(core="prod", name="push-1"))
    path = tmp_path / "Pulumi.prod-push-1.yaml"
    path.write_text(part)
    return path


def test_the_settings_of_a_part_are_those_of_the_core_file(tmp_path: Path) -> None:
    settings, config = read_settings(folder(tmp_path), {})
    assert settings
    assert [group.key for group in settings.push_groups] == ["aws-a", "aws-b"]
    assert config["okta:orgName"] == "acme"


@pytest.mark.parametrize("variable", [True, False])
def test_the_configuration_of_a_part_has_the_settings_of_the_core_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: bool
) -> None:
    path = folder(tmp_path)
    if variable:
        monkeypatch.setenv(CONFIG_FILE, str(path))
    else:
        monkeypatch.delenv(CONFIG_FILE, raising=False)
        monkeypatch.chdir(tmp_path)
    value = {"core": "prod", "name": "push-1"}
    exported = {f"{KEY}:part": {"value": json.dumps(value), "objectValue": value}}
    monkeypatch.setattr("okta_idc.cli.stack.pulumi", lambda *_: json.dumps(exported))
    config = read_configuration("prod-push-1")
    settings, _ = read_settings(None, config)
    assert settings
    assert config[f"{KEY}:federation"]["scim_token"] == {"secret": "okta-identity-center/scim"}


def test_a_part_without_its_core_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (tmp_path / "Pulumi.prod.yaml").unlink()
    with pytest.raises(InputError, match=r"Pulumi\.prod\.yaml.*cannot be read"):
        read_settings(path, {})


@pytest.mark.parametrize(
    ("stack", "message"),
    [("prod-push-1", "Pass --stack prod"), ("none", "Pulumi.none.yaml: No such file")],
)
def test_only_a_core_stack_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str, message: str
) -> None:
    folder(tmp_path)
    monkeypatch.delenv(CONFIG_FILE, raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["fleet", "up", "--stack", stack])
    assert result.exit_code == 2
    assert message in result.output


ENGINE = f"""\
#!{sys.executable}
import json, os, sys
given = sys.argv[1:]
if given[:2] == ["stack", "export"]:
    print('{{"deployment": {{}}}}')
elif given[:2] == ["stack", "ls"]:
    print("[]")
else:
    with open("given", "a") as file:
        print(json.dumps([os.getcwd(), *given]), file=file)
"""
"""A `pulumi` that writes down what it is given. Every stack exists and is empty."""


@pytest.mark.parametrize("verb", ["preview", "up"])
@pytest.mark.parametrize("packs", [[], ["pack"], ["pack", "../pack 2"]])
def test_every_stack_is_checked_by_the_policy_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, packs: list[str]
) -> None:
    folder(tmp_path)
    (tmp_path / "Pulumi.yaml").touch()
    here = tmp_path / "here"
    for each in (here / "pack", tmp_path / "pack 2", tmp_path / "bin"):
        each.mkdir(parents=True)
    (tmp_path / "bin" / "pulumi").write_text(ENGINE)
    (tmp_path / "bin" / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    monkeypatch.delenv(CONFIG_FILE, raising=False)
    monkeypatch.chdir(here)
    options = [each for pack in packs for each in ("--policy-pack", pack)]
    result = CliRunner().invoke(app, ["fleet", verb, "--stack", "prod", *options])
    assert result.exit_code == 0, result.output
    given = [json.loads(line) for line in (tmp_path / "given").read_text().splitlines()]
    stacks = [each[each.index("--stack") + 1] for each in given]
    assert stacks == ["prod", "prod-push-1", "prod-access"]
    for ran_in, *arguments in given:
        assert (ran_in, arguments[0]) == (str(tmp_path), verb)
        found = [arguments[i + 1] for i, e in enumerate(arguments) if e == "--policy-pack"]
        assert [Path(each).resolve() for each in found] == [(here / e).resolve() for e in packs]


def test_a_policy_pack_that_does_not_exist_is_an_error() -> None:
    arguments = ["fleet", "up", "--stack", "prod", "--policy-pack", "none"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "'none' does not exist" in result.output


WHOLE = """\
config:
  okta-identity-center:federation:
    scim_token: {secret: okta-identity-center/scim}
    push_groups: [aws-a]
    account_access:
      permission_sets: [{name: Admin, groups: [aws-a], accounts: ["210987654321"]}]
    fleet:
      accounts: {count: 2}
      permission_sets: {count: 1}
      push_groups: {prefixes: [aws-]}
"""
PARTS = ["prod-push-aws", "prod-sets-1", "prod-access-1", "prod-access-2"]


def stacks(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> Result:
    """The result of `okta-idc fleet stacks` in a folder, where neither Pulumi nor a network is."""
    monkeypatch.delenv(CONFIG_FILE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(folder)
    return CliRunner().invoke(app, ["fleet", "stacks", "--stack", *arguments])


@pytest.mark.parametrize("in_own_file", [True, False])
def test_the_stacks_are_listed_in_the_order_in_which_they_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_own_file: bool
) -> None:
    text = WHOLE
    if in_own_file:
        federation = yaml.safe_load(WHOLE)["config"][f"{KEY}:federation"]
        (tmp_path / "federation.yaml").write_text(yaml.safe_dump(federation))
        (tmp_path / "Pulumi.yaml").touch()
        text = yaml.safe_dump({"config": {f"{KEY}:federation": "federation.yaml"}})
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    former = part_file(text, Path("Pulumi.prod.yaml"), KEY, Part(core="prod", name="push-9"))
    (tmp_path / "Pulumi.prod-push-9.yaml").write_text(former)
    result = stacks(monkeypatch, tmp_path, "prod")
    assert (result.exit_code, result.output.splitlines()) == (0, ["prod", *PARTS])
    listed = stacks(monkeypatch, tmp_path, "acme/kit/prod", "--json")
    assert json.loads(listed.output) == [f"acme/kit/{each}" for each in ("prod", *PARTS)]
    assert [path.name for path in tmp_path.glob("Pulumi.prod-*")] == ["Pulumi.prod-push-9.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "environment: [prod]\n",
        "config: {okta-identity-center:federation: {secure: AAAB}}\n",
        "config: {okta-identity-center:federation: {push_groups: [aws-a]}}\n",
    ],
)
def test_a_stack_without_a_fleet_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text:
        (tmp_path / "Pulumi.prod.yaml").write_text(text)
    result = stacks(monkeypatch, tmp_path, "prod")
    assert (result.exit_code, result.output) == (0, "prod\n")
    assert json.loads(stacks(monkeypatch, tmp_path, "prod", "--json").output) == ["prod"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", "Pulumi.prod.yaml: "),
        ("config: {okta-identity-center:federation: none.yaml}", "Pulumi.prod.yaml: "),
        ("config: {okta-identity-center:federation: {fleet: {acounts: {}}}}", "Did you mean"),
        (f"config: {{{KEY}:part: {{core: main, name: push-1}}}}", "Pass --stack main."),
    ],
)
def test_stacks_that_cannot_be_listed_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    result = stacks(monkeypatch, tmp_path, "prod")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stdout == ""
