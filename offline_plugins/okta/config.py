"""The provider's configuration: its credentials, and its address, which must be loopback.

An access token takes precedence over an API token, environment variables included
(docs/research/okta-provider.md#credential-precedence). The plugin never connects to a real org.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from offline_plugins.property_values import Secret, reveal
from offline_plugins.provider import Checked, Failure, ProviderError

SUPPORTED_SETTINGS = frozenset({"accessToken", "apiToken", "httpProxy"})
"""The settings that the plugin reads. docs/reference/offline-plugins.md describes the others."""
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
TERRAFORM_NAMES = {
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
"""Matches the whole URL: parsers disagree on malformed ones (http://a.example\\@localhost)."""
REPLACEMENT_NOTICE = (
    "This is the replacement Okta plugin of okta-identity-center, for its sandbox only. "
    "For a real org, install the official plugin: pulumi plugin install resource okta"
)
CREDENTIAL_OPTIONS = (
    "'api_token' (or OKTA_API_TOKEN env var), 'access_token' (or OKTA_ACCESS_TOKEN env var), or "
    "'private_key' + 'client_id' (or OKTA_API_PRIVATE_KEY + OKTA_API_CLIENT_ID env vars). See "
    "https://www.pulumi.com/registry/packages/okta/installation-configuration/ for more information"
)
NO_CREDENTIALS = (
    f"[ERROR] no Okta credentials provided. Please set one of the following: {CREDENTIAL_OPTIONS}"
)


def not_configured(reason: str) -> ProviderError:
    """The errors of both Terraform SDKs in the official plugin, one after the other."""
    return ProviderError(
        f"2 errors occurred:\n\t* 1 error occurred:\n\t* {reason}\n\n\n"
        "\t* Provider Configuration Error: The Okta provider was not properly configured. Please "
        f"ensure valid credentials are provided. Set {CREDENTIAL_OPTIONS}.\n\n"
    )


def check(news: dict[str, Any]) -> Checked:
    """Mark the secrets, and report conflicting credentials."""
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
            f'"{TERRAFORM_NAMES[name]}": conflicts with {TERRAFORM_NAMES[other]}. '
            f"Check `pulumi config get okta:{name}`."
        )
        for name, others in CONFLICTS.items()
        if news.get(name)
        for other in others
        if news.get(other)
    ]
    return Checked(inputs, failures)


def address(inputs: dict[str, Any]) -> str:
    """The base URL. Raises ProviderError if it is not a loopback address."""
    url = _setting(inputs, "httpProxy")
    if url is None or url == "":
        raise ProviderError(f"okta:httpProxy is not set. {REPLACEMENT_NOTICE}")
    if not (isinstance(url, str) and LOOPBACK.fullmatch(url)):
        raise ProviderError(
            f"okta:httpProxy is {_without_credentials(url)}, but this plugin connects only to "
            f"127.0.0.1, localhost and [::1], in the form http://HOST:PORT. {REPLACEMENT_NOTICE}"
        )
    return url.rstrip("/")


def authorization(inputs: dict[str, Any]) -> str:
    """The Authorization header: Bearer for an access token, SSWS for an API token."""
    if token := _setting(inputs, "accessToken"):
        return f"Bearer {token}"
    if token := _setting(inputs, "apiToken"):
        return f"SSWS {token}"
    if _setting(inputs, "privateKey"):
        raise ProviderError(
            f"okta:privateKey is not supported. Use okta:apiToken. {REPLACEMENT_NOTICE}"
        )
    raise not_configured(NO_CREDENTIALS)


def validates_token(inputs: dict[str, Any]) -> bool:
    """Whether the token is validated: only if an API token is configured, even if unused."""
    return bool(_setting(inputs, "apiToken"))


def _setting(inputs: dict[str, Any], name: str) -> Any:
    given = reveal(inputs.get(name))
    return os.environ.get(ENVIRONMENT[name]) if given in (None, "") else given


def _without_credentials(url: Any) -> str:
    """The URL without user and password."""
    return repr(re.sub(r"//.*@", "//", str(url), flags=re.DOTALL))


def _compact(text: str) -> str:
    try:
        return json.dumps(json.loads(text), separators=(",", ":"))
    except ValueError:
        return text
