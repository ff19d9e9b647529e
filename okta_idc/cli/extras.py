"""Words errors of all commands: an invalid option, a missing extra, an aborted prompt."""

from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from okta_idc.version import DISTRIBUTION

EXTRAS = {
    "pulumi": "components", "pulumi_aws": "components", "pulumi_okta": "components",
    "pulumi_policy": "policies", "moto": "sandbox", "aiohttp": "sandbox",
}  # fmt: skip
"""Extra by the module that it installs."""
EXPECTED = {
    "created": "an ISO 8601 date, for example 2026-01-31", "fail_on": "`blocking` or `advisory`",
    "share": "a number from 0.01 to 1", "wait": "a number of seconds",
}  # fmt: skip
"""What an option that is not plain text expects."""


class CommandGroup(TyperGroup):
    """Commands that end with one error and exit code 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if error.param and isinstance(cause := error.__cause__, ValidationError):
                given, name = cause.errors()[0]["input"], str(error.param.name)
                error.message = f"{given!r} is not {EXPECTED.get(name, 'valid')}."
            raise
        except typer.Abort:
            typer.echo("Aborted. Nothing was changed.", err=True)
            raise typer.Exit(2) from None
        except ModuleNotFoundError as error:
            extra = EXTRAS.get((error.name or "").partition(".")[0])
            if extra is None:
                raise
            install = f"pip install '{DISTRIBUTION}[{extra}]'"
            typer.echo(f"This command needs the extra `{extra}`: {install}", err=True)
            raise typer.Exit(2) from None
