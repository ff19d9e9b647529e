"""AWS Secrets Manager, written: the one secret that holds the SCIM endpoint and token.

Credentials by boto3's usual chain. No error text holds a value.
"""

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.identity_store import AwsError


def store_secret(
    name: str,
    document: Mapping[str, object],
    tags: Mapping[str, str],
    *,
    region: str | None = None,
    endpoint: str | None = None,
) -> bool:
    """Create the secret, or give it a new version, and set its tags. True: it was created.

    Raises AwsError. The tags are set last: they tell of the version that is there.
    """
    text = json.dumps(document)
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    try:
        client: Any = boto3.Session().client(  # pyright: ignore[reportUnknownMemberType]
            "secretsmanager", region_name=region, endpoint_url=endpoint
        )
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
    except (BotoCoreError, ClientError, ValueError) as error:
        raise AwsError(str(error)) from None
