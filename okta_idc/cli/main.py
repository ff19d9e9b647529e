"""The command `okta-idc`: its subcommands, and the exit codes they share.

0: success. 1: findings. 2: wrong usage, or Okta or AWS could not be read.
"""

import gc
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Annotated, ClassVar

import typer

from okta_idc.cli.extras import CommandGroup
from okta_idc.version import kit_version


class Commands(CommandGroup):
    """The commands of `okta-idc`. A summary is the first paragraph of the function's docstring."""

    deferred: ClassVar[Mapping[str, tuple[str, str]]] = {
        "adopt": (
            "okta_idc.cli.adopt:adopt",
            "Write the stack file that adopts a federation created outside the kit. Reads only.",
        ),
        "doctor": (
            "okta_idc.cli.doctor:doctor",
            "Check every rule against what exists in Okta and IAM Identity Center. Reads only.",
        ),
        "explain": (
            "okta_idc.cli.explain:explain",
            "Explain a rule, or why a user is in AWS or not and what they get there. Reads only.",
        ),
        "map": (
            "okta_idc.cli.map:access_map",
            "Show which users get which permission sets in which accounts, and through which "
            "group. Reads only.",
        ),
        "preview-saml": (
            "okta_idc.cli.preview_saml:preview_saml",
            "Show the SAML attributes and session tags that AWS receives for one user.",
        ),
        "probe-org": (
            "okta_idc.cli.probe_org:probe_org",
            "Run experiments that show how an Okta org and IAM Identity Center really behave.",
        ),
        "recover": (
            "okta_idc.cli.recover:recover",
            "Show what an interrupted run left behind, with the commands that put it right. "
            "Reads only.",
        ),
        "review": (
            "okta_idc.cli.review:review_update",
            "Show who gains and who loses access by an update, from its preview. Reads only.",
        ),
        "schema": (
            "okta_idc.cli.schema:schema",
            "Print the JSON Schema of a stack file's settings.",
        ),
        "status": (
            "okta_idc.cli.status:status",
            "Show what Okta sends, what AWS has, and who is not provisioned and why. Reads only.",
        ),
    }


class TokenCommands(CommandGroup):
    """The commands of `okta-idc token`."""

    deferred: ClassVar[Mapping[str, tuple[str, str]]] = {
        "retire": (
            "okta_idc.cli.token_rotate:retire",
            "Verify that Okta uses the current token and that the earlier one is deleted in AWS.",
        ),
        "rotate": (
            "okta_idc.cli.token_rotate:rotate",
            "Replace the SCIM token: shows each step of a person, and verifies it before the "
            "next one.",
        ),
        "status": (
            "okta_idc.cli.token_status:status",
            "Show the SCIM tokens in the secret, and test each with three reads.",
        ),
        "store": (
            "okta_idc.cli.token_store:store",
            "Store the SCIM endpoint and access token in AWS Secrets Manager.",
        ),
    }


class FleetCommands(CommandGroup):
    """The commands of `okta-idc fleet`."""

    deferred: ClassVar[Mapping[str, tuple[str, str]]] = {
        "destroy": (
            "okta_idc.cli.fleet:destroy",
            "Destroy all stacks of a fleet: account assignments first, the core last.",
        ),
        "move": (
            "okta_idc.cli.fleet:move",
            "Move resources to the stacks where the settings have them. Changes nothing in Okta "
            "and AWS.",
        ),
        "preview": (
            "okta_idc.cli.fleet:preview",
            "Preview all stacks of a fleet, and show what would move between them.",
        ),
        "refresh": (
            "okta_idc.cli.fleet:refresh",
            "Refresh the states of all stacks of a fleet from Okta and AWS.",
        ),
        "stacks": (
            "okta_idc.cli.fleet:stacks",
            "Print the names of the stacks of a fleet, in the order in which they run. Reads files "
            "only.",
        ),
        "up": (
            "okta_idc.cli.fleet:up",
            "Update all stacks of a fleet: the core, then push groups and permission sets, then "
            "account assignments.",
        ),
    }


_NEVER = 1_000_000
"""More collections of the middle generation than a command makes."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a local may hold a token
)
token = typer.Typer(
    cls=TokenCommands,
    no_args_is_help=True,
    help="Store, test, and replace the SCIM token.\n\nExample: okta-idc token rotate --stack prod",
)
app.add_typer(token, name="token")
fleet = typer.Typer(
    cls=FleetCommands,
    no_args_is_help=True,
    help="Run the stacks of a federation that `federation.fleet` divides.\n\n"
    "Example: okta-idc fleet up --stack prod",
)
app.add_typer(fleet, name="fleet")


@contextmanager
def young_collections() -> Generator[None]:
    """Let Python's garbage collector examine new objects only: the users that a command has read
    stay until its end, and a full collection would examine all of them."""
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)


def _version(requested: bool) -> None:
    if requested:
        typer.echo(kit_version())
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 — its callback reads it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Operate an Okta org's federation with AWS IAM Identity Center.

    Example: okta-idc doctor --stack prod
    """
    context.with_resource(young_collections())
