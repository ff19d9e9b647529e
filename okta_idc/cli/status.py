"""`okta-idc status`: what is declared, what stands in AWS, and who was left out and why."""

import asyncio
import contextlib
import json
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from okta_idc.cli.stack import CannotLookError, Outputs, org_url, read_outputs
from okta_idc.clients.identity_store import AwsError, IdentityStore
from okta_idc.clients.okta import Okta, OktaError, authorization
from okta_idc.inventory.status import LeftOut, Standing, look
from okta_idc.rules import Finding

COULD_NOT_LOOK = 2
EPILOG = "Example: okta-idc status --stack prod --wait 60"


def status(
    outputs: Annotated[
        Path | None, typer.Option(help="The stack's outputs as JSON; default: asks pulumi.")
    ] = None,
    stack: Annotated[str, typer.Option(help="The stack that pulumi is asked for.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for provisioning to end.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    okta_url: Annotated[str, typer.Option(help="The org, if the outputs do not tell.")] = "",
    aws_endpoint: Annotated[str, typer.Option(help="In place of AWS's own (sandbox).")] = "",
) -> None:
    """What is declared, what stands in IAM Identity Center, and who was left out and why.

    Credentials: those of the Okta provider (a private key first), and AWS's usual ones. Reads only.
    Exit code 0: looked; 2: could not look.
    """
    console = Console(stderr=as_json)
    try:
        declared = read_outputs(outputs, stack)
        found = asyncio.run(_look(declared, okta_url, aws_endpoint, wait, console))
    except (CannotLookError, OktaError, AwsError) as error:
        Console(stderr=True, soft_wrap=True).print(f"unknown: {error}", markup=False)
        raise typer.Exit(COULD_NOT_LOOK) from None
    if as_json:
        sys.stdout.write(json.dumps(_document(declared, found), indent=2) + "\n")
    else:
        _print(console, declared, found)


async def _look(
    declared: Outputs, okta_url: str, aws_endpoint: str, wait: float, console: Console
) -> Standing:
    url = org_url(okta_url, declared)
    store = IdentityStore(declared["identityStoreId"], declared["region"], aws_endpoint or None)
    names = {group["sourceGroupId"]: group["name"] for group in declared["pushGroups"]}
    spinner = console.status("Looking …") if console.is_terminal else None

    def waiting(count: int) -> None:
        if spinner:
            spinner.update(f"{count} still on the way to AWS …")

    def later(seconds: float, why: str) -> None:
        console.print(f"{why}; going on in {seconds:.0f} s", style="dim", markup=False)

    with spinner or contextlib.nullcontext():
        async with Okta(url, authorization(), waiting=later) as okta:
            return await look(okta, store, declared["appId"], names, wait, waiting)


def _document(declared: Outputs, found: Standing) -> dict[str, Any]:
    document = asdict(found)
    document["left_out"] = [
        {
            "kind": left.kind,
            "name": left.name,
            "reason": left.reason,
            "findings": [
                {"rule": f.rule.id, "path": f.path, "message": f.explanation, "fix": f.rule.remedy}
                for f in left.findings
            ],
        }
        for left in found.left_out
    ]
    return {"declared": declared, "standing": document}


def _print(console: Console, declared: Outputs, found: Standing) -> None:
    def line(title: str, text: str) -> None:
        console.print(f"[bold]{title:<10}[/]{text}", highlight=False, soft_wrap=True)

    groups = len(declared.get("assignmentGroups") or [])
    attributes = ", ".join(declared.get("attributes") or []) or "none"
    line("App", f"{escape(str(declared.get('appLabel')))} ({declared['appId']})")
    line(
        "Declared",
        f"{groups} assignment group{'' if groups == 1 else 's'}, {len(found.pushed)} push groups, "
        f"attributes for access control: {escape(attributes)}",
    )
    line("Token", _token(str(declared.get("tokenExpires") or "")))
    line("In AWS", f"Identity Store {declared['identityStoreId']} ({declared['region']})")
    disabled = f", {found.disabled} of them disabled" if found.disabled else ""
    line("", f"{found.users} users{disabled}; {found.assigned} people are assigned in Okta")
    if found.pushed:
        console.print(_groups(found))
    if found.others:
        line("", f"not pushed by this stack: {escape(', '.join(found.others))}")
    _print_left_out(console, found.left_out)


def _groups(found: Standing) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim", pad_edge=True)
    table.add_column(" " * 8)
    table.add_column("group")
    table.add_column("members", justify="right")
    table.add_column("push mapping")
    for group in found.pushed:
        members = "not there" if group.members is None else str(group.members)
        colour = "green" if group.status == "ACTIVE" else "red"
        table.add_row("", escape(group.name), members, f"[{colour}]{group.status}[/]")
    return table


def _token(expires: str) -> str:
    try:
        days = (datetime.fromisoformat(expires) - datetime.now(UTC)).days
    except (ValueError, TypeError):
        return "when it expires is unknown"
    colour = "red" if days < 15 else "yellow" if days < 90 else "green"
    return f"expires {expires[:10]}, in [{colour}]{days} days[/]"


def _print_left_out(console: Console, left_out: list[LeftOut]) -> None:
    """Grouped by what to do: a rule once, then everybody whom it concerns."""
    people = len({(left.kind, left.name) for left in left_out})
    console.print(f"[bold]{'Left out':<10}[/]{people or 'nobody'}", highlight=False)
    by_rule: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for left in left_out:
        for finding in left.findings:
            by_rule[finding.rule.id].append((left.name, finding))

    def say(text: str, style: str = "") -> None:
        console.print(text, style=style, highlight=False, soft_wrap=True, markup=False)

    for rule_id, concerned in sorted(by_rule.items()):
        rule = concerned[0][1].rule
        say(f"  {rule.title} [{rule_id}]", "yellow")
        for name, finding in concerned:
            say(f"    {name}: {finding.explanation}")
        say(f"    {rule.source}", "dim")
        say(f"    Fix: {rule.remedy}")
    for left in left_out:
        if left.reason:
            say(f"  {left.name}: {left.reason}", "yellow" if left.kind == "waiting" else "")
