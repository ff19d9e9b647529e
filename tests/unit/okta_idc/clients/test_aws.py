"""Errors of AWS and of boto3 say what is missing and what to do, in the kit's words."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.clients.aws import AwsClient, AwsConfigError, AwsError
from okta_idc.clients.urls import url_fault

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
SECRET = "okta-identity-center/scim"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*KEYS, "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize("process", ["/nonexistent/x", "/bin/echo hunter2", "/bin/echo []"])
def test_credentials_that_a_process_does_not_print_are_an_error(
    process: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {process}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(AwsConfigError, match=r"^AWS credentials cannot be read") as caught:
        AwsClient("secretsmanager", "us-east-1", "http://127.0.0.1:9")
    assert "hunter2" not in str(caught.value)


def test_a_missing_web_identity_token_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent")
    client = AwsClient("secretsmanager", "us-east-1", "http://127.0.0.1:9")
    with pytest.raises(AwsConfigError, match="AWS_WEB_IDENTITY_TOKEN_FILE"):
        client.call("get_secret_value", SecretId=SECRET)


@pytest.mark.parametrize(
    ("variables", "region", "messages"),
    [
        ({}, "us-east-1", ["credentials are missing", "aws sso login", "AWS_ACCESS_KEY_ID"]),
        (KEYS, "", ["AWS Region is unknown", "--region", "AWS_REGION"]),
        (
            KEYS,
            "bad region",
            ["--region: 'bad region' is not an AWS Region, for example us-east-1"],
        ),
        ({"AWS_PROFILE": "none"}, "us-east-1", ["credentials are missing", "AWS_PROFILE"]),
        (KEYS, "us-east-1", ["does not respond at http://127.0.0.1:9", "the network"]),
    ],
    ids=["credentials", "region", "invalid region", "profile", "network"],
)
def test_what_is_missing_before_a_call_has_a_remedy(
    variables: dict[str, str], region: str, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # between retries

    def call() -> None:
        client = AwsClient("secretsmanager", region, "http://127.0.0.1:9")
        client.call("get_secret_value", SecretId=SECRET)

    with pytest.raises(AwsError) as caught:
        call()
    for message in messages:
        assert message in str(caught.value)
    for raw in (
        "Unable to locate",
        "You must specify",
        "could not be found",
        "Could not connect",
        "format",
    ):
        assert raw not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "HTTP_PROXY", "https_proxy"]
)
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("http://u:SECRET@x:99999", "has a port that is not a number from 1 to 65535"),
        ("http://SECRET:44x", "has a port that is not a number from 1 to 65535"),
        ("http://[::SECRET", "is not a URL"),
    ],
)
def test_the_variable_of_an_unusable_address_is_named(
    name: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(AwsConfigError, match=f"^{name}: the value {fault}") as caught:
        AwsClient("secretsmanager", "us-east-1")
    assert "SECRET@" not in str(caught.value)
    assert "SECRET:" not in str(caught.value)


@given(st.text() | st.from_regex(r"https?://[a-z]{1,5}:[0-9a-z]{1,6}", fullmatch=True))
def test_a_url_without_a_fault_has_a_port_in_range(url: str) -> None:
    if not url_fault(url):
        port = urlsplit(url).port
        assert port is None or 0 < port < 65_536


def test_an_endpoint_of_the_command_line_is_named() -> None:
    with pytest.raises(AwsConfigError, match=r"^--aws-endpoint: 'http://x:99999'"):
        AwsClient("secretsmanager", "us-east-1", "http://x:99999")


def test_a_command_in_an_error_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    client = AwsClient("secretsmanager", "us-east-1")
    stub = Stubber(client._client)
    stub.add_client_error("describe_secret", "ResourceNotFoundException")
    stub.activate()
    with pytest.raises(AwsError, match=r"okta-idc token store 'a b'$"):
        client.call("describe_secret", SecretId="a b")


def test_the_region_comes_from_the_providers_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert AwsClient("secretsmanager", None).region == "eu-north-1"
    assert AwsClient("secretsmanager", "eu-west-1").region == "eu-west-1"


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        ("ResourceNotFoundException", [f"no secret '{SECRET}' in us-east-1", "token store"]),
        ("UnrecognizedClientException", ["rejects the credentials", "aws sso login"]),
        ("ExpiredTokenException", ["rejects the credentials", "aws sso login"]),
        ("AccessDeniedException", ["secretsmanager:GetSecretValue: AccessDeniedException: words"]),
    ],
)
def test_an_error_of_aws_has_a_remedy_or_its_words(
    code: str, messages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    client = AwsClient("secretsmanager", "us-east-1")
    stub = Stubber(client._client)
    stub.add_client_error("get_secret_value", code, "words")
    stub.activate()
    with pytest.raises(AwsError) as caught:
        client.call("get_secret_value", SecretId=SECRET)
    for message in messages:
        assert message in str(caught.value)
    assert "An error occurred" not in str(caught.value)
    assert caught.value.code == code
    assert caught.value.action == "secretsmanager:GetSecretValue"
