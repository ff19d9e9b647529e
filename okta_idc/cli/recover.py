"""`okta-idc recover`: what an interrupted run left behind, and the commands that put it right."""

import asyncio
import json
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import typer

from okta_idc.access_rules.resolution import Grant
from okta_idc.cli.console import print_error, print_json, reading, terminal, write_file
from okta_idc.cli.doctor_progress import connected
from okta_idc.cli.options import AwsEndpoint, Json, OktaUrl, Region, Share, Stack
from okta_idc.cli.resolved_settings import declared_by_stack, resolved
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import (
    InputError,
    org_url,
    pulumi,
    read_configuration,
    read_file,
    read_settings,
    read_text,
)
from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_limits import DEFAULT_SHARE
from okta_idc.recovery import kinds
from okta_idc.recovery.checkpoint import Checkpoint
from okta_idc.recovery.commands import commands, removable, unrecorded
from okta_idc.recovery.declared import declared
from okta_idc.recovery.differences import (
    Comparison,
    Difference,
    Status,
    compare,
    federation_name,
    importable,
)
from okta_idc.recovery.import_file import import_file
from okta_idc.recovery.kinds import ACCOUNT_ASSIGNMENT, KINDS
from okta_idc.recovery.live import Where, read_live
from okta_idc.recovery.state import InvalidStateError, State, without
from okta_idc.rules.registry import count
from okta_idc.settings import Settings
from okta_idc.text import printable

NOTHING, SOMETHING, UNKNOWN = 0, 1, 2
DEFAULT_FILE, DEFAULT_STATE = Path("recover.json"), Path("state.json")
_HIDDEN = (
    "Okta also hides objects that the credentials' admin role cannot see. Check in the consoles "
    "that what is gone was really deleted before you run the commands."
)
_KEPT = (
    "AWS cannot delete an account assignment whose group is gone. It grants nothing, and AWS keeps "
    "it; the commands only remove it from the state."
)


@dataclass(frozen=True)
class Inputs:
    """The exported state, the settings, and where to read."""

    state: State
    settings: Settings | None
    config: Mapping[str, Any]
    url: str
    where: Where
    unresolved: str = ""
    """Why the settings lack what their rules select; empty if they have it."""


def recover(
    stack: Stack = "",
    file: Annotated[
        Path | None,
        typer.Option(help="Output of `pulumi stack export`; default: from Pulumi."),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="Stack file, for example Pulumi.prod.yaml, with --file.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write the file for `pulumi import` here; default: write no file."),
    ] = None,
    state_out: Annotated[
        Path | None,
        typer.Option(
            help="Write the state for `pulumi stack import` here, without what was replaced and "
            "cannot be deleted; default: write no file."
        ),
    ] = None,
    region: Region = "",
    share: Share = DEFAULT_SHARE,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Show what an interrupted run left behind, with the commands that put it right. Reads only.

    Compares the stack's state with Okta and AWS: what exists and is not recorded, what is recorded
    and gone, and operations that were started and not finished. Uses the credentials of the Okta
    provider, in the provider's order, and the usual AWS credential chain.

    Exit code 0: nothing to recover; 1: something to recover; 2: Okta, AWS or the state could not
    be read.

    Example: okta-idc recover --stack prod
    """
    with reading():
        checkpoint = None if file else _checkpoint(stack)
        if state_out and state_out.is_file() and not (file and state_out.samefile(file)):
            state_out.unlink()  # `pulumi stack import` must not find an older state if this fails
        exported = _exported(file, stack, checkpoint)
        state = _state(exported, str(file or "pulumi stack export"))
        inputs = _inputs(state, stack, file, settings, region, okta_url, aws_endpoint)
        found = asyncio.run(_compare(inputs, share))
    locked = bool(checkpoint and checkpoint.locks)
    given = {
        "--stack": stack, "--settings": str(settings or ""), "--region": region,
        "--okta-url": okta_url, "--aws-endpoint": aws_endpoint,
    }  # fmt: skip
    document = import_file(unrecorded(found, inputs.state), inputs.state)
    if out and document["resources"]:
        write_file(out, json.dumps(document, indent=2) + "\n")
    replaced = [each.replaced for each in found.found if each.replaced]
    if state_out and replaced:
        kept = json.dumps(without(json.loads(exported), replaced), indent=2)
        write_file(state_out, kept + "\n", scrubbed=False)
    lines = commands(
        found, inputs.state, stack, _import_lines(given, stack, out),
        drop_with=_drop_lines(given, stack, state_out), locked=locked,
    )  # fmt: skip
    if as_json:
        print_json(_document(found, lines, document))
    else:
        _print(found, inputs.state, lines)
    raise typer.Exit(SOMETHING if found.found or locked else UNKNOWN if found.unknown else NOTHING)


def _inputs(
    state: State,
    stack: str,
    file: Path | None,
    settings: Path | None,
    region: str,
    url: str,
    endpoint: str,
) -> Inputs:
    config = {} if file else read_configuration(stack)
    known, config = read_settings(settings, config)
    unresolved = ""
    if known:
        is_assigned = _recorded(state)
        try:
            known = resolved(
                known, config, url=url, region=region, endpoint=endpoint, is_assigned=is_assigned
            )
        except (InputError, AwsError, OktaError) as error:
            unresolved = f"what access rules select is unknown: {error}"
    region = AwsClient("sso-admin", region or str(config.get("aws:region") or "")).region
    alarm = known.token_expiry_alarm if known else None
    alarm_region = (alarm.region if alarm else None) or region
    where = Where(region, "" if alarm and alarm.role_arn else alarm_region, endpoint or None)
    return Inputs(state, known, config, org_url(url, {}, config), where, unresolved)


def _recorded(state: State) -> Callable[[Grant], bool]:
    """Whether the state has an account assignment."""
    prefix = f"{federation_name(state)}-access-"
    names = {each.name for each in state.named(kinds.ACCOUNT_ASSIGNMENT)}
    return lambda grant: prefix + "-".join(grant) in names


def _exported(file: Path | None, stack: str, checkpoint: Checkpoint | None) -> str:
    """The output of `pulumi stack export`."""
    if file:
        return read_text(file)
    if checkpoint and (pid := checkpoint.active_run()):
        raise InputError(f"process {pid} is updating this stack. Wait until it finishes.")
    try:
        return pulumi("stack export", stack)
    except InputError as error:
        raise InputError(f"{error}{_damage(checkpoint)}") from None


def _state(text: str, where: str) -> State:
    try:
        document = json.loads(text)
        return State.of({**document})
    except (ValueError, TypeError, RecursionError):
        raise InputError(f"{where}: is not a JSON object.") from None
    except InvalidStateError as error:
        raise InputError(f"{where}: {error}.") from None


def _damage(checkpoint: Checkpoint | None) -> str:
    """For a file backend: which of the state's files is incomplete, and how to repair it."""
    if checkpoint is None or not (damage := checkpoint.damage()):
        return ""
    repair = checkpoint.repair()
    if not repair:
        return f"\n{damage}, and there is no complete backup. Restore it from your own backup."
    lines = "\n".join(f"  {line}" for line in repair)
    return (
        f"\n{damage}. Restore the backup, which lacks the last change, and run this again:\n{lines}"
    )


def _checkpoint(stack: str) -> Checkpoint | None:
    """The stack's files, if its backend is a folder. Raises InputError.

    Where neither an option, a variable, nor the project names them, Pulumi names the backend and
    the selected stack, which it can even if the state is cut off.
    """
    project: Any = {}
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (path := folder / "Pulumi.yaml").exists():
            project = read_file(path)
            break
    url = os.environ.get("PULUMI_BACKEND_URL") or get_text(project, "backend", "url")
    backend = urlsplit(url or get_text(json.loads(pulumi("whoami --json", "")), "url"))
    if backend.scheme != "file":
        return None
    name = stack or os.environ.get("PULUMI_STACK") or pulumi("stack --show-name", "").strip()
    folder = Path(unquote(f"{backend.netloc}{backend.path}")).expanduser()
    return Checkpoint(folder, get_text(project, "name") or PROJECT, name.rpartition("/")[2])


async def _compare(inputs: Inputs, share: float) -> Comparison:
    listed = declared(inputs.settings, federation_name(inputs.state)) if inputs.settings else []
    auth = Credentials.read(inputs.config).auth()
    async with connected(inputs.url, auth, share) as (okta, _):
        live = await read_live(okta, inputs.where, inputs.state, listed)
    if inputs.unresolved:
        live.unknown.setdefault(kinds.ACCOUNT_ASSIGNMENT, inputs.unresolved)
    if inputs.settings:  # reading needs all: a part of a fleet has mappings of another stack's app
        endpoint = inputs.where.endpoint or ""
        listed = declared_by_stack(listed, inputs.settings, inputs.config, endpoint)
    return compare(inputs.state, live, listed)


def _import_lines(given: Mapping[str, str], stack: str, out: Path | None) -> Sequence[str]:
    """The lines that import a file, after one that writes it if it was not written."""
    path = str(out or DEFAULT_FILE)
    options = [part for name, value in given.items() if value for part in (name, value)]
    write = shlex.join(["okta-idc", "recover", *options, "--out", path])
    chosen = ["--stack", stack] if stack else []
    load = ["pulumi", "import", "--file", path, "--generate-code=false", "--protect=false"]
    run = shlex.join([*load, "--skip-preview", "--yes", *chosen])
    return [run] if out else [f"{write}; {run}"]


def _drop_lines(given: Mapping[str, str], stack: str, out: Path | None) -> Sequence[str]:
    """The lines that replace the state, after one that writes its file if it was not written."""
    path = str(out or DEFAULT_STATE)
    options = [part for name, value in given.items() if value for part in (name, value)]
    write = shlex.join(["okta-idc", "recover", *options, "--state-out", path])
    chosen = ["--stack", stack] if stack else []
    load = shlex.join(["pulumi", "stack", "import", "--file", path, *chosen])
    return [load] if out else [f"{write}; {load}"]


def _document(found: Comparison, lines: list[str], imported: dict[str, Any]) -> dict[str, Any]:
    return {
        "differences": [
            {"status": each.status.value, "type": each.kind, "urn": each.urn, "text": each.text}
            for each in found.found
        ],
        "unknown": [{"type": kind, "reason": why} for kind, why in found.unknown.items()],
        "commands": lines,
        "import": imported,
    }


def _undeletable(found: Comparison) -> list[Difference]:
    return [*found.of(Status.STRANDED), *found.of(Status.REPLACED)]


def _print(found: Comparison, state: State, lines: list[str]) -> None:
    console = terminal()

    def say(text: str) -> None:
        console.print(text, soft_wrap=True)

    unread = {each.urn for each in found.of(Status.GONE) if not KINDS[each.kind].refreshed}
    kept = unread.difference(removable(found, state))
    for each in found.found:
        say(printable(f"{each.title}: {each.text}. [{each.status.value}]", 1000))
        if each.status == Status.UNRECORDED and not importable(each):
            say("  Its mapping is not active: make it active in Okta (app → Push Groups) first.")
        elif each.status == Status.UNRECORDED and each.parent not in state.urns:
            say("  Its component is not recorded yet. Run `pulumi up` once, then this again.")
        elif each.status == Status.UNRECORDED and KINDS[each.kind].retained:
            say("  A destroy retains it deliberately; importing it does no harm.")
        elif each.status == Status.GONE and each.urn in kept:
            say("  Other resources depend on it: create it in Okta again.")
    for kind, why in found.unknown.items():
        print_error(printable(f"unknown: {KINDS[kind].title}: {why}", 1000))
    if not found.found and not lines:
        say("Nothing to recover.")
        return
    say(f"\n{count(len(found.found), 'difference')} between the state, Okta and AWS.")
    if found.of(Status.GONE):
        say(_HIDDEN)
    if any(each.kind == ACCOUNT_ASSIGNMENT for each in _undeletable(found)):
        say(_KEPT)
    if lines:
        say("Run, in this order:\n")
        for line in lines:
            say(line)
    say("\nThen run `pulumi up`.")
