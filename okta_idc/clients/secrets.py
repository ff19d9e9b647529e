"""AWS Secrets Manager: the secret with the SCIM endpoint and token.

Credentials come from boto3's default chain. No error text holds a secret value.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list
from okta_idc.text import conceal

_SERVICE = "secretsmanager"


def secret_tags(
    name: str, region: str | None, endpoint: str | None, config: AwsConfig | None = None
) -> dict[str, str]:
    """The secret's tags (DescribeSecret). Raises AwsError."""
    found = AwsClient(_SERVICE, region, endpoint, config).call("describe_secret", SecretId=name)
    return {tag["Key"]: tag.get("Value", "") for tag in get_list(found, "Tags")}


def secret_string(
    name: str, region: str | None, endpoint: str | None, config: AwsConfig | None = None
) -> str:
    """The secret's value (GetSecretValue). Raises AwsError."""
    client = AwsClient(_SERVICE, region, endpoint, config)
    found = client.call("get_secret_value", SecretId=name)
    text = str(found.get("SecretString") or "")
    conceal(*_credentials(text))
    return text


def _credentials(text: str) -> list[str]:
    """Values in a secret that may be its token, in whichever field: all but URLs and dates."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    values = cast(dict[str, Any], document).values() if isinstance(document, dict) else [document]
    known = re.compile(r"https://\S+|\d{4}-\d\d-\d\d[T\d:.Z+-]*")
    return [each for each in values if isinstance(each, str) and not known.fullmatch(each)]


def store_secret(
    name: str,
    document: Mapping[str, object],
    tags: Mapping[str, str],
    region: str | None,
    endpoint: str | None,
) -> bool:
    """Create the secret, or add a version, and then set its tags. True: it was created.

    Raises AwsError.
    """
    text = json.dumps(document)
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    client = AwsClient(_SERVICE, region, endpoint)
    description = "SCIM endpoint and token of IAM Identity Center"
    given = {"Name": name, "Description": description, "SecretString": text, "Tags": pairs}
    try:
        client.call("create_secret", **given)
    except AwsError as error:
        if error.code != "ResourceExistsException":
            raise
        client.call("put_secret_value", SecretId=name, SecretString=text)
        client.call("tag_resource", SecretId=name, Tags=pairs)
        return False
    return True
