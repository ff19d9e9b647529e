"""docs/reference/cli.md has every command, option, exit code, and example of the parsers."""

import re
from typing import Annotated

import pytest
import typer

from okta_idc.cli.extras import EXPECTED, DeferredCommand
from okta_idc.cli.main import Commands, FleetCommands, TokenCommands
from toolchain.reference import cli_notes, cli_page

PAGE = cli_page.page()
COMMANDS = cli_page.commands()
SUMMARIES = Commands.deferred | {
    f"{group} {name}": each
    for group, commands in (("fleet", FleetCommands), ("token", TokenCommands))
    for name, each in commands.deferred.items()
}
NAMES = sorted(SUMMARIES)
EACH = pytest.mark.parametrize("name", NAMES)


def section(name: str) -> str:
    return PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_page_lists_every_command_with_its_summary() -> None:
    rows = re.findall(r"^\| \[`([\w -]+)`\]\(#[\w-]+\) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == NAMES == list(COMMANDS)
    assert {name: text.replace("`", "") for name, text in rows} == {
        name: summary for name, (_, summary) in SUMMARIES.items()
    }


@EACH
def test_a_section_has_every_option_and_argument_with_its_meaning(name: str) -> None:
    cells = re.findall(r"^\| (`[^|]*) \|[^|]*\| (.+) \|$", section(name), re.MULTILINE)
    shown = {each for names, _ in cells for each in re.findall(r"`([\w-]+)`", names)}
    expected: set[str] = set()
    for parameter in COMMANDS[name].load().params:
        if parameter.param_type_name == "argument":
            expected.add(parameter.name.upper())
        else:
            expected |= {*parameter.opts, *parameter.secondary_opts}
    assert shown == expected - {"--help"}
    assert all(meaning[0].isupper() for _, meaning in cells)


@EACH
def test_a_section_has_the_examples_of_the_help_text(name: str) -> None:
    examples = re.findall(r"Example: (okta-idc .*)", COMMANDS[name].load().help)
    [code] = re.findall(r"```sh\n(.*?)\n```", section(name), re.DOTALL)
    assert code.splitlines() == examples
    assert examples


@pytest.mark.parametrize("name", [name for name in NAMES if name != "schema"])
def test_a_section_has_the_exit_codes_of_the_help_text(name: str) -> None:
    [text] = re.findall(r"Exit code (.*?)\n\n", COMMANDS[name].load().help, re.DOTALL)
    codes = re.findall(r"\b(\d): ", text)
    assert re.findall(r"^- `(\d)`: ", section(name), re.MULTILINE) == codes
    assert {"0", "2"} <= set(codes) <= {"0", "1", "2"}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("doctor", "| `--fail-on` | `blocking` or `advisory` | Lowest severity that makes the exit "
                   "code 1. Default: `advisory`. |"),
        ("preview-saml", "| `--user` | text | Okta login of the user. Required. |"),
        ("status", "| `--wait` | number of seconds | Seconds to wait for provisioning to finish. "
                   "Default: `0`. |"),
        ("token store", "| `--verify`, `--no-verify` |  | Test the token before it is stored. "
                        "Default: `--verify`. |"),
        ("doctor", "| `--json` |  | Print JSON. |"),
    ],
)  # fmt: skip
def test_a_row_has_value_and_default(name: str, row: str) -> None:
    assert row in section(name).splitlines()


def test_the_usage_shows_which_arguments_are_required() -> None:
    assert "```text\nokta-idc token store SECRET [OPTIONS]\n```" in section("token store")
    assert "```text\nokta-idc token status [SECRET] [OPTIONS]\n```" in section("token status")
    assert "```text\nokta-idc schema\n```" in section("schema")


def test_hand_written_notes_belong_to_commands() -> None:
    assert set(cli_notes.NOTES) <= set(NAMES)


def test_markdown_in_a_help_text_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    def sample(
        only: Annotated[list[str] | None, typer.Option(help="This | `that`.")] = None,
    ) -> None:
        """Shows *x* <y>, `<z>` of --only, and https://acme.okta.com/a_b; default: a_b _c."""

    monkeypatch.setattr(cli_page, "import_module", lambda _: type("module", (), {"f": sample}))
    command = DeferredCommand("sample", "module:f", "")
    alone = typer.Typer(add_completion=False)
    alone.command("sample")(sample)
    monkeypatch.setattr(command, "load", lambda: typer.main.get_command(alone))
    monkeypatch.setattr(cli_page, "commands", lambda: {"sample": command})
    text = cli_page.page()
    shown = (
        r"Shows \*x\* \<y\>, `<z>` of `--only`, and `https://acme.okta.com/a_b`; default: a_b \_c."
    )
    assert f"\n\n{shown}\n\n" in text
    assert f"\n| `--only` | {EXPECTED['only'].partition(' ')[2]} | This \\| `that`. |\n" in text
