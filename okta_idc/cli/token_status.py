"""`okta-idc token status`: the SCIM tokens in the secret, and which one Okta uses."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from okta_idc.cli.console import print_document, print_json, reading
from okta_idc.cli.options import (
    AwsEndpoint,
    Json,
    Outputs,
    Region,
    Stack,
    VerifyAt,
    optional_secret_name,
)
from okta_idc.cli.stack import read_stack, source_in
from okta_idc.cli.token_entry import check_verify_at, print_problems, verify_token
from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.secrets import SecretVersions, secret_string
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.registry import expiry
from okta_idc.rules.token_holder import TokenHolder, token_holder
from okta_idc.text import message
from okta_idc.token.progress import Progress, TokenError, Version, read_progress


def status(
    secret: Annotated[
        str,
        typer.Argument(
            callback=optional_secret_name, help="Name of the secret; default: the stack's."
        ),
    ] = "",
    region: Region = "",
    outputs: Outputs = None,
    stack: Stack = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
    as_json: Json = False,
) -> None:
    """Show the SCIM tokens in the secret, and test the current one with three reads.

    Shows the days left, the versions with their staging labels, an unfinished rotation, and which
    token Okta used at the last check. Never shows a token.

    Exit code 0: AWS accepts the token; 1: AWS rejects it, or its dates are wrong; 2: the result is
    unknown, for example because the secret is not in the kit's format.

    Example: okta-idc token status okta-identity-center/scim --region us-east-1
    """
    check_verify_at(verify_at)
    config: AwsConfig | None = None
    with reading():
        if not secret:
            declared, settings = read_stack(outputs, stack, ", or name the secret")
            source = source_in(declared, settings, aws_endpoint, verify_at)
            secret, region = source.secret, region or source.secret_region or source.region
            verify_at, config = source.verify_at, source.aws
        text = secret_string(secret, region or None, aws_endpoint or None, config)
    name = f"secret {secret!r}"
    findings, unknown, days, expires = rules.secret_document(text), "", None, ""
    now = datetime.now(UTC)
    if findings:
        unknown = "the token was not tested, because the secret cannot be used"
    else:
        read = rules.read_secret(text)
        days, expires = (read.expires - now).days, expiry(read.expires, now)
        findings = rules.token_dates(rules.TokenDates(read.created, read.expires, now))
        findings += rules.token_not_expired((read.expires, now))
        rejected, unknown = verify_token(read, verify_at)
        findings += rejected
    progress, why = _progress(secret, region, aws_endpoint, config)
    if as_json:
        document = {
            "accepted": None if unknown else not findings,
            "unknown": unknown or None,
            "days_left": days,
            "findings": [{"rule": f.rule.id, "text": f.text(name)} for f in findings],
            **_rotation(progress, why),
        }
        print_json(document)
    elif not print_problems(findings, unknown, name):
        print_document(f"IAM Identity Center accepts the token; it {expires}.\n")
        print_document("".join(f"{message(line)}\n" for line in _lines(progress, why, now)))
    raise typer.Exit(2 if unknown else 1 if findings else 0)


def _progress(
    secret: str, region: str, endpoint: str, config: AwsConfig | None
) -> tuple[Progress | None, str]:
    """The progress, or why it is unknown."""
    try:
        return read_progress(SecretVersions(secret, region or None, endpoint or None, config)), ""
    except (AwsError, TokenError) as error:
        return None, str(error)


def _versions(found: Progress) -> list[tuple[str, Version]]:
    """The versions by staging label, each with all of its labels."""
    labels: dict[str, str] = {}
    versions: dict[str, Version] = {}
    for label, version in (
        ("AWSCURRENT", found.current), ("AWSPENDING", found.pending),
        ("AWSPREVIOUS", found.previous),
    ):  # fmt: skip
        if version is not None:
            labels[version.id] = f"{labels[version.id]}, {label}" if version.id in labels else label
            versions[version.id] = version
    return [(labels[ident], version) for ident, version in versions.items()]


def _state(found: Progress) -> str:
    if found.pending is None:
        return "none"
    return "changed" if found.is_changed else "promoted" if found.is_promoted else "pending"


_NEXT = {
    "pending": "A rotation is in progress: Okta needs the pending token. Continue it: "
    "okta-idc token rotate",
    "promoted": "A rotation is in progress: the old token is not deleted yet. Continue it: "
    "okta-idc token rotate",
    "changed": "The secret was changed during a rotation. See: okta-idc token rotate",
}


def _lines(found: Progress | None, why: str, now: datetime) -> list[str]:
    if found is None:
        return [f"The versions are unknown: {why}"]
    lines = [
        f"{labels}: created on {version.day}, {expiry(version.secret.expires, now)} "
        f"(version {version.id})"
        for labels, version in _versions(found)
    ]
    if (state := _state(found)) in _NEXT:
        lines.append(_NEXT[state])
    holder = token_holder({**found.tags, **found.current.tags()})
    return [*lines, f"{holder.text[0].upper()}{holder.text[1:]}."]


def _rotation(found: Progress | None, why: str) -> dict[str, Any]:
    if found is None:
        holder = TokenHolder(None, why)
        return {"rotation": None, "versions": [], "okta": _okta(holder)}
    versions = [
        {
            "labels": labels.split(", "),
            "version": version.id,
            "created": version.secret.created.isoformat(),
            "expires": version.secret.expires.isoformat(),
        }
        for labels, version in _versions(found)
    ]
    holder = token_holder({**found.tags, **found.current.tags()})
    return {"rotation": _state(found), "versions": versions, "okta": _okta(holder)}


def _okta(holder: TokenHolder) -> dict[str, Any]:
    return {"has_current_token": holder.known, "text": holder.text}
