"""DPoP (RFC 9449): proves in each request that the sender of the token has its key."""

import base64
import hashlib
import time
import uuid
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from okta_idc.clients.okta_error import error_code


def wants_nonce(answer: httpx.Response) -> bool:
    """Whether the server wants the request again with its nonce (RFC 9449 §8, §9)."""
    if answer.status_code not in (400, 401) or not answer.headers.get("DPoP-Nonce"):
        return False
    challenge = answer.headers.get("WWW-Authenticate", "")
    return "use_dpop_nonce" in challenge or error_code(answer, "error") == "use_dpop_nonce"


class Dpop:
    """A key for the lifetime of this process, and the latest nonce of each server."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256")
        self._public = self._key.as_dict(private=False)
        self._nonces: dict[str, str] = {}

    def take_nonce(self, answer: httpx.Response) -> None:
        """Keep the nonce. Token endpoint and API have one each (RFC 9449 §8.2, §9)."""
        self._nonces[_server(answer.request.url)] = answer.headers["DPoP-Nonce"]

    def proof(self, method: str, url: httpx.URL, token: str = "") -> str:
        """A proof for one request, bound to `token` if it is given."""
        claims: dict[str, Any] = {
            "jti": str(uuid.uuid4()), "htm": method, "iat": int(time.time()),
            "htu": str(url.copy_with(query=None, fragment=None)),
        }  # fmt: skip
        if token:
            digest = hashlib.sha256(token.encode("ascii")).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
        if nonce := self._nonces.get(_server(url)):
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public}
        return jwt.encode(header, claims, self._key)


def _server(url: httpx.URL) -> str:
    return "tokens" if url.path.startswith("/oauth2/") else "api"
