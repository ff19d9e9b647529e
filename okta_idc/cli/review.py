"""`okta-idc review`: what a previewed update changes for people."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from okta_idc.access_map.changes import Changes, changes_of
from okta_idc.access_map.plan import PARTS, plan, wanted
from okta_idc.access_map.preview import (
    InvalidPreviewError,
    SameStackError,
    Step,
    joined,
    read_preview,
    review_settings,
)
from okta_idc.access_map.reporters.documents import review_document
from okta_idc.access_map.reporters.review_markdown import review_markdown
from okta_idc.access_map.reporters.review_text import print_review
from okta_idc.access_map.review import Review, review
from okta_idc.cli.console import print_json, reading, terminal, write_file
from okta_idc.cli.doctor_options import Inputs, read_inputs
from okta_idc.cli.doctor_progress import connected
from okta_idc.cli.fleet_inputs import running_stacks
from okta_idc.cli.options import (
    App,
    AwsEndpoint,
    Everything,
    IdentityStoreId,
    Json,
    OktaUrl,
    Outputs,
    ProviderSettings,
    Region,
    Share,
    Stack,
)
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import InputError, read_text
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta_limits import DEFAULT_SHARE
from okta_idc.doctor.report import FINDINGS, READ_FAILED, SUCCESS
from okta_idc.fleet.stack_files import PART, load_part
from okta_idc.inventory.further_access import read_further
from okta_idc.inventory.read import read_inventory
from okta_idc.rules.affected_people import affected_people_within_limit
from okta_idc.settings import SettingsError
from okta_idc.settings.parts import CORE
from okta_idc.settings.review import REVIEW, ReviewSettings


def review_update(
    preview: Annotated[
        list[Path],
        typer.Option(
            help="File with the output of `pulumi preview --json`; several times for a fleet, once "
            "for each stack."
        ),
    ],
    outputs: Outputs = None,
    stack: Stack = "",
    settings: ProviderSettings = None,
    app: App = "",
    identity_store: IdentityStoreId = "",
    region: Region = "",
    max_affected: Annotated[
        int | None,
        typer.Option(min=0, help="People whom an update may affect without an approval."),
    ] = None,
    approved: Annotated[
        str, typer.Option(help="Approval of this update, as an earlier review printed it.")
    ] = "",
    share: Share = DEFAULT_SHARE,
    as_json: Json = False,
    markdown: Annotated[
        Path | None, typer.Option(help="Write a summary for a pull request to this file.")
    ] = None,
    show_names: Annotated[
        bool, typer.Option("--show-names", help="Name the most affected users in the summary.")
    ] = False,
    everything: Everything = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Show who gains and who loses access by an update, from its preview. Reads only.

    Compares the preview with the members and assignments that are in Okta and AWS now. The limit
    and the approval can also be in the stack file: `max_affected` and `approved` of
    `okta-identity-center:review`.

    The previews of a fleet's stacks are one update: each person counts once, the limit and the
    approval are for all stacks together, and the order of the files does not matter.

    Exit code 0: success; 1: the update affects more people than `--max-affected`, and is not
    approved; 2: something could not be read, or is known only to the update.

    Example: okta-idc review --stack prod --preview preview.json --max-affected 50
    """
    console = terminal(stderr=as_json)
    with reading():
        changes, limits = _changes(preview, stack)
        inputs = read_inputs(
            outputs, stack, settings, app, identity_store, region, okta_url, aws_endpoint
        )
        found = asyncio.run(_read(inputs, changes, share))
    limit = limits.max_affected if max_affected is None else max_affected
    subject = found.subject(limit, approved or limits.approved)
    findings = [each.text(REVIEW) for each in affected_people_within_limit(subject)]
    approval = subject.approval
    if markdown:
        write_file(markdown, review_markdown(found, findings, approval, names=show_names))
    if as_json:
        print_json(review_document(found, approval, findings))
    else:
        print_review(console, found, findings, approval, everything=everything)
    raise typer.Exit(FINDINGS if findings else READ_FAILED if found.unknown else SUCCESS)


def _changes(files: Iterable[Path], stack: str) -> tuple[Changes, ReviewSettings]:
    """The changes of all previews, and the review's settings in the stack file that has them.
    `stack`: the core, or "" if it is not known. Raises InputError, also if a stack of the fleet has
    no preview."""
    previews: dict[str, list[Step]] = {}
    parts: set[str] = set()
    limits, limited = ReviewSettings(), ""
    for path in dict.fromkeys(files):
        previews[str(path)], own, part = _preview(path)
        parts.add(part)
        if own in (ReviewSettings(), limits):
            continue
        if limited:
            key = f"{PROJECT}:{REVIEW}"
            raise InputError(f"{limited} and {path} have different values of {key}.")
        limits, limited = own, str(path)
    listed = running_stacks(stack) if stack else []
    if missing := [each.name for each in listed if each.part not in parts]:
        raise InputError(
            f"the fleet of {stack} has stacks without a preview: {', '.join(missing)}. Pass "
            "--preview once for each stack of `okta-idc fleet stacks`."
        )
    try:
        return changes_of(joined(previews)), limits
    except SameStackError as error:
        raise InputError(str(error)) from None


def _preview(file: Path) -> tuple[list[Step], ReviewSettings, str]:
    """The steps, the review's settings in the stack file, and the stack's part of a fleet. Raises
    InputError."""
    try:
        document = json.loads(read_text(file))
        steps, limits = read_preview(document), review_settings(document, PROJECT)
        given = get_text(document, "config", f"{PROJECT}:{PART}")
        return steps, limits, load_part(json.loads(given), PROJECT).name if given else CORE
    except (ValueError, RecursionError):
        reason = "it is not one JSON document"
    except InvalidPreviewError as error:
        reason = str(error)
    except SettingsError as error:
        raise InputError(f"{file}: {error}") from None
    raise InputError(
        f"{file}: is not a preview: {reason}. Write it with `pulumi preview --json >{file}`."
    )


async def _read(inputs: Inputs, changes: Changes, share: float) -> Review:
    async with connected(inputs.url, inputs.credentials.auth(), share) as (okta, progress):
        found = await read_inventory(
            okta, inputs.source, PARTS, declared=inputs.declared, progress=progress
        )
        further = await read_further(okta, found, wanted(changes, found), progress)
    return review(changes, plan(changes, found, further))
