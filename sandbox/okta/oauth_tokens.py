"""The OAuth token endpoint for service apps that authenticate with a private key.

Every well-formed request gets the sandbox's API token. The endpoint neither verifies the signature
nor enforces the scopes; both are assumed not to matter to a sandbox whose token is public.
"""

from aiohttp import web

from .http import Resource, Route, reply

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME = 3600  # seconds (docs/research/okta-api.md#credentials)


class OAuthTokens(Resource):
    def routes(self) -> list[Route]:
        return [("POST", "/oauth2/v1/token", self.token)]

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "Use grant_type client_credentials.")
        if form.get("client_assertion_type") != _ASSERTION or not form.get("client_assertion"):
            return _oauth_error(
                "invalid_client", "A client_assertion of type jwt-bearer is required.", 401
            )
        scope = form.get("scope")
        if not isinstance(scope, str) or not scope:
            return _oauth_error("invalid_scope", "scope is required, for example okta.apps.manage.")
        return reply({"token_type": "Bearer", "expires_in": _LIFETIME,
                      "access_token": self.context.token, "scope": scope})  # fmt: skip


def _oauth_error(error: str, description: str, status: int = 400) -> web.Response:
    """An OAuth error (RFC 6749, section 5.2), which differs from Okta's errors."""
    return reply({"error": error, "error_description": description}, status=status)
