"""Console-only settings of IAM Identity Center: identity source and SCIM access tokens.

Keeps the tenant, the digests of the valid access tokens, and the external identity provider.
Sources: docs/research/scim.md#access-tokens,
docs/research/identity-center.md#settings-without-an-api.
"""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import Clock
from ..org_file import Aws
from .account import TOKEN_DAYS, scim_token
from .saml_metadata import Provider

MAX_TOKENS = 2
# Differs from the SCIM tenant, as in AWS (docs/research/identity-center.md#saml)
_ACS_TENANT = "0123456789-5a4b3c2d-sandbox"


class ForbiddenError(Exception):
    """The console refuses the action; the message says what to do first."""


@dataclass(frozen=True)
class Token:
    """An access token of the SCIM endpoint, without the token itself."""

    id: str
    digest: str
    created: datetime
    expires: datetime


class IdentityCenter:
    """An instance; initially it uses its own directory, without automatic provisioning."""

    def __init__(self, aws: Aws, clock: Clock | None = None) -> None:
        self.aws, self._clock = aws, clock or Clock()
        self.tenant = aws.tenant
        self.external = False
        self.provider: Provider | None = None
        """The uploaded metadata; None with `external` set if configured before the start."""
        self.enabled = False
        self.tokens: dict[str, Token] = {}

    @property
    def acs_url(self) -> str:
        domain = self.aws.partition.acs_domain
        return f"https://{self.aws.region}.{domain}/platform/saml/acs/{_ACS_TENANT}"

    @property
    def issuer_url(self) -> str:
        store = self.aws.identity_store_id
        domain = self.aws.partition.sign_in_domain
        return f"https://{self.aws.region}.signin.{domain}/platform/saml/{store}"

    @property
    def portal_url(self) -> str:
        aws = self.aws
        return aws.partition.portal.format(
            store=aws.identity_store_id, instance=aws.instance_id, region=aws.region
        )

    @property
    def endpoint(self) -> str:
        """The SCIM endpoint; the console shows it with a trailing slash
        (docs/research/scim.md#endpoint)."""
        domain = self.aws.partition.api_domain
        return f"https://scim.{self.aws.region}.{domain}/{self.tenant}/scim/v2/"

    def prepare(self, token: str, token_id: str, created: datetime) -> None:
        """Set up the external provider and automatic provisioning with this token."""
        self.external = self.enabled = True
        self._add(token, token_id, created)

    def configuration(self) -> tuple[object, ...]:
        """A value that changes with any setting."""
        return self.tenant, self.external, self.provider, self.enabled, frozenset(self.tokens)

    def set_provider(self, provider: Provider) -> None:
        """Set the external identity provider."""
        self.external, self.provider = True, provider

    def enable(self) -> str:
        """Enable automatic provisioning and return an access token, which is shown only once."""
        if not self.external:
            raise ForbiddenError("First change the identity source to an external provider.")
        if self.enabled:
            raise ForbiddenError("Automatic provisioning is already enabled.")
        self.enabled = True
        return self.generate()

    def generate(self) -> str:
        """Generate a further access token."""
        if not self.enabled:
            raise ForbiddenError("Enable automatic provisioning first.")
        if len(self.tokens) >= MAX_TOKENS:
            # As AWS's user guide says it (Rotate an access token).
            raise ForbiddenError(
                "An IAM Identity Center directory supports up to two access tokens at a time. "
                "Delete an expired or unused access token first."
            )
        token = scim_token(secrets.token_hex(8))
        self._add(token, str(uuid.uuid4()), self._clock.time())
        return token

    def delete_token(self, ident: str) -> None:
        if self.tokens.pop(ident, None) is None:
            raise ForbiddenError("The access token no longer exists.")

    def disable(self) -> None:
        """Disable automatic provisioning; enabling it again creates another endpoint."""
        if self.tokens:
            raise ForbiddenError("Delete the access tokens first.")
        self.enabled = False
        self.tenant = f"{secrets.token_hex(6)[:11]}-{str(uuid.uuid4())[9:]}"

    def refusal_reason(self, tenant: str, authorization: str) -> str:
        """The reason why the endpoint refuses this caller, or an empty string."""
        if tenant != self.tenant or not self.enabled:
            return "Unknown tenant"
        if (token := self._token(authorization)) is None:
            return "Unknown token"
        return "Expired token" if self.has_expired(token) else ""

    def has_expired(self, token: Token) -> bool:
        """Whether AWS refuses the token from now on, by the sandbox's clock."""
        return token.expires <= self._clock.time()

    def token_id(self, authorization: str) -> str:
        """The ID of the token that a caller presents; empty for an unknown one."""
        token = self._token(authorization)
        return token.id if token else ""

    def _token(self, authorization: str) -> Token | None:
        if not authorization.startswith("Bearer "):
            return None
        digest = _digest(authorization.removeprefix("Bearer "))
        matching = (t for t in self.tokens.values() if hmac.compare_digest(t.digest, digest))
        return next(matching, None)

    def _add(self, token: str, ident: str, created: datetime) -> None:
        expires = created + timedelta(days=TOKEN_DAYS)
        self.tokens[ident] = Token(ident, _digest(token), created, expires)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
