"""Base of the AWS clients, and their error."""

import os
from collections.abc import Iterator
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, InvalidRegionError, NoRegionError

from okta_idc.clients.json_path import Json

_SIGN_IN = (
    "Run `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY."
)


class AwsError(Exception):
    """A call to AWS failed. The text says what to do, or quotes AWS, and never holds a secret.

    `action` is the IAM action that the call requires (`sso:ListInstances`), `code` AWS's error
    code; both are empty if AWS did not respond.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(text)
        self.action, self.code = action, code


class AwsConfigError(AwsError):
    """The Region, the endpoint or the profile cannot be used, so no call was made."""


class AwsClient:
    """A boto3 client that respects AWS's rate limits. Its methods raise AwsError.

    Credentials come from boto3's default chain. `endpoint` replaces AWS's endpoint (sandbox).
    """

    def __init__(self, service: str, region: str | None, endpoint: str | None = None) -> None:
        self._service = service
        try:
            config = Config(retries={"mode": "adaptive", "max_attempts": 6})
            self._client: Any = cast(Any, boto3.Session()).client(
                service,
                region or os.environ.get("AWS_REGION"),
                endpoint_url=endpoint,
                config=config,
            )
        except BotoCoreError as error:
            raise AwsConfigError(_text(error)) from None
        except ValueError:
            given = endpoint or os.environ.get("AWS_ENDPOINT_URL")
            raise AwsConfigError(f"--aws-endpoint: {given!r} is not a URL.") from None
        self.region: str = self._client.meta.region_name

    def call(self, operation: str, **query: Any) -> Json:
        """AWS's response to one call."""
        try:
            return getattr(self._client, operation)(**query)
        except ClientError as error:
            action = f"{self._service.removesuffix('-admin')}:{error.operation_name}"
            code = str(error.response.get("Error", {}).get("Code", ""))
            text = f"{action}: {code}: {error.response.get('Error', {}).get('Message', '')}"
            if code.startswith(("ExpiredToken", "InvalidClient", "Signature", "Unrecognized")):
                text = f"AWS rejects the credentials ({code}). {_SIGN_IN}"
            elif code == "ResourceNotFoundException" and (secret := query.get("SecretId")):
                text = f"AWS has no secret {secret!r} in {self.region}. Check the name and the "
                text += f"Region, or create it: okta-idc store-token {secret}"
            raise AwsError(text, action, code) from None
        except BotoCoreError as error:
            raise AwsError(_text(error)) from None

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


def _text(error: Exception) -> str:
    """What is wrong, and what to do, where AWS did not respond."""
    kind = type(error).__name__
    if isinstance(error, NoRegionError):
        return "The AWS Region is unknown. Pass --region or set AWS_REGION, for example us-east-1."
    if isinstance(error, InvalidRegionError):
        region = error.kwargs["region_name"]
        return f"--region: {region!r} is not an AWS Region, for example us-east-1."
    if where := getattr(error, "kwargs", {}).get("endpoint_url"):
        return f"AWS does not respond at {where} ({kind}). Check the network and the Region."
    if any(word in kind for word in ("Credential", "Profile", "SSO", "TokenRetrieval")):
        return f"AWS credentials are missing or unusable ({kind}). {_SIGN_IN}"
    return str(error)
