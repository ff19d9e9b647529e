"""Reads the SCIM endpoint and token from AWS Secrets Manager.

Declares no resources. Normalizes the endpoint, and returns the token as a secret output only. No
error contains a value of the secret.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, ProviderResource, Resource

from okta_idc.clients.scim import ScimProbe
from okta_idc.rules import scim_secret as rules
from okta_idc.settings.models import ScimToken as ScimTokenSettings

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable

VALID, NOT_VERIFIED = "valid", "not verified"


@dataclass(frozen=True)
class ScimToken:
    """SCIM endpoint and access token of IAM Identity Center's automatic provisioning.

    The outputs fail with ValidationError for a secret that is missing or malformed (OIC-102,
    OIC-106), for an expired token (OIC-103), and for one that AWS refuses (OIC-117).
    """

    endpoint: Output[str]
    """The Base URL for Okta, without a trailing slash."""
    token: Output[str] | None
    """The access token, a secret; None if it was not read."""
    expires: Output[str]
    """When AWS stops accepting the token, ISO 8601."""
    days_left: Output[int]
    """Whole days until the token expires."""
    status: Output[str]
    """`valid`, `not verified`, or `unknown: REASON` if AWS did not answer."""


def read_scim_token(
    parent: Resource,
    settings: ScimTokenSettings,
    *,
    read_token: bool,
    provider: ProviderResource | None = None,
) -> ScimToken:
    """Reads the secret, by name or ARN: its SecretString is `{"endpoint", "token", "token_id",
    "created", "expires"}`, and its tags hold all but the token.

    Without `read_token` only the tags are read (DescribeSecret), and the token is not verified.
    """
    opts = InvokeOutputOptions(parent=parent, provider=provider)
    name = Output.from_input(settings.secret).apply(lambda name: _existing(name, opts))
    if read_token:
        version = aws.secretsmanager.get_secret_version_output
        found = name.apply(lambda name: readable(version(secret_id=name, opts=opts)))
        text = Output.secret(found.secret_string)
        read = Output.all(name, text).apply(lambda both: _parse(both[1], f"secret {both[0]!r}"))
        checked = Output.all(name, read).apply(lambda both: _verify(parent, settings, *both))
        token = Output.all(read, checked).apply(lambda both: both[0].token)
        status = Output.unsecret(checked)
    else:
        both = Output.all(name, name.apply(lambda name: _tags(name, opts)))
        read = both.apply(lambda both: _parse(both[1], f"tags of secret {both[0]!r}"))
        token, status = None, Output.from_input(NOT_VERIFIED)
    return ScimToken(
        endpoint=Output.unsecret(read.apply(lambda secret: secret.endpoint)),
        token=token,
        expires=Output.unsecret(read.apply(lambda secret: secret.expires.isoformat())),
        days_left=Output.unsecret(read.apply(lambda s: (s.expires - datetime.now(UTC)).days)),
        status=status,
    )


async def _verify(
    parent: Resource, settings: ScimTokenSettings, name: str, secret: rules.ScimSecret
) -> str:
    if not settings.verify:
        return NOT_VERIFIED
    status, answer = await ScimProbe(settings.verify_at)(secret.endpoint, secret.token)
    subject = rules.ScimResponse(status, answer, secret.expires)
    raise_findings(rules.token_accepted(subject), f"secret {name!r}")
    if status:
        return VALID
    pulumi.log.warn(
        f"secret {name!r}: could not verify the token with AWS: {answer}. The run continues "
        "without this check.",
        parent,
    )
    return f"unknown: {answer}"


def _tags(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """The secret's document according to its tags, without the token."""
    read, by_arn = aws.secretsmanager.get_secret_output, name.startswith("arn:")
    found = readable(read(arn=name, opts=opts) if by_arn else read(name=name, opts=opts))
    return found.tags.apply(lambda tags: json.dumps({**tags, "token": "not read"}))


def _existing(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """Lists the secrets first: reading a missing one fails with the provider's own error."""
    if name.startswith("arn:"):
        return Output.from_input(name)

    def check(similar: Sequence[str]) -> str:
        """`similar`: the secrets whose names begin with this one's."""
        if name in similar:
            return name
        hint = f" Did you mean {', '.join(map(repr, similar))}?" if similar else ""
        message = (
            f"AWS Secrets Manager has no secret {name!r} in this account and Region.{hint} Store "
            "the SCIM token (docs/guide/connect.md), or correct scim_token.secret."
        )
        raise ValidationError.at("scim_token.secret", message)

    named: Any = {"name": "name", "values": [name]}
    listed = readable(aws.secretsmanager.get_secrets_output(filters=[named], opts=opts))
    return listed.names.apply(check)


def _parse(text: str, path: str) -> rules.ScimSecret:
    raise_findings(rules.secret_document(text), path)
    secret = rules.read_secret(text)
    raise_findings(rules.token_dates((secret.created, secret.expires)), path)
    raise_findings(rules.token_not_expired((secret.expires, datetime.now(UTC))), path)
    return secret
