"""`okta-idc adopt`: a federation that was made by hand, as a stack file that takes it over."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from okta_idc.adoption.discovery import Federation, discover
from okta_idc.adoption.draft import Draft, draft
from okta_idc.adoption.import_file import import_file
from okta_idc.adoption.stack_file import stack_file
from okta_idc.cli.doctor_options import known_region
from okta_idc.cli.doctor_progress import watching
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import CannotLookError, org_url
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_limits import HALF
from okta_idc.doctor.report import COULD_NOT_LOOK
from okta_idc.inventory.model import Source
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.settings import ROOT

NOT_ALL = 1
SECRET = "okta-identity-center/scim"  # noqa: S105 — a name


@dataclass(frozen=True)
class _Seen:
    found: Federation
    made: Draft
    calls: int


def adopt(
    out: Annotated[
        Path | None, typer.Option(help="The stack file to write, e.g. Pulumi.prod.yaml.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    mappings: Annotated[
        Path | None,
        typer.Option(help="Also write the file by which `pulumi import` owns the push mappings."),
    ] = None,
    stack: Annotated[str, typer.Option(help="The stack's name; goes with --mappings.")] = "",
    app: Annotated[str, typer.Option(help="The app's id (0oa…); default: the only one.")] = "",
    identity_store: Annotated[
        str, typer.Option(help="The identity store's id (d-…); default: the one the app names.")
    ] = "",
    region: Annotated[str, typer.Option(help="AWS region; default: AWS's usual one.")] = "",
    secret: Annotated[
        str, typer.Option(help="The secret with the SCIM endpoint and token.")
    ] = SECRET,
    share: Annotated[
        float, typer.Option(min=0.01, max=1, help="Of what is left of Okta's rate limits.")
    ] = HALF,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    okta_url: Annotated[str, typer.Option(help="The org, if nothing else tells it.")] = "",
    aws_endpoint: Annotated[str, typer.Option(help="In place of AWS's own (sandbox).")] = "",
) -> None:
    """Find a federation that was made by hand, and write the stack file that takes it over.

    Reads only. The file goes to --out, or is printed; what it cannot express stands in it as a
    comment, and on stderr. Credentials: those of the Okta provider (a private key first), and
    AWS's usual ones.
    Exit code 0: all is in the file; 1: not all of it; 2: could not look.

    Example: okta-idc adopt --okta-url https://acme.okta.com --out Pulumi.prod.yaml
    """
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        for path in (out, mappings):
            if path and path.exists() and not force:
                text = f"{path}: is there already. Fix: give --force, or another name."
                raise CannotLookError(text)
        if mappings and not stack:
            raise CannotLookError("--mappings goes with --stack NAME.")
        url = org_url(okta_url, {})
        source = Source(
            region=known_region(region),
            app_id=app,
            store_id=identity_store,
            secret=secret,
            endpoint=aws_endpoint or None,
        )
        seen = asyncio.run(_discover(url, source, share))
        text = stack_file(seen.made, url, source.region, f"{PROJECT}:{ROOT}")
        if out:
            out.write_text(text, encoding="utf-8")
        if mappings:
            document = import_file(seen.made, seen.found, stack, PROJECT)
            mappings.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except (CannotLookError, OktaError, AwsError, Unavailable) as error:
        errors.print(f"unknown: {error}", markup=False)
        raise typer.Exit(COULD_NOT_LOOK) from None
    except OSError as error:
        errors.print(f"{error.filename}: not written: {error.strerror}.", markup=False)
        raise typer.Exit(COULD_NOT_LOOK) from None
    if as_json:
        sys.stdout.write(json.dumps(_document(seen), indent=2) + "\n")
    elif not out:
        sys.stdout.write(text)
    _tell(errors, seen, out)
    raise typer.Exit(NOT_ALL if any(note.problem for note in seen.made.notes()) else 0)


async def _discover(url: str, source: Source, share: float) -> _Seen:
    with watching(Console(stderr=True)) as progress:
        auth = Credentials.read().auth()
        async with Okta(url, auth, share=share, waiting=progress.waits) as okta:
            found = await discover(okta, source, progress)
            return _Seen(found, draft(found), sum(okta.calls.values()))


def _document(seen: _Seen) -> dict[str, Any]:
    """`settings` as they stand in the file; `notes` on what they do not express (`problem`) or
    what is worth knowing."""
    return {
        "app": {"id": seen.found.app["id"], "label": seen.found.app.get("label")},
        "instance": seen.found.instance,
        "settings": seen.made.settings(),
        "notes": [{"problem": n.problem, "text": n.text} for n in seen.made.notes()],
        "oktaCalls": seen.calls,
    }


def _tell(errors: Console, seen: _Seen, out: Path | None) -> None:
    made, app = seen.made, seen.found.app
    for note in made.notes():
        errors.print(f"{'not taken over' if note.problem else 'note'}: {note.text}", markup=False)
    kept = {
        "assigned": made.groups,
        "pushed": made.push_groups,
        "permission sets": made.permission_sets,
    }
    counts = ", ".join(
        f"{sum(not item.left_out for item in items)} {name}" for name, items in kept.items()
    )
    errors.print(
        f"{app.get('label')} ({app['id']}): {counts}; {seen.calls} calls to Okta"
        f"{f'; written to {out}. Next: docs/guide/adopt.md' if out else ''}.",
        markup=False,
    )
