"""`okta-idc status`: what is declared, what AWS has, and who is not provisioned and why."""

import asyncio
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from okta_idc.cli.console import print_json, reading
from okta_idc.cli.doctor_progress import print_wait
from okta_idc.cli.options import AwsEndpoint, Json, OktaUrl, Outputs, Stack
from okta_idc.cli.stack import StackOutputs, declared_by, org_url, read_stack, source_in
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import Credentials
from okta_idc.doctor.provisioning_status import (
    NotProvisioned,
    ProvisioningStatus,
    provisioning_status,
)
from okta_idc.rules import Finding
from okta_idc.rules.registry import DOCS_NOTE, count, expiry
from okta_idc.rules.scim_secret import parse_time


def status(
    outputs: Outputs = None,
    stack: Stack = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for provisioning to finish.")] = 0,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
) -> None:
    """Show what is declared, what AWS has, and who is not provisioned and why. Reads only.

    Uses the credentials of the Okta provider, in the provider's order, and the usual AWS
    credential chain.

    Exit code 0: success; 2: Okta or AWS could not be read.

    Example: okta-idc status --stack prod --wait 60
    """
    console = Console(stderr=as_json)
    with reading():
        declared, config = read_stack(outputs, stack)
        url, auth = org_url(okta_url, declared, config), Credentials.read(config).auth()
        found = asyncio.run(_read_status(declared, url, auth, aws_endpoint, wait, console))
    if as_json:
        print_json(_document(declared, found))
    else:
        _print(console, declared, found)


async def _read_status(
    declared: StackOutputs, url: str, auth: httpx.Auth, aws_endpoint: str, wait: float,
    console: Console,
) -> ProvisioningStatus:  # fmt: skip
    with console.status("Reading Okta and AWS …") as spinner:
        async with Okta(url, auth, on_wait=partial(print_wait, console)) as okta:
            return await provisioning_status(
                okta, source_in(declared, aws_endpoint), declared_by(declared), wait,
                lambda number: spinner.update(f"{number} pending …"),
            )  # fmt: skip


def _document(declared: StackOutputs, found: ProvisioningStatus) -> dict[str, Any]:
    document = asdict(found)
    document["not_provisioned"] = [
        {
            "kind": each.kind,
            "name": each.name,
            "reason": each.reason,
            "findings": [
                {"rule": f.rule.id, "path": f.path, "message": f.explanation, "fix": f.rule.remedy}
                for f in each.findings
            ],
        }
        for each in found.not_provisioned
    ]
    return {"declared": declared, "actual": document}


def _print(console: Console, declared: StackOutputs, found: ProvisioningStatus) -> None:
    def line(title: str, text: str) -> None:
        console.print(f"[bold]{title:<10}[/]{text}", highlight=False, soft_wrap=True)

    groups = len(declared.get("assignmentGroups") or [])
    attributes = ", ".join(declared.get("attributeStatementKeys") or []) or "none"
    line("App", f"{escape(str(declared.get('appLabel')))} ({declared['appId']})")
    line(
        "Declared",
        f"{count(groups, 'assignment group')}, {count(len(found.pushed), 'push group')}, "
        f"attributes for access control: {escape(attributes)}",
    )
    line("Token", _token(str(declared.get("tokenExpires") or "")))
    line("In AWS", f"Identity Store {declared['identityStoreId']} ({declared['region']})")
    disabled = f" ({found.disabled:,} disabled)" if found.disabled else ""
    line("", f"{count(found.users, 'user')}{disabled}; {found.assigned:,} assigned in Okta")
    if found.pushed:
        console.print(_groups(found))
    if found.others:
        line("", f"not pushed by this stack: {escape(', '.join(found.others))}")
    _print_not_provisioned(console, found.not_provisioned)


def _groups(found: ProvisioningStatus) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim", pad_edge=True)
    table.add_column(" " * 8)
    table.add_column("group")
    table.add_column("members", justify="right")
    table.add_column("push mapping")
    for group in found.pushed:
        members = "missing" if group.members is None else str(group.members)
        color = "green" if group.status == "ACTIVE" else "red"
        table.add_row("", escape(group.name), members, f"[{color}]{group.status}[/]")
    return table


def _token(expires: str) -> str:
    ends, now = parse_time(expires), datetime.now(UTC)
    if not ends:
        return "expiry unknown"
    days = (ends - now).days
    color = "red" if days < 15 else "yellow" if days < 90 else "green"
    return f"[{color}]{expiry(ends, now)}[/]"


def _print_not_provisioned(console: Console, not_provisioned: list[NotProvisioned]) -> None:
    """Print users and groups by rule, so that each remedy appears once."""
    number = len({(each.kind, each.name) for each in not_provisioned})
    console.print(f"[bold]Not provisioned[/]  {number or 'none'}", highlight=False)
    by_rule: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for each in not_provisioned:
        for finding in each.findings:
            by_rule[finding.rule.id].append((each.name, finding))

    def say(text: str, style: str = "") -> None:
        console.print(text, style=style, highlight=False, soft_wrap=True, markup=False)

    for rule_id, affected in sorted(by_rule.items()):
        rule = affected[0][1].rule
        say(f"  {rule.title} [{rule_id}]", "yellow")
        for name, finding in affected:
            say(f"    {name}: {finding.explanation}")
        say(f"    {rule.citation}", "dim")
        say(f"    {rule.remedy}")
    for each in not_provisioned:
        if each.reason:
            say(f"  {each.name}: {each.reason}", "yellow" if each.kind == "waiting" else "")
    if by_rule:
        say(f"  {DOCS_NOTE}", "dim")
