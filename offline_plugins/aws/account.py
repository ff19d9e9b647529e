"""The provider's configuration, and its way to the sandbox's AWS.

Owns the rule that this plugin never reaches AWS: credentials come from the configuration alone,
every endpoint is on loopback, and a service without an endpoint is not called. botocore validates
what is sent against its service models.
"""

from __future__ import annotations

import json
import os
import re
import threading
from typing import Any

from offline_plugins.aws.service import Service
from offline_plugins.provider_server import Properties, ProviderError, reveal

REPLACEMENT = (
    "This is the replacement AWS plugin of okta-identity-center, for its sandbox only. "
    "For a real account install the real one: pulumi plugin install resource aws"
)
HONOURED = frozenset({"accessKey", "assumeRoles", "endpoints", "region", "secretKey", "token"})
"""The settings that are read. All others are ignored, since none of them matters on loopback."""
SERVICES = {"cloudwatchevents": "events", "eventbridge": "events", "ssoadmin": "sso-admin"}
"""pulumi-aws's names of a service, where botocore's differs."""
LOOPBACK = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/?")
"""Matched whole, since parsers of addresses disagree on what is odd (http://a.example\\@localhost)."""


class Account:
    """Region, credentials and endpoints, as configured. Raises ProviderError for any that could
    lead to AWS itself."""

    def __init__(self, inputs: Properties) -> None:
        given: Properties = {name: reveal(inputs.get(name)) for name in HONOURED}
        self.region = str(given["region"] or "")
        if not self.region:
            raise ProviderError(f"aws:region is not set. {REPLACEMENT}")
        self._credentials = {
            "aws_access_key_id": given["accessKey"],
            "aws_secret_access_key": given["secretKey"],
            "aws_session_token": given["token"] or None,
        }
        if not (given["accessKey"] and given["secretKey"]):
            raise ProviderError(
                "aws:accessKey and aws:secretKey are not both set, and credentials are taken from "
                f"nowhere else. {REPLACEMENT}"
            )
        self._endpoints = _endpoints(given["endpoints"])
        self._services: dict[tuple[str, str], Service] = {}
        self._lock = threading.Lock()
        self._session: Any = None
        for role in _roles(given["assumeRoles"]):
            self._assume(role)

    def service(self, name: str, region: str = "") -> Service:
        """The service (botocore's name) in the region, by default the configured one."""
        if name not in self._endpoints:
            raise ProviderError(f"aws:endpoints has no {_configured_as(name)}. {REPLACEMENT}")
        at = (name, region or self.region)
        with self._lock:
            if at not in self._services:
                self._services[at] = Service(self._client(*at))
            return self._services[at]

    def _client(self, name: str, region: str) -> Any:
        from botocore.config import Config

        if self._session is None:
            self._session = _deaf_session()
        return self._session.create_client(
            name,
            region_name=region,
            endpoint_url=self._endpoints[name],
            config=Config(proxies={}, inject_host_prefix=False, retries={"total_max_attempts": 2}),
            **self._credentials,
        )

    def _assume(self, role: str) -> None:
        """One role after the other, each with the credentials of the one before."""
        asked = {"RoleArn": role, "RoleSessionName": "pulumi"}
        found = self.service("sts").call("AssumeRole", **asked)["Credentials"]
        self._credentials = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }
        self._services = {}


def _roles(given: Any) -> list[str]:
    try:
        return [str(role["roleArn"]) for role in _listed(given)]
    except (ValueError, TypeError, KeyError):
        raise ProviderError(
            f"aws:assumeRoles is not a list of maps with a roleArn. {REPLACEMENT}"
        ) from None


def _listed(given: Any) -> list[dict[str, Any]]:
    """Nested settings come as JSON text."""
    return json.loads(given) if isinstance(given, str) and given else given or []


def _deaf_session() -> Any:
    """botocore's session with its own defaults, whatever AWS_* and ~/.aws say."""
    # Half a second that a plugin asked for nothing need not spend.
    from botocore import configprovider
    from botocore.session import Session

    variables = configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES
    defaults = {name: default for name, (_, _, default, _) in variables.items()}
    defaults |= {"config_file": os.devnull, "credentials_file": os.devnull}
    constants: dict[str, Any] = {
        name: configprovider.ConstantProvider(value) for name, value in defaults.items()
    }
    session = Session()
    session.register_component("config_store", configprovider.ConfigValueStore(constants))
    return session


def _endpoints(given: Any) -> dict[str, str]:
    """Service (botocore's name) → URL. Nested settings come as JSON text."""
    try:
        named = [(str(name), url) for entry in _listed(given) for name, url in entry.items() if url]
    except (ValueError, TypeError, AttributeError):
        raise ProviderError(
            f"aws:endpoints is not a list of maps from service to URL. {REPLACEMENT}"
        ) from None
    return {SERVICES.get(name, name): _loopback(name, url) for name, url in named}


def _loopback(name: str, url: Any) -> str:
    if isinstance(url, str) and LOOPBACK.fullmatch(url):
        return url
    raise ProviderError(
        f"aws:endpoints.{name} is {_shown(str(url))!r}, but this plugin talks to 127.0.0.1, "
        f"localhost and [::1] only, in the form http://HOST:PORT. {REPLACEMENT}"
    )


def _shown(url: str) -> str:
    """Without user and password."""
    return re.sub(r"//.*@", "//", url, flags=re.DOTALL)


def _configured_as(name: str) -> str:
    return next((ours for ours, theirs in SERVICES.items() if theirs == name), name)
