"""`okta-idc check-token`: tests a SCIM token, which the program does not read in console mode."""

import asyncio
from datetime import UTC, datetime

import typer

from okta_idc.cli.console import print_document, print_error, print_json, reading
from okta_idc.cli.options import AwsEndpoint, Json, Region, Secret, VerifyAt
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import secret_string
from okta_idc.rules import Finding
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.endpoints import endpoint_known
from okta_idc.rules.registry import expiry


def check_token(
    secret: Secret,
    region: Region = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
    as_json: Json = False,
) -> None:
    """Test the SCIM token in a secret against IAM Identity Center with three reads.

    Never shows the token.

    Exit code 0: AWS accepts the token; 1: AWS rejects it; 2: the result is unknown.

    Example: okta-idc check-token okta-identity-center/scim --region us-east-1
    """
    with reading():
        text = secret_string(secret, region or None, aws_endpoint or None)
    name = f"secret {secret!r}"
    findings, unknown, days, expires = rules.secret_document(text), "", None, ""
    if not findings:
        read = rules.read_secret(text)
        now = datetime.now(UTC)
        days, expires = (read.expires - now).days, expiry(read.expires, now)
        findings = rules.token_dates((read.created, read.expires))
        findings += rules.token_not_expired((read.expires, now))
        rejected, unknown = verify_token(read, verify_at)
        findings += rejected
    if as_json:
        document = {
            "accepted": None if unknown else not findings,
            "unknown": unknown or None,
            "days_left": days,
            "findings": [{"rule": f.rule.id, "text": f.text(name)} for f in findings],
        }
        print_json(document)
    elif not print_problems(findings, unknown, name):
        print_document(f"IAM Identity Center accepts the token; it {expires}.\n")
    raise typer.Exit(1 if findings else 2 if unknown else 0)


def verify_token(secret: rules.ScimSecret, verify_at: str = "") -> tuple[list[Finding], str]:
    """Findings on the token; and why the result is unknown, or an empty text. A token is not sent
    to a host in an unknown Region (OIC-133)."""
    if not verify_at and (unknown := endpoint_known(secret.endpoint)):
        return [], unknown[0].text("endpoint").rstrip(".")
    try:
        status, request = asyncio.run(ScimProbe(verify_at)(secret.endpoint, secret.token))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    found = rules.token_accepted(rules.ScimResponse(status, request, secret.expires))
    return found, "" if status else request


def print_problems(findings: list[Finding], unknown: str = "", prefix: str = "") -> bool:
    """Print the findings, and why the result is unknown. False: there is nothing to print."""
    for finding in findings:
        print_error(finding.text(prefix))
    if unknown:
        print_error(f"unknown: {unknown}.")
    return bool(findings or unknown)
