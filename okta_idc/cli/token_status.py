"""`okta-idc token status`: the SCIM tokens in the secret, and which one Okta uses."""

from dataclasses import dataclass
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
from okta_idc.cli.token_entry import (
    check_verify_at,
    is_accepted,
    print_problems,
    verify_token,
)
from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.secrets import SecretVersions, secret_string
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.registry import expiry
from okta_idc.rules.token_holder import RETIRE, SETTLE, TokenHolder, token_holder
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
    """Show the SCIM tokens in the secret, and test each with three reads.

    Shows the days left, the versions with their staging labels, whether AWS accepts them, an
    unfinished rotation, and which token Okta used at the last check. Never shows a token.

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
    tokens = _tokens(secret, region, aws_endpoint, config, verify_at)
    if as_json:
        document = {
            "accepted": None if unknown else not findings,
            "unknown": unknown or None,
            "days_left": days,
            "findings": [{"rule": f.rule.id, "text": f.text(name)} for f in findings],
            **_rotation(tokens),
        }
        print_json(document)
    elif not print_problems(findings, unknown, name):
        print_document(f"IAM Identity Center accepts the token; it {expires}.\n")
        print_document("".join(f"{message(line)}\n" for line in _lines(tokens, now)))
    raise typer.Exit(2 if unknown else 1 if findings else 0)


@dataclass(frozen=True)
class _Shown:
    """A version with its staging labels, and whether AWS accepts its token (None: unknown)."""

    labels: str
    version: Version
    accepted: bool | None


@dataclass(frozen=True)
class _Tokens:
    """The versions by staging label; `progress` is None if they are unknown, and `why` says why."""

    progress: Progress | None
    why: str = ""
    shown: tuple[_Shown, ...] = ()

    @property
    def state(self) -> str:
        """The state of the rotation: `none`, `pending`, `promoted`, `changed`, or `unretired`."""
        found = self.progress
        if found is not None and found.pending is not None:
            if found.is_changed:
                return "changed"
            return "promoted" if found.is_promoted else "pending"
        valid = {each.version.secret.token for each in self.shown if each.accepted}
        return "unretired" if len(valid) > 1 else "none"

    @property
    def holder(self) -> TokenHolder:
        """Which token Okta uses."""
        found = self.progress
        if found is None:
            return TokenHolder(None, self.why)
        advice = RETIRE if self.state == "unretired" else SETTLE
        return token_holder({**found.tags, **found.current.tags()}, advice)


def _tokens(
    secret: str, region: str, endpoint: str, config: AwsConfig | None, verify_at: str
) -> _Tokens:
    try:
        found = read_progress(SecretVersions(secret, region or None, endpoint or None, config))
    except (AwsError, TokenError) as error:
        return _Tokens(None, str(error))
    shown = (
        _Shown(labels, version, is_accepted(version.secret, verify_at))
        for labels, version in _versions(found)
    )
    return _Tokens(found, shown=tuple(shown))


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


_NEXT = {
    "pending": "A rotation is in progress: Okta needs the pending token. Continue it: "
    "okta-idc token rotate",
    "promoted": "A rotation is in progress: the old token is not deleted yet. Continue it: "
    "okta-idc token rotate",
    "changed": "The secret was changed during a rotation. See: okta-idc token rotate",
    "unretired": "AWS accepts both tokens, and allows no third one. Before the next rotation, "
    "verify which one Okta uses, and delete the other one: okta-idc token retire",
}


def _lines(tokens: _Tokens, now: datetime) -> list[str]:
    if tokens.progress is None:
        return [f"The versions are unknown: {tokens.why}"]
    lines = [
        f"{each.labels}: created on {each.version.day}, {_validity(each, now)} "
        f"(version {each.version.id})"
        for each in tokens.shown
    ]
    if tokens.state in _NEXT:
        lines.append(_NEXT[tokens.state])
    text = tokens.holder.text
    return [*lines, f"{text[0].upper()}{text[1:]}."]


def _validity(shown: _Shown, now: datetime) -> str:
    """Whether the token is valid. A deleted token has days left, but no use."""
    ends = expiry(shown.version.secret.expires, now)
    if shown.accepted or shown.version.is_expired(now):
        return ends
    if shown.accepted is None:
        return f"{ends}; whether AWS accepts it is unknown"
    return "not accepted by AWS: it was deleted"


def _rotation(tokens: _Tokens) -> dict[str, Any]:
    holder = tokens.holder
    versions = [
        {
            "labels": each.labels.split(", "),
            "version": each.version.id,
            "created": each.version.secret.created.isoformat(),
            "expires": each.version.secret.expires.isoformat(),
            "accepted": each.accepted,
        }
        for each in tokens.shown
    ]
    return {
        "rotation": tokens.state if tokens.progress else None,
        "versions": versions,
        "okta": {"has_current_token": holder.known, "text": holder.text},
    }
