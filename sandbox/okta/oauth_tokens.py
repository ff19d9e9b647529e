"""The OAuth token endpoint for service apps that authenticate with a private key.

Without a DPoP proof, every well-formed request gets the sandbox's API token; with one, a token that
is bound to the key of the proof. The endpoint neither verifies the signature of the assertion nor
enforces the scopes; both are assumed not to matter to a sandbox whose token is public.
"""

import json

from aiohttp import web
from joserfc import jws
from joserfc.errors import JoseError

from ..settings import Settings
from .dpop import LIFETIME, Dpop, DpopError
from .http import OrgContext, Resource, Route, reply

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class OAuthTokens(Resource):
    def __init__(self, context: OrgContext, settings: Settings, dpop: Dpop) -> None:
        super().__init__(context)
        self.settings, self.dpop = settings, dpop

    def routes(self) -> list[Route]:
        return [("POST", "/oauth2/v1/token", self.token)]

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "Use grant_type client_credentials.")
        assertion = form.get("client_assertion")
        if form.get("client_assertion_type") != _ASSERTION or not isinstance(assertion, str):
            return _oauth_error(
                "invalid_client", "A client_assertion of type jwt-bearer is required.", 401
            )
        scope = form.get("scope")
        if not isinstance(scope, str) or not scope:
            return _oauth_error("invalid_scope", "scope is required, for example okta.apps.manage.")
        # Assumed: Okta binds the token to a proof even if the app does not require one.
        if "DPoP" not in request.headers and self.settings["dpop"] == "accepted":
            return _issued("Bearer", self.context.token, scope)
        try:
            thumbprint = self.dpop.key_of_token_request(request)
        except DpopError as error:
            answer = _oauth_error(error.error, error.description)
            if error.nonce:
                answer.headers["dpop-nonce"] = error.nonce
            return answer
        bound = self.dpop.issue(_client(assertion), scope, thumbprint)
        return _issued("DPoP", bound, scope)


def _issued(kind: str, token: str, scope: str) -> web.Response:
    return reply({"token_type": kind, "expires_in": LIFETIME, "access_token": token,
                  "scope": scope})  # fmt: skip


def _client(assertion: str) -> str:
    """The client ID in an assertion, or an empty string."""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, RecursionError):
        return ""
    return str(claims.get("sub", "")) if isinstance(claims, dict) else ""


def _oauth_error(error: str, description: str, status: int = 400) -> web.Response:
    """An OAuth error (RFC 6749, section 5.2), which differs from Okta's errors."""
    return reply({"error": error, "error_description": description}, status=status)
