"""Base of the AWS clients, and their error."""

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.json_path import Json

_PREFIX = {"sso-admin": "sso"}
"""Prefix of IAM actions by service, if it differs from the service's name."""


class AwsError(Exception):
    """A call to AWS failed. The text is AWS's, names the operation, and never holds a secret.

    `action` is the IAM action that the call requires (`sso:ListInstances`), `code` AWS's error
    code; both are empty if AWS did not respond.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(text)
        self.action, self.code = action, code


class AwsClient:
    """A boto3 client that respects AWS's rate limits. Its methods raise AwsError.

    Credentials come from boto3's default chain, unless a session is given. `endpoint` replaces
    AWS's endpoint (sandbox).
    """

    def __init__(
        self,
        service: str,
        region: str | None,
        endpoint: str | None = None,
        session: boto3.Session | None = None,
    ) -> None:
        self._service = service
        chosen: Any = session or boto3.Session()
        try:
            self._client: Any = chosen.client(
                service,
                region_name=region,
                endpoint_url=endpoint,
                config=Config(retries={"mode": "adaptive", "max_attempts": 6}),
            )
        except (BotoCoreError, ValueError) as error:
            raise AwsError(str(error)) from None

    def call(self, operation: str, **query: Any) -> Json:
        """AWS's response to one call."""
        try:
            return getattr(self._client, operation)(**query)
        except ClientError as error:
            action = f"{_PREFIX.get(self._service, self._service)}:{error.operation_name}"
            code = str(error.response.get("Error", {}).get("Code", ""))
            raise AwsError(str(error), action, code) from None
        except BotoCoreError as error:
            raise AwsError(str(error)) from None

    def pages(self, operation: str, member: str, **query: Any) -> Iterator[Any]:
        """The entries of all pages, without botocore's paginator, which ListRegions lacks."""
        while True:
            page = self.call(operation, **query)
            yield from page.get(member, [])
            if not (token := page.get("NextToken")):
                return
            if token == query.get("NextToken"):
                raise AwsError(f"{operation}: AWS returned the same NextToken twice.")
            query["NextToken"] = token
