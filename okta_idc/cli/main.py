"""The command `okta-idc`: its subcommands, and the exit codes they share.

0: success. 1: findings. 2: wrong usage, or Okta or AWS could not be read.
"""

from typing import Annotated

import typer

from okta_idc.cli.adopt import adopt
from okta_idc.cli.doctor import doctor
from okta_idc.cli.explain import explain
from okta_idc.cli.extras import CommandGroup
from okta_idc.cli.map import access_map
from okta_idc.cli.preview_saml import preview_saml
from okta_idc.cli.probe_org import probe_org
from okta_idc.cli.recover import recover
from okta_idc.cli.review import review_update
from okta_idc.cli.schema import schema
from okta_idc.cli.status import status
from okta_idc.cli.token_rotate import retire, rotate
from okta_idc.cli.token_status import status as token_status
from okta_idc.cli.token_store import store
from okta_idc.version import kit_version

app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold a token
)
for command in (
    adopt,
    doctor,
    explain,
    preview_saml,
    probe_org,
    recover,
    schema,
    status,
):
    app.command()(command)
app.command("map")(access_map)
app.command("review")(review_update)
token = typer.Typer(
    no_args_is_help=True,
    help="Store, test, and replace the SCIM token.\n\nExample: okta-idc token rotate --stack prod",
)
for name, command in (
    ("retire", retire), ("rotate", rotate), ("status", token_status), ("store", store),
):  # fmt: skip
    token.command(name)(command)
app.add_typer(token, name="token")


def _version(requested: bool) -> None:
    if requested:
        typer.echo(kit_version())
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Operate an Okta org's federation with AWS IAM Identity Center.

    Example: okta-idc doctor --stack prod
    """
