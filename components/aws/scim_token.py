"""Reads the SCIM endpoint and token from AWS Secrets Manager.

Declares no resources. Normalizes the endpoint, and returns the token as a secret output only. No
error contains a value of the secret.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, ProviderResource, Resource

from okta_idc.clients.scim import ScimProbe
from okta_idc.rules import endpoints
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.registry import expiry
from okta_idc.rules.token_holder import token_holder
from okta_idc.settings.models import ScimToken as ScimTokenSettings

from .._errors import raise_findings
from .._lookup_errors import readable

T = TypeVar("T")
VALID, NOT_VERIFIED, MISSING = "valid", "not verified", "missing"
SENT = "every `pulumi up` gives Okta the token in the secret"
"""Output `token_in_okta` in mode `api`."""


@dataclass(frozen=True)
class ScimToken:
    """SCIM endpoint and access token of IAM Identity Center's automatic provisioning.

    The outputs fail with ValidationError for a secret that is malformed (OIC-102, OIC-106), for an
    expired token (OIC-103), and for one that AWS refuses (OIC-117). If the secret does not exist
    yet, they are empty.
    """

    missing: Output[str]
    """Why there is no token; "" if there is one."""
    endpoint: Output[str]
    """The Base URL for Okta, without a trailing slash."""
    token: Output[str] | None
    """The access token, a secret; None if it was not read."""
    expires: Output[str]
    """When AWS stops accepting the token, ISO 8601."""
    days_left: Output[int]
    """Whole days until the token expires."""
    status: Output[str]
    """`valid`, `not verified`, `missing`, or `unknown: REASON` if AWS did not answer."""
    in_okta: Output[str]
    """Which token Okta uses, as far as it is known; "" if there is no token."""


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
    name = Output.from_input(settings.secret)
    missing = name.apply(lambda name: _missing(name, opts))
    found = Output.all(name, missing)
    if read_token:
        text = Output.secret(found.apply(lambda both: "" if both[1] else _version(both[0], opts)))
        read = Output.all(name, text).apply(
            lambda both: _parse(both[1], f"secret {both[0]!r}", parent)
        )
        checked = Output.all(name, read).apply(lambda both: _verify(parent, settings, *both))
        token = Output.all(read, checked).apply(lambda both: both[0].token if both[0] else "")
        status = Output.unsecret(checked)
        in_okta = status.apply(lambda status: "" if status == MISSING else SENT)
    else:
        text = found.apply(lambda both: "" if both[1] else _tags(both[0], opts))
        both = Output.all(name, text)
        read = both.apply(lambda both: _parse(both[1], f"tags of secret {both[0]!r}", parent))
        token, status = None, read.apply(lambda secret: NOT_VERIFIED if secret else MISSING)
        in_okta = text.apply(lambda text: _holder(text, parent))

    def of_secret(part: Callable[[rules.ScimSecret], T], empty: T) -> Output[T]:
        return Output.unsecret(read.apply(lambda secret: part(secret) if secret else empty))

    return ScimToken(
        missing=missing,
        endpoint=of_secret(lambda secret: secret.endpoint, ""),
        token=token,
        expires=of_secret(lambda secret: secret.expires.isoformat(), ""),
        days_left=of_secret(lambda secret: (secret.expires - datetime.now(UTC)).days, 0),
        status=status,
        in_okta=in_okta,
    )


def _holder(text: str, parent: Resource) -> str:
    """Which token Okta uses according to the tags. Warns of a token that is not the secret's."""
    if not text:
        return ""
    holder = token_holder(json.loads(text))
    if holder.known is False:
        pulumi.log.warn(f"{holder.text}.", parent)
    return holder.text


def _log_expiry(expires: datetime, path: str, parent: Resource | None) -> None:
    """The days left, in the log of every run: `--suppress-outputs` hides the outputs."""
    now = datetime.now(UTC)
    log = pulumi.log.warn if rules.expires_soon(expires, now) else pulumi.log.info
    log(f"{path}: the SCIM token {expiry(expires, now)}.", parent)


async def _verify(
    parent: Resource, settings: ScimTokenSettings, name: str, secret: rules.ScimSecret | None
) -> str:
    if secret is None:
        return MISSING
    if not settings.verify:
        return NOT_VERIFIED
    if not settings.verify_at and endpoints.endpoint_known(secret.endpoint):
        return "unknown: the Region of the endpoint is unknown (OIC-133)"
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


def _version(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """The secret's document."""
    version = aws.secretsmanager.get_secret_version_output
    return readable(version(secret_id=name, opts=opts)).secret_string


def _tags(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """The secret's document according to its tags, without the token."""
    read, by_arn = aws.secretsmanager.get_secret_output, name.startswith("arn:")
    found = readable(read(arn=name, opts=opts) if by_arn else read(name=name, opts=opts))
    return found.tags.apply(lambda tags: json.dumps({**tags, "token": "unread"}))


def _missing(name: str, opts: InvokeOutputOptions) -> Output[str]:
    """Lists the secrets first: reading a missing one fails with the provider's own error. A secret
    that is named by its ARN exists, because AWS completes the ARN."""
    if name.startswith("arn:"):
        return Output.from_input("")

    def check(similar: Sequence[str]) -> str:
        """`similar`: the secrets whose names begin with this one's."""
        if name in similar:
            return ""
        hint = f" Did you mean {', '.join(map(repr, similar))}?" if similar else ""
        return f"AWS Secrets Manager has no secret {name!r} in this account and Region.{hint}"

    named: Any = {"name": "name", "values": [name]}
    listed = readable(aws.secretsmanager.get_secrets_output(filters=[named], opts=opts))
    return listed.names.apply(check)


def _parse(text: str, path: str, parent: Resource | None = None) -> rules.ScimSecret | None:
    """The secret; None for "", the text of a missing one."""
    if not text:
        return None
    raise_findings(rules.secret_document(text), path)
    secret = rules.read_secret(text)
    for finding in endpoints.endpoint_known(secret.endpoint):
        pulumi.log.warn(finding.text(f"{path}.endpoint"))
    now = datetime.now(UTC)
    raise_findings(
        [
            *rules.token_dates(rules.TokenDates(secret.created, secret.expires, now)),
            *rules.token_not_expired((secret.expires, now)),
        ],
        path,
    )
    _log_expiry(secret.expires, path, parent)
    return secret
