"""A provider for a part of the federation that lies in another AWS account or region.

Made by the program, never inside a component. An explicit provider knows nothing of the stack's
`aws:` settings, so it is given them: credentials, endpoints and the rest, but for what differs.
"""

from typing import Any

import pulumi
import pulumi_aws as aws

_TEXTS = ("access_key", "profile", "token", "secret_key")
_SECRET = ("token", "secret_key")
_FLAGS = ("skip_credentials_validation", "skip_metadata_api_check", "skip_requesting_account_id")


def aws_provider(name: str, region: str, role_arn: str) -> aws.Provider | None:
    """The stack's own provider for AWS, but in this region and with this role; None where neither
    is given, which means the stack's own."""
    if not region and not role_arn:
        return None
    stack = pulumi.Config("aws")
    known: dict[str, Any] = {
        "region": region or stack.get("region"),
        "max_retries": stack.get_int("maxRetries"),
        "endpoints": stack.get_object("endpoints"),
    }
    known |= {key: _read(stack, key) for key in _TEXTS}
    known |= {key: stack.get_bool(_camel(key)) for key in _FLAGS}
    if role_arn:
        known["assume_roles"] = [aws.ProviderAssumeRoleArgs(role_arn=role_arn)]
    return aws.Provider(name, **{key: value for key, value in known.items() if value is not None})


def _read(stack: pulumi.Config, key: str) -> Any:
    return stack.get_secret(_camel(key)) if key in _SECRET else stack.get(_camel(key))


def _camel(key: str) -> str:
    first, *more = key.split("_")
    return first + "".join(word.capitalize() for word in more)
