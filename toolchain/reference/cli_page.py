"""docs/reference/cli.md as text, generated from the commands of `okta_idc.cli`.

Summaries, descriptions, exit codes, examples, options, and defaults are those of the help texts.
`cli_notes` has what a help text is too short for.
"""

import re
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer

from okta_idc.cli.extras import EXPECTED, DeferredCommand
from okta_idc.cli.main import app
from toolchain.reference.cli_notes import HEAD, NOTES, SECTIONS

_CODE = r"(?<![\w-])--[a-z][\w-]*|https://[\w./-]*\w"
_MARKDOWN = re.compile(rf"`[^`]*`|({_CODE})|[\\<>*\[\]]|(?<!\w)_|_(?!\w)")
_PROGRAM = "okta-idc"
_CODES = "Exit code "
_EXAMPLE = "Example: "


def page() -> str:
    """The whole page, Markdown."""
    known = commands()
    rows = [
        _cells(f"[`{name}`](#{name.replace(' ', '-')})", _text(command.help or ""))
        for name, command in known.items()
    ]
    table = "\n".join(["| command | what it does |", "|---|---|", *rows])
    sections = (_section(name, command) for name, command in known.items())
    return "\n".join([HEAD, table, "", SECTIONS, *sections])


def commands() -> dict[str, DeferredCommand]:
    """Each command by its name, in alphabetical order; `token store` is one name."""
    top: Any = typer.main.get_command(app)
    found = {
        f"{name} {part}".strip(): command
        for name, group in top.commands.items()
        for part, command in getattr(group, "commands", {"": group}).items()
    }
    return dict(sorted(found.items()))


def _section(name: str, command: DeferredCommand) -> str:
    loaded = command.load()
    shown = [each for each in loaded.params if not getattr(each, "hidden", False)]
    types = _types(command)
    rows = [_row(each, types[each.name]) for each in shown]
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", loaded.help)]
    parts = [
        f"## {name}",
        f"```text\n{_usage(name, shown)}\n```",
        *(_text(each) for each in paragraphs if not each.startswith((_CODES, _EXAMPLE))),
        NOTES.get(name, "").strip(),
        "\n".join(["| option | value | meaning |", "|---|---|---|", *rows]) if rows else "",
        *(_exit_codes(each) for each in paragraphs if each.startswith(_CODES)),
        _examples([each for each in paragraphs if each.startswith(_EXAMPLE)]),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _usage(name: str, parameters: list[Any]) -> str:
    words = [_PROGRAM, name]
    for each in parameters:
        if each.param_type_name == "argument":
            words.append(each.name.upper() if each.required else f"[{each.name.upper()}]")
    if any(each.param_type_name == "option" for each in parameters):
        words.append("[OPTIONS]")
    return " ".join(words)


def _exit_codes(paragraph: str) -> str:
    codes = re.split(r"; (?=\d: )", paragraph.removeprefix(_CODES).rstrip("."))
    items = (f"- `{code[0]}`: {_text(code[3:])}" for code in codes)
    return "\n".join(["Exit codes:", "", *items])


def _examples(paragraphs: list[str]) -> str:
    heading = "Examples:" if len(paragraphs) > 1 else "Example:"
    lines = [each.removeprefix(_EXAMPLE) for each in paragraphs]
    return "\n".join([heading, "", "```sh", *lines, "```"])


def _types(command: DeferredCommand) -> dict[str, Any]:
    """The type of each parameter's value, by the parameter's name."""
    module, _, function = command.location.partition(":")
    return get_type_hints(getattr(import_module(module), function))


def _row(parameter: Any, kind: Any) -> str:
    if parameter.param_type_name == "argument":
        names = [parameter.name.upper()]
    else:
        names = [*parameter.opts, *parameter.secondary_opts]
    shown = ", ".join(f"`{name}`" for name in names)
    return _cells(shown, _value(parameter, kind), _meaning(parameter))


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _value(parameter: Any, kind: Any) -> str:
    """What the option expects: empty for a switch."""
    if kind is bool:
        return ""
    if expected := EXPECTED.get(parameter.name):
        return re.sub("^an? |^the ", "", expected)
    if Path in (kind, *get_args(kind)):
        return "file"
    if kind is not str:
        raise TypeError(f"{parameter.name}: add to EXPECTED what this option expects.")
    return "text"


def _meaning(parameter: Any) -> str:
    parts = [_text(parameter.help)]
    if parameter.required:
        parts.append("Required.")
    default = parameter.default
    if isinstance(default, Enum):
        default = default.value
    if parameter.secondary_opts:
        parts.append(f"Default: `{(parameter.secondary_opts, parameter.opts)[default][0]}`.")
    elif default not in (None, "", False) or (default == 0 and default is not False):
        parts.append(f"Default: `{default}`.")
    if parameter.envvar:
        parts.append(f"Default: the environment variable `{parameter.envvar}`.")
    return " ".join(parts)


def _text(text: str) -> str:
    """Text with options and URLs as code, and Markdown's characters escaped outside of code."""

    def replace(found: re.Match[str]) -> str:
        if found[0].startswith("`"):
            return found[0]
        return f"`{found[1]}`" if found[1] else f"\\{found[0]}"

    return _MARKDOWN.sub(replace, text)
