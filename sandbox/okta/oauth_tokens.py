"""The token endpoint for service apps that sign with a private key.

The org has no service apps: whoever asks in the right form gets the sandbox's one token. What is
signed is not verified, and scopes are named but not enforced; both are assumed not to matter to a
sandbox whose token everybody knows.
"""

from aiohttp import web

from .http import OrgContext, Route, reply

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME = 3600  # seconds (docs/research/okta-api.md#credentials)


class OAuthTokens:
    def __init__(self, context: OrgContext) -> None:
        self.context = context

    def routes(self) -> list[Route]:
        return [("POST", "/oauth2/v1/token", self.token)]

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _oauth_error("unsupported_grant_type", "Only client_credentials is offered.")
        if form.get("client_assertion_type") != _ASSERTION or not form.get("client_assertion"):
            return _oauth_error(
                "invalid_client", "A client_assertion of type jwt-bearer is needed.", 401
            )
        scope = form.get("scope")
        if not isinstance(scope, str) or not scope:
            return _oauth_error("invalid_scope", "Name the scopes, such as okta.apps.manage.")
        return reply({"token_type": "Bearer", "expires_in": _LIFETIME,
                      "access_token": self.context.token, "scope": scope})  # fmt: skip


def _oauth_error(error: str, description: str, status: int = 400) -> web.Response:
    """An error of OAuth, which is no Okta error (RFC 6749 §5.2)."""
    return reply({"error": error, "error_description": description}, status=status)
