"""`okta-idc probe-org`: settles by experiment what the sandbox assumes about Okta and AWS."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from okta_idc.cli.console import print_error, print_json, reading, terminal, write_file
from okta_idc.cli.doctor_progress import print_wait
from okta_idc.cli.options import AwsEndpoint, Json, Region, VerifyAt, optional_secret_name
from okta_idc.cli.stack import InputError
from okta_idc.cli.token_entry import check_verify_at
from okta_idc.clients.admin_console import admin_console, app_page
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import get_list
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import READ_SCOPES, Credentials
from okta_idc.clients.okta_auth import org_url as configured_url
from okta_idc.clients.scim_requests import ScimRequests
from okta_idc.clients.secrets import secret_string
from okta_idc.doctor.report import READ_FAILED
from okta_idc.probe.access import Access, Aws
from okta_idc.probe.contract import EXPERIMENTS, FEATURES, Experiment, Need, estimate, in_order
from okta_idc.probe.guard import (
    SCOPES,
    RefusedError,
    check_confirmation,
    check_emptiness,
    check_instance,
    check_rights,
)
from okta_idc.probe.journal import Journal, JournalError
from okta_idc.probe.lab import Console
from okta_idc.probe.record import FAILURES, NOT_TRIED, REASONS, REFUTED, record
from okta_idc.probe.run import Outcome, remove, run_experiments
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.endpoints import endpoint_known
from okta_idc.text import printable
from okta_idc.version import kit_version

_STEPS = (
    "In the Okta Admin Console, enable provisioning in the app {label}: Integration, with the Base "
    "URL {endpoint} and the token in the secret; then To App, with Create Users, Update User "
    "Attributes, and Deactivate Users."
)


def probe_org(
    okta_org: Annotated[
        str, typer.Option(help="URL of the throw-away org, for example https://acme.okta.com.")
    ] = "",
    confirm: Annotated[
        str, typer.Option(help="Name of the org, which confirms that it may be changed.")
    ] = "",
    record_file: Annotated[
        Path | None,
        typer.Option("--record", help="Write the record, and next to it the journal."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Run this experiment only; can be repeated.")
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="Show the experiments; makes no call.")
    ] = False,
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="Only remove what earlier runs left behind.")
    ] = False,
    allow_non_empty: Annotated[
        bool, typer.Option("--allow-non-empty", help="Accept an org that looks like one in use.")
    ] = False,
    identity_store: Annotated[
        str, typer.Option(help="ID of the throw-away identity store (d-…), with --secret.")
    ] = "",
    secret: Annotated[
        str,
        typer.Option(callback=optional_secret_name, help="Name of the secret with the SCIM token."),
    ] = "",
    region: Region = "",
    console_minutes: Annotated[
        int, typer.Option(min=0, help="Minutes to wait for provisioning in the Admin Console.")
    ] = 0,
    patience: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds to wait for Okta's provisioning.")
    ] = 60,
    as_json: Json = False,
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
) -> None:
    """Run experiments that show how an Okta org and IAM Identity Center really behave.

    Creates and deletes apps, groups, users, and rules: use a throw-away org. Everything has the
    prefix okta-idc-probe- and is removed at the end. Do not run it twice at once in one org.

    Exit code 0: as the sandbox assumes, or not tried; 1: something differs; 2: refused, failed,
    interrupted, or not everything was removed.

    Example: okta-idc probe-org --okta-org https://acme.okta.com --confirm acme --record probe.json
    """
    chosen = _chosen(only)
    if list_only:
        _show_list(chosen, as_json)
        return
    check_verify_at(verify_at)
    with reading():
        if not (record_file or clean_up):
            raise InputError("--record: is missing. Pass the file to write.")
        if record_file:
            _check_writable(record_file)
        if bool(identity_store) != bool(secret):
            raise InputError("--identity-store requires --secret, and --secret requires it.")
        if not okta_org:
            raise InputError("--okta-org: is missing. Pass https://ORG.okta.com.")
        url = configured_url({}, {}, okta_org, "--okta-org")
    journal_file = record_file.with_name(record_file.name + ".journal") if record_file else None
    try:
        run = _Run(
            url, confirm, chosen, Journal(journal_file), allow_non_empty=allow_non_empty,
            console_minutes=console_minutes, patience=patience,
        )  # fmt: skip
    except JournalError as error:
        print_error(f"error: {error}")
        raise typer.Exit(READ_FAILED) from None
    aws, ended = (identity_store, secret, region, aws_endpoint, verify_at), False
    try:
        with reading():
            ended = asyncio.run(_cancelled_by_sigterm(run.start(aws, clean_up=clean_up)))
    except (RefusedError, JournalError) as error:
        print_error(f"error: {error}")
        raise typer.Exit(READ_FAILED) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        print_error("Interrupted.")
    try:
        if record_file and not clean_up and run.outcome.results:
            _report(run, record_file, as_json)
    finally:
        _show_removal(run)
    results = run.outcome.results
    failed = any(each["reason"] in FAILURES for each in results) or run.outcome.removed.failures
    if failed or not ended:
        raise typer.Exit(READ_FAILED)
    raise typer.Exit(1 if any(each["result"] == REFUTED for each in results) else 0)


def _check_writable(record_file: Path) -> None:
    """Raises InputError before the run, whose results would be lost after it."""
    if record_file.is_dir():
        raise InputError(f"--record: {record_file} is a folder. Pass a file.")
    if not record_file.parent.is_dir():
        raise InputError(f"--record: the folder of {record_file} does not exist. Create it.")
    if not os.access(record_file if record_file.exists() else record_file.parent, os.W_OK):
        raise InputError(f"--record: {record_file} cannot be written. Pass another file.")


def _chosen(only: list[str] | None) -> list[Experiment]:
    if unknown := set(only or ()) - set(EXPERIMENTS):
        raise typer.BadParameter(
            f"{min(unknown)!r} is not an experiment. --list shows them.", param_hint="'--only'"
        )
    return in_order(frozenset(only or EXPERIMENTS))


def _show_list(chosen: list[Experiment], as_json: bool) -> None:
    if as_json:
        print_json([
            {
                "id": each.id, "assumption": each.assumption, "question": each.question,
                "steps": each.steps, "outcomes": dict(each.outcomes), "cleanup": each.cleanup,
                "needs": sorted(need.value for need in each.needs), "calls": each.calls,
            }
            for each in chosen
        ])  # fmt: skip
        return
    console = terminal()
    for each in chosen:
        console.print(Text(f"{each.id}: {each.question}", "bold"), soft_wrap=True)
        console.print(Text(f"  {each.steps} Afterwards: {each.cleanup}."), soft_wrap=True)
        for number, (outcome, seen) in enumerate(each.outcomes.items()):
            note = " (assumed)" if number == 0 else ""
            console.print(Text(f"  - {outcome}{note}: {seen}"), soft_wrap=True)


class _Run:
    """One run of the command."""

    def __init__(
        self,
        url: str,
        confirmed: str,
        chosen: list[Experiment],
        journal: Journal,
        *,
        allow_non_empty: bool,
        console_minutes: int,
        patience: float,
    ) -> None:
        self.url, self.confirmed, self.chosen, self.journal = url, confirmed, chosen, journal
        self.allow_non_empty, self.console_minutes = allow_non_empty, console_minutes
        self.patience, self.outcome = patience, Outcome()
        self._stderr = terminal(stderr=True)

    async def start(self, aws: tuple[str, str, str, str, str], *, clean_up: bool) -> bool:
        credentials = Credentials.read()
        if credentials.scopes == READ_SCOPES:
            credentials = replace(credentials, scopes=SCOPES)
        on_wait = partial(print_wait, self._stderr)
        async with (
            Okta(self.url, credentials.auth(), share=1, on_wait=on_wait) as okta,
            _aws(*aws) as instance,
        ):
            access = Access(okta, instance, self.patience)
            await check_confirmation(okta, self.confirmed)
            if clean_up:
                self.outcome.removed = await remove(access, self.journal)
                return True
            await check_instance(access)
            if not self.allow_non_empty:
                await check_emptiness(access)
            await check_rights(access, self.chosen)
            await self._experiment(access)
        return True

    async def _experiment(self, access: Access) -> None:
        possible = [e for e in self.chosen if access.aws or Need.SCIM not in e.needs]
        calls, minutes = estimate(possible, self.patience)
        self._say(f"{len(self.chosen)} experiments, about {calls} calls and {minutes} min.")
        removed = await remove(access, self.journal)
        if removed.failures:
            raise RefusedError(
                f"an earlier run left something behind: {removed.failures[0]} Nothing was created."
            )
        if removed.count:
            self._say(f"Removed {removed.count} objects of an earlier run.")
        console: Console | None = partial(self._wait_for_console, access)
        await run_experiments(
            access, self.journal, self.chosen,
            console=console if self.console_minutes else None,
            on_result=self._show, outcome=self.outcome,
        )  # fmt: skip

    async def _wait_for_console(self, access: Access, app: str, label: str) -> None:
        """Until the app shows the features of all three options, or the time is over. Fewer
        features can mean that the person is not done."""
        endpoint = access.aws.endpoint if access.aws else ""
        self._say(_STEPS.format(label=label, endpoint=endpoint))
        try:
            self._say(app_page(await admin_console(access.okta), app))
        except OktaError:
            self._say("Find the app under Applications.")
        self._say(f"The command waits {self.console_minutes} min.")
        loop = asyncio.get_running_loop()
        until = loop.time() + 60 * self.console_minutes
        while loop.time() < until:
            shown = get_list(await access.okta.get(f"/api/v1/apps/{app}"), "features")
            if set(map(str, shown)) >= FEATURES:
                return
            await asyncio.sleep(min(max(self.patience / 6, 0.2), 10))

    def _show(self, number: int, result: dict[str, Any]) -> None:
        self._say(f"[{number}/{len(self.chosen)}] {result['experiment']}: {_words(result)}")

    def _say(self, text: str) -> None:
        self._stderr.print(Text(printable(text, None)), soft_wrap=True)


@asynccontextmanager
async def _aws(
    store: str, secret: str, region: str, endpoint: str, verify_at: str
) -> AsyncGenerator[Aws | None]:
    """The instance of the secret's token; None if no instance was named."""
    if not store:
        yield None
        return
    text = await asyncio.to_thread(secret_string, secret, region or None, endpoint or None)
    if findings := rules.secret_document(text):
        raise InputError(findings[0].text(f"secret {secret!r}"))
    read = rules.read_secret(text)
    if not verify_at and (unknown := endpoint_known(read.endpoint)):
        raise InputError(unknown[0].text("endpoint"))
    async with ScimRequests(read.endpoint, read.token, verify_at) as scim:
        listed = await asyncio.to_thread(IdentityStore, store, region, endpoint or None)
        yield Aws(scim, listed, read.endpoint, read.token)


async def _cancelled_by_sigterm(run: Coroutine[Any, Any, bool]) -> bool:
    """The run; SIGTERM cancels it as SIGINT does, so that it removes what it created."""
    task = asyncio.current_task()
    if task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await run


def _report(run: _Run, path: Path, as_json: bool) -> None:
    today = datetime.now(UTC).date().isoformat()
    document = record(run.outcome.results, kit_version(), today)
    write_file(path, json.dumps(document, indent=2) + "\n")
    if as_json:
        print_json(document)
        return
    chosen = {each.id for each in run.chosen}
    for each in run.outcome.results:
        if each["experiment"] in chosen:
            terminal().print(Text(f"{each['experiment']}: {_words(each)}"), soft_wrap=True)


def _show_removal(run: _Run) -> None:
    removed = run.outcome.removed
    for text in dict.fromkeys(run.outcome.failures + removed.failures):
        print_error(f"unknown: {text}")
    if removed.failures:
        print_error(
            "Not everything was removed. Run: okta-idc probe-org --clean-up, with the same options."
        )
    else:
        print_error(f"Removed {removed.count} objects.")


def _words(result: dict[str, Any]) -> str:
    if result["result"] == NOT_TRIED:
        return f"not tried: {REASONS[result['reason']]}"
    return f"{result['result']}: {result['outcome']}"
