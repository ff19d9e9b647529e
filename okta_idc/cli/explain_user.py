"""Why a user is in AWS or not and what they get there, for `okta-idc explain`."""

import asyncio
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from okta_idc.cli.console import print_error, print_json, print_labeled, reading, terminal
from okta_idc.cli.doctor_options import Inputs, read_inputs
from okta_idc.clients.json_path import get_object, get_text
from okta_idc.clients.okta import Okta
from okta_idc.doctor import user_explanation
from okta_idc.doctor.report import FINDINGS, READ_FAILED, SUCCESS
from okta_idc.doctor.reporters.terminal import say
from okta_idc.doctor.saml_preview import Preview
from okta_idc.doctor.user_explanation import Explanation
from okta_idc.inventory.one_user import Candidate
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.okta_expression import Unknown
from okta_idc.text import printable


def explain_user(
    subject: str,
    *,
    outputs: Path | None,
    stack: str,
    settings: Path | None,
    app: str,
    identity_store: str,
    region: str,
    as_json: bool,
    okta_url: str,
    aws_endpoint: str,
) -> None:
    """Print what is known about a user, and end the command with its exit code."""
    with reading():
        inputs = read_inputs(
            outputs, stack, settings, app, identity_store, region, okta_url, aws_endpoint
        )
        found = asyncio.run(_read(inputs, subject.strip()))
    if isinstance(found, list):
        _print_candidates(subject, found, as_json)
        raise typer.Exit(READ_FAILED)
    if as_json:
        print_json(_document(found))
    else:
        _print(terminal(), found)
    failed = found.in_aws is None or found.unknown
    problems = found.in_aws is False or found.findings
    raise typer.Exit(FINDINGS if problems else READ_FAILED if failed else SUCCESS)


async def _read(inputs: Inputs, text: str) -> Explanation | list[Candidate]:
    async with Okta(inputs.url, inputs.credentials.auth()) as okta:
        return await user_explanation.explain_user(okta, inputs.source, inputs.declared, text)


def _print_candidates(subject: str, found: list[Candidate], as_json: bool) -> None:
    if as_json:
        users = [
            {"id": u.id, "login": u.login, "email": u.email, "status": u.status} for u in found
        ]
        print_json({"user": None, "candidates": users})
    if not found:
        print_error(
            f"error: no Okta user has the login, email, or ID {subject!r}. Without the scope "
            "okta.users.read, only users who are assigned to the app are found."
        )
        return
    print_error(f"error: {len(found)} users match {subject!r}. Pass the ID of one:")
    for user in found:
        print_error(printable(f"  {user.id}  {user.login}  {user.email}  {user.status}", 300))


def _text(value: str | Unknown) -> str | None:
    return None if isinstance(value, Unknown) else value


def _name(user: Candidate) -> str:
    profile = get_object(user.user, "profile")
    return " ".join(filter(None, (get_text(profile, "firstName"), get_text(profile, "lastName"))))


def _document(found: Explanation) -> dict[str, Any]:
    user, assertion, roles = found.user, found.assertion, found.roles
    tags = assertion.sent if isinstance(assertion, Preview) else None
    return {
        "user": {"id": user.id, "login": user.login, "email": user.email, "name": _name(user),
                 "status": user.status},
        "in_aws": found.in_aws,
        "summary": found.summary,
        "app": found.app,
        "assignment": found.assignment,
        "identity_store": found.in_identity_store,
        "groups": [vars(group) for group in found.groups],
        "session_tags": None if tags is None else {s.key: _text(s.value) for s in tags if s.key},
        "session_tags_enabled": found.tags_enabled,
        "permission_sets": None if isinstance(roles, Unavailable) else [vars(r) for r in roles],
        "findings": [
            {"rule": f.rule.id, "severity": f.rule.severity.value, "path": f.path,
             "message": f.problem, "fix": f.rule.remedy}
            for f in found.findings
        ],
        "unknown": found.unknown,
    }  # fmt: skip


def _print(console: Console, found: Explanation) -> None:
    user = found.user
    name = f"{_name(user)}, " if _name(user) else ""
    say(console, printable(f"{user.login} ({name}{user.id}) is {found.summary}.", 500), "bold")
    print_labeled(console, "In Okta", user.status or "unknown")
    print_labeled(console, "App", found.app)
    print_labeled(console, "", found.assignment)
    print_labeled(console, "In AWS", found.in_identity_store)
    _print_groups(console, found)
    _print_tags(console, found)
    _print_roles(console, found)
    for finding in found.findings:
        problem = f"{finding.path}: {finding.problem} [{finding.rule.id}]"
        say(console, "")
        say(console, printable(problem, 500), "yellow")
        say(console, f"  {finding.rule.remedy}")
    for reason in found.unknown:
        say(console, printable(f"unknown: {reason}", 500), "magenta")


def _print_groups(console: Console, found: Explanation) -> None:
    if not found.groups:
        print_labeled(console, "Groups", "none that is assigned or pushed")
        return
    answer = {True: "member", False: "no", None: "–"}
    table = _table("group", "use", "in Okta", "in AWS", "")
    for each in found.groups:
        table.add_row(
            *(Text(printable(text)) for text in (each.name, each.role)),
            answer[each.in_okta], answer[each.in_aws], Text(each.note, "red"),
        )  # fmt: skip
    print_labeled(console, "Groups", "")
    console.print(table)


def _print_tags(console: Console, found: Explanation) -> None:
    if not isinstance(found.assertion, Preview):
        print_labeled(console, "Tags", "unknown")
        return
    sent = [each for each in found.assertion.sent if each.key]
    if not sent:
        print_labeled(console, "Tags", "none")
        return
    off = {True: "", False: "not used: attributes for access control are off in AWS",
           None: "unknown whether AWS uses them"}  # fmt: skip
    print_labeled(console, "Tags", off[found.tags_enabled])
    table = _table("session tag", "value", "from")
    for each in sent:
        value = _text(each.value)
        shown = Text("unknown", "magenta") if value is None else Text(printable(value))
        table.add_row(Text(printable(str(each.key))), shown, Text(printable(each.expression)))
    console.print(table)


def _print_roles(console: Console, found: Explanation) -> None:
    if isinstance(found.roles, Unavailable):
        print_labeled(console, "Access", "unknown")
        return
    if not found.roles:
        print_labeled(console, "Access", "no permission set in any account")
        return
    print_labeled(console, "Access", "")
    table = _table("account", "permission set", "through", "")
    for each in found.roles:
        texts = (each.account, each.permission_set, each.through)
        note = "once the user is in the group in AWS" if each.pending else ""
        table.add_row(*(Text(printable(text)) for text in texts), Text(note, "yellow"))
    console.print(table)


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
