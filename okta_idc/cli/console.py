"""Output of all commands: messages, JSON, files, and the exit code of a failed command.

Only this module opens a terminal or a file for output, so that nothing reaches a reader unescaped
or with a credential in it.
"""

import json
import os
import stat
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.control import Control
from rich.segment import Segment
from rich.text import Text

from okta_idc.doctor.report import READ_FAILED
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import REPOSITORY
from okta_idc.text import message, printable, scrub

DEBUG = "OIC_DEBUG"
"""The environment variable that shows the traceback of an internal error."""


def terminal(*, stderr: bool = False) -> Console:
    """A console that prints text as it is: no markup, emoji codes, escapes or credentials."""
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    console.push_render_hook(_Escaping())
    return console


class _Escaping(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [each if isinstance(each, Control) else _Escaped(each) for each in renderables]


class _Escaped:
    def __init__(self, inner: ConsoleRenderable) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._inner, options):
            yield Segment(text if control else message(text), style, control)


def print_error(text: str) -> None:
    """Print a message to standard error."""
    terminal(stderr=True).print(Text(message(text)), soft_wrap=True)


def print_labeled(console: Console, label: str, text: str) -> None:
    """Print one line of a list of labels and texts."""
    line = Text.assemble((f"{label:<12}", "bold"), printable(text, 1000))
    console.print(line, soft_wrap=True)


def print_json(document: Any) -> None:
    """Print JSON to standard output."""
    print_document(json.dumps(document, indent=2) + "\n")


def print_document(text: str) -> None:
    """Print a file's text to standard output."""
    sys.stdout.write(scrub(text))


def write_file(path: Path, text: str, *, scrubbed: bool = True) -> None:
    """Write a file that only its owner can read, or end the command with exit code 2. `scrubbed`:
    replace secrets; a Pulumi state has them encrypted, and must be written as it is."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):  # not a pipe or a terminal
                os.fchmod(descriptor, 0o600)  # the file may have existed
            file.write(scrub(text) if scrubbed else text)
    except OSError as error:
        print_error(f"error: {path}: cannot be written: {error.strerror}.")
        raise typer.Exit(READ_FAILED) from None


@contextmanager
def reading() -> Generator[None]:
    """End the command with exit code 2 if its inputs, Okta or AWS cannot be read."""
    from okta_idc.cli.stack import InputError  # these modules import every client
    from okta_idc.clients.aws import AwsConfigError, AwsError
    from okta_idc.clients.okta_auth import CredentialsError
    from okta_idc.clients.okta_error import OktaError

    try:
        yield
    except (InputError, OktaError, AwsError, Unavailable) as error:
        usage = isinstance(error, InputError | CredentialsError | AwsConfigError)
        print_error(f"{'error' if usage else 'unknown'}: {error}")
        raise typer.Exit(READ_FAILED) from None


def print_internal_error(error: Exception) -> None:
    """One line for an error that no command expects. Its own text may quote anything, so that the
    line has only its kind and place, unless DEBUG is set."""
    if os.environ.get(DEBUG):
        print_error("".join(traceback.format_exception(error)).rstrip())
    print_error(
        f"internal error: {type(error).__name__}{_place(error)}. Report it as an issue in "
        f"{REPOSITORY}. {DEBUG}=1 shows the details."
    )


def _place(error: Exception) -> str:
    """The last line of the kit that ran, ` at cli/doctor.py:88`."""
    root = Path(__file__).parents[1]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if (path := Path(frame.filename)).is_relative_to(root):
            return f" at {path.relative_to(root)}:{frame.lineno}"
    return ""
