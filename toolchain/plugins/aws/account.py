"""The provider's configuration, and its clients of the sandbox's AWS.

Owns the rule that this plugin never reaches AWS: credentials come from the configuration alone,
and a service without a loopback endpoint has no client. boto3 validates every call against
botocore's service models before it is sent.
"""

from __future__ import annotations

import ipaddress
import json
import threading
from typing import Any
from urllib.parse import urlsplit

from toolchain.plugins.host import Properties, ProviderError, reveal

REPLACEMENT = (
    "This is the replacement AWS plugin of okta-identity-center, for its sandbox only. "
    "For a real account install the real one: pulumi plugin install resource aws"
)
SERVICES = {"ssoadmin": "sso-admin"}
"""pulumi-aws's name of a service, where botocore's differs."""


class Account:
    """Region, credentials and endpoints, as configured. Raises ProviderError for any that could
    lead to AWS itself."""

    def __init__(self, inputs: Properties) -> None:
        plain: Properties = {name: _parsed(reveal(value)) for name, value in inputs.items()}
        self.region = str(plain.get("region") or "")
        if not self.region:
            raise ProviderError(f"aws:region is not set. {REPLACEMENT}")
        self._keys = (str(plain.get("accessKey") or ""), str(plain.get("secretKey") or ""))
        if not all(self._keys):
            raise ProviderError(
                "aws:accessKey and aws:secretKey are not both set, and credentials are taken from "
                f"nowhere else. {REPLACEMENT}"
            )
        self._endpoints: dict[str, str] = {}
        for entry in plain.get("endpoints") or []:
            for name, url in entry.items():
                if url:
                    self._endpoints[SERVICES.get(name, name)] = _loopback(name, str(url))
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """boto3's client of the service (botocore's name)."""
        import boto3  # half a second that a plugin asked for nothing need not spend
        from botocore.config import Config

        if service not in self._endpoints:
            raise ProviderError(f"aws:endpoints has no {service}. {REPLACEMENT}")
        with self._lock:
            if service not in self._clients:
                # A session of our own, told everything: neither AWS_* nor ~/.aws is asked.
                self._clients[service] = boto3.Session().client(
                    service,
                    endpoint_url=self._endpoints[service],
                    region_name=self.region,
                    aws_access_key_id=self._keys[0],
                    aws_secret_access_key=self._keys[1],
                    config=Config(retries={"max_attempts": 1}, proxies={}),
                )
            return self._clients[service]


def _parsed(value: Any) -> Any:
    """Nested configuration comes as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _loopback(name: str, url: str) -> str:
    host = urlsplit(url).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise ProviderError(
            f"aws:endpoints.{name} is on {host or 'no host'}, but this plugin talks to "
            f"127.0.0.0/8, localhost and ::1 only. {REPLACEMENT}"
        )
    return url
