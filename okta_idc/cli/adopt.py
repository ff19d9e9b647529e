"""`okta-idc adopt`: writes the stack file that takes over an existing federation."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from okta_idc.adoption.discovery import Federation, discover
from okta_idc.adoption.draft import Draft, draft
from okta_idc.adoption.import_file import import_file
from okta_idc.adoption.stack_file import stack_file
from okta_idc.cli.console import print_error, print_json, reading, write_file
from okta_idc.cli.doctor_options import known_region
from okta_idc.cli.doctor_progress import watching
from okta_idc.cli.options import AwsEndpoint, Json, OktaUrl, Region, Share
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import CannotLookError, org_url
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_limits import HALF
from okta_idc.inventory.model import Source
from okta_idc.settings import ROOT

INCOMPLETE = 1
SECRET = "okta-identity-center/scim"  # noqa: S105 — a name


@dataclass(frozen=True)
class _Adopted:
    found: Federation
    made: Draft
    calls: int


def adopt(
    out: Annotated[
        Path | None, typer.Option(help="Stack file to write, for example Pulumi.prod.yaml.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    mappings: Annotated[
        Path | None,
        typer.Option(help="Also write a file for `pulumi import` of the push mappings."),
    ] = None,
    stack: Annotated[str, typer.Option(help="Name of the stack, for --mappings.")] = "",
    app: Annotated[str, typer.Option(help="ID of the app (0oa…); default: the only one.")] = "",
    identity_store: Annotated[
        str, typer.Option(help="ID of the identity store (d-…); default: the one the app names.")
    ] = "",
    region: Region = "",
    secret: Annotated[
        str, typer.Option(help="Name of the secret with the SCIM endpoint and token.")
    ] = SECRET,
    share: Share = HALF,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Write the stack file that takes over a federation created outside the kit. Reads only.

    The file goes to --out, or to the terminal. What it cannot express becomes a comment in the file
    and a message. Credentials: those of the Okta provider (a private key first) and AWS's.

    Exit code 0: everything is in the file; 1: something is not; 2: Okta or AWS could not be read.

    Example: okta-idc adopt --okta-url https://acme.okta.com --out Pulumi.prod.yaml
    """
    with reading():
        for path in (out, mappings):
            if path and path.exists() and not force:
                raise CannotLookError(f"{path}: exists already. Pass --force, or another name.")
        if mappings and not stack:
            raise CannotLookError("--mappings requires --stack NAME.")
        url = org_url(okta_url, {})
        source = Source(
            region=known_region(region),
            app_id=app,
            store_id=identity_store,
            secret=secret,
            endpoint=aws_endpoint or None,
        )
        adopted = asyncio.run(_discover(url, source, share))
        text = stack_file(adopted.made, url, source.region, f"{PROJECT}:{ROOT}")
    if out:
        write_file(out, text)
    if mappings:
        document = import_file(adopted.made, adopted.found, stack, PROJECT)
        write_file(mappings, json.dumps(document, indent=2) + "\n")
    if as_json:
        print_json(_document(adopted))
    elif not out:
        typer.echo(text, nl=False)
    _print_notes(adopted, out)
    raise typer.Exit(INCOMPLETE if any(note.problem for note in adopted.made.notes()) else 0)


async def _discover(url: str, source: Source, share: float) -> _Adopted:
    with watching(Console(stderr=True)) as progress:
        auth = Credentials.read().auth()
        async with Okta(url, auth, share=share, waiting=progress.waits) as okta:
            found = await discover(okta, source, progress)
            return _Adopted(found, draft(found), sum(okta.calls.values()))


def _document(adopted: _Adopted) -> dict[str, Any]:
    """`settings` as in the file; `notes` on them, with `problem` for what they do not express."""
    return {
        "app": {"id": adopted.found.app["id"], "label": adopted.found.app.get("label")},
        "instance": adopted.found.instance,
        "settings": adopted.made.settings(),
        "notes": [{"problem": n.problem, "text": n.text} for n in adopted.made.notes()],
        "oktaCalls": adopted.calls,
    }


def _print_notes(adopted: _Adopted, out: Path | None) -> None:
    made, app = adopted.made, adopted.found.app
    for note in made.notes():
        print_error(f"{'not taken over' if note.problem else 'note'}: {note.text}")
    kept = {
        "assigned": made.groups,
        "pushed": made.push_groups,
        "permission sets": made.permission_sets,
    }
    counts = ", ".join(
        f"{sum(not item.commented_out for item in items)} {name}" for name, items in kept.items()
    )
    print_error(
        f"{app.get('label')} ({app['id']}): {counts}; {adopted.calls} calls to Okta"
        f"{f'; written to {out}. Next: docs/guide/adopt.md' if out else ''}."
    )
