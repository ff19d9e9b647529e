"""Base of the AWS clients, and their error."""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, InvalidRegionError, NoRegionError

from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import Json

_SIGN_IN = (
    "Run `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY."
)
_PREFIXES = {"sso-admin": "sso", "accessanalyzer": "access-analyzer"}
"""IAM's prefixes of services that differ from boto3's names."""


class AwsError(Exception):
    """A call to AWS failed. The text says what to do, or quotes AWS, and never holds a secret.

    `action` is the IAM action that the call requires (`sso:ListInstances`), `code` AWS's error
    code; both are empty if AWS did not respond.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(text)
        self.action, self.code = action, code

    @property
    def is_denied(self) -> bool:
        """Whether the credentials lack the permission for `action`."""
        return "denied" in self.code.lower()


class AwsConfigError(AwsError):
    """The Region, the endpoint or the profile cannot be used, so no call was made."""


class Pace:
    """Keeps the calls of all threads at least an interval apart."""

    def __init__(self, calls_per_second: float) -> None:
        self._interval = 1 / calls_per_second
        self._next, self._lock = 0.0, threading.Lock()

    def wait(self) -> None:
        """Sleep until the next call may start."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        time.sleep(start - now)


class AwsClient:
    """A boto3 client that respects AWS's rate limits. Its methods raise AwsError.

    Credentials, Region and endpoint come from the stack's configuration and boto3's default chain;
    `region` and `endpoint` precede both.
    """

    def __init__(
        self,
        service: str,
        region: str | None,
        endpoint: str | None = None,
        config: AwsConfig | None = None,
    ) -> None:
        self._service = service
        config = config or AwsConfig()
        if config.unsupported:
            settings = " and ".join(config.unsupported)
            raise AwsConfigError(f"{settings}: not supported. Use boto3's environment variables.")
        endpoint = endpoint or config.endpoint(service)
        region = region or config.region or os.environ.get("AWS_REGION")
        try:
            self._client: Any = _client(_session(config, region), service, region, endpoint, config)
        except BotoCoreError as error:
            raise AwsConfigError(_text(error)) from None
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            raise AwsError(
                f"AWS rejects the role in aws:assumeRoles ({code}).", "sts:AssumeRole", code
            ) from None
        except ValueError:
            given = endpoint or os.environ.get("AWS_ENDPOINT_URL")
            raise AwsConfigError(f"--aws-endpoint: {given!r} is not a URL.") from None
        self.region: str = self._client.meta.region_name

    def call(self, operation: str, **query: Any) -> Json:
        """AWS's response to one call."""
        if not hasattr(self._client, operation):
            raise AwsError(f"boto3 {boto3.__version__} lacks {operation}. Upgrade boto3.")
        try:
            return getattr(self._client, operation)(**query)
        except ClientError as error:
            action = f"{_PREFIXES.get(self._service, self._service)}:{error.operation_name}"
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


def _session(config: AwsConfig, region: str | None) -> Any:
    """A session with the configured credentials, after each role has been assumed."""
    session: Any = cast(Any, boto3.Session)(
        profile_name=config.profile or None, region_name=region, **config.credentials
    )
    for role in config.roles:
        sts = _client(session, "sts", region, config.endpoint("sts"), config)
        found = sts.assume_role(**role)["Credentials"]
        session = cast(Any, boto3.Session)(
            aws_access_key_id=found["AccessKeyId"],
            aws_secret_access_key=found["SecretAccessKey"],
            aws_session_token=found["SessionToken"],
            region_name=region,
        )
    return session


def _client(
    session: Any, service: str, region: str | None, endpoint: str | None, config: AwsConfig
) -> Any:
    retries = {"mode": "adaptive", "max_attempts": 6}
    return session.client(
        service,
        region,
        endpoint_url=endpoint,
        config=Config(retries=cast(Any, retries), **config.options),
        verify=config.ca_bundle or None,
    )


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
