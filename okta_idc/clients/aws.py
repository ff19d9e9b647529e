"""What all AWS clients here share: how they are made, and how a refusal is told."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Json = dict[str, Any]

_PREFIX = {"sso-admin": "sso"}
"""Of IAM actions, where it is not the service's own name."""


class AwsError(Exception):
    """AWS could not be asked, or refused. The text names the operation and AWS's words.

    `action` is the IAM action that it takes (`sso:ListInstances`), `code` AWS's error code; both
    are empty where no answer came.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(text)
        self.action, self.code = action, code


def make_client(
    service: str, region: str | None, endpoint: str | None, session: boto3.Session | None = None
) -> Any:
    """A client that keeps to AWS's limits by itself. Raises AwsError."""
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


def told(service: str, error: BotoCoreError | ClientError) -> AwsError:
    """The error in AWS's words; they name the operation, never a value of a secret."""
    if not isinstance(error, ClientError):
        return AwsError(str(error))
    action = f"{_PREFIX.get(service, service)}:{error.operation_name}"
    return AwsError(str(error), action, str(error.response.get("Error", {}).get("Code", "")))
