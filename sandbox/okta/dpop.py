"""DPoP: access tokens bound to a key, and proofs that the sender of a request has the key.

Follows Okta's guide "Configure OAuth 2.0 Demonstrating Proof-of-Possession" and RFC 9449
(docs/research/okta-api.md#dpop). The token endpoint requires a nonce in each proof, the API does
not; both accept a proof once only.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import OrderedDict
from functools import cached_property
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from ..clock import Clock
from .errors import OktaError

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
LIFETIME = 3600
"""Seconds until an access token expires (docs/research/okta-api.md#credentials)."""
_NONCE_RENEWAL = 24 * 3600.0
_NONCE_LIFETIME = 3 * 24 * 3600.0
# Assumed: Okta does not publish how old a proof may be.
_PROOF_AGE = 300.0
_USED = "The DPoP proof JWT has already been used."


class _Registry(jws.JWSRegistry):
    """The library's default refuses the header of a proof, which contains an RSA key."""

    max_header_length = 8192


class DpopError(Exception):
    """A refused proof: OAuth error, description, and the nonce that the next proof needs."""

    def __init__(self, error: str, description: str, nonce: str = "") -> None:
        super().__init__(description)
        self.error, self.description, self.nonce = error, description, nonce


class Dpop:
    """Verifies proofs, and issues and verifies the tokens that are bound to their keys."""

    def __init__(self, base: str, clock: Clock) -> None:
        self.base, self.clock = base, clock
        self._nonces: list[tuple[float, str]] = []
        self._used = OrderedDict[str, float]()
        """Until when each proof is remembered; the oldest proof first."""

    @property
    def nonce(self) -> str:
        """The nonce of the token endpoint; a new one every 24 hours, valid for three days."""
        now = self.clock.now()
        self._nonces = [(made, text) for made, text in self._nonces if now < made + _NONCE_LIFETIME]
        if not self._nonces or now >= self._nonces[-1][0] + _NONCE_RENEWAL:
            self._nonces.append((now, secrets.token_urlsafe(24)))
        return self._nonces[-1][1]

    def key_of_token_request(self, request: web.Request) -> str:
        """The thumbprint of the key whose proof accompanies a token request."""
        claims, thumbprint = self._proof(request)
        current = self.nonce
        if claims.get("nonce") not in [text for _, text in self._nonces]:
            text = "Authorization server requires nonce in DPoP proof."
            raise DpopError("use_dpop_nonce", text, current)
        self._use(claims, thumbprint)
        return thumbprint

    def issue(self, client: str, scope: str, thumbprint: str) -> str:
        """An access token that is bound to the key with this thumbprint."""
        issued = int(time.time())
        claims: dict[str, Any] = {
            "ver": 1, "jti": f"AT.{secrets.token_urlsafe(32)}", "iss": self.base, "aud": self.base,
            "sub": client, "cid": client, "iat": issued, "exp": issued + LIFETIME,
            "scp": scope.split(), "cnf": {"jkt": thumbprint},
        }  # fmt: skip
        return jwt.encode({"alg": "ES256", "kid": "sandbox"}, claims, self._key)

    def check_call(self, request: web.Request, token: str) -> None:
        """Refuse a call whose token is invalid or expired, or whose proof does not fit it."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            raise OktaError(401, "E0000011", "Invalid token provided") from None
        if time.time() >= claims["exp"]:
            raise OktaError(401, "E0000011", "Invalid token provided")
        proof, thumbprint = self._proof(request)
        digest = hashlib.sha256(token.encode()).digest()
        if not _equal(proof.get("ath"), base64.urlsafe_b64encode(digest).rstrip(b"=").decode()):
            raise _invalid_claim("ath")
        if not _equal(thumbprint, claims["cnf"]["jkt"]):
            text = "The access token is bound to another key than that of the DPoP proof JWT."
            raise DpopError("invalid_dpop_proof", text)
        self._use(proof, thumbprint)

    @cached_property
    def _key(self) -> jwk.ECKey:
        return jwk.ECKey.generate_key("P-256")

    def _proof(self, request: web.Request) -> tuple[dict[str, Any], str]:
        """The claims of a request's proof, and the thumbprint of its key."""
        proofs = request.headers.getall("DPoP", [])
        if len(proofs) != 1:
            text = "is missing" if not proofs else "occurs more than once"
            raise DpopError("invalid_dpop_proof", f"The DPoP proof JWT header {text}.")
        claims, thumbprint = _verified(proofs[0])
        if claims.get("htm") != request.method:
            raise _invalid_claim("htm")
        if claims.get("htu") not in self._addresses(request):
            raise _invalid_claim("htu")
        issued, now = claims.get("iat"), time.time()
        # NaN is in no range, and an integer can be too large for a difference.
        if not (isinstance(issued, int | float) and now - _PROOF_AGE <= issued <= now + _PROOF_AGE):
            raise _invalid_claim("iat")
        return claims, thumbprint

    def _addresses(self, request: web.Request) -> tuple[str, ...]:
        """The values of `htu` that fit: decoded, as Okta compares them, and without query.

        A client that uses the sandbox as its proxy may name another port than the sandbox's.
        """
        path = unquote(request.rel_url.raw_path)
        return tuple(str(origin).rstrip("/") + path for origin in (self.base, request.url.origin()))

    def _use(self, claims: dict[str, Any], thumbprint: str) -> None:
        ident, now = claims.get("jti"), time.time()
        if not isinstance(ident, str) or not ident:
            raise _invalid_claim("jti")
        for expired in list(takewhile(lambda key: self._used[key] <= now, self._used)):
            del self._used[expired]
        key = f"{thumbprint} {ident}"
        if key in self._used:
            raise DpopError("invalid_dpop_proof", _USED)
        self._used[key] = now + 2 * _PROOF_AGE


def _verified(proof: str) -> tuple[dict[str, Any], str]:
    """The claims of a proof that its own key signed, and the key's thumbprint."""
    registry = _Registry(algorithms=list(ALGORITHMS))
    try:
        header = jws.extract_compact(proof.encode(), registry=registry).headers()
        kind, algorithm, public = (header.get(name) for name in ("typ", "alg", "jwk"))
        if kind != "dpop+jwt" or algorithm not in ALGORITHMS or not isinstance(public, dict):
            raise ValueError
        key = jwk.import_key(public)
        if key.is_private or not isinstance(key, jwk.RSAKey | jwk.ECKey):
            raise ValueError
        claims = json.loads(jws.deserialize_compact(proof, key, registry=registry).payload)
        if not isinstance(claims, dict):
            raise ValueError
        return claims, key.thumbprint()
    # A key can be malformed in ways that the library reports with several kinds of errors.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        text = "The DPoP proof JWT is invalid."
        raise DpopError("invalid_dpop_proof", text) from None


def _equal(one: Any, other: str) -> bool:
    return isinstance(one, str) and hmac.compare_digest(
        one.encode(errors="surrogatepass"), other.encode()
    )


def _invalid_claim(name: str) -> DpopError:
    text = f"'{name}' claim in the DPoP proof JWT is invalid."
    return DpopError("invalid_dpop_proof", text)
