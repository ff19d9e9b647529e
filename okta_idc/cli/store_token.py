"""`okta-idc store-token`: endpoint and token from the AWS console into Secrets Manager.

The token is typed or pasted into a prompt that does not show it: never an argument, never a file.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from okta_idc.cli.check_token import proven
from okta_idc.clients.identity_store import AwsError
from okta_idc.clients.secrets import store_secret
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.endpoints import normalise_endpoint

TOKEN_DAYS = 365
"""AWS: a SCIM token lives one year."""


def store_token(
    secret: Annotated[str, typer.Argument(help="The secret's name, as in scim.secret.")],
    region: Annotated[str | None, typer.Option(help="AWS region; default: the usual.")] = None,
    created: Annotated[
        datetime | None, typer.Option(help="When the token was generated; default: now.")
    ] = None,
    aws_endpoint: Annotated[
        str | None, typer.Option(help="In place of AWS's own (sandbox).")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe/--no-probe", help="Try the token on AWS before it is stored.")
    ] = True,
    probe_at: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Put the SCIM endpoint and access token into AWS Secrets Manager.

    Asks for both, and shows neither the token nor the secret. A token that AWS refuses is not
    stored. A secret that exists gets a new version; the endpoint and the dates become its tags.
    Exit code 0: stored; 2: not.

    Example: okta-idc store-token okta-identity-center/scim --region us-east-1
    """
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    endpoint = normalise_endpoint(typer.prompt("SCIM endpoint", err=True))
    token_id = typer.prompt("Token id, or a name for it", err=True).strip()
    token = typer.prompt("Access token (not shown)", hide_input=True, err=True).strip()
    born = (created or datetime.now()).astimezone(UTC).replace(microsecond=0)
    tags = {
        "endpoint": endpoint,
        "token_id": token_id,
        "created": born.isoformat(),
        "expires": (born + timedelta(days=TOKEN_DAYS)).isoformat(),
    }
    document = {**tags, "token": token, "schema": 1}
    findings = rules.secret_document(json.dumps(document))
    if findings:
        for finding in findings:
            errors.print(finding.text(), markup=False)
        raise typer.Exit(2)
    if probe and not proven(rules.read_secret(json.dumps(document)), probe_at, errors):
        errors.print("not stored.", markup=False)
        raise typer.Exit(2)
    try:
        made = store_secret(secret, document, tags, region=region, endpoint=aws_endpoint)
    except AwsError as error:
        errors.print(f"not stored: {error}", markup=False)
        raise typer.Exit(2) from None
    verb = "Created" if made else "New version of"
    errors.print(f"{verb} {secret}; the token expires {tags['expires'][:10]}.", markup=False)
