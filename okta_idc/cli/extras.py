"""Command groups: import a command's module only when it runs, and word the errors of all commands.

This module imports none of the kit's modules with rules or clients, so that `--help`, `--version`,
and completion respond at once.
"""

import errno
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from okta_idc.version import DISTRIBUTION

EXTRAS = {
    "pulumi": "components", "pulumi_aws": "components", "pulumi_okta": "components",
    "pulumi_policy": "policies", "moto": "sandbox", "aiohttp": "sandbox",
}  # fmt: skip
"""Extra by the module that it installs."""
EXPECTED = {
    "console_minutes": "a number of minutes", "only": "the ID of an experiment",
    "created": "an ISO 8601 date, for example 2026-01-31", "fail_on": "`blocking` or `advisory`",
    "max_affected": "a number of people", "parallel": "a number of resources",
    "patience": "a number of seconds from 0 to 600", "policy_pack": "a folder",
    "share": "a number from 0.01 to 1", "side": "`declared` or `live`",
    "stacks_at_once": "a number of stacks from 1 to 100", "wait": "a number of seconds",
}  # fmt: skip
"""What an option that is not plain text expects."""
_USAGE: Any = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
"""Click's base of usage errors; some versions of Typer have their own copy of Click."""


class DeferredCommand(TyperCommand):
    """A command whose module is imported when the command runs or shows its own help."""

    def __init__(self, name: str, location: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.location = location

    def load(self) -> Any:
        """The command itself: the function at `module:function`."""
        module, _, function = self.location.partition(":")
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(getattr(import_module(module), function))
        return typer.main.get_command(alone)

    def make_context(self, *args: Any, **more: Any) -> Any:
        return self.load().make_context(*args, **more)


class CommandGroup(TyperGroup):
    """Commands that end with one error and exit code 2."""

    deferred: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Location (`module:function`) and summary by the name of the command."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, (location, summary) in self.deferred.items():
            self.add_command(DeferredCommand(name, location, summary))

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx))

    def main(self, *args: Any, **more: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):  # an encoding may lack what a name contains
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")
        return super().main(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        try:
            return self._invoke(ctx)
        except (_USAGE, typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader of the output has closed it
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                _print_error(f"error: the output cannot be written: {error.strerror}.")
                raise typer.Exit(2) from None
            from okta_idc.cli.console import print_internal_error

            print_internal_error(error)
            raise typer.Exit(2) from None

    def _invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            from pydantic import ValidationError

            if error.param and isinstance(cause := error.__cause__, ValidationError):
                given, name = cause.errors()[0]["input"], str(error.param.name)
                error.message = f"{given!r} is not {EXPECTED.get(name, 'valid')}."
            raise
        except typer.Abort:
            _print_error("Aborted. Nothing was changed.")
            raise typer.Exit(2) from None
        except ModuleNotFoundError as error:
            extra = EXTRAS.get((error.name or "").partition(".")[0])
            if extra is None:
                raise
            install = f"pip install '{DISTRIBUTION}[{extra}]'"
            _print_error(f"This command needs the extra `{extra}`: {install}")
            raise typer.Exit(2) from None


def _print_error(text: str) -> None:
    from okta_idc.cli.console import print_error

    print_error(text)
