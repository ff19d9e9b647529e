"""AWS Secrets Manager: the secret with the SCIM endpoint and token.

Credentials come from boto3's default chain. No error text holds a secret value.
"""

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.aws import aws_error, make_client

_SERVICE = "secretsmanager"


def secret_tags(
    name: str, *, region: str | None = None, endpoint: str | None = None
) -> dict[str, str]:
    """The secret's tags (DescribeSecret). Raises AwsError."""
    client = make_client(_SERVICE, region, endpoint)
    try:
        tags: list[dict[str, str]] = client.describe_secret(SecretId=name).get("Tags") or []
    except (BotoCoreError, ClientError) as error:
        raise aws_error(_SERVICE, error) from None
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def secret_string(name: str, *, region: str | None = None, endpoint: str | None = None) -> str:
    """The secret's value (GetSecretValue). Raises AwsError."""
    client = make_client(_SERVICE, region, endpoint)
    try:
        return client.get_secret_value(SecretId=name).get("SecretString") or ""
    except (BotoCoreError, ClientError) as error:
        raise aws_error(_SERVICE, error) from None


def store_secret(
    name: str,
    document: Mapping[str, object],
    tags: Mapping[str, str],
    *,
    region: str | None = None,
    endpoint: str | None = None,
) -> bool:
    """Create the secret, or add a version, and then set its tags. True: it was created.

    Raises AwsError.
    """
    text = json.dumps(document)
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    client = make_client(_SERVICE, region, endpoint)
    try:
        try:
            client.create_secret(
                Name=name,
                Description="SCIM endpoint and token of IAM Identity Center",
                SecretString=text,
                Tags=pairs,
            )
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=name, SecretString=text)
            client.tag_resource(SecretId=name, Tags=pairs)
            return False
        return True
    except (BotoCoreError, ClientError) as error:
        raise aws_error(_SERVICE, error) from None
