"""`okta-idc fleet`: runs the stacks of a federation that `federation.fleet` divides."""

import os
from pathlib import Path
from typing import Annotated

import typer

from okta_idc.cli.console import print_json, reading, terminal
from okta_idc.cli.fleet_inputs import running_stacks
from okta_idc.cli.fleet_session import Session
from okta_idc.cli.options import AwsEndpoint, Json

_MOST_AT_ONCE = 4
"""Stacks at once without an option, on a machine with as many cores."""

Core = Annotated[
    str, typer.Option("--stack", help="Name of the core stack, whose file has the settings.")
]
StacksAtOnce = Annotated[
    int | None,
    typer.Option(
        min=1, max=100, help="Stacks that run at the same time; default: one per core, at most 4."
    ),
]
Parallel = Annotated[
    int | None,
    typer.Option(min=1, help="Resources that each stack changes at once; default: Pulumi's."),
]
PolicyPacks = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-pack", exists=True, file_okay=False,
        help="Folder of a policy pack that checks each stack; several times for several packs.",
    ),
]  # fmt: skip


def preview(
    stack: Core, stacks_at_once: StacksAtOnce = None, parallel: Parallel = None,
    policy_pack: PolicyPacks = None, as_json: Json = False, aws_endpoint: AwsEndpoint = "",
) -> None:  # fmt: skip
    """Preview all stacks of a fleet, and show what would move between them.

    Writes the stack files of the parts, and creates the stacks that are missing, empty. Stacks
    between which something would move are not previewed before it has moved.

    Exit code 0: success; 1: a stack failed; 2: something could not be read, resources must move
    before a stack can be previewed, rules select too little or would remove too much, or another
    fleet command runs.

    Example: okta-idc fleet preview --stack prod
    """
    Session(
        "preview", stack, _at_once(stacks_at_once), parallel, as_json, aws_endpoint,
        policy_packs=policy_pack or (),
    ).run()  # fmt: skip


def up(
    stack: Core, stacks_at_once: StacksAtOnce = None, parallel: Parallel = None,
    policy_pack: PolicyPacks = None, as_json: Json = False, aws_endpoint: AwsEndpoint = "",
) -> None:  # fmt: skip
    """Update all stacks of a fleet: the core, then push groups and permission sets, then account
    assignments.

    Before, it moves resources to the stacks where the settings have them, as `okta-idc fleet move`
    does. A stack that fails does not hold up the others; it runs once more at the end if another
    one has changed something. Run the command again to continue after a failure. After Ctrl-C, no
    further stack starts, and those that run finish what they have begun.

    Exit code 0: success; 1: a stack failed; 2: something could not be read, rules select too little
    or would remove too much, or another fleet command runs.

    Example: okta-idc fleet up --stack prod --stacks-at-once 8
    """
    Session(
        "up", stack, _at_once(stacks_at_once), parallel, as_json, aws_endpoint,
        policy_packs=policy_pack or (),
    ).run()  # fmt: skip


def refresh(
    stack: Core, stacks_at_once: StacksAtOnce = None, parallel: Parallel = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Refresh the states of all stacks of a fleet from Okta and AWS.

    Exit code 0: success; 1: a stack failed; 2: something could not be read, or another fleet
    command runs.

    Example: okta-idc fleet refresh --stack prod
    """
    Session("refresh", stack, _at_once(stacks_at_once), parallel, as_json).run()


def destroy(
    stack: Core, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    stacks_at_once: StacksAtOnce = None, parallel: Parallel = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Destroy all stacks of a fleet: account assignments first, the core last.

    The core stack is destroyed only if nothing failed before.

    Exit code 0: success; 1: a stack failed; 2: something could not be read, or another fleet
    command runs.

    Example: okta-idc fleet destroy --stack prod
    """
    Session("destroy", stack, _at_once(stacks_at_once), parallel, as_json, confirmed=yes).run()


def move(
    stack: Core, stacks_at_once: StacksAtOnce = None, as_json: Json = False,
    aws_endpoint: AwsEndpoint = "",
) -> None:  # fmt: skip
    """Move resources to the stacks where the settings have them. Changes nothing in Okta and AWS.

    Changes the states of the stacks only. Stacks of parts that the settings no longer have are
    deleted, with their files, when they are empty.

    Exit code 0: success; 1: something could not be moved; 2: something could not be read, or
    another fleet command runs.

    Example: okta-idc fleet move --stack prod
    """
    Session("move", stack, _at_once(stacks_at_once), None, as_json, aws_endpoint).run()


def stacks(stack: Core, as_json: Json = False) -> None:
    """Print the names of the stacks of a fleet, in the order in which they run. Reads files only.

    The core comes first, then push groups and permission sets, then account assignments. A stack
    without `fleet`, or without a file, is alone. Stacks of parts that the settings no longer have
    are not listed: nothing runs them, until `okta-idc fleet move` or `up` has moved what they have
    and deleted them. Whether a stack exists is not known without Pulumi.

    Exit code 0: success; 2: a file could not be read.

    Example: okta-idc fleet stacks --stack prod
    """
    with reading():
        names = [each.name for each in running_stacks(stack)]
    if as_json:
        print_json(names)
    else:
        terminal().print("\n".join(names), soft_wrap=True)


def _at_once(given: int | None) -> int:
    return given or min(_MOST_AT_ONCE, os.cpu_count() or 1)
