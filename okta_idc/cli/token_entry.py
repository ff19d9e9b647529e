"""Takes the SCIM endpoint and access token from a person or a pipe, and tests a token.

The token is entered at a hidden prompt, never as an argument. No message repeats what was entered.
"""

import asyncio
import re
import sys
from dataclasses import dataclass, field

import typer

from okta_idc.cli.console import print_error
from okta_idc.cli.stack import InputError
from okta_idc.clients.scim import ScimProbe, check_address
from okta_idc.rules import Finding
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.endpoints import SCIM_ENDPOINT, endpoint_known, normalize_endpoint
from okta_idc.text import conceal

_MIN_LENGTH, _MAX_LENGTH = 100, 4096
"""AWS's tokens have 500 to 620 characters (docs/research/scim.md#access-tokens)."""
_FOREIGN = re.compile(r"[^\x21-\x7e]")
"""No character of an HTTP header. Which characters AWS uses is not documented."""
_SCHEME = re.compile(r"(?:authorization:\s*)?bearer\s+", re.IGNORECASE)
_QUOTES = "\"'`"


@dataclass(frozen=True)
class Entry:
    """What was entered. The endpoint has no trailing slash."""

    endpoint: str
    token: str = field(repr=False)


def read_entry(known_endpoint: str = "") -> Entry:
    """Prompt for the endpoint, with the known one as default, and for the token. If standard input
    is not a terminal, they are its two lines. Raises InputError."""
    if sys.stdin.isatty():
        known = normalize_endpoint(known_endpoint) or None
        given = typer.prompt("SCIM endpoint", default=known, err=True)
        endpoint = clean_endpoint(given)
        token = typer.prompt("Access token (hidden)", hide_input=True, err=True)
        return Entry(endpoint, clean_token(token))
    lines = [sys.stdin.readline(), sys.stdin.readline()]
    if not all(lines):
        raise typer.Abort
    return Entry(clean_endpoint(lines[0]), clean_token(lines[1]))


def clean_endpoint(text: str) -> str:
    """The endpoint without spaces and the console's trailing slash. Raises InputError, which does
    not repeat the text: it may contain the token."""
    endpoint = normalize_endpoint(text)
    conceal("" if endpoint.startswith("http") else endpoint)
    if SCIM_ENDPOINT.fullmatch(endpoint):
        return endpoint
    raise InputError(
        "SCIM endpoint: what was entered is not a SCIM endpoint of IAM Identity Center. Copy it "
        "from the AWS console: https://scim.REGION.amazonaws.com/TENANT/scim/v2."
    )


def clean_token(text: str) -> str:
    """The token without white space around it, quotes, and `Bearer`. Raises InputError, which says
    why the text cannot be a token, without repeating it."""
    token = text.strip().strip(_QUOTES).strip()
    conceal(token)
    if scheme := _SCHEME.match(token):
        token = token[scheme.end() :]
    if not token:
        problem = "is empty"
    elif re.search(r"\s", token):
        problem = "has white space inside"
    elif SCIM_ENDPOINT.match(token) or token.lower().startswith(("http:", "https:")):
        problem = "is an address"
    elif _FOREIGN.search(token):
        problem = "has a character that AWS's tokens do not have"
    elif not _MIN_LENGTH <= len(token) <= _MAX_LENGTH:
        size = "only " if len(token) < _MIN_LENGTH else ""
        problem = f"has {size}{len(token):,} characters; AWS's tokens have about 500"
    else:
        return token
    raise InputError(
        f"access token: what was entered {problem}. Copy the whole token from the AWS console "
        "(Show token)."
    )


def check_verify_at(verify_at: str) -> None:
    """Raises BadParameter if the address that replaces the endpoint is not on this machine."""
    try:
        check_address(verify_at)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--verify-at'") from None


def verify_token(secret: rules.ScimSecret, verify_at: str = "") -> tuple[list[Finding], str]:
    """Findings on the token; and why the result is unknown, or an empty text. A token is not sent
    to a host in an unknown Region (OIC-133)."""
    if not verify_at and (unknown := endpoint_known(secret.endpoint)):
        return [], unknown[0].text("endpoint").rstrip(".")
    status, request = asyncio.run(ScimProbe(verify_at)(secret.endpoint, secret.token))
    found = rules.token_accepted(rules.ScimResponse(status, request, secret.expires))
    return found, "" if status else request


def is_accepted(secret: rules.ScimSecret, verify_at: str = "") -> bool | None:
    """Whether AWS accepts the token; None: unknown."""
    findings, unknown = verify_token(secret, verify_at)
    return None if unknown else not findings


def print_problems(findings: list[Finding], unknown: str = "", prefix: str = "") -> bool:
    """Print the findings, and why the result is unknown. False: there is nothing to print."""
    for finding in findings:
        print_error(finding.text(prefix))
    if unknown:
        print_error(f"unknown: {unknown}.")
    return bool(findings or unknown)
