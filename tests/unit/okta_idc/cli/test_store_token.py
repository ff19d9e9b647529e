"""`okta-idc store-token`, against moto."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from okta_idc.cli.main import app

ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
NAME = "okta-identity-center/scim"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager", "us-east-1")


def store_token(*lines: str, arguments: tuple[str, ...] = ("--no-verify",)) -> tuple[int, str]:
    command = ["store-token", NAME, "--region", "us-east-1", *arguments]
    result = CliRunner().invoke(app, command, input="\n".join(lines) + "\n", catch_exceptions=False)
    return result.exit_code, result.output


def test_the_token_is_stored_but_not_printed(secrets: Any) -> None:
    code, text = store_token(f"{ENDPOINT}/", "token-1", "TOPSECRET")
    assert code == 0
    assert "TOPSECRET" not in text
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    assert document["token"] == "TOPSECRET"
    assert document["endpoint"] == ENDPOINT
    lifetime = datetime.fromisoformat(document["expires"]) - datetime.fromisoformat(
        document["created"]
    )
    assert lifetime.days == 365


def test_the_tags_contain_everything_except_the_token(secrets: Any) -> None:
    store_token(ENDPOINT, "token-1", "TOPSECRET")
    tags = {t["Key"]: t["Value"] for t in secrets.describe_secret(SecretId=NAME)["Tags"]}
    assert set(tags) == {"endpoint", "token_id", "created", "expires"}
    assert "TOPSECRET" not in json.dumps(tags)


def test_a_new_token_creates_a_version_and_updates_the_tags(secrets: Any) -> None:
    store_token(ENDPOINT, "token-1", "OLD", arguments=("--no-verify", "--created", "2026-01-02"))
    code, text = store_token(ENDPOINT, "token-2", "NEW")
    assert code == 0
    assert "New version" in text
    assert json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])["token"] == "NEW"
    tags = {t["Key"]: t["Value"] for t in secrets.describe_secret(SecretId=NAME)["Tags"]}
    assert tags["token_id"] == "token-2"


def test_an_invalid_endpoint_is_rejected_and_nothing_is_stored(secrets: Any) -> None:
    code, text = store_token("https://example.com/scim/v2", "token-1", "TOPSECRET")
    assert code == 2
    assert "is not a SCIM endpoint" in text
    assert "TOPSECRET" not in text
    assert secrets.list_secrets()["SecretList"] == []


@pytest.mark.parametrize("lines", [(), (ENDPOINT, "token-1")])
def test_an_aborted_prompt_stores_nothing_and_exits_with_2(
    secrets: Any, lines: tuple[str, ...]
) -> None:
    """The last prompt gets the end of the input."""
    result = CliRunner().invoke(app, ["store-token", NAME, "--region", "us-east-1"],
                                input="".join(f"{line}\n" for line in lines))  # fmt: skip
    assert result.exit_code == 2
    assert "Aborted. Nothing was changed." in result.output
    assert secrets.list_secrets()["SecretList"] == []


def test_missing_aws_credentials_are_reported_without_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    code, text = store_token(ENDPOINT, "token-1", "TOPSECRET")
    assert code == 2
    assert "not stored" in text
    assert "credentials are missing or unusable" in text
    assert "set AWS_PROFILE" in text
    assert "TOPSECRET" not in text
