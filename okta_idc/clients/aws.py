"""Base of the AWS clients, and their error."""

import os
import threading
from collections.abc import Iterator
from shlex import quote
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, InvalidRegionError, NoRegionError

from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.http_client import PROXIES, proxy_fault
from okta_idc.clients.json_path import Json
from okta_idc.clients.pace import Pace, PaceError, calls_per_second
from okta_idc.clients.tokens import token_fault
from okta_idc.clients.urls import url_fault
from okta_idc.text import printable, scrub

_SIGN_IN = (
    "Run `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY."
)
_PREFIXES = {
    "sso-admin": "sso", "accessanalyzer": "access-analyzer", "resourcegroupstaggingapi": "tag",
}  # fmt: skip
"""IAM's prefixes of services that differ from boto3's names."""

_REJECTED = (
    "ExpiredToken", "IncompleteSignature", "InvalidClient", "Signature", "Unrecognized",
)  # fmt: skip
"""How the codes begin with which AWS rejects credentials."""
_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_PROXIES = tuple(each for each in PROXIES if not each.upper().startswith("ALL"))
"""boto3 ignores ALL_PROXY."""
_MAX_PAGES = 20_000
_SESSIONS = threading.Lock()
"""Held while a client is created: boto3's sessions are not safe for threads."""


class AwsError(Exception):
    """A call to AWS failed. The text says what to do, or quotes AWS, and never holds a secret.

    `action` is the IAM action that the call requires (`sso:ListInstances`), `code` AWS's error
    code; both are empty if AWS did not respond.
    """

    def __init__(self, text: str, action: str = "", code: str = "") -> None:
        super().__init__(scrub(text))
        self.action, self.code = action, code

    @property
    def is_denied(self) -> bool:
        """Whether the credentials lack the permission for `action`."""
        return "denied" in self.code.lower()


class AwsConfigError(AwsError):
    """The Region, the endpoint or the profile cannot be used, so no call was made."""


class AwsClient:
    """A boto3 client that respects AWS's rate limits. Its methods raise AwsError.

    Credentials, Region and endpoint come from the stack's configuration and boto3's default chain;
    `region` and `endpoint` precede both.
    """

    is_paced = False
    """Whether all processes of this machine share a number of calls a second."""

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
        option = "--aws-endpoint" if endpoint else "aws:endpoints"
        endpoint = endpoint or config.endpoint(service)
        given_region = region = region or config.region
        region = region or os.environ.get("AWS_REGION")
        self._endpoint = endpoint
        _check_variables()
        try:
            with _SESSIONS:
                session = _session(config, region)
                self._client: Any = _client(session, service, region, endpoint, config)
        except BotoCoreError as error:
            raise AwsConfigError(_text(error, given_region, endpoint)) from None
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            raise AwsError(
                f"AWS rejects the role in aws:assumeRoles ({code}).", "sts:AssumeRole", code
            ) from None
        except ValueError:
            raise _endpoint_error(option, endpoint, "is not a URL") from None
        if fault := url_fault(self._client.meta.endpoint_url):
            raise _endpoint_error(option, endpoint, fault)
        self.region: str = self._client.meta.region_name
        self._pace = self._make_pace() if self.is_paced else None

    def _make_pace(self) -> Pace:
        try:
            rate = calls_per_second()
        except PaceError as error:
            raise AwsConfigError(str(error)) from None
        return Pace(f"{self._service} {self._client.meta.endpoint_url}", rate)

    def call(self, operation: str, **query: Any) -> Json:
        """AWS's response to one call."""
        if self._pace:
            self._pace.wait()
        if not hasattr(self._client, operation):
            raise AwsError(f"boto3 {boto3.__version__} lacks {operation}. Upgrade boto3.")
        try:
            return getattr(self._client, operation)(**query)
        except ClientError as error:
            action = f"{_PREFIXES.get(self._service, self._service)}:{error.operation_name}"
            code = str(error.response.get("Error", {}).get("Code", ""))
            detail = printable(str(error.response.get("Error", {}).get("Message", "")), 500)
            text = f"{action}: {printable(code)}: {detail}"
            if code.startswith(_REJECTED):
                text = f"AWS rejects the credentials ({code}). {_SIGN_IN}"
            elif code == "ResourceNotFoundException" and (secret := query.get("SecretId")):
                text = f"AWS has no secret {secret!r} in {self.region}. Check the name and the "
                text += f"Region, or create it: okta-idc token store {quote(str(secret))}"
            raise AwsError(text, action, code) from None
        except BotoCoreError as error:
            raise AwsError(_text(error, None, self._endpoint)) from None
        except OSError as error:  # such as the file of AWS_WEB_IDENTITY_TOKEN_FILE
            raise _credentials_error(error) from None

    def pages(self, operation: str, member: str, **query: Any) -> Iterator[Any]:
        """The entries of all pages, without botocore's paginator, which ListRegions lacks."""
        seen: set[str] = set()
        while True:
            page = self.call(operation, **query)
            yield from page.get(member, [])
            if not (token := page.get("NextToken")):
                return
            if token in seen:
                raise AwsError(f"{operation}: AWS returned the same NextToken twice.")
            if len(seen) == _MAX_PAGES:
                raise AwsError(f"{operation}: the list has more than {len(seen):,} pages.")
            seen.add(token)
            query["NextToken"] = token


def _session(config: AwsConfig, region: str | None) -> Any:
    """The session of the configuration in a Region, created at its first use."""
    if region not in config.sessions:
        config.sessions[region] = _new_session(config, region)
    return config.sessions[region]


def _new_session(config: AwsConfig, region: str | None) -> Any:
    """A session with the configured credentials, after each role has been assumed."""
    session: Any = cast(Any, boto3.Session)(
        profile_name=config.profile or None, region_name=region, **config.credentials
    )
    try:
        session.get_credentials()  # runs `credential_process`, whose output can be anything
    except (OSError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise _credentials_error(error) from None
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
        config=Config(
            retries=cast(Any, retries), connect_timeout=10, read_timeout=30, **config.options
        ),
        verify=config.ca_bundle or None,
    )


def _check_variables() -> None:
    """Raises AwsConfigError for a credential that cannot be sent; botocore's error quotes it."""
    for name in _VARIABLES:
        if fault := token_fault(os.environ.get(name, "")):
            raise AwsConfigError(f"{name}: the value contains {fault}. Set it again.")
    for name in _PROXIES:
        if fault := proxy_fault(os.environ.get(name, "")):
            raise AwsConfigError(f"{name}: the value {fault}. Set it again.")


def _credentials_error(error: Exception) -> AwsConfigError:
    """The error for credentials that botocore cannot read. Its own may quote their source."""
    return AwsConfigError(
        f"AWS credentials cannot be read ({type(error).__name__}). Check `credential_process` in "
        "AWS's configuration file, and AWS_WEB_IDENTITY_TOKEN_FILE."
    )


def _endpoint_error(option: str, endpoint: str | None, fault: str) -> AwsConfigError:
    """The error for an endpoint that cannot be used, which names where it comes from."""
    if endpoint:
        return AwsConfigError(f"{option}: {endpoint!r} {fault}.")
    variables = [each for each in os.environ if each.startswith("AWS_ENDPOINT_URL")]
    faulty = [each for each in sorted(variables) if url_fault(os.environ[each])]
    names = " or ".join(faulty or sorted(variables)) or "`endpoint_url` in AWS's configuration file"
    return AwsConfigError(f"{names}: the value {fault}. Correct it, for example https://HOST:PORT.")


def _text(error: Exception, region: str | None, endpoint: str | None) -> str:
    """What is wrong, and what to do, where AWS did not respond. Of the values that may be at
    fault, only the given Region and endpoint are shown: variables may hold credentials."""
    kind = type(error).__name__
    if isinstance(error, NoRegionError):
        return "The AWS Region is unknown. Pass --region or set AWS_REGION, for example us-east-1."
    if isinstance(error, InvalidRegionError):
        given = f"--region: {region!r}" if region else "AWS_REGION: the value"
        return f"{given} is not an AWS Region, for example us-east-1."
    if getattr(error, "kwargs", {}).get("endpoint_url"):
        where = f" at {endpoint}" if endpoint else ""
        return f"AWS does not respond{where} ({kind}). Check the network and the Region."
    if "Proxy" in kind:
        return f"The proxy does not respond ({kind}). Check HTTPS_PROXY, HTTP_PROXY, and NO_PROXY."
    if any(word in kind for word in ("Credential", "Profile", "SSO", "TokenRetrieval")):
        return f"AWS credentials are missing or unusable ({kind}). {_SIGN_IN}"
    return f"AWS cannot be called ({kind}). Check the credentials, the Region and AWS_* variables."
