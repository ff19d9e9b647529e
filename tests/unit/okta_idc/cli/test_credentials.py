"""All commands that read a stack use the stack's Okta credentials."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.clients.okta import OktaError
from tests.paths import ROOT

ORG = "https://acme.okta.com"
OUTPUTS = {"appId": "0oa1", "identityStoreId": "d-1", "region": "us-east-1", "pushGroups": []}
COMMANDS = [("doctor",), ("status",), ("preview-saml", "--user", "ada@example.com")]


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stub `pulumi` that shows a stack with an API token."""
    federation = {
        "app": {
            "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
            "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
        },
        "scim_token": {"secret": "scim"},
    }
    config = {
        "okta-identity-center:federation": {"value": "…", "objectValue": federation},
        "okta:orgName": {"value": "acme"},
        "okta:apiToken": {"value": "TOPSECRET", "secret": True},
    }
    (tmp_path / "stack").write_text(json.dumps(OUTPUTS))
    (tmp_path / "config").write_text(json.dumps(config))
    program = tmp_path / "pulumi"
    program.write_text(f'#!/bin/sh\ncat {tmp_path}/"$1"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """URL and Authorization header of the connections to Okta, none of which is answered."""
    used: list[tuple[str, str]] = []

    def connect(url: str, auth: httpx.Auth, **_: Any) -> None:
        request = next(auth.sync_auth_flow(httpx.Request("GET", url)))
        used.append((url, request.headers["Authorization"]))
        raise OktaError("the test does not connect")

    for name in ("doctor_progress", "status", "preview_saml"):
        monkeypatch.setattr(import_module(f"okta_idc.cli.{name}"), "Okta", connect)
    for name in ("OKTA_HTTP_PROXY", "OKTA_ACCESS_TOKEN", "OKTA_API_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", "from-the-environment")
    return used


@pytest.mark.usefixtures("pulumi")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("stack", [(), ("--stack", "prod")])
def test_credentials_and_url_come_from_the_stack(
    used: list[tuple[str, str]], command: tuple[str, ...], stack: tuple[str, ...]
) -> None:
    result = CliRunner().invoke(app, [*command, *stack], catch_exceptions=False)
    assert used == [(ORG, "SSWS TOPSECRET")]
    assert result.exit_code == 2
    assert "TOPSECRET" not in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_with_a_file_of_outputs_credentials_come_from_the_environment(
    used: list[tuple[str, str]], command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    file = ("--outputs", str(tmp_path / "outputs.json"), "--okta-url", ORG)
    CliRunner().invoke(app, [*command, *file], catch_exceptions=False)
    assert used == [(ORG, "SSWS from-the-environment")]


def test_the_example_of_preview_saml_runs_with_a_stack_file_alone(
    used: list[tuple[str, str]], tmp_path: Path
) -> None:
    text = (ROOT / "Pulumi.example.yaml").read_text().replace("REPLACE-WITH-YOURS", "0123-abcd")
    (tmp_path / "Pulumi.prod.yaml").write_text(text)
    options = ("--user", "ada@example.com", "--settings", str(tmp_path / "Pulumi.prod.yaml"))
    CliRunner().invoke(app, ["preview-saml", *options], catch_exceptions=False)
    assert used == [(ORG, "SSWS from-the-environment")]


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        (COMMANDS[0], ", or --okta-url, --app, --identity-store, and --region"),
        (COMMANDS[1], ""),
        (COMMANDS[2], ", or --okta-url and --app, or --settings"),
    ],
)
def test_without_pulumi_each_command_names_its_own_options_that_replace_a_stack(
    command: tuple[str, ...], instead: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, [*command], catch_exceptions=False)
    assert result.exit_code == 2
    message = "error: `pulumi` is not on PATH. Install it, or pass --outputs FILE"
    assert result.output == f"{message}{instead}.\n"
