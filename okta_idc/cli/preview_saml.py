"""`okta-idc preview-saml`: the SAML attributes and session tags of one user."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from okta_idc.cli.console import print_json, reading, terminal
from okta_idc.cli.options import App, OktaUrl, Outputs, Stack
from okta_idc.cli.options import Json as JsonOption
from okta_idc.cli.stack import InputError, org_url, read_settings, read_stack, read_text
from okta_idc.clients.json_path import Json, get_object, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.doctor.report import FINDINGS, READ_FAILED
from okta_idc.doctor.saml_assertion import Assertion, differences, read_assertion
from okta_idc.doctor.saml_preview import Preview, preview
from okta_idc.inventory.assigned_users import okta_profile, user_name
from okta_idc.inventory.session_tags import statements_of
from okta_idc.okta_expression import Unknown, username_of
from okta_idc.rules.attribute_statements import Statement, statement
from okta_idc.rules.attributes import Attribute
from okta_idc.text import printable

_NAME_ID = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
"""Required by AWS (docs/research/identity-center.md#saml); the catalog app sends it."""


def preview_saml(
    user: Annotated[str, typer.Option(help="Okta login of the user.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="Stack file with the attribute statements; default: from Okta."),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="File with the Okta profile as JSON; default: from Okta.")
    ] = None,
    assertion: Annotated[
        Path | None,
        typer.Option(help="File with a SAML assertion of the user, to compare with the preview."),
    ] = None,
    app: App = "",
    outputs: Outputs = None,
    stack: Stack = "",
    as_json: JsonOption = False,
    okta_url: OktaUrl = "",
) -> None:
    """Show the SAML attributes and session tags that AWS receives for one user.

    With --settings and --profile, makes no call to Okta.

    With --assertion, also shows where an assertion that Okta sent differs, and how long a session
    it allows. Save it from Preview SAML in Okta, or from the browser's developer tools.

    Exit code 0: within AWS's limits; 1: a limit is exceeded, or the assertion differs; 2: a value
    cannot be evaluated, or Okta or a file could not be read.

    Example: okta-idc preview-saml --user ada@example.com --settings Pulumi.prod.yaml
    """
    with reading():
        saved = _saved(assertion) if assertion else None
        result = _build_preview(user, settings, profile, app, outputs, stack, okta_url)
    differs = differences(saved, result) if saved else []
    if as_json:
        compared = {"assertion": _assertion(saved, differs)} if saved else {}
        print_json({**_document(user, result), **compared})
    else:
        console = terminal()
        _print(console, user, result)
        if saved:
            _print_assertion(console, saved, differs)
    found = result.findings or differs
    raise typer.Exit(FINDINGS if found else READ_FAILED if result.unknown else 0)


def _saved(path: Path) -> Assertion:
    try:
        return read_assertion(read_text(path))
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None


_Declared = tuple[tuple[Statement, ...], str]
"""Attribute statements and the username format."""


@dataclass(frozen=True)
class _UserProfiles:
    """Profiles from Okta; `user_name` is empty if the user is not assigned."""

    user: Json
    app_user: Json | None = None
    user_name: str = ""


def _build_preview(
    user: str, settings: Path | None, profile: Path | None, app: str, outputs: Path | None,
    stack: str, okta_url: str,
) -> Preview:  # fmt: skip
    given: _Declared | None = None
    known, config = read_settings(settings, {})
    if known:
        statements = tuple(statement(Attribute(a.key, a.value)) for a in known.attribute_statements)
        given = statements, known.app.username_format
    if given and profile:
        return _preview(*given, _from_file(profile))
    without_stack = not (outputs or stack) and (app or settings)
    instead = ", or --okta-url and --app, or --settings"
    stack_outputs, of_stack = ({}, {}) if without_stack else read_stack(outputs, stack, instead)
    config = of_stack or config
    app = app or str(stack_outputs.get("appId") or "")
    url, auth = org_url(okta_url, stack_outputs, config), Credentials.read(config).auth()
    return asyncio.run(_live(url, auth, user, app, profile, given))


async def _live(
    url: str, auth: httpx.Auth, user: str, app: str, profile: Path | None, given: _Declared | None
) -> Preview:
    async with Okta(url, auth) as okta:
        if given is None:
            found = await okta.get(f"/api/v1/apps/{app}")
            template = get_text(found, "credentials", "userNameTemplate", "template")
            given = statements_of(found), template
        profiles = _from_file(profile) if profile else await _find(okta, app, user)
    return _preview(*given, profiles)


def _preview(statements: tuple[Statement, ...], template: str, profiles: _UserProfiles) -> Preview:
    name = profiles.user_name or username_of(template, profiles.user)
    return preview(statements, profiles.user, profiles.app_user, name)


async def _find(okta: Okta, app: str, user: str) -> _UserProfiles:
    """Searches the app's users, which requires no permission to read users, then all users."""
    wanted, by_user_name = user.casefold(), None
    if app:
        path = f"/api/v1/apps/{app}/users"
        async for page in okta.pages(path, q=user, limit=500, expand="user"):
            for each in page:
                shown, name = okta_profile(each), user_name(each)
                if shown is None:
                    continue
                profiles = _UserProfiles(shown, get_object(each, "profile"), name)
                if get_text(shown, "login").casefold() == wanted:
                    return profiles
                if name.casefold() == wanted:  # several users may have it
                    by_user_name = by_user_name or profiles
    if by_user_name:
        return by_user_name
    try:
        found = await okta.get(f"/api/v1/users/{quote(user, safe='@')}")
    except OktaError as error:
        raise InputError(
            f"{user} was not found{' among the users of the app' if app else ''}: {error}. Needs "
            "okta.users.read, and an admin role that can see the user. Pass the Okta login, or "
            "--profile."
        ) from None
    return _UserProfiles(get_object(found, "profile"))


def _from_file(path: Path) -> _UserProfiles:
    """From a file with a profile, or with a user from Okta's API."""
    try:
        document: Any = json.loads(read_text(path))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InputError(f"{path}: is not a JSON object with a profile.")
    return _UserProfiles(get_object(document, "profile") or get_object(document))


def _text(value: str | Unknown) -> str | None:
    return None if isinstance(value, Unknown) else value


def _document(user: str, result: Preview) -> Json:
    return {
        "user": user,
        "nameId": {"format": _NAME_ID, "value": _text(result.name_id)},
        "attributes": [
            {"name": s.name, "nameFormat": s.name_format, "expression": s.expression,
             "value": _text(s.value)}
            for s in result.sent
        ],
        "sessionTags": {s.key: _text(s.value) for s in result.sent if s.key},
        "findings": [
            {"rule": f.rule.id, "severity": f.rule.severity.value, "attribute": name,
             "path": f.path, "message": f.explanation, "fix": f.rule.remedy}
            for name, f in result.findings
        ],
        "unknown": result.unknown,
    }  # fmt: skip


def _assertion(saved: Assertion, differs: list[str]) -> Json:
    seconds = None if saved.session is None else int(saved.session.total_seconds())
    return {"sessionSeconds": seconds, "differences": differs}


def _print_assertion(console: Console, saved: Assertion, differs: list[str]) -> None:
    if saved.session is None:
        session = "no SessionNotOnOrAfter, so only AWS limits the portal session"
    else:
        session = f"SessionNotOnOrAfter limits the portal session to {saved.session}"
    agrees = "" if differs else "agrees with the preview; "
    console.print(Text(f"Saved assertion: {agrees}{session}."), soft_wrap=True)
    for each in differs:
        console.print(Text(f"differs: {printable(each)}", "yellow"), soft_wrap=True)


def _print(console: Console, user: str, result: Preview) -> None:
    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style), soft_wrap=True)

    def shown(value: str | Unknown) -> Text:
        return Text("unknown", "magenta") if isinstance(value, Unknown) else Text(printable(value))

    say(f"Assertion for {printable(user)}", "bold")
    console.print(Text.assemble("  NameID ", shown(result.name_id)), soft_wrap=True)
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for title in ("session tag", "value", "from"):
        table.add_column(title, overflow="fold")
    for each in result.sent:
        title = f"aws:PrincipalTag/{each.key}" if each.key else f"none ({each.name})"
        table.add_row(Text(printable(title)), shown(each.value), Text(printable(each.expression)))
    console.print(table)
    for each in result.sent:
        say(f"  {printable(each.name)} [{printable(each.name_format)}]", "dim")
    for name, finding in result.findings:
        say(f"{printable(name)}: {printable(finding.explanation)} [{finding.rule.id}]", "yellow")
        say(f"  {finding.rule.remedy}")
    for reason in result.unknown:
        say(f"unknown: {printable(reason)}", "magenta")
