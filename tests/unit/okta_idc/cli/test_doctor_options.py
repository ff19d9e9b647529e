"""What the doctor is told: by a stack, by files, or on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from okta_idc.cli.doctor_options import Inputs, direct, from_stack
from okta_idc.cli.stack import CannotLookError, org_url
from okta_idc.inventory.declared import DeclaredGroup
from okta_idc.inventory.model import Source
from okta_idc.inventory.unavailable import Unavailable

OUTPUTS = {
    "appId": "0oa1", "identityStoreId": "d-9067a1b2c3", "region": "us-east-1", "mode": "console",
    "metadataUrl": "https://acme.okta.com/api/v1/apps/0oa1/sso/saml/metadata",
    "secretName": "scim",
    "assignmentGroups": [{"name": "aws-access", "id": "00gA"}],
    "pushGroups": [{"name": "aws-admins", "sourceGroupId": "00gB", "mappingId": "gPm1",
                    "awsGroupId": "g-1"}],
}  # fmt: skip
FEDERATION: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    },
    "scim_token": {"secret": "by-settings"},
    "provisioning": {"mode": "api", "deactivate_users": False},
    "assignments": {"groups": ["aws-access"]},
    "push_groups": ["aws-admins", {"id": "00gC"}],
    "attribute_statements": [{"key": "Department", "value": "user.department"}],
}  # fmt: skip
VARIABLES = ("OKTA_HTTP_PROXY", "OKTA_ORG_NAME", "OKTA_BASE_URL", "OKTA_API_TOKEN",
             "OKTA_ACCESS_TOKEN", "OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `pulumi` on PATH that answers as the real one; the file notes how it was called."""
    config = {
        "okta-identity-center:federation": {"value": "…", "objectValue": FEDERATION},
        "okta:orgName": {"value": "acme", "secret": False},
        "okta:apiToken": {"value": "TOPSECRET", "secret": True},
        "aws:region": {"value": "us-east-1"},
    }
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    (tmp_path / "config.json").write_text(json.dumps(config))
    program = tmp_path / "pulumi"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n'
        f'case "$1" in stack) cat {tmp_path}/outputs.json;; *) cat {tmp_path}/config.json;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "calls"


def settings(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(yaml.safe_dump({"config": {"okta-identity-center:federation": FEDERATION}}))
    return path


def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "told.json"
    path.write_text(json.dumps(OUTPUTS))
    return path


def test_a_stack_tells_everything_and_nobody_configures_twice(pulumi: Path) -> None:
    told = from_stack(None, "prod", None, "")
    assert (told.source.app_id, told.source.store_id, told.source.region) == (
        "0oa1",
        "d-9067a1b2c3",
        "us-east-1",
    )
    assert told.url == "https://acme.okta.com"
    assert told.credentials.api_token == "TOPSECRET"
    assert told.declared.push == (DeclaredGroup("aws-admins", "00gB", "g-1"),)
    assert told.declared.assign == (DeclaredGroup("aws-access", "00gA"),)
    assert told.declared.features == ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES")
    assert told.declared.mode == "console"
    assert not isinstance(told.declared.settings, Unavailable)
    assert told.declared.settings["userNameTemplate"] == "${source.login}"
    assert told.declared_in == "Pulumi.prod.yaml"
    calls = pulumi.read_text().splitlines()
    assert calls == ["stack output --json --stack prod",
                     "config --json --show-secrets --stack prod"]  # fmt: skip
    assert "TOPSECRET" not in repr(told)


def test_files_tell_the_same_and_pulumi_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = from_stack(outputs(tmp_path), "", settings(tmp_path), "")
    assert not isinstance(told.declared.statements, Unavailable)
    assert [s.values for s in told.declared.statements] == [("user.department",)]
    bare = from_stack(outputs(tmp_path), "", None, "")
    assert isinstance(bare.declared.statements, Unavailable)
    assert "--settings" in bare.declared.statements.text


def test_ids_do_without_a_stack(tmp_path: Path) -> None:
    told = direct("0oa1", "d-1", "", "https://acme.okta.com", None)
    assert (told.source.region, told.source.secret) == ("eu-west-1", "")
    assert isinstance(told.declared.push, Unavailable)
    told = direct("", "d-1", "us-east-1", "https://acme.okta.com", settings(tmp_path))
    assert told.declared.push == (DeclaredGroup("aws-admins"), DeclaredGroup("00gC", "00gC"))
    assert told.source.secret == "by-settings"


def test_the_command_line_counts_before_the_stack(tmp_path: Path) -> None:
    told = from_stack(outputs(tmp_path), "", None, "")
    changed = told.given(region="eu-central-1", secret="other", policy="rst1", endpoint="")
    assert (changed.source.region, changed.source.secret) == ("eu-central-1", "other")
    assert changed.declared.policy == "rst1"
    kept = told.given(region="", secret="", policy="", endpoint="")
    assert kept == told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("0oa1", "", "us-east-1"), "--identity-store"),
        (("0oa1", "d-1", ""), "Pass --region"),
    ],
)
def test_what_is_missing_is_named(
    arguments: tuple[str, str, str], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(CannotLookError, match=says):
        direct(*arguments, "https://acme.okta.com", None)


@pytest.mark.parametrize(
    "url",
    ["http://acme.okta.com", "ftp://acme.okta.com", "acme.okta.com", "http://127.0.0.1.evil.org",
     "http://[::1", "http://user@evil.org/?127.0.0.1"],
)  # fmt: skip
def test_a_token_is_not_sent_in_the_clear(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotLookError, match="unencrypted"):
        org_url(url, {})
    monkeypatch.setenv("OKTA_HTTP_PROXY", url)
    with pytest.raises(CannotLookError, match="unencrypted"):
        org_url("", OUTPUTS)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8410", "http://localhost:1", "http://[::1]:1"])
def test_a_sandbox_on_this_machine_may_be_asked(url: str) -> None:
    assert org_url(url + "/", {}) == url


def test_the_org_is_known_from_the_providers_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    named = {"okta:orgName": "acme", "okta:baseUrl": "oktapreview.com"}
    assert org_url("", {}, named) == "https://acme.oktapreview.com"
    monkeypatch.setenv("OKTA_ORG_NAME", "other")
    assert org_url("", {}) == "https://other.okta.com"
    assert org_url("", OUTPUTS) == "https://acme.okta.com"


def test_inputs_can_be_compared_and_show_no_token() -> None:
    made = Inputs(
        "https://acme.okta.com", from_token("TOPSECRET"), Source("us-east-1", "0oa1", "d-1")
    )
    assert "TOPSECRET" not in repr(made)


def from_token(token: str) -> Any:
    from okta_idc.clients.okta_auth import Credentials

    return Credentials(api_token=token)
