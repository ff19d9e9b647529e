"""The SCIM token: the secret in AWS Secrets Manager that a person stored.

Reads only. The endpoint comes out normalized, and the token only as a secret Output. No error
contains a value of the secret.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pulumi
import pulumi_aws as aws
from pulumi import Input, InvokeOutputOptions, Output, ProviderResource, Resource

from okta_idc.clients.scim import ScimProbe
from okta_idc.rules import scim_secret as rules

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
    """Whole days until then."""
    status: Output[str]
    """`valid`, `not verified`, or `unknown: REASON` if AWS did not answer."""


def read_scim_token(
    parent: Resource,
    secret: Input[str],
    *,
    read_token: bool,
    verify: bool = True,
    verify_at: str = "",
    provider: ProviderResource | None = None,
) -> ScimToken:
    """Reads the secret, by name or ARN: its SecretString is `{"endpoint", "token", "token_id",
    "created", "expires"}`, and its tags hold all but the token.

    Without `read_token` only the tags are read (DescribeSecret). `verify` tests the token against
    the endpoint, or at the address `verify_at`, before anyone gets it.
    """
    opts = InvokeOutputOptions(parent=parent, provider=provider)
    name = Output.from_input(secret)
    if read_token:
        text = Output.secret(name.apply(lambda name: _secret_string(name, opts)))
        read = Output.all(name, text).apply(lambda both: _parse(both[1], f"secret {both[0]!r}"))

        async def check(name: str, document: rules.ScimSecret) -> str:
            return await _verify(parent, name, document, verify_at) if verify else NOT_VERIFIED

        checked = Output.all(name, read).apply(lambda both: check(*both))
        token = Output.all(read, checked).apply(lambda both: both[0].token)
        status = Output.unsecret(checked)
    else:
        text = name.apply(lambda name: _tags(name, opts))
        read = Output.all(name, text).apply(
            lambda both: _parse(both[1], f"tags of secret {both[0]!r}")
        )
        token, status = None, Output.from_input(NOT_VERIFIED)
    return ScimToken(
        endpoint=Output.unsecret(read.apply(lambda document: document.endpoint)),
        token=token,
        expires=Output.unsecret(read.apply(lambda document: document.expires.isoformat())),
        days_left=Output.unsecret(
            read.apply(lambda document: (document.expires - datetime.now(UTC)).days)
        ),
        status=status,
    )


async def _verify(parent: Resource, name: str, secret: rules.ScimSecret, address: str) -> str:
    status, answer = await ScimProbe(address)(secret.endpoint, secret.token)
    subject = rules.ScimResponse(status, answer, secret.expires)
    raise_findings(rules.token_accepted(subject), f"secret {name!r}")
    if status:
        return VALID
    pulumi.log.warn(
        f"secret {name!r}: it is unknown whether AWS accepts the token: {answer}. Okta gets it "
        "nevertheless.",
        parent,
    )
    return f"unknown: {answer}"


def _tags(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """The secret's document according to its tags, without the token."""

    def read(by_arn: bool) -> Output[str]:
        found = readable(
            aws.secretsmanager.get_secret_output(
                arn=name if by_arn else None, name=None if by_arn else name, opts=opts
            )
        )
        return found.tags.apply(lambda tags: json.dumps({**tags, "token": "not read"}))

    return _if_exists(name, read, opts)


def _secret_string(name: str, opts: InvokeOutputOptions) -> Output[str]:
    def read(_by_arn: bool) -> Output[str]:
        return readable(
            aws.secretsmanager.get_secret_version_output(secret_id=name, opts=opts)
        ).secret_string

    return _if_exists(name, read, opts)


def _if_exists(
    name: str, read: Callable[[bool], Output[str]], opts: InvokeOutputOptions
) -> Output[str]:
    """Lists the secrets first: reading a missing one fails with the provider's own error."""
    if name.startswith("arn:"):
        return read(True)

    def check(found: Sequence[str]) -> Output[str]:
        if name not in found:
            raise ValidationError(_missing(name, found))
        return read(False)

    named = aws.secretsmanager.GetSecretsFilterArgs(name="name", values=[name])
    listed = readable(aws.secretsmanager.get_secrets_output(filters=[named], opts=opts))
    return listed.names.apply(check)


def _missing(name: str, similar: Sequence[str]) -> str:
    """`similar`: the secrets whose names begin with this one's."""
    hint = f" Did you mean {', '.join(map(repr, similar))}?" if similar else ""
    return (
        f"scim_token.secret: AWS Secrets Manager has no secret {name!r} in this account and Region."
        f"{hint} Store the SCIM token (docs/guide/connect.md), or correct scim_token.secret."
    )


def _parse(text: str, path: str) -> rules.ScimSecret:
    raise_findings(rules.secret_document(text), path)
    secret = rules.read_secret(text)
    raise_findings(rules.token_dates((secret.created, secret.expires)), path)
    raise_findings(rules.token_not_expired((secret.expires, datetime.now(UTC))), path)
    return secret
