"""`okta-idc preview-saml`: the SAML attributes and session tags of one user."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from okta_idc.cli.console import print_json, reading
from okta_idc.cli.options import App, OktaUrl, Outputs, Stack
from okta_idc.cli.options import Json as JsonOption
from okta_idc.cli.stack import CannotLookError, org_url, read_outputs, read_settings_file, read_text
from okta_idc.clients.json_path import Json, get_object, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.doctor.report import COULD_NOT_LOOK, FINDINGS, printable
from okta_idc.doctor.saml_preview import Preview, preview
from okta_idc.inventory.assigned_users import okta_profile, user_name
from okta_idc.inventory.session_tags import statements_of
from okta_idc.okta_expression import Unknown, username_of
from okta_idc.rules.attribute_statements import Statement, statement
from okta_idc.rules.attributes import Attribute

_NAME_ID = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
"""Required by AWS (docs/research/identity-center.md#saml); the catalog app sends it."""


def preview_saml(
    user: Annotated[str, typer.Option(help="Okta login of the user.")],
    settings: Annotated[
        Path | None,
        typer.Option(help="Stack file with the attribute statements; default: the live app's."),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="File with the Okta profile as JSON; default: from Okta.")
    ] = None,
    app: App = "",
    outputs: Outputs = None,
    stack: Stack = "",
    as_json: JsonOption = False,
    okta_url: OktaUrl = "",
) -> None:
    """Show the SAML attributes and session tags that AWS receives for one user.

    With --settings and --profile, no call is made.

    Exit code 0: within AWS's limits; 1: a limit is exceeded; 2: a value cannot be evaluated, or
    Okta could not be read.

    Example: okta-idc preview-saml --user ada@example.com --settings Pulumi.prod.yaml
    """
    with reading():
        made = _made(user, settings, profile, app, outputs, stack, okta_url)
    if as_json:
        print_json(_document(user, made))
    else:
        _print(Console(), user, made)
    raise typer.Exit(FINDINGS if made.findings else COULD_NOT_LOOK if made.unknown else 0)


_Sends = tuple[tuple[Statement, ...], str]
"""Attribute statements and the username format."""


@dataclass(frozen=True)
class _Person:
    """Profiles from Okta; `user_name` is empty where the user is not assigned."""

    user: Json
    app_user: Json | None = None
    user_name: str = ""


def _made(
    user: str, settings: Path | None, profile: Path | None, app: str, outputs: Path | None,
    stack: str, okta_url: str,
) -> Preview:  # fmt: skip
    given: _Sends | None = None
    if settings:
        known = read_settings_file(settings)
        sends = tuple(statement(Attribute(a.key, a.value)) for a in known.attribute_statements)
        given = sends, known.app.username_format
    if given and profile:
        return _preview(*given, _Person(_read_profile(profile)))
    needless = app or (settings and not outputs)
    stack_outputs = {} if needless else read_outputs(outputs, stack)
    app = app or str(stack_outputs.get("appId") or "")
    url = org_url(okta_url, stack_outputs)
    return asyncio.run(_live(url, user, app, profile, given))


async def _live(
    url: str, user: str, app: str, profile: Path | None, given: _Sends | None
) -> Preview:
    async with Okta(url, Credentials.read().auth()) as okta:
        if given is None:
            found = await okta.get(f"/api/v1/apps/{app}")
            template = get_text(found, "credentials", "userNameTemplate", "template")
            given = statements_of(found), template
        person = _Person(_read_profile(profile)) if profile else await _find(okta, app, user)
    return _preview(*given, person)


def _preview(sends: tuple[Statement, ...], template: str, person: _Person) -> Preview:
    name = person.user_name or username_of(template, person.user)
    return preview(sends, person.user, person.app_user, name)


async def _find(okta: Okta, app: str, user: str) -> _Person:
    """Searches the app's users, which needs no right to see users, then all users."""
    wanted, by_user_name = user.casefold(), None
    if app:
        path = f"/api/v1/apps/{app}/users"
        async for page in okta.pages(path, q=user, limit=500, expand="user"):
            for each in page:
                shown, name = okta_profile(each), user_name(each)
                if shown is None:
                    continue
                person = _Person(shown, get_object(each, "profile"), name)
                if get_text(shown, "login").casefold() == wanted:
                    return person
                if name.casefold() == wanted:  # several users may have it
                    by_user_name = by_user_name or person
    if by_user_name:
        return by_user_name
    try:
        found = await okta.get(f"/api/v1/users/{quote(user, safe='@')}")
    except OktaError as error:
        raise CannotLookError(
            f"{user} is not assigned to the app, and {error}. Needs okta.users.read, and an admin "
            "role that can see the user. Pass the Okta login, or --profile."
        ) from None
    return _Person(get_object(found, "profile"))


def _read_profile(path: Path) -> Json:
    """A profile, or a user in the form of Okta's API."""
    try:
        document: Any = json.loads(read_text(path))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise CannotLookError(f"{path}: is not a JSON object with a profile.")
    return get_object(document, "profile") or get_object(document)


def _text(value: str | Unknown) -> str | None:
    return None if isinstance(value, Unknown) else value


def _document(user: str, made: Preview) -> Json:
    return {
        "user": user,
        "nameId": {"format": _NAME_ID, "value": _text(made.name_id)},
        "attributes": [
            {"name": s.name, "nameFormat": s.name_format, "expression": s.expression,
             "value": _text(s.value)}
            for s in made.sent
        ],
        "sessionTags": {s.key: _text(s.value) for s in made.sent if s.key},
        "findings": [
            {"rule": f.rule.id, "severity": f.rule.severity.value, "attribute": who,
             "path": f.path, "message": f.explanation, "fix": f.rule.remedy}
            for who, f in made.findings
        ],
        "unknown": made.unknown,
    }  # fmt: skip


def _print(console: Console, user: str, made: Preview) -> None:
    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style), soft_wrap=True)

    def shown(value: str | Unknown) -> Text:
        return Text("unknown", "magenta") if isinstance(value, Unknown) else Text(printable(value))

    say(f"Assertion for {printable(user)}", "bold")
    console.print(Text.assemble("  NameID ", shown(made.name_id)), soft_wrap=True)
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for title in ("session tag", "value", "from"):
        table.add_column(title, overflow="fold")
    for each in made.sent:
        title = f"aws:PrincipalTag/{each.key}" if each.key else f"none ({each.name})"
        table.add_row(Text(printable(title)), shown(each.value), Text(printable(each.expression)))
    console.print(table)
    for each in made.sent:
        say(f"  {each.name} [{each.name_format}]", "dim")
    for who, finding in made.findings:
        say(f"{printable(who)}: {printable(finding.explanation)} [{finding.rule.id}]", "yellow")
        say(f"  {finding.rule.remedy}")
    for reason in made.unknown:
        say(f"unknown: {printable(reason)}", "magenta")
