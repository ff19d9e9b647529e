"""Clients for what the providers' lookups do not return, with the providers' configuration.

The lookups show neither why a push failed nor whom AWS rejected, and need two calls per group for
the number of its members (docs/decisions/0016-read-what-lookups-lack-with-own-clients.md). No
lookup returns the assignments of a group
(docs/decisions/0017-compare-account-access-through-boto3.md).
"""

import json
import os
from collections.abc import Callable
from typing import Any

import pulumi
from pulumi import Resource

from okta_idc.access_rules.directory import Directory
from okta_idc.access_rules.live import LiveDirectory
from okta_idc.access_rules.recorded import RecordedDirectory
from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_config import KEYS, AwsConfig
from okta_idc.clients.aws_environment import Environment, Wanted, read_environment
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import Credentials, CredentialsError, org_url
from okta_idc.clients.organization import Organization

from ._state import PERMISSION_SET

_OKTA_SETTINGS = (
    "orgName", "baseUrl", "httpProxy", "accessToken", "apiToken", "clientId", "privateKey",
    "privateKeyId", "scopes",
)  # fmt: skip


def okta_client(parent: Resource) -> Okta:
    """A client with the configuration of the stack's default Okta provider. Raises
    CredentialsError, without a secret, if it has none or `parent` has an explicit provider, whose
    credentials a program cannot read."""
    if parent.get_provider("okta:index:Group") is not None:
        raise CredentialsError("the credentials of an explicit Okta provider cannot be read.")
    given = pulumi.Config("okta")
    config: dict[str, Any] = {f"okta:{key}": given.get(key) for key in _OKTA_SETTINGS}
    if (scopes := config["okta:scopes"] or "").startswith("["):
        config["okta:scopes"] = json.loads(scopes)
    return Okta(org_url(config), Credentials.read(config).auth())


def aws_client(parent: Resource, region: str) -> IdentityCenter:
    """A client of IAM Identity Center with the configuration of the stack's default AWS provider.
    Raises AwsError if it cannot be used, or if `parent` has an explicit provider."""
    return IdentityCenter(region, None, _aws_config(parent))


def directory(parent: Resource) -> Directory:
    """What access rules are resolved against, with the configuration of the stack's default
    providers. A read raises AwsError or CredentialsError as `aws_client` and `okta_client` do.
    `okta-idc fleet` hands over what it has read."""
    live = LiveDirectory(
        lambda: Organization(None, None, _aws_config(parent)), lambda: okta_client(parent)
    )
    return RecordedDirectory.load(live, os.environ)


def environment_reader(parent: Resource, region: str) -> Callable[[str, str, Wanted], Environment]:
    """Reads the environment of an instance, by its ARN and identity store ID, with the
    configuration of the stack's default AWS provider. Raises AwsError as `aws_client` does."""
    config = _aws_config(parent)
    return lambda arn, store, wanted: read_environment(arn, store, wanted, region, None, config)


def _aws_config(parent: Resource) -> AwsConfig:
    if parent.get_provider(PERMISSION_SET) is not None:
        raise AwsError("the credentials of an explicit AWS provider cannot be read.")
    given = pulumi.Config("aws")
    return AwsConfig.read({f"aws:{key}": given.get(key) for key in KEYS})
