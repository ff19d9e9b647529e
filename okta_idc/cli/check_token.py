"""`okta-idc check-token`: tests the SCIM token in a secret.

For console mode, in which the program does not read the token. The caller needs the right to read
the secret.
"""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from okta_idc.cli.options import AwsEndpoint, Json, VerifyAt
from okta_idc.clients.aws import AwsError
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import secret_string
from okta_idc.rules import Finding
from okta_idc.rules import scim_secret as rules


def check_token(
    secret: Annotated[str, typer.Argument(help="Name of the secret, as in scim_token.secret.")],
    region: Annotated[
        str | None, typer.Option(help="AWS Region; default: from AWS's settings.")
    ] = None,
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
    as_json: Json = False,
) -> None:
    """Test the SCIM token in a secret against IAM Identity Center with three reads.

    Never shows the token.

    Exit code 0: AWS accepts the token; 1: it does not; 2: the test could not be made.

    Example: okta-idc check-token okta-identity-center/scim --region us-east-1
    """
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        text = secret_string(secret, region, aws_endpoint or None)
    except AwsError as error:
        errors.print(f"unknown: {error}", markup=False)
        raise typer.Exit(2) from None
    place = f"secret {secret!r}"
    findings, unknown, days = rules.secret_document(text), "", None
    if not findings:
        read = rules.read_secret(text)
        days = (read.expires - datetime.now(UTC)).days
        findings = rules.token_dates((read.created, read.expires))
        findings += rules.token_not_expired((read.expires, datetime.now(UTC)))
        refused, unknown = answer(read, verify_at)
        findings += refused
    if as_json:
        document = {
            "accepted": None if unknown else not findings,
            "unknown": unknown or None,
            "days_left": days,
            "findings": [{"rule": f.rule.id, "text": f.text(place)} for f in findings],
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        _print(findings, unknown, days, place, errors)
    raise typer.Exit(1 if findings else 2 if unknown else 0)


def answer(secret: rules.ScimSecret, verify_at: str = "") -> tuple[list[Finding], str]:
    """Findings on the token, and why they are unknown (empty if they are not)."""
    try:
        status, request = asyncio.run(ScimProbe(verify_at)(secret.endpoint, secret.token))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    found = rules.token_taken(rules.ScimAnswer(status, request, secret.expires))
    return found, "" if status else request


def verified(secret: rules.ScimSecret, verify_at: str, errors: Console) -> bool:
    """Whether nothing speaks against the token; prints what is wrong or unknown."""
    findings, unknown = answer(secret, verify_at)
    for finding in findings:
        errors.print(finding.text(), markup=False)
    if unknown:
        errors.print(f"unknown: {unknown}.", markup=False)
    return not findings


def _print(
    findings: list[Finding], unknown: str, days: int | None, place: str, errors: Console
) -> None:
    for finding in findings:
        errors.print(finding.text(place), markup=False)
    if unknown:
        errors.print(f"unknown: {unknown}.", markup=False)
    elif not findings:
        typer.echo(f"IAM Identity Center accepts the token; it expires in {days} days.")
