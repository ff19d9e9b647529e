"""`okta-idc check-token`: does AWS take the token that lies in the secret?

For console mode, where the program never reads the token: whoever asks here may read the secret.
"""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from okta_idc.clients.aws import AwsError
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import secret_string
from okta_idc.rules import Finding
from okta_idc.rules import scim_secret as rules


def check_token(
    secret: Annotated[str, typer.Argument(help="The secret's name, as in scim.secret.")],
    region: Annotated[str | None, typer.Option(help="AWS region; default: the usual.")] = None,
    aws_endpoint: Annotated[
        str | None, typer.Option(help="In place of AWS's own (sandbox).")
    ] = None,
    probe_at: Annotated[
        str, typer.Option(help="In place of the SCIM endpoint's host; this machine only (sandbox).")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Try the SCIM token in the secret on IAM Identity Center: three reads, nothing is written.

    Never shows the token. Exit code 0: AWS takes it; 1: it does not; 2: could not look.

    Example: okta-idc check-token okta-identity-center/scim --region us-east-1
    """
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        text = secret_string(secret, region=region, endpoint=aws_endpoint)
    except AwsError as error:
        errors.print(f"could not look: {error}", markup=False)
        raise typer.Exit(2) from None
    place = f"secret {secret!r}"
    findings, unknown, days = rules.secret_document(text), "", None
    if not findings:
        read = rules.read_secret(text)
        days = (read.expires - datetime.now(UTC)).days
        findings = rules.token_dates((read.created, read.expires))
        findings += rules.token_not_expired((read.expires, datetime.now(UTC)))
        answered, unknown = answer(read, probe_at)
        findings += answered
    if as_json:
        told = {
            "taken": None if unknown else not findings,
            "unknown": unknown or None,
            "days_left": days,
            "findings": [{"rule": f.rule.id, "text": f.text(place)} for f in findings],
        }
        typer.echo(json.dumps(told, indent=2))
    else:
        _tell(findings, unknown, days, place, errors)
    raise typer.Exit(1 if findings else 2 if unknown else 0)


def answer(secret: rules.ScimSecret, probe_at: str = "") -> tuple[list[Finding], str]:
    """What the endpoint says to the token; the second tells why it is unknown, if it is."""
    try:
        status, asked = asyncio.run(ScimProbe(probe_at)(secret.endpoint, secret.token))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    found = rules.token_taken(rules.ScimAnswer(status, asked, secret.expires))
    return found, "" if status else asked


def proven(secret: rules.ScimSecret, probe_at: str, errors: Console) -> bool:
    """Whether the token may be used, as far as can be told; says what is wrong, or unknown."""
    findings, unknown = answer(secret, probe_at)
    for finding in findings:
        errors.print(finding.text(), markup=False)
    if unknown:
        errors.print(f"Whether AWS takes the token is unknown: {unknown}.", markup=False)
    return not findings


def _tell(
    findings: list[Finding], unknown: str, days: int | None, place: str, errors: Console
) -> None:
    for finding in findings:
        errors.print(finding.text(place), markup=False)
    if unknown:
        errors.print(f"Whether AWS takes the token is unknown: {unknown}.", markup=False)
    elif not findings:
        typer.echo(f"IAM Identity Center takes the token; {days} days are left.")
