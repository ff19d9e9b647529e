"""Reports that an extra needed by a command is not installed."""

from typing import Any

import typer
from typer.core import TyperGroup

from okta_idc.version import DISTRIBUTION

EXTRAS = {
    "pulumi": "components", "pulumi_aws": "components", "pulumi_okta": "components",
    "pulumi_policy": "policies", "moto": "sandbox", "aiohttp": "sandbox",
}  # fmt: skip
"""Extra by the module that it installs."""


class CommandGroup(TyperGroup):
    """Commands that end with one line and exit code 2 without an extra, or at an aborted prompt."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
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
