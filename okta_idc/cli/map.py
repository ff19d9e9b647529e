"""`okta-idc map`: who may use what in AWS, as declared, as it is, or the difference."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from okta_idc.access_map.declared import declared_map
from okta_idc.access_map.difference import difference
from okta_idc.access_map.live import PARTS, live_map
from okta_idc.access_map.model import AccessMap
from okta_idc.access_map.reporters.documents import difference_document, map_document
from okta_idc.access_map.reporters.page import map_page
from okta_idc.access_map.reporters.tree import print_difference, print_map
from okta_idc.cli.console import print_json, reading, terminal, write_file
from okta_idc.cli.doctor_options import Inputs, read_inputs
from okta_idc.cli.doctor_progress import connected
from okta_idc.cli.options import (
    App,
    AwsEndpoint,
    Everything,
    IdentityStoreId,
    Json,
    OktaUrl,
    Outputs,
    Region,
    SettingsFile,
    Share,
    Stack,
)
from okta_idc.cli.resolved_settings import resolved
from okta_idc.cli.stack import (
    InputError,
    StackOutputs,
    read_configuration,
    read_settings,
    read_stack,
)
from okta_idc.clients.okta_limits import DEFAULT_SHARE
from okta_idc.doctor.report import FINDINGS, READ_FAILED, SUCCESS
from okta_idc.inventory.read import read_inventory


class Side(StrEnum):
    """A side of the map."""

    DECLARED = "declared"
    LIVE = "live"


_TITLES = {Side.DECLARED: "Declared access", Side.LIVE: "Access in AWS"}


def access_map(
    outputs: Outputs = None,
    stack: Stack = "",
    settings: SettingsFile = None,
    app: App = "",
    identity_store: IdentityStoreId = "",
    region: Region = "",
    side: Annotated[
        Side, typer.Option("--from", help="The stack's settings, or what is in AWS.")
    ] = Side.LIVE,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show only what differs between the two.")
    ] = False,
    share: Share = DEFAULT_SHARE,
    as_json: Json = False,
    html: Annotated[
        Path | None, typer.Option(help="Write a web page that searches and filters to this file.")
    ] = None,
    everything: Everything = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Show which users get which permission sets in which accounts, and through which group. Reads
    only.

    Of AWS it shows the push groups; `okta-idc doctor` reports other assignments. `--from declared`
    reads the settings alone, and makes no call unless they select accounts or groups by rules.

    Exit code 0: success; 1: `--diff` shows differences; 2: something could not be read.

    Example: okta-idc map --stack prod --html map.html
    """
    console = terminal(stderr=as_json)
    with reading():
        if side is Side.DECLARED and not diff:
            known = {} if outputs is None else read_stack(outputs, stack)[0]
            where = _Where(known, okta_url, region, aws_endpoint)
            shown, found = _declared(stack, settings, where), None
        else:
            inputs = read_inputs(
                outputs, stack, settings, app, identity_store, region, okta_url, aws_endpoint
            )
            where = _Where({}, inputs.url, inputs.source.region, aws_endpoint)
            declared = _declared(stack, settings, where) if diff else None
            shown = asyncio.run(_live(inputs, share))
            found = difference(declared, shown) if declared else None
    if found is None:
        _write_map(console, shown, side, html, as_json=as_json, everything=everything)
        raise typer.Exit(READ_FAILED if shown.unknown else SUCCESS)
    if html:
        write_file(html, map_page(found.as_map(), "Differences of access", found))
    if as_json:
        print_json(difference_document(found))
    else:
        print_difference(console, found, everything=everything)
    raise typer.Exit(FINDINGS if found else READ_FAILED if found.unknown else SUCCESS)


def _write_map(
    console: Console, shown: AccessMap, side: Side, html: Path | None, *, as_json: bool,
    everything: bool,
) -> None:  # fmt: skip
    title = _TITLES[side]
    if html:
        write_file(html, map_page(shown, title))
    if as_json:
        print_json(map_document(shown, side.value))
    else:
        print_map(console, shown, title, everything=everything)


@dataclass(frozen=True)
class _Where:
    """Where rules are resolved: the stack's outputs, and options that precede them."""

    outputs: StackOutputs
    url: str
    region: str
    endpoint: str


def _declared(stack: str, settings: Path | None, where: _Where) -> AccessMap:
    """From the stack file, or from the stack's configuration. Raises InputError; AwsError and
    OktaError if rules cannot be resolved."""
    known, config = read_settings(settings, {} if settings else read_configuration(stack))
    if known is None:
        raise InputError("the stack's settings are not known. Pass --settings.")
    url, region, endpoint = where.url, where.region, where.endpoint
    return declared_map(
        resolved(known, config, where.outputs, url=url, region=region, endpoint=endpoint)
    )


async def _live(inputs: Inputs, share: float) -> AccessMap:
    async with connected(inputs.url, inputs.credentials.auth(), share) as (okta, progress):
        found = await read_inventory(
            okta, inputs.source, PARTS, declared=inputs.declared, progress=progress
        )
    return live_map(found)
