"""`okta-idc token store`: stores the SCIM endpoint and access token in Secrets Manager."""

import json
import sys
from datetime import UTC, datetime, timedelta
from shlex import quote
from typing import Annotated

import typer

from okta_idc.cli.console import print_error, reading
from okta_idc.cli.options import AwsEndpoint, Region, Secret, VerifyAt
from okta_idc.cli.token_entry import (
    Entry,
    check_verify_at,
    print_problems,
    read_entry,
    verify_token,
)
from okta_idc.clients.aws import AwsError
from okta_idc.clients.secrets import SecretStore, TagsError
from okta_idc.rules import scim_secret as rules
from okta_idc.text import conceal
from okta_idc.token.progress import TOKEN_DAYS


def store(
    secret: Secret,
    region: Region = "",
    created: Annotated[
        datetime | None, typer.Option(help="Date on which AWS generated the token; default: now.")
    ] = None,
    token_id: Annotated[
        str, typer.Option(help="ID of the token in AWS's list of tokens; default: its date.")
    ] = "",
    aws_endpoint: AwsEndpoint = "",
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Test the token before it is stored.")
    ] = True,
    verify_at: VerifyAt = "",
) -> None:
    """Store the SCIM endpoint and access token in AWS Secrets Manager.

    First checks that the secret can be reached, then prompts for both, and shows neither the token
    nor the secret. Without a terminal, reads them from two lines of standard input. A token that
    AWS rejects, or that could not be tested, is not stored. An existing secret gets a new version;
    its tags hold the endpoint and the dates.

    Exit code 0: stored; 2: not stored.

    Example: okta-idc token store okta-identity-center/scim --region us-east-1
    """
    conceal(token_id)
    check_verify_at(verify_at)
    generated = _generated(created)
    _check_token_id(rules.token_id_fault(token_id))
    try:
        tags = SecretStore(secret, region or None, aws_endpoint or None).check()
    except AwsError as error:
        print_error(f"error: nothing can be stored: {error}")
        raise typer.Exit(2) from None
    with reading():
        entry = read_entry((tags or {}).get("endpoint", ""))
    _check_token_id(rules.token_id_fault(token_id, entry.token))
    new_tags = {
        "endpoint": entry.endpoint,
        "token_id": token_id.strip() or generated.isoformat(),
        "created": generated.isoformat(),
        "expires": (generated + timedelta(days=TOKEN_DAYS)).isoformat(),
    }
    while (problem := _verify(entry, new_tags, verify_at) if verify else "") or (
        problem := _store(secret, region, aws_endpoint, entry, new_tags)
    ):
        print_error(problem)
        # AWS shows the token once: keep it while the cause is corrected.
        if not sys.stdin.isatty() or not typer.confirm("Try again?", default=True, err=True):
            raise typer.Exit(2)
    print_error(f"The token expires {new_tags['expires'][:10]}.")
    if not verify:
        print_error(f"It was not tested. Test it: okta-idc token status {quote(secret)}")


def _generated(created: datetime | None) -> datetime:
    """When AWS generated the token, in UTC. Raises BadParameter for a date that no valid token
    has."""
    now = datetime.now().astimezone(UTC)
    generated = (created.astimezone(UTC) if created else now).replace(microsecond=0)
    fault = ""
    if generated > now:
        fault = "is in the future. Pass the date on which AWS generated the token."
    elif generated + timedelta(days=TOKEN_DAYS) <= now:
        fault = f"is more than {TOKEN_DAYS} days ago, so that the token has expired. Generate one."
    if fault:
        text = f"{generated.astimezone().date().isoformat()} {fault}"
        raise typer.BadParameter(text, param_hint="'--created'")
    return generated


def _check_token_id(fault: str) -> None:
    if fault:
        text = f"the value {fault} Pass the ID that AWS's list of tokens shows."
        raise typer.BadParameter(text, param_hint="'--token-id'")


def _document(entry: Entry, tags: dict[str, str]) -> dict[str, object]:
    return {**tags, "token": entry.token, "schema": 1}


def _verify(entry: Entry, tags: dict[str, str], verify_at: str) -> str:
    """Why the token is not stored, after a test that had no result. Ends the command if AWS
    rejects the token."""
    text = json.dumps(_document(entry, tags))
    findings, unknown = verify_token(rules.read_secret(text), verify_at)
    if print_problems(findings, unknown):
        if findings:
            print_error("not stored.")
            raise typer.Exit(2)
        return "not stored: the test has no result. --no-verify stores an untested token."
    return ""


def _store(secret: str, region: str, aws_endpoint: str, entry: Entry, tags: dict[str, str]) -> str:
    """Why nothing was stored, or an empty text. With new credentials on each attempt."""
    try:
        store = SecretStore(secret, region or None, aws_endpoint or None)
        created = store.store(_document(entry, tags), tags)
    except AwsError as error:
        return str(error) if isinstance(error, TagsError) else f"not stored: {error}"
    print_error(f"{'Created' if created else 'New version of'} {secret} in {store.region}.")
    return ""
