"""The command line: imports at start-up, version, help, completion and internal errors."""

import errno
import gc
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer
from typer.testing import CliRunner

import okta_idc.version
from okta_idc.cli.extras import EXPECTED, EXTRAS, CommandGroup, DeferredCommand
from okta_idc.cli.main import app
from tests.paths import ROOT

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
DEFERRED: list[DeferredCommand] = [
    each
    for command in COMMANDS.values()
    for each in getattr(command, "commands", {"": command}).values()
]
TOKEN = "00Zq3xR7vK1mN5pL9sT2wY4bD6fH8jG0cA-_eU2iOk"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_startup_imports_no_module_of_an_extra() -> None:
    locations = sorted({each.location.partition(":")[0] for each in DEFERRED})
    result = python(
        f"import sys, okta_idc.cli.main, {', '.join(locations)}\n"
        f"extras = {set(EXTRAS) | {'grpc'}}\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & extras))"
    )
    assert result.stdout == "[]\n", result.stderr


def test_a_command_makes_no_full_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    young, middle, old = gc.get_threshold()
    during: list[tuple[int, int, int]] = []
    monkeypatch.setattr("okta_idc.cli.schema.schema", lambda: during.append(gc.get_threshold()))
    CliRunner().invoke(app, ["schema"])
    assert during == [(young, middle, 1_000_000)]
    assert gc.get_threshold() == (young, middle, old)


CLIENTS = ("boto3", "botocore", "httpx", "jinja2", "okta_idc.clients", "okta_idc.inventory")
KIT = ("okta_idc.rules", "okta_idc.settings", "okta_idc.doctor", "okta_idc.cli.console")


@pytest.mark.parametrize(
    ("arguments", "not_imported"),
    [
        ("--version", (*CLIENTS, *KIT, "pydantic", "rich", "asyncio")),
        ("--help", (*CLIENTS, *KIT, "pydantic", "asyncio")),
        ("", (*CLIENTS, *KIT, "pydantic", "asyncio")),
        # Typer imports Pydantic to parse options.
        ("token --help", (*CLIENTS, *KIT, "asyncio")),
        ("doctr", (*CLIENTS, *KIT, "asyncio")),
        ("explain OIC-301", (*CLIENTS, "okta_idc.settings", "asyncio")),
        ("schema", (*CLIENTS, "okta_idc.doctor", "asyncio")),
    ],
)
def test_a_command_that_reads_nothing_imports_no_client(
    arguments: str, not_imported: tuple[str, ...]
) -> None:
    result = python(
        "import sys\n"
        "from okta_idc.cli.main import app\n"
        "try:\n"
        f"    app({arguments.split()})\n"
        "except SystemExit:\n"
        "    print(*sys.modules, file=sys.stderr, sep='\\n')"
    )
    imported = set(result.stderr.splitlines())
    assert "okta_idc.cli.main" in imported, result.stderr
    assert not imported & set(not_imported)


@pytest.mark.parametrize("installed", [True, False])
def test_the_version_is_that_of_the_package_or_the_clone(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(_name: str) -> str:
        if installed:
            return "9.9.9"
        raise PackageNotFoundError

    monkeypatch.setattr(okta_idc.version, "version", version)
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"{'9.9.9' if installed else VERSION}\n")


def test_the_help_has_an_example() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Example: okta-idc " in result.output


@pytest.mark.parametrize("command", DEFERRED, ids=lambda command: command.location)
def test_the_summary_is_the_first_paragraph_of_the_docstring(command: DeferredCommand) -> None:
    loaded = command.load()
    assert loaded.name == command.name
    assert command.help == " ".join(loaded.help.partition("\n\n")[0].split())


def test_the_help_lists_the_commands_in_alphabetical_order() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    listed = re.findall(r"^│ ([a-z][\w-]*) ", result.output, re.MULTILINE)
    assert listed == sorted(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_help_text_has_an_example_that_parses(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    examples = re.findall(r"Example: okta-idc (.*?)(?: >.*)?$", result.output, re.MULTILINE)
    assert examples
    for example in examples:
        name, *arguments = example.split()
        assert name == command
        COMMANDS[command].make_context(command, arguments)


@pytest.mark.parametrize("command", sorted(COMMANDS["token"].commands))
def test_every_help_text_of_token_has_an_example_that_parses(command: str) -> None:
    result = CliRunner().invoke(app, ["token", command, "--help"], env={"COLUMNS": "200"})
    [example] = re.findall(r"Example: okta-idc (.*)$", result.output, re.MULTILINE)
    group, name, *arguments = example.split()
    assert (group, name) == ("token", command)
    COMMANDS["token"].commands[command].make_context(command, arguments)


NO_SHELL_DETECTION = "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"


def test_completion_can_be_installed(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "okta_idc", "--install-completion", "bash"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path), NO_SHELL_DETECTION: "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (tmp_path / ".bashrc").exists()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("re", ["recover", "review"]), ("token ro", ["rotate"]), ("doctor --fail", ["--fail-on"]),
        ("token rotate --verify", ["--verify-at"]),
    ],
)  # fmt: skip
def test_the_shell_completes_commands_and_options(typed: str, offered: list[str]) -> None:
    result = CliRunner().invoke(
        app,
        [],
        prog_name="okta-idc",
        env={
            "_OKTA_IDC_COMPLETE": "complete_bash",
            "COMP_WORDS": f"okta-idc {typed}",
            "COMP_CWORD": str(len(typed.split())),
        },
    )
    assert result.output.split() == offered


@pytest.mark.parametrize(("typed", "meant"), [("token rotat", "rotate"), ("reviw", "review")])
def test_a_mistyped_command_is_corrected(typed: str, meant: str) -> None:
    result = CliRunner().invoke(app, typed.split(), env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert f"Did you mean '{meant}'?" in result.output


@pytest.mark.parametrize(("module", "extra"), EXTRAS.items())
def test_a_missing_extra_is_named_in_one_line(module: str, extra: str) -> None:
    broken = typer.Typer(cls=CommandGroup)

    @broken.command()
    def command() -> None:
        raise ModuleNotFoundError(f"No module named '{module}.x'", name=f"{module}.x")

    @broken.command()
    def other() -> None: ...

    result = CliRunner().invoke(broken, ["command"])
    assert result.exit_code == 2
    assert result.output == (
        f"This command needs the extra `{extra}`: pip install 'okta-identity-center[{extra}]'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("status --wait x", "--wait': 'x' is not a number of seconds."),
        ("doctor --share 5", "--share': '5' is not a number from 0.01 to 1."),
        ("adopt --share x", "--share': 'x' is not a number from 0.01 to 1."),
        ("token store scim --created foo", "--created': 'foo' is not an ISO 8601 date, for"),
        ("doctor --fail-on x", "--fail-on': 'x' is not `blocking` or `advisory`."),
    ],
)
def test_an_invalid_option_is_explained_in_the_kits_words(arguments: str, message: str) -> None:
    result = CliRunner().invoke(app, arguments.split(), env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert f"Invalid value for '{message}" in result.output
    assert "error," not in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("doctor --app 0oa1", "--app requires --identity-store d-…."),
        ("preview-saml --user a --app 0oa1", "the URL of the org is unknown. Pass --okta-url"),
        ("preview-saml --user a --settings nope.yaml", "nope.yaml: No such file or directory."),
        ("preview-saml --user a --app 0oa1 --okta-url https://a.okta.com", "No Okta credentials."),
        ("token status scim", "The AWS Region is unknown. Pass --region"),
        (
            "token status scim --region bad_region",
            "--region: 'bad_region' is not an AWS Region, for",
        ),
        (
            "token status scim --region us-east-1 --aws-endpoint foo",
            "--aws-endpoint: 'foo' is not a URL.",
        ),
    ],
)
def test_wrong_usage_is_an_error_and_not_an_unknown_result(
    arguments: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in os.environ:
        if name.startswith(("OKTA_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    result = CliRunner().invoke(app, arguments.split())
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {message}")


def test_each_option_that_is_not_plain_text_says_what_it_expects() -> None:
    parsed = {
        name
        for command in DEFERRED
        for name, hint in get_type_hints(command.load().callback).items()
        if hint not in (str, bool, Path, Path | None, list[Path], type(None))
    }
    assert parsed == EXPECTED.keys()


def failing(error: Exception) -> typer.Typer:
    """A command line whose command raises this error."""
    broken = typer.Typer(cls=CommandGroup)

    @broken.command()
    def command() -> None:
        raise error

    @broken.command()
    def other() -> None: ...

    return broken


def test_a_full_disk_is_no_internal_error() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    result = CliRunner().invoke(failing(full), ["command"])
    text = "error: the output cannot be written: No space left on device.\n"
    assert (result.exit_code, result.output) == (2, text)


REPORT = "Report it as an issue in the repository of okta-identity-center. OIC_DEBUG=1 shows the"


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'yaml'", name="yaml"), RecursionError("deep"),
        KeyError("a\nb"), OSError(5, "x"), AssertionError(), MemoryError(),
    ],
)  # fmt: skip
def test_an_internal_error_is_one_line_with_exit_code_2(error: Exception) -> None:
    result = CliRunner().invoke(failing(error), ["command"])
    assert result.exit_code == 2
    kind = type(error).__name__
    assert re.fullmatch(
        rf"internal error: {kind} at cli/extras\.py:\d+\. {re.escape(REPORT)} details\.\n",
        result.output,
    )


def test_the_traceback_of_an_internal_error_is_shown_on_request_without_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OIC_DEBUG", "1")
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    result = CliRunner().invoke(failing(ValueError(f"\x1b[2J{TOKEN!r}")), ["command"])
    assert "Traceback (most recent call last)" in result.output
    assert "ValueError: \\x1b[2J'***'" in result.output
    assert TOKEN not in result.output


def test_an_old_python_is_rejected_in_one_line() -> None:
    result = python("import sys; sys.version_info = (3, 10, 13); import okta_idc.__main__")
    assert result.returncode == 2
    assert result.stderr == "okta-idc needs Python 3.11 or later; this is Python 3.10.13.\n"


@pytest.mark.parametrize("app_id", ["../../x", TOKEN, "0oa", "0oa/x", "0oa1\n", "00g1"])
@pytest.mark.parametrize("command", ["doctor", "adopt", "explain", "preview-saml"])
def test_an_app_id_of_another_form_is_refused_and_not_shown(command: str, app_id: str) -> None:
    arguments = ["OIC-101"] if command == "explain" else []
    result = CliRunner().invoke(app, [command, *arguments, "--app", app_id])
    assert result.exit_code == 2
    assert "the value is not the ID of an app" in " ".join(result.output.split())
    assert app_id == "0oa" or app_id.strip() not in result.output
