"""`okta-idc store-token`: stores the SCIM endpoint and access token in Secrets Manager.

The token is entered at a hidden prompt, never as an argument or in a file.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from okta_idc.cli.check_token import print_problems, verify_token
from okta_idc.cli.console import print_error
from okta_idc.cli.options import AwsEndpoint, Region, Secret, VerifyAt
from okta_idc.clients.aws import AwsError
from okta_idc.clients.secrets import store_secret
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.endpoints import normalize_endpoint
from okta_idc.text import conceal

TOKEN_DAYS = 365
"""Lifetime of a SCIM token."""


def store_token(
    secret: Secret,
    region: Region = "",
    created: Annotated[
        datetime | None, typer.Option(help="Date on which AWS generated the token; default: now.")
    ] = None,
    aws_endpoint: AwsEndpoint = "",
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Test the token before it is stored.")
    ] = True,
    verify_at: VerifyAt = "",
) -> None:
    """Store the SCIM endpoint and access token in AWS Secrets Manager.

    Prompts for both and shows neither the token nor the secret. A token that AWS rejects is not
    stored. An existing secret gets a new version; its tags hold the endpoint and the dates.

    Exit code 0: stored; 2: not stored.

    Example: okta-idc store-token okta-identity-center/scim --region us-east-1
    """
    endpoint = normalize_endpoint(typer.prompt("SCIM endpoint", err=True))
    token_id = typer.prompt("Token ID, or a name for it", err=True).strip()
    token = typer.prompt("Access token (hidden)", hide_input=True, err=True).strip()
    conceal(token, token_id, "" if endpoint.startswith("https://") else endpoint)
    generated = (created or datetime.now()).astimezone(UTC).replace(microsecond=0)
    tags = {
        "endpoint": endpoint,
        "token_id": token_id,
        "created": generated.isoformat(),
        "expires": (generated + timedelta(days=TOKEN_DAYS)).isoformat(),
    }
    document = {**tags, "token": token, "schema": 1}
    if print_problems(rules.secret_document(json.dumps(document))):
        raise typer.Exit(2)
    if verify:
        findings, unknown = verify_token(rules.read_secret(json.dumps(document)), verify_at)
        print_problems(findings, unknown)
        if findings:
            print_error("not stored.")
            raise typer.Exit(2)
    try:
        created_secret = store_secret(secret, document, tags, region or None, aws_endpoint or None)
    except AwsError as error:
        print_error(f"not stored: {error}")
        raise typer.Exit(2) from None
    verb = "Created" if created_secret else "New version of"
    print_error(f"{verb} {secret}; the token expires {tags['expires'][:10]}.")
