"""The provider's configuration: its credentials, and its address, which must be loopback.

An access token takes precedence over an API token, environment variables included
(docs/research/okta-provider.md#credential-precedence). The plugin never connects to a real org.
"""

from __future__ import annotations

import os
import re
from typing import Any

from offline_plugins.loopback import loopback_url
from offline_plugins.property_values import reveal
from offline_plugins.provider import Failure, ProviderError

SUPPORTED_SETTINGS = frozenset({"accessToken", "apiToken", "httpProxy"})
"""The settings that the plugin reads. docs/reference/offline-plugins.md describes the others."""
TOKENS = ("apiToken", "accessToken")
SETTINGS: dict[str, Any] = {
    **{name: {"type": "string"} for name in ("baseUrl", "clientId", "httpProxy", "orgName",
                                             "privateKeyId")},
    **{name: {"type": "string", "secret": True} for name in (*TOKENS, "privateKey")},
    "scopes": {"type": "array", "items": {"type": "string"}},
}  # fmt: skip
ENVIRONMENT = {
    "apiToken": "OKTA_API_TOKEN",
    "accessToken": "OKTA_ACCESS_TOKEN",
    "clientId": "OKTA_API_CLIENT_ID",
    "privateKey": "OKTA_API_PRIVATE_KEY",
    "httpProxy": "OKTA_HTTP_PROXY",
}
KEY_SETTINGS = ("clientId", "privateKey", "privateKeyId", "scopes")
CONFLICTS = {
    **dict.fromkeys(KEY_SETTINGS, TOKENS),
    "apiToken": (*KEY_SETTINGS, "accessToken"),
    "accessToken": (*KEY_SETTINGS, "apiToken"),
}
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


def conflicts(news: dict[str, Any]) -> list[Failure]:
    """The failures of credentials that exclude each other."""
    return [
        Failure(
            "could not validate provider configuration: Conflicting configuration arguments. "
            f'"{_terraform_name(name)}": conflicts with {_terraform_name(other)}. '
            f"Check `pulumi config get okta:{name}`."
        )
        for name, others in CONFLICTS.items()
        if news.get(name)
        for other in others
        if news.get(other)
    ]


def address(inputs: dict[str, Any]) -> str:
    """The base URL. Raises ProviderError if it is not a loopback address."""
    url = _setting(inputs, "httpProxy")
    if url is None or url == "":
        raise ProviderError(f"okta:httpProxy is not set. {REPLACEMENT_NOTICE}")
    return loopback_url("okta:httpProxy", url, "http", REPLACEMENT_NOTICE).rstrip("/")


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


def _terraform_name(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()
