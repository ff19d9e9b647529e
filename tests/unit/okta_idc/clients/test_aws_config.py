"""The configuration of the stack's AWS provider, read for boto3."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from okta_idc.clients import aws
from okta_idc.clients.aws import AwsClient, AwsConfigError
from okta_idc.clients.aws_config import AwsConfig

KEYS = {"aws:accessKey": "AKIA1", "aws:secretKey": "TOPSECRET"}
ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Access keys in the environment, and a profile in ~/.aws."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    credentials = tmp_path / "credentials"
    credentials.write_text("[prod]\naws_access_key_id=AKIAPROD\naws_secret_access_key=y\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def access_key(settings: dict[str, Any]) -> str:
    client = AwsClient("sso-admin", "us-east-1", None, AwsConfig.read(settings))
    return client._client._request_signer._credentials.access_key


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "AKIAENV"),
        (KEYS, "AKIA1"),
        ({"aws:profile": "prod"}, "AKIAPROD"),
        ({**KEYS, "aws:profile": "prod"}, "AKIA1"),
        ({"aws:accessKey": "AKIA1"}, "AKIAENV"),  # without its secret, which --settings omits
    ],
)
def test_keys_precede_a_profile_and_the_stack_precedes_the_environment(
    settings: dict[str, Any], key: str
) -> None:
    assert access_key(settings) == key


def test_the_region_of_the_stack_precedes_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    config = AwsConfig.read({"aws:region": "us-east-2"})
    assert AwsClient("sso-admin", None, None, config).region == "us-east-2"
    assert AwsClient("sso-admin", None).region == "eu-west-1"
    assert AwsClient("sso-admin", "eu-north-1", None, config).region == "eu-north-1"


@pytest.mark.parametrize("encode", [json.dumps, lambda value: value], ids=["text", "list"])
def test_endpoints_are_those_of_the_stack(encode: Any) -> None:
    listed = [{"ssoadmin": "http://127.0.0.1:1", "identitystore": "http://127.0.0.1:2"}]
    config = AwsConfig.read({"aws:endpoints": encode(listed)})
    client = AwsClient("sso-admin", "us-east-1", None, config)
    assert client._client.meta.endpoint_url == "http://127.0.0.1:1"
    client = AwsClient("sso-admin", "us-east-1", "http://127.0.0.1:9", config)
    assert client._client.meta.endpoint_url == "http://127.0.0.1:9"
    assert "amazonaws.com" in AwsClient("sts", "us-east-1", None, config)._client.meta.endpoint_url


def test_roles_are_assumed_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    build, stubs = aws._client, list[Stubber]()

    def client(session: Any, service: str, *given: Any) -> Any:
        made = build(session, service, *given)
        if service == "sts":
            role = roles[len(stubs)]
            keys = {"AccessKeyId": f"ASIA{len(stubs)}" + "x" * 16, "SecretAccessKey": "s",
                    "SessionToken": "t", "Expiration": "2030-01-01T00:00:00Z"}  # fmt: skip
            stub = Stubber(made)
            stub.add_response("assume_role", {"Credentials": keys}, role)
            stub.activate()
            stubs.append(stub)
        return made

    given = [{"roleArn": ROLE, "externalId": "ex", "tags": {"a": "b"}}, {"roleArn": ROLE + "2"}]
    roles = [
        {"RoleArn": ROLE, "ExternalId": "ex", "RoleSessionName": "okta-idc",
         "Tags": [{"Key": "a", "Value": "b"}]},
        {"RoleArn": ROLE + "2", "RoleSessionName": "okta-idc"},
    ]  # fmt: skip
    monkeypatch.setattr(aws, "_client", client)
    config = AwsConfig.read({**KEYS, "aws:assumeRoles": json.dumps(given)})
    for service in ("sso-admin", "identitystore"):  # the second one uses the same session
        made = AwsClient(service, "us-east-1", None, config)._client
        assert made._request_signer._credentials.access_key == "ASIA1" + "x" * 16
    assert len(stubs) == 2


@pytest.mark.parametrize("value", ["true", [{"roleArn": ROLE}]])
def test_a_setting_that_would_lead_to_other_credentials_is_rejected(value: Any) -> None:
    config = AwsConfig.read({"aws:sharedCredentialsFiles": value})
    with pytest.raises(AwsConfigError, match="aws:sharedCredentialsFiles: not supported"):
        AwsClient("sso-admin", "us-east-1", None, config)
    assert AwsConfig.read({"aws:insecure": "false"}).unsupported == ()


def test_secrets_are_not_shown() -> None:
    role = [{"roleArn": ROLE, "externalId": "TOPSECRET"}]
    config = AwsConfig.read({**KEYS, "aws:token": "TOPSECRET", "aws:assumeRoles": role})
    assert config.credentials["aws_session_token"] == "TOPSECRET"
    assert "TOPSECRET" not in repr(config)
