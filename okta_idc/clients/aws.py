"""Shared by the AWS clients: how they are created, and their error."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Json = dict[str, Any]

_PREFIX = {"sso-admin": "sso"}
"""Prefix of IAM actions, where it differs from the service's name."""


class AwsError(Exception):
    """A call to AWS failed. The text is AWS's and names the operation.

    `action` is the IAM action that the call requires (`sso:ListInstances`), `code` AWS's error
    code; both are empty where AWS did not respond.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(text)
        self.action, self.code = action, code


def make_client(
    service: str, region: str | None, endpoint: str | None, session: boto3.Session | None = None
) -> Any:
    """A boto3 client that keeps to AWS's rate limits. Raises AwsError."""
    chosen: Any = session or boto3.Session()
    try:
        return chosen.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            config=Config(retries={"mode": "adaptive", "max_attempts": 6}),
        )
    except (BotoCoreError, ValueError) as error:
        raise AwsError(str(error)) from None


def aws_error(service: str, error: BotoCoreError | ClientError) -> AwsError:
    """The AwsError for an error of boto3. AWS's texts never hold a secret's value."""
    if not isinstance(error, ClientError):
        return AwsError(str(error))
    action = f"{_PREFIX.get(service, service)}:{error.operation_name}"
    return AwsError(str(error), action, str(error.response.get("Error", {}).get("Code", "")))
