"""`okta-idc check-token`: tests a SCIM token, which the program does not read in console mode."""

from datetime import UTC, datetime

import typer

from okta_idc.cli.console import print_document, print_json, reading
from okta_idc.cli.options import AwsEndpoint, Json, Region, Secret, VerifyAt
from okta_idc.cli.token_entry import check_verify_at, print_problems, verify_token
from okta_idc.clients.secrets import secret_string
from okta_idc.rules import scim_secret as rules
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

    Exit code 0: AWS accepts the token; 1: AWS rejects it, or its dates are wrong; 2: the result is
    unknown, for example because the secret is not in the kit's format.

    Example: okta-idc check-token okta-identity-center/scim --region us-east-1
    """
    check_verify_at(verify_at)
    with reading():
        text = secret_string(secret, region or None, aws_endpoint or None)
    name = f"secret {secret!r}"
    findings, unknown, days, expires = rules.secret_document(text), "", None, ""
    if findings:
        unknown = "the token was not tested, because the secret cannot be used"
    else:
        read = rules.read_secret(text)
        now = datetime.now(UTC)
        days, expires = (read.expires - now).days, expiry(read.expires, now)
        findings = rules.token_dates(rules.TokenDates(read.created, read.expires, now))
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
    raise typer.Exit(2 if unknown else 1 if findings else 0)
