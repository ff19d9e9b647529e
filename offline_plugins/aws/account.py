"""The provider's configuration, and the clients of the sandbox's AWS services.

Ensures that this plugin never reaches AWS: credentials come only from the configuration, every
endpoint is a loopback address, and a service without an endpoint is not called. botocore validates
requests against its service models.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any

from offline_plugins.aws.service import DEFAULT_ATTEMPTS, Service
from offline_plugins.loopback import loopback_url
from offline_plugins.property_values import reveal
from offline_plugins.provider import Properties, ProviderError

REPLACEMENT_NOTICE = (
    "This is the replacement AWS plugin of okta-identity-center, for its sandbox only. "
    "For a real account, install the official plugin: pulumi plugin install resource aws"
)
SUPPORTED_SETTINGS = frozenset(
    {"accessKey", "assumeRoles", "endpoints", "maxRetries", "region", "secretKey", "token"}
)
"""The settings that the plugin reads. It ignores all others, which do not matter on loopback."""
BOTOCORE_NAMES = {"cloudwatchevents": "events", "eventbridge": "events", "ssoadmin": "sso-admin"}
"""botocore's service names, by the names of pulumi-aws that differ."""


class Account:
    """The configured region, credentials and endpoints.

    Raises ProviderError for settings that could lead to AWS.
    """

    def __init__(self, inputs: Properties) -> None:
        given: Properties = {name: reveal(inputs.get(name)) for name in SUPPORTED_SETTINGS}
        self.region = str(given["region"] or "")
        if not self.region:
            raise ProviderError(f"aws:region is not set. {REPLACEMENT_NOTICE}")
        self._credentials = {
            "aws_access_key_id": given["accessKey"],
            "aws_secret_access_key": given["secretKey"],
            "aws_session_token": given["token"] or None,
        }
        if not (given["accessKey"] and given["secretKey"]):
            raise ProviderError(
                "aws:accessKey and aws:secretKey are not both set, and there is no other source of "
                f"credentials. {REPLACEMENT_NOTICE}"
            )
        self._endpoints = _endpoints(given["endpoints"])
        self._attempts = _attempts(given["maxRetries"])
        self._services: dict[tuple[str, str], Service] = {}
        self._lock = threading.Lock()
        self._session: Any = None
        for role in _role_arns(given["assumeRoles"]):
            self._assume(role)

    def service(self, name: str, region: str = "") -> Service:
        """The client of a service, by botocore's name, in the region or in the configured one."""
        if name not in self._endpoints:
            raise ProviderError(f"aws:endpoints has no {_pulumi_name(name)}. {REPLACEMENT_NOTICE}")
        at = (name, region or self.region)
        with self._lock:
            if at not in self._services:
                self._services[at] = Service(self._client(*at), self._attempts)
            return self._services[at]

    def _client(self, name: str, region: str) -> Any:
        from botocore.config import Config

        if self._session is None:
            self._session = _isolated_session()
        return self._session.create_client(
            name,
            region_name=region,
            endpoint_url=self._endpoints[name],
            config=Config(proxies={}, inject_host_prefix=False),
            **self._credentials,
        )

    def _assume(self, role: str) -> None:
        """Assume a role with the current credentials, and use its credentials from then on."""
        parameters = {"RoleArn": role, "RoleSessionName": "pulumi"}
        found = self.service("sts").call("AssumeRole", **parameters)["Credentials"]
        self._credentials = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }
        self._services = {}


def _attempts(given: Any) -> int:
    """The requests for each call. The official plugin counts the first one as a retry, too."""
    try:
        wanted = int(given or 0)
    except (TypeError, ValueError):
        wanted = -1
    if wanted < 0:
        raise ProviderError(
            f"aws:maxRetries is {str(given)!r}, not a whole number of 0 or more. "
            f"{REPLACEMENT_NOTICE}"
        )
    return wanted or DEFAULT_ATTEMPTS


def _role_arns(given: Any) -> list[str]:
    try:
        return [str(role["roleArn"]) for role in _parse_list(given)]
    except (ValueError, TypeError, KeyError):
        raise ProviderError(
            f"aws:assumeRoles is not a list of maps with a roleArn. {REPLACEMENT_NOTICE}"
        ) from None


def _parse_list(given: Any) -> list[dict[str, Any]]:
    """The list in a nested setting, which the engine sends as JSON text."""
    return json.loads(given) if isinstance(given, str) and given else given or []


def _isolated_session() -> Any:
    """A botocore session that ignores AWS_* variables and ~/.aws."""
    # Imported here, because it takes half a second.
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
    """The endpoint URLs, by botocore's service names."""
    try:
        named = [
            (str(name), url) for entry in _parse_list(given) for name, url in entry.items() if url
        ]
    except (ValueError, TypeError, AttributeError):
        raise ProviderError(
            f"aws:endpoints is not a list of maps from service to URL. {REPLACEMENT_NOTICE}"
        ) from None
    return {
        BOTOCORE_NAMES.get(name, name): loopback_url(
            f"aws:endpoints.{name}", url, "https?", REPLACEMENT_NOTICE
        )
        for name, url in named
    }


def _pulumi_name(name: str) -> str:
    return next((ours for ours, theirs in BOTOCORE_NAMES.items() if theirs == name), name)
