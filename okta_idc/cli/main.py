"""The command `okta-idc`: its subcommands, and the exit codes they share.

0: looked, and all is said. 1: looked, and found something wrong. 2: wrong usage, or could not look.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from okta_idc.cli.adopt import adopt
from okta_idc.cli.check_token import check_token
from okta_idc.cli.doctor import doctor
from okta_idc.cli.preview_saml import preview_saml
from okta_idc.cli.schema import schema
from okta_idc.cli.status import status
from okta_idc.cli.store_token import store_token

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold a token
    help="Looks after an Okta org's federation with AWS IAM Identity Center.",
)
app.command()(adopt)
app.command()(check_token)
app.command()(doctor)
app.command()(preview_saml)
app.command()(status)
app.command()(schema)
app.command()(store_token)


def _version(asked: bool) -> None:
    if asked:
        try:
            typer.echo(version("okta-identity-center"))
        except PackageNotFoundError:  # a clone, not an installed wheel
            typer.echo("unknown (run from a clone)")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and stop.")
    ] = False,
) -> None: ...
