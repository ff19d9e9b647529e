"""`okta-idc status`: what Okta sends, what AWS has, and who is not provisioned and why."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from okta_idc.cli.console import print_json, reading, terminal
from okta_idc.cli.doctor_progress import print_wait
from okta_idc.cli.options import (
    AwsEndpoint,
    Everything,
    Json,
    OktaUrl,
    Outputs,
    Stack,
    VerifyAt,
)
from okta_idc.cli.stack import StackOutputs, declared_by, org_url, read_stack, source_in
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import Credentials
from okta_idc.doctor.provisioning_status import ProvisioningStatus, provisioning_status
from okta_idc.doctor.reporters.terminal import listed, print_findings, print_unchecked, say
from okta_idc.doctor.token_status import TokenStatus
from okta_idc.inventory.model import Source
from okta_idc.rules import Finding
from okta_idc.rules.registry import DOCS_NOTE, count
from okta_idc.text import printable

_COLORS = {"good": "green", "warning": "yellow", "bad": "red"}
_LISTED = 25
"""Groups in a list, without `--all`."""


def status(
    outputs: Outputs = None,
    stack: Stack = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for provisioning to finish.")] = 0,
    everything: Everything = False,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
) -> None:
    """Show what Okta sends, what AWS has, and who is not provisioned and why. Reads only.

    Everything shown is read from Okta and AWS; the stack's outputs say only where to read, and
    which groups are declared. Tests the SCIM token if the secret may be read. Uses the credentials
    of the Okta provider, in the provider's order, and the usual AWS credential chain.

    Exit code 0: success; 2: Okta or AWS could not be read.

    Example: okta-idc status --stack prod --wait 60
    """
    console = terminal(stderr=as_json)
    with reading():
        declared, config = read_stack(outputs, stack)
        url, auth = org_url(okta_url, declared, config), Credentials.read(config).auth()
        source = source_in(declared, config, aws_endpoint, verify_at)
        found = asyncio.run(_read_status(declared, url, auth, source, wait, console))
    if as_json:
        print_json(_document(declared, found))
    else:
        _print(console, declared, found, everything)


async def _read_status(
    declared: StackOutputs, url: str, auth: httpx.Auth, source: Source, wait: float,
    console: Console,
) -> ProvisioningStatus:  # fmt: skip
    with console.status("Reading Okta and AWS …") as spinner:
        async with Okta(url, auth, on_wait=partial(print_wait, console)) as okta:
            return await provisioning_status(
                okta, source, declared_by(declared), wait,
                lambda number: spinner.update(f"{number} pending …"),
            )  # fmt: skip


def _document(declared: StackOutputs, found: ProvisioningStatus) -> dict[str, Any]:
    document = {key: value for key, value in vars(found).items() if key != "report"}
    token = found.token
    document["token"] = {
        **asdict(token),
        "expires": token.expires and token.expires.isoformat(),
        "last_success": token.last_success and token.last_success.isoformat(),
        "days_left": token.expires and (token.expires - datetime.now(UTC)).days,
    }
    document["pushed"] = [asdict(each) for each in found.pushed]
    document["not_provisioned"] = [
        {
            "kind": each.kind,
            "name": each.name,
            "reason": each.reason,
            "findings": [_finding(finding) for finding in each.findings],
        }
        for each in found.not_provisioned
    ]
    names = {each.name for each in found.not_provisioned}
    of_federation = [each for each in found.report.found if each.name not in names]
    document["findings"] = [{"name": each.name, **_finding(each.finding)} for each in of_federation]
    document["unknown"] = [
        {"why": why, "rules": rules} for why, rules in found.report.unknown.items()
    ]
    return {"declared": declared, "actual": document}


def _finding(finding: Finding) -> dict[str, str]:
    rule, message = finding.rule, finding.masked().explanation
    return {"rule": rule.id, "path": finding.path, "message": message,
            "fix": rule.remedy}  # fmt: skip


def _print(
    console: Console, declared: StackOutputs, found: ProvisioningStatus, everything: bool
) -> None:
    def line(title: str, text: str | Text) -> None:
        console.print(Text.assemble((f"{title:<10}", "bold"), text), soft_wrap=True)

    attributes = printable(", ".join(found.attributes) or "none")
    assigned = "assignment groups unknown"
    if found.groups is not None:
        assigned = count(found.groups, "assignment group")
    mapped = sum(group.status != "gone" for group in found.pushed)
    line("App", f"{printable(found.label)} ({printable(found.app_id)})")
    line("In Okta", f"{assigned}, {count(mapped, 'push group')}, session tags: {attributes}")
    for number, text in enumerate(_token(found.token)):
        line("" if number else "Token", text)
    line(
        "In AWS",
        f"Identity Store {printable(found.store_id)} ({printable(str(declared['region']))})",
    )
    disabled = f" ({found.disabled:,} disabled)" if found.disabled else ""
    line("", f"{count(found.users, 'user')}{disabled}; {found.assigned:,} assigned in Okta")
    if found.pushed:
        console.print(_groups(found, everything))
    if found.others:
        line("", f"not pushed from Okta: {listed(found.others, everything, _LISTED)}")
    _print_not_provisioned(console, found, everything)


def _groups(found: ProvisioningStatus, everything: bool) -> Table:
    """The push groups; those that are not in order come first."""
    table = Table(box=None, padding=(0, 2), header_style="dim", pad_edge=True)
    table.add_column(" " * 8)
    table.add_column("group")
    table.add_column("members", justify="right")
    table.add_column("push mapping")
    ordered = sorted(found.pushed, key=lambda group: group.status == "ACTIVE")
    shown = ordered if everything else ordered[:_LISTED]
    for group in shown:
        known = "unknown" if group.members is None else f"{group.members:,}"
        members = known if group.group_id else "missing"
        color = "green" if group.status == "ACTIVE" else "red"
        status = Text(printable(group.status), color)
        table.add_row("", Text(printable(group.name)), members, status)
    if rest := len(ordered) - len(shown):
        table.add_row("", f"… and {rest:,} more (--all lists them)", "", "")
    return table


def _token(token: TokenStatus) -> Iterator[Text]:
    for text, state in token.lines(datetime.now(UTC)):
        yield Text(printable(text, None), _COLORS[state] if state else "")
    yield from (Text(printable(text, None)) for text in token.unknown)


def _print_not_provisioned(console: Console, found: ProvisioningStatus, everything: bool) -> None:
    groups = [each for each in found.not_provisioned if each.kind == "group"]
    users = len(found.not_provisioned) - len(groups)
    parts = [count(users, "user")] if users else []
    parts += [count(len(groups), "group")] if groups else []
    shown = ", ".join(parts) or "none"
    console.print(Text.assemble(("Not provisioned", "bold"), f"  {shown}"))
    by_reason: dict[str, list[str]] = defaultdict(list)
    for each in found.not_provisioned:
        if each.reason:
            by_reason[each.reason].append(each.name)
    for reason, names in sorted(by_reason.items()):
        say(console, f"  {listed(names, everything)}: {printable(reason, None)}")
    print_findings(console, found.report.masked(), everything=everything)
    print_unchecked(console, "Unknown", found.report.unknown)
    if found.report.found:
        say(console, f"\n{DOCS_NOTE}", "dim")
