"""Errors of AWS and of boto3 say what is missing and what to do, in the kit's words."""

from pathlib import Path

import pytest
from botocore.stub import Stubber

from okta_idc.clients.aws import AwsClient, AwsError

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
SECRET = "okta-identity-center/scim"


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*KEYS, "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


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


def test_the_region_comes_from_the_providers_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert AwsClient("secretsmanager", None).region == "eu-north-1"
    assert AwsClient("secretsmanager", "eu-west-1").region == "eu-west-1"


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        ("ResourceNotFoundException", [f"no secret '{SECRET}' in us-east-1", "store-token"]),
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
