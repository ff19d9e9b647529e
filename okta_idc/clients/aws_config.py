"""The configuration of a stack's default AWS provider, for boto3.

As in the provider, a setting of the stack precedes an environment variable, access keys precede a
profile, and roles are assumed last (docs/decisions/0017-compare-account-access-through-boto3.md).
Whatever is not set comes from boto3's default chain, whose order is the provider's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.text import conceal

_SERVICES = {"sso-admin": "ssoadmin"}
"""The provider's names of services that differ from boto3's."""
_UNSUPPORTED = (
    "assumeRoleWithWebIdentity", "insecure", "sharedConfigFiles", "sharedCredentialsFiles",
)  # fmt: skip
KEYS = (
    "region", "profile", "accessKey", "secretKey", "token", "assumeRoles", "endpoints",
    "customCaBundle", "httpProxy", "httpsProxy", "useDualstackEndpoint", "useFipsEndpoint",
    *_UNSUPPORTED,
)  # fmt: skip
"""The keys of `aws:` that are read."""
_ROLE = {
    "roleArn": "RoleArn", "externalId": "ExternalId", "policy": "Policy",
    "sourceIdentity": "SourceIdentity", "transitiveTagKeys": "TransitiveTagKeys",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class AwsConfig:
    """A provider's configuration. An empty part is not set, and comes from the environment."""

    region: str = ""
    profile: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    """boto3's names of access key, secret key and session token."""
    roles: tuple[Mapping[str, Any], ...] = ()
    """Parameters of AssumeRole for each role, in order."""
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    """URLs by the provider's names of services."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further arguments of botocore's `Config`."""
    ca_bundle: str = ""
    unsupported: tuple[str, ...] = ()
    """Settings that these clients do not support, such as `aws:insecure`."""
    sessions: dict[str | None, Any] = field(default_factory=dict[str | None, Any], compare=False)
    """The boto3 sessions by Region, so that all clients share them: each role is assumed once."""

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "AwsConfig":
        """From settings of a stack by key (`aws:region`); nested ones may be JSON text. An access
        key without its secret key is not used."""
        given = {key: value for key in KEYS if (value := settings.get(f"aws:{key}"))}
        keys = get_text(given, "accessKey"), get_text(given, "secretKey")
        conceal(*keys, get_text(given, "token"))
        credentials: dict[str, str] = {}
        if all(keys):
            token = {"aws_session_token": t} if (t := get_text(given, "token")) else {}
            credentials = {"aws_access_key_id": keys[0], "aws_secret_access_key": keys[1], **token}
        proxies = {
            scheme: url for scheme in ("http", "https") if (url := given.get(f"{scheme}Proxy"))
        }
        options: dict[str, Any] = {"proxies": proxies} if proxies else {}
        for key, option in (("useDualstackEndpoint", "use_dualstack_endpoint"),
                            ("useFipsEndpoint", "use_fips_endpoint")):  # fmt: skip
            if _is_true(given.get(key)):
                options[option] = True
        return cls(
            region=get_text(given, "region"),
            profile="" if credentials else get_text(given, "profile"),
            credentials=credentials,
            roles=tuple(map(_role, _maps(given.get("assumeRoles")))),
            endpoints={
                name: str(url)
                for entry in _maps(given.get("endpoints"))
                for name, url in entry.items()
                if url
            },
            options=options,
            ca_bundle=get_text(given, "customCaBundle"),
            unsupported=tuple(
                f"aws:{key}" for key in _UNSUPPORTED if given.get(key) not in (None, "false", False)
            ),
        )

    def endpoint(self, service: str) -> str | None:
        """The URL that replaces the endpoint of a service, by boto3's name."""
        return self.endpoints.get(_SERVICES.get(service, service))


def _role(given: Json) -> Json:
    """The parameters of AssumeRole. The session's duration is AWS's default, one hour."""
    found: Json = {ours: given[key] for key, ours in _ROLE.items() if given.get(key)}
    found["RoleSessionName"] = get_text(given, "sessionName") or "okta-idc"
    if arns := get_list(given, "policyArns"):
        found["PolicyArns"] = [{"arn": arn} for arn in arns]
    if tags := cast(dict[str, str], given.get("tags") or {}):
        found["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    return found


def _maps(value: Any) -> list[Json]:
    """The objects in a list, which may be JSON text."""
    try:
        listed: Any = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return []
    return [each for each in listed or () if isinstance(each, dict)]


def _is_true(value: Any) -> bool:
    return value is True or value == "true"
