"""`okta-idc token store`, against moto; the prompts of a terminal, with a pseudo-terminal."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.clients.aws import AwsError
from okta_idc.clients.secrets import SecretStore
from sandbox.pytest_plugin import Sandbox, sandbox, sandbox_options, start_sandbox
from tests.paths import ROOT

__all__ = ["sandbox", "sandbox_options", "start_sandbox"]
ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
NAME = "okta-identity-center/scim"
TOKEN = "TOPSECRET" * 60
REGION = ("--region", "us-east-1")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    with mock_aws():
        yield boto3.client("secretsmanager", "us-east-1")


def day(offset: int) -> str:
    return (datetime.now() + timedelta(days=offset)).date().isoformat()


def store_token(
    *lines: str, options: tuple[str, ...] = ("--no-verify", *REGION), name: str = NAME
) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["token", "store", name, *options], input="".join(f"{line}\n" for line in lines),
        catch_exceptions=False,
    )  # fmt: skip
    return result.exit_code, result.output


def test_the_token_is_stored_but_not_printed(secrets: Any) -> None:
    code, text = store_token(f"{ENDPOINT}/", TOKEN)
    assert code == 0
    assert TOKEN not in text
    assert "It was not tested." in text
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    assert document["token"] == TOKEN
    assert document["endpoint"] == ENDPOINT
    created, expires = (datetime.fromisoformat(document[key]) for key in ("created", "expires"))
    assert (expires - created).days == 365


def test_the_tags_contain_everything_except_the_token(secrets: Any) -> None:
    store_token(ENDPOINT, TOKEN)
    tags = {t["Key"]: t["Value"] for t in secrets.describe_secret(SecretId=NAME)["Tags"]}
    assert set(tags) == {"endpoint", "token_id", "created", "expires"}
    assert tags["token_id"] == tags["created"]
    assert TOKEN not in json.dumps(tags)


def test_a_new_token_creates_a_version_and_updates_the_tags(secrets: Any) -> None:
    store_token(ENDPOINT, TOKEN, options=("--no-verify", *REGION, "--created", day(-30)))
    options = ("--no-verify", *REGION, "--token-id", "token-2")
    code, text = store_token(ENDPOINT, f"{TOKEN}NEW", options=options)
    assert code == 0
    assert "New version of okta-identity-center/scim in us-east-1." in text
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    assert document["token"] == f"{TOKEN}NEW"
    tags = {t["Key"]: t["Value"] for t in secrets.describe_secret(SecretId=NAME)["Tags"]}
    assert tags["token_id"] == "token-2"


@pytest.mark.parametrize(
    ("variables", "config"),
    [
        ({"AWS_REGION": "eu-west-1"}, ""),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, ""),
        ({"AWS_PROFILE": "work"}, "[profile work]\nregion = eu-west-1\n"),
        ({}, "[default]\nregion = eu-west-1\n"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, ""),
    ],
)
def test_the_region_comes_from_where_the_tools_of_aws_take_it(
    secrets: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    variables: dict[str, str], config: str,
) -> None:  # fmt: skip
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, text = store_token(ENDPOINT, TOKEN, options=("--no-verify",))
    assert code == 0, text
    assert "Created okta-identity-center/scim in eu-west-1." in text
    there = boto3.Session().client("secretsmanager", "eu-west-1")
    assert [s["Name"] for s in there.list_secrets()["SecretList"]] == [NAME]
    assert CliRunner().invoke(app, ["token", "status", "none"]).output.count("in eu-west-1") == 1


@pytest.mark.parametrize("token_id", [TOKEN, f"id-{TOKEN}", "A1" * 30, "x.y-" * 30])
def test_an_id_that_contains_the_token_is_not_stored(secrets: Any, token_id: str) -> None:
    options = ("--no-verify", *REGION, "--token-id", token_id)
    code, text = store_token(ENDPOINT, "x.y-" * 30, options=options)
    assert code == 2
    assert "--token-id" in text
    assert token_id not in text
    assert secrets.list_secrets()["SecretList"] == []


@pytest.mark.parametrize(
    ("created", "fault"), [(day(2), "is in the future"), (day(-366), "is more than 365 days ago")]
)
def test_a_date_that_no_valid_token_has_is_not_stored(
    secrets: Any, created: str, fault: str
) -> None:
    options = ("--no-verify", *REGION, "--created", created)
    code, text = store_token(ENDPOINT, TOKEN, options=options)
    assert code == 2
    shown = " ".join(text.replace("│", " ").split())
    assert f"{created} {fault}" in shown
    assert secrets.list_secrets()["SecretList"] == []


@pytest.mark.parametrize("name", [TOKEN, "A1" * 30, "", "a b\n", "a" * 600])
@pytest.mark.parametrize(
    "command",
    [
        ("token store", "{}"),
        ("token status", "{}"),
        ("doctor", "--secret={}"),
        ("adopt", "--secret={}"),
    ],
)  # fmt: skip
def test_a_text_that_is_not_the_name_of_a_secret_is_not_shown(
    command: tuple[str, ...], name: str
) -> None:
    if name or command[0] not in ("doctor", "token status"):  # empty: not given
        arguments = [*command[0].split(), command[1].replace("{}", name)]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 2
        assert "the value is not the name or ARN of a secret" in " ".join(
            result.output.replace("│", " ").split()
        )
        assert not name or name.strip() not in result.output


@pytest.mark.parametrize("endpoint", ["https://example.com/scim/v2", TOKEN, ""])
def test_an_invalid_endpoint_is_rejected_and_nothing_is_stored(secrets: Any, endpoint: str) -> None:
    code, text = store_token(endpoint, TOKEN)
    assert code == 2
    assert "is not a SCIM endpoint" in text
    assert "TOPSECRET" not in text  # also if both were interchanged
    assert secrets.list_secrets()["SecretList"] == []


@pytest.mark.parametrize("lines", [(), (ENDPOINT,)])
def test_a_missing_line_stores_nothing_and_exits_with_2(
    secrets: Any, lines: tuple[str, ...]
) -> None:
    code, text = store_token(*lines)
    assert code == 2
    assert "Aborted. Nothing was changed." in text
    assert secrets.list_secrets()["SecretList"] == []


def in_terminal(*command: str, typed: tuple[str, ...] = (), **env: str) -> tuple[int, str]:
    """Run `okta-idc …` in a terminal. Types each line after a prompt; returns what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "okta_idc", *command], cwd=ROOT, env=os.environ | env,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, waiting = b"", list(typed)
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux: the other side is closed
            part = b""
        if not part:
            break
        shown += part
        if waiting and shown.endswith((b"]: ", b"endpoint: ", b"(hidden): ")):
            os.write(ours, f"{waiting.pop(0)}\n".encode())
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")


KEYS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}
CLOSED = ("--aws-endpoint", "http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("options", "env", "message"),
    [
        ((), KEYS, "The AWS Region is unknown."),
        (REGION, {}, "AWS credentials are missing or unusable"),
        ((*REGION, *CLOSED), KEYS, "AWS does not respond at http://127.0.0.1:9"),
        ((*REGION, "--verify-at", "http://example.com"), KEYS, "is not on this machine"),
    ],
)
def test_nothing_is_prompted_for_if_nothing_can_be_stored(
    options: tuple[str, ...], env: dict[str, str], message: str
) -> None:
    code, text = in_terminal("token", "store", NAME, *options, **env, COLUMNS="300")
    assert code == 2
    assert message in text
    assert "SCIM endpoint:" not in text


def test_a_terminal_prompts_and_does_not_show_the_token(sandbox: Sandbox) -> None:
    client = boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws,
                          aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip
    known = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    options = (*REGION, "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim)
    typed = ("", f"Bearer {known['token']} ")  # the known endpoint is the default
    code, text = in_terminal("token", "store", NAME, *options, typed=typed, **KEYS)
    assert code == 0, text
    assert f"SCIM endpoint [{known['endpoint'].rstrip('/')}]: " in text
    assert "New version of" in text
    assert known["token"] not in text
    stored = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    assert stored["token"] == known["token"]


def test_a_token_is_kept_for_another_attempt(sandbox: Sandbox) -> None:
    """AWS shows it once; storing it fails for a reason that the administrator can correct."""
    sandbox.inject_fault("aws-denied", operation="PutSecretValue", times=1)
    client = boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws,
                          aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip
    known = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    options = (*REGION, "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim)
    typed = ("", known["token"], "y")
    code, text = in_terminal("token", "store", NAME, *options, typed=typed, **KEYS)
    assert code == 0, text
    assert "not stored: secretsmanager:PutSecretValue" in text
    assert "Try again? [Y/n]: " in text
    assert "New version of" in text


def test_an_untested_token_is_not_stored(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okta_idc.clients.scim._PAUSE", 0)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws)
    known = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    sandbox.inject_fault("scim-throttled", times=3)
    options = (*REGION, "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim)
    code, text = store_token(known["endpoint"], known["token"], options=options, name="untested")
    assert code == 2
    assert "not stored: the test has no result. --no-verify stores" in text
    assert "untested" not in {s["Name"] for s in client.list_secrets()["SecretList"]}


class TestCheck:
    """What is known before anything is entered."""

    def test_a_missing_secret_will_be_created(self, secrets: Any) -> None:
        assert SecretStore("none", "us-east-1", None).check() is None

    def test_an_arn_of_no_secret_cannot_be_created(self, secrets: Any) -> None:
        arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf"
        with pytest.raises(AwsError, match="has no secret"):
            SecretStore(arn, "us-east-1", None).check()

    def test_a_secret_is_also_stored_by_its_arn(self, secrets: Any) -> None:
        arn = secrets.create_secret(Name=NAME, SecretString="{}")["ARN"]
        assert store_token(ENDPOINT, TOKEN, name=arn)[0] == 0
        assert TOKEN in secrets.get_secret_value(SecretId=NAME)["SecretString"]

    def test_a_deleted_secret_is_to_be_restored_first(self, secrets: Any) -> None:
        secrets.create_secret(Name=NAME, SecretString="{}")
        secrets.delete_secret(SecretId=NAME)
        code, text = store_token(ENDPOINT, TOKEN)
        assert code == 2
        assert "aws secretsmanager restore-secret --secret-id okta-identity-center/scim" in text

    def test_a_replica_names_its_primary_region(self, secrets: Any) -> None:
        secrets.create_secret(Name=NAME, SecretString="{}",
                              AddReplicaRegions=[{"Region": "eu-west-1"}])  # fmt: skip
        code, text = store_token(ENDPOINT, TOKEN, options=("--region", "eu-west-1"))
        assert code == 2
        assert "is a replica. Pass --region us-east-1." in text

    def test_the_tags_are_the_same_afterwards(self, secrets: Any) -> None:
        tags = [{"Key": "endpoint", "Value": "x"}, {"Key": "team", "Value": "y"}]
        secrets.create_secret(Name=NAME, SecretString="{}", Tags=tags)
        found = SecretStore(NAME, "us-east-1", None).check()
        assert found == {"endpoint": "x", "team": "y"}
        assert secrets.describe_secret(SecretId=NAME)["Tags"] == tags

    def test_credentials_that_only_read_are_refused(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)
        sandbox.inject_fault("aws-denied", operation="TagResource", times=1)
        options = (*REGION, "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim)
        code, text = store_token(options=options)
        assert code == 2
        assert "error: nothing can be stored: secretsmanager:TagResource" in text


def test_a_date_in_the_past_sets_the_expiry(secrets: Any) -> None:
    store_token(ENDPOINT, TOKEN, options=("--no-verify", *REGION, "--created", "2026-01-02"))
    tags = {t["Key"]: t["Value"] for t in secrets.describe_secret(SecretId=NAME)["Tags"]}
    created = datetime.fromisoformat(tags["created"])
    assert created.astimezone(UTC) - datetime(2026, 1, 2, tzinfo=UTC) < timedelta(days=1)
    assert datetime.fromisoformat(tags["expires"]) - created == timedelta(days=365)
