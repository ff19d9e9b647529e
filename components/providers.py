"""Separate AWS providers for resources in another account or Region.

Created by the program, never inside a component. An explicit provider does not inherit the stack's
`aws:` configuration, so it gets a copy with its own Region and role.
"""

from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.provider.experimental.util import camel_case

from okta_idc.rules.partitions import region_known
from okta_idc.settings.models import AwsLocation, ScimToken, TokenExpiryAlarm

_SETTINGS: dict[type[AwsLocation], str] = {
    AwsLocation: "region",
    ScimToken: "scim_token.region",
    TokenExpiryAlarm: "token_expiry_alarm.region",
}
_TEXTS = ("access_key", "profile")
_SECRETS = ("token", "secret_key")
_FLAGS = ("skip_credentials_validation", "skip_metadata_api_check", "skip_requesting_account_id")


def aws_provider(name: str, location: AwsLocation) -> aws.Provider | None:
    """The stack's AWS provider with this Region and role; None if neither is set. Logs a warning
    for an unknown Region (OIC-132)."""
    region, role_arn = location.region, location.role_arn
    if not region and not role_arn:
        return None
    for finding in region_known(region) if region else ():
        pulumi.log.warn(finding.text(_SETTINGS[type(location)]))
    stack = pulumi.Config("aws")
    arguments: dict[str, Any] = {
        "region": region or stack.get("region"),
        "max_retries": stack.get_int("maxRetries"),
        "endpoints": stack.get_object("endpoints"),
    }
    arguments |= {key: stack.get(camel_case(key)) for key in _TEXTS}
    arguments |= {key: stack.get_secret(camel_case(key)) for key in _SECRETS}
    arguments |= {key: stack.get_bool(camel_case(key)) for key in _FLAGS}
    if role_arn:
        arguments["assume_roles"] = [aws.ProviderAssumeRoleArgs(role_arn=role_arn)]
    return aws.Provider(name, **{k: v for k, v in arguments.items() if v is not None})
