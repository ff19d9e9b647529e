"""The provider's configuration: which credentials, and loopback addresses only.

Owns CheckConfig's refusals, the precedence of credentials (accessToken before apiToken,
the environment included: docs/research/okta-provider.md#credential-precedence) and the rule that a
replacement never talks to a real Okta org.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from offline_plugins.provider_server import Checked, Failure, ProviderError, Secret, reveal

READ = frozenset({"accessToken", "apiToken", "httpProxy"})
"""The settings that are read; docs/reference/offline-plugins.md says what becomes of the others."""
SECRETS = ("apiToken", "accessToken", "privateKey")
SETTINGS: dict[str, Any] = {
    **{name: {"type": "string"} for name in ("baseUrl", "clientId", "httpProxy", "orgName",
                                             "privateKeyId")},
    **{name: {"type": "string", "secret": True} for name in SECRETS},
    "scopes": {"type": "array", "items": {"type": "string"}},
}  # fmt: skip
ENVIRONMENT = {
    "apiToken": "OKTA_API_TOKEN",
    "accessToken": "OKTA_ACCESS_TOKEN",
    "clientId": "OKTA_API_CLIENT_ID",
    "privateKey": "OKTA_API_PRIVATE_KEY",
    "httpProxy": "OKTA_HTTP_PROXY",
}
SNAKE = {
    "apiToken": "api_token",
    "accessToken": "access_token",
    "clientId": "client_id",
    "privateKey": "private_key",
    "privateKeyId": "private_key_id",
    "scopes": "scopes",
}
CONFLICTS = {
    "clientId": ("apiToken", "accessToken"),
    "privateKey": ("apiToken", "accessToken"),
    "privateKeyId": ("apiToken", "accessToken"),
    "scopes": ("apiToken", "accessToken"),
    "apiToken": ("clientId", "privateKey", "privateKeyId", "scopes", "accessToken"),
    "accessToken": ("clientId", "privateKey", "privateKeyId", "scopes", "apiToken"),
}
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/?")
"""Matched whole, since parsers of addresses disagree on what is odd (http://a.example\\@localhost)."""
REPLACEMENT = (
    "This is the replacement Okta plugin of okta-identity-center, for its sandbox only. "
    "For a real org install the real one: pulumi plugin install resource okta"
)
WAYS = (
    "'api_token' (or OKTA_API_TOKEN env var), 'access_token' (or OKTA_ACCESS_TOKEN env var), or "
    "'private_key' + 'client_id' (or OKTA_API_PRIVATE_KEY + OKTA_API_CLIENT_ID env vars). See "
    "https://www.pulumi.com/registry/packages/okta/installation-configuration/ for more information"
)
NO_CREDENTIALS = f"[ERROR] no Okta credentials provided. Please set one of the following: {WAYS}"


def not_configured(reason: str) -> ProviderError:
    """The errors of both of the bridge's halves, one after the other."""
    return ProviderError(
        f"2 errors occurred:\n\t* 1 error occurred:\n\t* {reason}\n\n\n"
        "\t* Provider Configuration Error: The Okta provider was not properly configured. Please "
        f"ensure valid credentials are provided. Set {WAYS}.\n\n"
    )


def check(news: dict[str, Any]) -> Checked:
    inputs: dict[str, Any] = {}
    for name, value in news.items():
        if name == "scopes" and isinstance(value, str):
            inputs[name] = _compact(value)
        elif name in SECRETS and value and not isinstance(value, Secret):
            inputs[name] = Secret(value)
        else:
            inputs[name] = value
    failures = [
        Failure(
            "could not validate provider configuration: Conflicting configuration arguments. "
            f'"{SNAKE[name]}": conflicts with {SNAKE[other]}. '
            f"Check `pulumi config get okta:{name}`."
        )
        for name, others in CONFLICTS.items()
        if news.get(name)
        for other in others
        if news.get(other)
    ]
    return Checked(inputs, failures)


def address(inputs: dict[str, Any]) -> str:
    url = _given(inputs, "httpProxy")
    if url is None or url == "":
        raise ProviderError(f"okta:httpProxy is not set. {REPLACEMENT}")
    if not (isinstance(url, str) and LOOPBACK.fullmatch(url)):
        raise ProviderError(
            f"okta:httpProxy is {_shown(url)}, but this plugin talks to 127.0.0.1, localhost and "
            f"[::1] only, in the form http://HOST:PORT. {REPLACEMENT}"
        )
    return url.rstrip("/")


def authorization(inputs: dict[str, Any]) -> str:
    """The header's value: Bearer for an access token, SSWS for an API token."""
    if token := _given(inputs, "accessToken"):
        return f"Bearer {token}"
    if token := _given(inputs, "apiToken"):
        return f"SSWS {token}"
    if _given(inputs, "privateKey"):
        raise ProviderError(
            f"okta:privateKey is not supported here; use okta:apiToken. {REPLACEMENT}"
        )
    raise not_configured(NO_CREDENTIALS)


def validates_token(inputs: dict[str, Any]) -> bool:
    """Only a configured API token is tried out, even where an access token then wins."""
    return bool(_given(inputs, "apiToken"))


def _given(inputs: dict[str, Any], name: str) -> Any:
    given = reveal(inputs.get(name))
    return os.environ.get(ENVIRONMENT[name]) if given in (None, "") else given


def _shown(url: Any) -> str:
    """Without user and password."""
    return repr(re.sub(r"//.*@", "//", str(url), flags=re.DOTALL))


def _compact(text: str) -> str:
    try:
        return json.dumps(json.loads(text), separators=(",", ":"))
    except ValueError:
        return text
