"""The SCIM token: the secret in AWS Secrets Manager that a person put there.

Owns nothing in AWS; it reads. The endpoint comes out normalised, the token only as a secret
Output. No error names a value of the secret.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, ResourceOptions

from okta_idc.rules import scim_secret as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable

Probe = Callable[[str, str], Awaitable[tuple[int, str]]]
"""Asks an endpoint with a token; gives the HTTP status (0: no answer), and what was asked."""
TAKEN, NOT_ASKED = "taken", "not asked"


class ScimTokenArgs(TypedDict):
    """Inputs of ScimToken."""

    secret: str
    """Name or ARN of the secret. Its SecretString is
    `{"endpoint", "token", "token_id", "created", "expires"}`; all but the token stand in its tags
    too."""
    read_token: NotRequired[bool]
    """Default: true. False: only the tags are read (DescribeSecret), and no token is ever seen."""
    probe: NotRequired[Probe | None]
    """Proves the token before anybody gets it. Default: it is not proven."""


class ScimToken(pulumi.ComponentResource):
    """Endpoint and token of IAM Identity Center's automatic provisioning.

    Its outputs fail with ValidationError for a secret that is missing or malformed (OIC-102, 106),
    for a token that has expired (OIC-103), and for one that the endpoint refuses (OIC-117).
    """

    endpoint: Output[str]
    """The Base URL for Okta, without a trailing slash."""
    token: Output[str] | None
    """The bearer token, secret. None: it was not read."""
    expires: Output[str]
    """When AWS stops accepting the token, ISO-8601."""
    days_left: Output[int]
    """Whole days until then."""
    proven: Output[str]
    """`taken` by the endpoint; `unknown: …` where it did not answer; `not asked`."""

    def __init__(self, name: str, args: ScimTokenArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:ScimToken", name, {}, opts)
        place = f"secret {args['secret']!r}"
        if args.get("read_token", True):
            text = Output.secret(self._secret_string(args["secret"], place))
            read = text.apply(lambda text: _read(text, place))
            asked = read.apply(lambda secret: self._prove(secret, place, args.get("probe")))
            self.token = Output.all(read, asked).apply(lambda both: both[0].token)
            self.proven = Output.unsecret(asked)
        else:
            text = self._tags(args["secret"], place)
            read = text.apply(lambda text: _read(text, f"tags of {place}"))
            self.token = None
            self.proven = Output.from_input(NOT_ASKED)
        self.endpoint = Output.unsecret(read.apply(lambda secret: secret.endpoint))
        self.expires = Output.unsecret(read.apply(lambda secret: secret.expires.isoformat()))
        self.days_left = Output.unsecret(
            read.apply(lambda secret: (secret.expires - datetime.now(UTC)).days)
        )
        self.register_outputs({"endpoint": self.endpoint, "expires": self.expires})

    async def _prove(self, secret: rules.ScimSecret, place: str, probe: Probe | None) -> str:
        if probe is None:
            return NOT_ASKED
        status, asked = await probe(secret.endpoint, secret.token)
        raise_findings(rules.token_taken(rules.ScimAnswer(status, asked, secret.expires)), place)
        if status:
            return TAKEN
        pulumi.log.warn(
            f"{place}: whether AWS takes the token is unknown: {asked}. Okta gets it all the same.",
            self,
        )
        return f"unknown: {asked}"

    def _tags(self, secret: str, place: str) -> Output[str]:
        """The secret's document as its tags tell it, without the token."""
        opts = InvokeOutputOptions(parent=self)

        def read_it(found: Sequence[str] | None) -> Output[str]:
            if found is not None and secret not in found:
                raise ValidationError(_missing(place, found))
            arn, name = (secret, None) if found is None else (None, secret)
            described = readable(
                aws.secretsmanager.get_secret_output(arn=arn, name=name, opts=opts)
            )
            return described.tags.apply(lambda tags: json.dumps({**tags, "token": "not read"}))

        return self._if_there(secret, read_it, opts)

    def _secret_string(self, secret: str, place: str) -> Output[str]:
        """Lists first: a direct look-up of a missing secret fails with the provider's error."""
        opts = InvokeOutputOptions(parent=self)

        def read_it(found: Sequence[str] | None) -> Output[str]:
            if found is not None and secret not in found:
                raise ValidationError(_missing(place, found))
            return readable(
                aws.secretsmanager.get_secret_version_output(secret_id=secret, opts=opts)
            ).secret_string

        return self._if_there(secret, read_it, opts)

    def _if_there(
        self,
        secret: str,
        read_it: Callable[[Sequence[str] | None], Output[str]],
        opts: InvokeOutputOptions,
    ) -> Output[str]:
        """`read_it` is given the secrets whose names begin like this one's; None for an ARN."""
        if secret.startswith("arn:"):
            return read_it(None)
        name = aws.secretsmanager.GetSecretsFilterArgs(name="name", values=[secret])
        listed = readable(aws.secretsmanager.get_secrets_output(filters=[name], opts=opts))
        return listed.names.apply(read_it)


def _missing(place: str, longer: Sequence[str]) -> str:
    """`longer`: the secrets whose names begin like this one's."""
    meant = f" Did you mean {', '.join(repr(name) for name in longer)}?" if longer else ""
    return (
        f"{place}: is not in AWS Secrets Manager in this account and region.{meant} Fix: put the "
        "SCIM token there (README, «Put the token into Secrets Manager»), or correct scim.secret."
    )


def _read(text: str, place: str) -> rules.ScimSecret:
    raise_findings(rules.secret_document(text), place)
    secret = rules.read_secret(text)
    raise_findings(rules.token_dates((secret.created, secret.expires)), place)
    raise_findings(rules.token_not_expired((secret.expires, datetime.now(UTC))), place)
    return secret
