"""`okta-idc adopt`: writes the stack file that adopts an existing federation."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from okta_idc.adoption.discovery import Federation, discover
from okta_idc.adoption.draft import Draft, draft
from okta_idc.adoption.import_file import import_file
from okta_idc.adoption.stack_file import stack_file
from okta_idc.cli.console import (
    print_document,
    print_error,
    print_json,
    reading,
    write_file,
)
from okta_idc.cli.doctor_progress import connected
from okta_idc.cli.options import (
    AwsEndpoint,
    Json,
    OktaUrl,
    Region,
    Share,
    app_id,
    secret_name,
)
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import InputError, org_url
from okta_idc.clients.aws import AwsClient
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_limits import DEFAULT_SHARE
from okta_idc.inventory.model import Source
from okta_idc.rules.registry import REPOSITORY, count
from okta_idc.settings import ROOT
from okta_idc.text import printable

INCOMPLETE = 1
SECRET = "okta-identity-center/scim"  # noqa: S105 — a name


def adopt(
    out: Annotated[
        Path | None,
        typer.Option(help="Stack file to write, for example Pulumi.prod.yaml; default: stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    mappings: Annotated[
        Path | None,
        typer.Option(help="Also write a file for `pulumi import` of the push mappings."),
    ] = None,
    stack: Annotated[str, typer.Option(help="Name of the stack, for --mappings.")] = "",
    app: Annotated[
        str, typer.Option(callback=app_id, help="App ID (0oa…); default: the org's only one.")
    ] = "",
    identity_store: Annotated[
        str, typer.Option(help="ID of the identity store (d-…); default: from the app.")
    ] = "",
    region: Region = "",
    secret: Annotated[
        str,
        typer.Option(
            callback=secret_name, help="Name of the secret with the SCIM endpoint and token."
        ),
    ] = SECRET,
    share: Share = DEFAULT_SHARE,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Write the stack file that adopts a federation created outside the kit. Reads only.

    Writes to --out, or to standard output. Resources that the file cannot declare become comments
    and messages. Uses the credentials of the Okta provider, in the provider's order, and the usual
    AWS credential chain.

    Exit code 0: the file is complete; 1: something could not be adopted, or has a problem; 2: Okta
    or AWS could not be read.

    Example: okta-idc adopt --okta-url https://acme.okta.com --out Pulumi.prod.yaml
    """
    with reading():
        for path in (out, mappings):
            if path and path.exists() and not force:
                raise InputError(f"{path}: exists already. Pass --force, or another name.")
        if mappings and not stack:
            raise InputError("--mappings requires --stack NAME.")
        url = org_url(okta_url, {})
        source = Source(
            region=AwsClient("sso-admin", region).region,
            app_id=app,
            store_id=identity_store,
            secret=secret,
            endpoint=aws_endpoint or None,
        )
        federation, calls = asyncio.run(_discover(url, source, share))
        drafted = draft(federation)
        text = stack_file(drafted, url, source.region, f"{PROJECT}:{ROOT}")
    if out:
        write_file(out, text)
    if mappings:
        document = import_file(drafted, federation, stack, PROJECT)
        write_file(mappings, json.dumps(document, indent=2) + "\n")
    if as_json:
        print_json(_document(federation, drafted, calls))
    elif not out:
        print_document(text)
    _print_notes(federation, drafted, calls, out)
    raise typer.Exit(INCOMPLETE if any(note.problem for note in drafted.notes()) else 0)


async def _discover(url: str, source: Source, share: float) -> tuple[Federation, int]:
    async with connected(url, Credentials.read().auth(), share) as (okta, progress):
        return await discover(okta, source, progress), sum(okta.calls.values())


def _document(federation: Federation, drafted: Draft, calls: int) -> dict[str, Any]:
    """`settings` as in the file, with `notes`; `problem` marks what requires a fix."""
    return {
        "app": {"id": federation.app["id"], "label": federation.app.get("label")},
        "instance": federation.instance,
        "settings": drafted.settings(),
        "notes": [{"problem": n.problem, "text": n.text} for n in drafted.notes()],
        "oktaCalls": calls,
    }


def _print_notes(federation: Federation, drafted: Draft, calls: int, out: Path | None) -> None:
    app = federation.app
    for item in drafted.items():
        problem = "not adopted" if item.commented_out else "adopted, with a problem"
        for note in item.notes:
            print_error(f"{problem if note.problem else 'note'}: {note.text}")
    settings = drafted.settings()
    pieces = {
        "assignment group": settings["assignments"]["groups"],
        "push group": settings["push_groups"],
        "permission set": settings["account_access"]["permission_sets"],
    }
    counts = ", ".join(count(len(listed), noun) for noun, listed in pieces.items())
    label = printable(f"{app.get('label')} ({app['id']})")
    print_error(
        f"{label}: {counts}; {count(calls, 'call')} to Okta{f'; written to {out}' if out else ''}."
    )
    if out:
        print_error(f"Next: `okta-idc token store`, then docs/guide/adopt.md in {REPOSITORY}.")
