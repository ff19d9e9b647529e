"""`okta-idc doctor`: checks the rules against the live org and IAM Identity Center."""

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

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
    SettingsFile,
    Share,
    Stack,
    VerifyAt,
    optional_secret_name,
)
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta_limits import DEFAULT_SHARE
from okta_idc.doctor.bindings import PARTS, judge
from okta_idc.doctor.report import Report
from okta_idc.doctor.reporters.document import document
from okta_idc.doctor.reporters.html import page
from okta_idc.doctor.reporters.junit import junit as as_junit
from okta_idc.doctor.reporters.markdown import markdown as as_markdown
from okta_idc.doctor.reporters.sarif import sarif as as_sarif
from okta_idc.doctor.reporters.terminal import print_report
from okta_idc.doctor.token_status import token_status
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Severity
from okta_idc.rules.registry import count


def doctor(
    outputs: Outputs = None,
    stack: Stack = "",
    settings: SettingsFile = None,
    app: App = "",
    identity_store: IdentityStoreId = "",
    region: Annotated[str, typer.Option(help="AWS Region; default: from the stack or AWS.")] = "",
    secret: Annotated[
        str,
        typer.Option(
            callback=optional_secret_name,
            help="Name of the secret with the SCIM token; default: from the stack.",
        ),
    ] = "",
    policy: Annotated[
        str, typer.Option(help="ID of the sign-on policy (rst…) that the app should have.")
    ] = "",
    share: Share = DEFAULT_SHARE,
    as_json: Json = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a web page to this file.")] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write a summary without personal data to this file.")
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option(help="Lowest severity that makes the exit code 1.")
    ] = Severity.ADVISORY,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show values of user profiles.")
    ] = False,
    everything: Everything = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
) -> None:
    """Check every rule against what exists in Okta and IAM Identity Center. Reads only.

    Uses the credentials of the Okta provider, in the provider's order, and the usual AWS
    credential chain.

    Exit code 0: no findings; 1: findings; 2: Okta or AWS could not be read.

    Example: okta-idc doctor --stack prod --fail-on blocking --html report.html
    """
    with reading():
        inputs = read_inputs(
            outputs, stack, settings, app, identity_store, region, okta_url, aws_endpoint
        ).override(secret=secret, policy=policy, verify_at=verify_at)
        report = asyncio.run(_run_checks(inputs, share))
    if not show_values:
        report = report.masked()
    for path, text in (
        (junit, lambda: as_junit(report)),
        (sarif, lambda: json.dumps(as_sarif(report, inputs.declared_in), indent=2) + "\n"),
        (html, lambda: page(report)),
        (markdown, lambda: as_markdown(report)),
    ):
        if path:
            write_file(path, text())
    if as_json:
        print_json(document(report))
    else:
        print_report(terminal(), report, everything=everything)
    raise typer.Exit(report.exit_code(fail_on))


async def _run_checks(inputs: Inputs, share: float) -> Report:
    began, users = time.monotonic(), UserChecks()
    async with connected(inputs.url, inputs.credentials.auth(), share) as (okta, progress):
        found = await read_inventory(
            okta, inputs.source, PARTS,
            declared=inputs.declared, progress=progress, on_user=users,
        )  # fmt: skip
    report = judge(found, users)
    report.about = _about(inputs, found, okta.calls, time.monotonic() - began)
    return report


def _about(
    inputs: Inputs, found: Inventory, calls: Mapping[str, int], seconds: float
) -> dict[str, str]:
    app, users, store_users = found.app, found.users, found.store_users
    read = (
        "assigned users unknown"
        if isinstance(users, Unavailable)
        else count(len(users.by_id), "assigned user"),
        count(len(found.members.by_group), "push group"),
        "users in AWS unknown"
        if isinstance(store_users, Unavailable)
        else f"{count(len(store_users), 'user')} in AWS",
    )
    label = "unknown" if isinstance(app, Unavailable) else f"{get_text(app, 'label')} ({app['id']})"
    token = (text for text, _ in token_status(found).lines(found.now))
    return {
        "Okta": f"{inputs.url}, with {inputs.credentials.kind}",
        "App": label,
        "Token": "; ".join(token) or "unknown",
        "In AWS": f"Identity Store {found.store_id} ({found.source.region})",
        "Read": ", ".join(read),
        "Duration": f"{seconds:.1f} s, {count(sum(calls.values()), 'call')} to Okta",
    }
