"""The SCIM token: the secret in AWS Secrets Manager that a person put there.

Owns nothing in AWS; it reads. The endpoint comes out normalised, the token only as a secret
Output. No error names a value of the secret.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output, ResourceOptions

from components.refusal import Refused, refuse
from okta_idc.rules import secret as rules


class ScimTokenArgs(TypedDict):
    """Inputs of ScimToken."""

    secret: str
    """Name or ARN of the secret. Its SecretString is
    `{"endpoint", "token", "token_id", "created", "expires"}`."""


class ScimToken(pulumi.ComponentResource):
    """Endpoint and token of IAM Identity Center's automatic provisioning.

    Its outputs fail with Refused for a secret that is missing or malformed (OIC-102, 106), or a
    token that has expired (OIC-103).
    """

    endpoint: Output[str]
    """The Base URL for Okta, without a trailing slash."""
    token: Output[str]
    """The bearer token, secret."""
    expires: Output[str]
    """When AWS stops accepting the token, ISO-8601."""

    def __init__(self, name: str, args: ScimTokenArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:ScimToken", name, {}, opts)
        place = f"secret {args['secret']!r}"
        text = Output.secret(self._secret_string(args["secret"], place))
        read = text.apply(lambda text: _read(text, place))
        self.endpoint = Output.unsecret(read.apply(lambda secret: secret.endpoint))
        self.expires = Output.unsecret(read.apply(lambda secret: secret.expires.isoformat()))
        self.token = read.apply(lambda secret: secret.token)
        self.register_outputs({"endpoint": self.endpoint, "expires": self.expires})

    def _secret_string(self, secret: str, place: str) -> Output[str]:
        """Listed first: a look-up of what is missing could not be refused in words of ours."""
        opts = InvokeOutputOptions(parent=self)

        def read_it(names: Sequence[str]) -> Output[str]:
            if names and secret not in names:
                raise Refused(_missing(place, names))
            return aws.secretsmanager.get_secret_version_output(
                secret_id=secret, opts=opts
            ).secret_string

        if secret.startswith("arn:"):
            return read_it([])
        name = aws.secretsmanager.GetSecretsFilterArgs(name="name", values=[secret])
        listed = aws.secretsmanager.get_secrets_output(filters=[name], opts=opts)
        return listed.names.apply(lambda names: read_it(names or ["nothing of that name"]))


def _missing(place: str, names: Sequence[str]) -> str:
    return (
        f"{place}: is not in AWS Secrets Manager in this account and region (found: "
        f"{', '.join(names)}). Fix: put the SCIM token there (README, «Put the token into "
        "Secrets Manager»), or correct scim.secret."
    )


def _read(text: str, place: str) -> rules.ScimSecret:
    refuse(rules.secret_document(text), place)
    secret = rules.read_secret(text)
    refuse(rules.token_dates((secret.created, secret.expires)), place)
    refuse(rules.token_not_expired((secret.expires, datetime.now(UTC))), place)
    return secret
