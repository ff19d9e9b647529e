"""`okta-idc token status`, and the check that `token store` makes first, against a sandbox."""

import json
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.clients import secrets as secrets_manager
from okta_idc.rules.scim_secret import SHAPE
from sandbox.pytest_plugin import Sandbox, sandbox, sandbox_options, start_sandbox

__all__ = ["sandbox", "sandbox_options", "start_sandbox"]
NAME = "okta-identity-center/scim"
TOPSECRET = "TOPSECRET" * 60


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "sandbox")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def secrets(sandbox: Sandbox) -> Any:
    return boto3.client("secretsmanager", "us-east-1", endpoint_url=sandbox.aws)


def run(sandbox: Sandbox, *arguments: str, typed: str = "") -> tuple[int, str]:
    options = ["--region", "us-east-1", "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim]
    result = CliRunner().invoke(app, [*arguments, *options], input=typed, catch_exceptions=False)
    return result.exit_code, result.output


def test_a_valid_token_is_accepted(sandbox: Sandbox) -> None:
    code, text = run(sandbox, "token", "status", NAME)
    assert code == 0, text
    assert "IAM Identity Center accepts the token; it expires in " in text


def test_a_rejected_token_is_explained_but_not_printed(sandbox: Sandbox, secrets: Any) -> None:
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    text = json.dumps({**document, "token": "TOPSECRET"})
    secrets.create_secret(Name="revoked", SecretString=text)
    code, text = run(sandbox, "token", "status", "revoked")
    assert code == 1
    assert "secret 'revoked'.token: is rejected (401)" in text
    assert "OIC-117" in text
    assert "TOPSECRET" not in text
    code, text = run(sandbox, "token", "status", "revoked", "--json")
    result = json.loads(text)
    assert (code, result["accepted"], result["findings"][0]["rule"]) == (1, False, "OIC-117")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"created": None}, "created: is missing"),
        ({"token": f"Bearer {TOPSECRET}"}, "token: starts with `Bearer`"),
        ({"token": f" {TOPSECRET}"}, "token: contains white space"),
        ({"token": TOPSECRET, "token_id": TOPSECRET}, "token_id: is the token"),
    ],
)
def test_a_secret_that_cannot_be_used_is_unknown_not_rejected(
    sandbox: Sandbox, secrets: Any, changes: dict[str, Any], fault: str
) -> None:
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    name = "malformed/" + "".join(filter(str.isalpha, fault))
    secrets.create_secret(Name=name, SecretString=json.dumps({**document, **changes}))
    code, text = run(sandbox, "token", "status", name)
    assert code == 2
    assert fault in text
    assert "unknown: the token was not tested" in text
    assert TOPSECRET not in text
    code, text = run(sandbox, "token", "status", name, "--json")
    assert (code, json.loads(text)["accepted"]) == (2, None)


@pytest.mark.parametrize(
    "written",
    [
        f'{{"endpoint": "x", "token": "{TOPSECRET}", "token_id": "1", "created": "2026-01-01",',
        f"endpoint: x\ntoken: {TOPSECRET}\ntoken_id: 1\ncreated: 2026-01-01\nexpires: 2027-01-01",
        json.dumps(json.dumps({"endpoint": "x", "token": TOPSECRET, "token_id": "1"})),
        json.dumps([{"endpoint": "x", "token": TOPSECRET, "token_id": "1"}]),
    ],
    ids=["cut", "yaml", "twice", "list"],
)
def test_the_advice_on_a_malformed_secret_is_not_masked(
    sandbox: Sandbox, secrets: Any, request: pytest.FixtureRequest, written: str
) -> None:
    name = f"advice/{request.node.callspec.id}"
    secrets.create_secret(Name=name, SecretString=written)
    code, text = run(sandbox, "token", "status", name)
    assert code == 2
    assert SHAPE in text
    assert "***" not in text
    assert set(secrets_manager._credentials(written)) >= {TOPSECRET}


def test_a_missing_secret_is_unknown_not_rejected(sandbox: Sandbox) -> None:
    code, text = run(sandbox, "token", "status", "missing")
    assert code == 2
    assert "unknown: " in text


def test_a_throttled_endpoint_makes_the_result_unknown(sandbox: Sandbox, monkeypatch: Any) -> None:
    monkeypatch.setattr("okta_idc.clients.scim._PAUSE", 0)
    sandbox.inject_fault("scim-throttled", times=3)
    code, text = run(sandbox, "token", "status", NAME)
    assert code == 2
    assert "unknown: GET /ServiceProviderConfig returned 429" in text


def test_a_rejected_token_is_not_stored(sandbox: Sandbox, secrets: Any) -> None:
    document = json.loads(secrets.get_secret_value(SecretId=NAME)["SecretString"])
    lines = f"{document['endpoint']}\n{TOPSECRET}\n"
    code, text = run(sandbox, "token", "store", "new/secret", typed=lines)
    assert code == 2
    assert "is rejected (401)" in text
    assert "not stored" in text
    assert TOPSECRET not in text
    names = [s["Name"] for s in secrets.list_secrets()["SecretList"]]
    assert "new/secret" not in names
    code, text = run(
        sandbox, "token", "store", "new/secret", typed=lines.replace(TOPSECRET, document["token"])
    )
    assert code == 0, text
