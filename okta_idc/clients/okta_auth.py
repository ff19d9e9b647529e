"""Authenticates to Okta with the settings and variables of the Okta provider.

An access token comes first, then an API token, then a private key, as in the provider
(docs/research/okta-provider.md#credential-precedence). No repr and no error holds a key, a token or
a signed assertion.
"""

import asyncio
import contextlib
import os
import re
import time
import uuid
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from okta_idc.clients.dpop import Dpop
from okta_idc.clients.okta_error import OktaError, error_code, error_text
from okta_idc.clients.tokens import token_fault
from okta_idc.clients.urls import url_fault
from okta_idc.text import conceal

READ_SCOPES = (
    "okta.apps.read", "okta.groups.read", "okta.schemas.read", "okta.profileMappings.read",
)  # fmt: skip
"""Scopes for reading a federation (docs/research/okta-api.md#permissions)."""

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 — a path
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
_CLIENT_ID, _SCOPE = re.compile(r"0oa\w{4,17}"), re.compile(r"okta\.[\w.]+")
_ASSERTION_SECONDS, _EARLY_SECONDS = 300, 60
_LARGEST_KEY = 65_536
"""Bytes of a key's file that are read; an RSA key of 4,096 bits has 3,272."""


class CredentialsError(OktaError):
    """The credentials are incomplete or cannot be used, so no request was sent."""


@dataclass(frozen=True, repr=False)
class Credentials:
    """Okta credentials, by precedence: access token, API token, private key.

    `private_key` is PEM text or the path of a PEM file, as in the provider.
    """

    client_id: str = ""
    private_key: str = ""
    private_key_id: str = ""
    scopes: tuple[str, ...] = READ_SCOPES
    access_token: str = ""
    api_token: str = ""

    @classmethod
    def read(
        cls, config: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ
    ) -> "Credentials":
        """From the stack's settings (`okta:clientId`, …) and the variables that they override."""
        given = config or {}

        def one(key: str, variable: str) -> str:
            return str(given.get(f"okta:{key}") or environment.get(variable) or "").strip()

        scopes: Any = given.get("okta:scopes") or environment.get("OKTA_API_SCOPES") or ""
        listed = scopes.split(",") if isinstance(scopes, str) else scopes
        found = cls(
            client_id=one("clientId", "OKTA_API_CLIENT_ID"),
            private_key=one("privateKey", "OKTA_API_PRIVATE_KEY"),
            private_key_id=one("privateKeyId", "OKTA_API_PRIVATE_KEY_ID"),
            scopes=tuple(str(s).strip() for s in cast(Sequence[Any], listed) if str(s).strip())
            or READ_SCOPES,
            access_token=one("accessToken", "OKTA_ACCESS_TOKEN"),
            api_token=one("apiToken", "OKTA_API_TOKEN"),
        )
        conceal(found.access_token, found.api_token, found.private_key_id)
        # A value of another form may be a credential in the wrong place.
        conceal(*(() if _CLIENT_ID.fullmatch(found.client_id) else (found.client_id,)))
        conceal(*(scope for scope in found.scopes if not _SCOPE.fullmatch(scope)))
        if "-----BEGIN" in found.private_key:
            conceal(found.private_key)
        return found

    @property
    def kind(self) -> str:
        """The credentials in use, as text without secrets."""
        if self.access_token or self.api_token:
            return "an access token" if self.access_token else "an API token"
        known = _CLIENT_ID.fullmatch(self.client_id)
        return f"{f'service app {self.client_id}' if known else 'a service app'} (private key)"

    def auth(self) -> httpx.Auth:
        """The httpx authentication for these credentials. Raises CredentialsError."""
        if self.access_token:
            return _header("OKTA_ACCESS_TOKEN", "okta:accessToken", "Bearer", self.access_token)
        if self.api_token:
            return _header("OKTA_API_TOKEN", "okta:apiToken", "SSWS", self.api_token)
        if self.private_key and self.client_id:
            key = _load_key(self.private_key)
            return PrivateKeyAuth(self.client_id, key, self.private_key_id, self.scopes)
        names = "OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY", "OKTA_API_PRIVATE_KEY_ID"
        values = self.client_id, self.private_key, self.private_key_id
        if given := list(compress(names, values)):
            needs = "a client ID" if self.private_key else "a private key"
            unset = " and ".join(name for name in names if name not in given)
            verb = "requires" if len(given) == 1 else "require"
            raise CredentialsError(f"Okta: {' and '.join(given)} {verb} {needs}. Set {unset}.")
        raise CredentialsError(
            "No Okta credentials. Set OKTA_ACCESS_TOKEN, or OKTA_API_TOKEN, or OKTA_API_CLIENT_ID, "
            "OKTA_API_PRIVATE_KEY and OKTA_API_PRIVATE_KEY_ID of a service app."
        )


def org_url(
    config: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    otherwise: str = "",
    source: str = "the org's URL",
) -> str:
    """The org's URL, from the provider's settings and the variables that they override, or
    `otherwise`, which errors name `source`. Raises CredentialsError for no URL, and for one that
    would send a token unencrypted."""
    name = config.get("okta:orgName") or environment.get("OKTA_ORG_NAME")
    base = config.get("okta:baseUrl") or environment.get("OKTA_BASE_URL") or "okta.com"
    for given, key, example in ((name, "orgName", "acme"), (base, "baseUrl", "okta.com")):
        if given and not _HOST.fullmatch(str(given)):  # without the value: it may be a token
            variable = "OKTA_ORG_NAME" if key == "orgName" else "OKTA_BASE_URL"
            raise CredentialsError(f"okta:{key} or {variable}: must be a name such as {example}.")
    proxy = environment.get("OKTA_HTTP_PROXY") or config.get("okta:httpProxy")
    if proxy:
        source = "OKTA_HTTP_PROXY" if environment.get("OKTA_HTTP_PROXY") else "okta:httpProxy"
    url = str(proxy or otherwise or (f"https://{name}.{base}" if name else ""))
    if not url:
        raise CredentialsError("the URL of the org is unknown.")
    if fault := _org_url_fault(url):
        raise CredentialsError(f"{source}: the value {fault}.")
    return url.rstrip("/")


def _org_url_fault(url: str) -> str:
    """Why no token is sent to the URL, without the URL; empty if it can be sent."""
    if fault := url_fault(url):
        return fault
    try:
        parts = urlsplit(str(httpx.URL(url)))
    except (ValueError, httpx.InvalidURL):
        return "is not a URL"
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not local and parts.scheme != "https":
        return "is not https://…, and tokens are never sent unencrypted"
    if not parts.hostname:
        return "has no host"
    if parts.username or parts.password:
        return "contains a user name or a password, which Okta does not use"
    return "has a path or a query" if parts.path.strip("/") or parts.query else ""


def _header(variable: str, key: str, scheme: str, token: str) -> "HeaderAuth":
    if fault := token_fault(token):
        text = f"{variable} or {key}: the token contains {fault}. Set the token alone, as Okta "
        raise CredentialsError(f"{text}showed it, without `{scheme}`.")
    return HeaderAuth(f"{scheme} {token}")


class HeaderAuth(httpx.Auth):
    """A constant header."""

    def __init__(self, value: str) -> None:
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = self._value
        yield request


class PrivateKeyAuth(httpx.Auth):
    """Client credentials with a signed assertion (RFC 7523), and DPoP if the app requires it.

    The first token request has no proof; if Okta returns `invalid_dpop_proof`, every later request
    has one (docs/research/okta-provider.md#dpop).
    """

    def __init__(
        self, client_id: str, key: RSAKey | ECKey, key_id: str, scopes: tuple[str, ...]
    ) -> None:
        self._client_id, self._key, self._key_id, self._scopes = client_id, key, key_id, scopes
        self._lock = asyncio.Lock()
        self._dpop: Dpop | None = None
        self._token, self._expires_at = "", 0.0

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        for last in (False, True):
            token = self._token
            async with self._lock:  # one of several concurrent requests gets the token
                if not self._token or time.monotonic() >= self._expires_at:
                    endpoint = request.url.copy_with(raw_path=TOKEN_PATH.encode())
                    response = yield self._token_request(endpoint)
                    await response.aread()
                    for _ in range(3):  # with a proof, a nonce, and a nonce that changed meanwhile
                        if not self._wants_proof(response):
                            break
                        response = yield self._token_request(endpoint)
                        await response.aread()
                    self._store_token(response)
                token = self._token
            self._sign(request, token)
            response = yield request
            await response.aread()
            if self._dpop and self._dpop.take_nonce(response):
                self._sign(request, token)
                response = yield request
            if response.status_code != 401 or last:
                return
            if self._token == token:  # expired early, or revoked: retry with a new token
                self._token = ""

    def _wants_proof(self, response: httpx.Response) -> bool:
        """Whether to request the token again, with a proof or another nonce."""
        if self._dpop is None and error_code(response, "error") == "invalid_dpop_proof":
            self._dpop = Dpop()
            return True
        return self._dpop is not None and self._dpop.take_nonce(response)

    def _token_request(self, endpoint: httpx.URL) -> httpx.Request:
        now = int(time.time())
        header = {"alg": _algorithm(self._key)} | ({"kid": self._key_id} if self._key_id else {})
        claims = {
            "iss": self._client_id, "sub": self._client_id, "aud": str(endpoint),
            "iat": now, "exp": now + _ASSERTION_SECONDS, "jti": str(uuid.uuid4()),
        }  # fmt: skip
        try:
            assertion = jwt.encode(header, claims, self._key)
        except (JoseError, ValueError) as error:
            text = f"Okta: the private key cannot sign ({type(error).__name__})."
            raise OktaError(text) from None
        form = {
            "grant_type": "client_credentials", "scope": " ".join(self._scopes),
            "client_assertion_type": _ASSERTION, "client_assertion": assertion,
        }  # fmt: skip
        headers = {"Accept": "application/json"}
        if self._dpop:
            headers["DPoP"] = self._dpop.proof("POST", endpoint)
        return httpx.Request("POST", endpoint, data=form, headers=headers)

    def _store_token(self, response: httpx.Response) -> None:
        if not response.is_success:
            text = f"POST {TOKEN_PATH}: {error_text(response)}."
            if error_code(response, "error") == "invalid_scope":
                text += f" Grant the app {', '.join(self._scopes)}, or set OKTA_API_SCOPES."
            raise OktaError(text, response.status_code)
        try:
            body = response.json()
            token, lifetime = body["access_token"], float(body.get("expires_in", 3600))
            if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise ValueError
            conceal(token)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise OktaError(f"POST {TOKEN_PATH}: the response has no access token.") from None
        if self._dpop and str(body.get("token_type", "")).lower() != "dpop":
            self._dpop = None
        self._token, self._expires_at = token, time.monotonic() + max(lifetime - _EARLY_SECONDS, 1)

    def _sign(self, request: httpx.Request, token: str) -> None:
        if self._dpop:
            request.headers["Authorization"] = f"DPoP {token}"
            request.headers["DPoP"] = self._dpop.proof(request.method, request.url, token)
        else:
            request.headers["Authorization"] = f"Bearer {token}"


def _algorithm(key: RSAKey | ECKey) -> str:
    return "RS256" if isinstance(key, RSAKey) else _ALGORITHMS[key.curve_name]


def _load_key(given: str) -> RSAKey | ECKey:
    text = given.replace("\\n", "\n")
    if "-----BEGIN" not in text:
        try:
            with Path(given).expanduser().open("rb") as file:  # a device may have no end
                text = file.read(_LARGEST_KEY).decode("ascii")
        except (OSError, ValueError, RuntimeError):  # the text may be a mangled key
            raise CredentialsError(
                "Okta: the private key is neither PEM text nor a readable file. Set "
                "OKTA_API_PRIVATE_KEY to one of them."
            ) from None
    for kind in (RSAKey, ECKey):
        with contextlib.suppress(JoseError, ValueError, TypeError):
            key = kind.import_key(text)
            if key.is_private and (isinstance(key, RSAKey) or key.curve_name in _ALGORITHMS):
                return key
    raise CredentialsError(
        "Okta: the private key cannot be used. Set OKTA_API_PRIVATE_KEY to an RSA or EC private "
        "key in PEM, without a passphrase."
    )
