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


class Dpop:
    """A key for the lifetime of this process, and the latest nonce of each server."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256")
        self._public = self._key.as_dict(private=False)
        self._nonces: dict[str, str] = {}

    def take_nonce(self, response: httpx.Response) -> bool:
        """Store the nonce with which the server requires the request to be repeated, if it does.
        The token endpoint and the API have one each (RFC 9449 §8, §9)."""
        nonce, challenge = map(response.headers.get, ("DPoP-Nonce", "WWW-Authenticate"))
        reasons = (challenge or "", error_code(response, "error"))
        wanted = any("use_dpop_nonce" in reason for reason in reasons)
        if not nonce or not wanted or response.status_code not in (400, 401):
            return False
        self._nonces[_server(response.request.url)] = nonce
        return True

    def proof(self, method: str, url: httpx.URL, token: str = "") -> str:
        """A proof for one request, bound to `token` if given."""
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
