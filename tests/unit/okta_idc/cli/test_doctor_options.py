"""The doctor's inputs from a stack, from files and from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from okta_idc.cli.doctor_options import Inputs, from_options, from_stack, read_inputs
from okta_idc.cli.stack import InputError, org_url
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_auth import Credentials
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
    "scim_token": {"secret": "from-settings"},
    "provisioning": {"mode": "api", "deactivate_users": False},
    "assignments": {"groups": ["aws-access"]},
    "push_groups": ["aws-admins", {"id": "00gC"}],
    "attribute_statements": [{"key": "Department", "value": "user.department"}],
}  # fmt: skip
VARIABLES = ("OKTA_HTTP_PROXY", "OKTA_ORG_NAME", "OKTA_BASE_URL", "OKTA_API_TOKEN",
             "OKTA_ACCESS_TOKEN", "OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY")  # fmt: skip


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A stub `pulumi` on PATH. Returns the file that logs its arguments."""
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


def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(yaml.safe_dump({"config": {"okta-identity-center:federation": FEDERATION}}))
    return path


def outputs_file(tmp_path: Path) -> Path:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps(OUTPUTS))
    return path


def test_a_stack_provides_every_input(pulumi: Path) -> None:
    inputs = from_stack(None, "prod", None, "")
    assert (inputs.source.app_id, inputs.source.store_id, inputs.source.region) == (
        "0oa1",
        "d-9067a1b2c3",
        "us-east-1",
    )
    assert inputs.url == "https://acme.okta.com"
    assert inputs.credentials.api_token == "TOPSECRET"
    assert inputs.declared.push == (DeclaredGroup("aws-admins", "00gB", "g-1"),)
    assert inputs.declared.assign == (DeclaredGroup("aws-access", "00gA"),)
    assert inputs.declared.features == ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES")
    assert inputs.declared.mode == "console"
    assert not isinstance(inputs.declared.settings, Unavailable)
    assert inputs.declared.settings["userNameTemplate"] == "${source.login}"
    assert inputs.declared_in == "Pulumi.prod.yaml"
    calls = pulumi.read_text().splitlines()
    assert calls == ["stack output --json --stack prod",
                     "config --json --show-secrets --stack prod"]  # fmt: skip
    assert "TOPSECRET" not in repr(inputs)


def test_files_provide_the_inputs_without_running_pulumi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    inputs = from_stack(outputs_file(tmp_path), "", settings_file(tmp_path), "")
    assert not isinstance(inputs.declared.statements, Unavailable)
    assert [s.values for s in inputs.declared.statements] == [("user.department",)]
    without_settings = from_stack(outputs_file(tmp_path), "", None, "")
    assert isinstance(without_settings.declared.statements, Unavailable)
    assert "--settings" in without_settings.declared.statements.text


def test_ids_replace_the_stack(tmp_path: Path) -> None:
    inputs = from_options("0oa1", "d-1", "", "https://acme.okta.com", None)
    assert (inputs.source.region, inputs.source.secret) == ("eu-west-1", "")
    assert isinstance(inputs.declared.push, Unavailable)
    inputs = from_options("", "d-1", "us-east-1", "https://acme.okta.com", settings_file(tmp_path))
    assert inputs.declared.push == (DeclaredGroup("aws-admins"), DeclaredGroup("00gC", "00gC"))
    assert inputs.source.secret == "from-settings"


def test_a_stack_file_provides_the_org_but_no_encrypted_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settings_file(tmp_path)
    document = yaml.safe_load(path.read_text())
    document["config"] |= {
        "okta:orgName": "other",
        "okta:baseUrl": "oktapreview.com",
        "okta:clientId": "0oaApp",
        "okta:apiToken": {"secure": "v1:TOPSECRET"},
    }
    path.write_text(yaml.safe_dump(document))
    monkeypatch.setenv("OKTA_API_TOKEN", "from the environment")
    without_stack = from_options("0oa1", "d-1", "", "", path)
    assert without_stack.url == "https://other.oktapreview.com"
    for inputs in (without_stack, from_stack(outputs_file(tmp_path), "", path, "")):
        assert inputs.credentials.client_id == "0oaApp"
        assert inputs.credentials.api_token == "from the environment"


def test_the_configuration_of_the_stack_precedes_that_of_a_file(
    pulumi: Path, tmp_path: Path
) -> None:
    path = settings_file(tmp_path)
    path.write_text(path.read_text() + "  okta:clientId: 0oaOther\n")
    inputs = from_stack(None, "prod", path, "")
    assert (inputs.credentials.api_token, inputs.credentials.client_id) == ("TOPSECRET", "")


@pytest.mark.parametrize("text", ["config: {}", "config: {okta:orgName: acme}"])
def test_a_file_without_settings_is_rejected(tmp_path: Path, text: str) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"has no okta-identity-center:federation"):
        from_options("0oa1", "d-1", "", "https://acme.okta.com", path)


def test_command_line_options_override_the_stack(tmp_path: Path) -> None:
    inputs = from_stack(outputs_file(tmp_path), "", None, "")
    changed = inputs.override(region="eu-central-1", secret="other", policy="rst1")
    assert (changed.source.region, changed.source.secret) == ("eu-central-1", "other")
    assert changed.declared.policy == "rst1"
    assert inputs.override() == inputs


def test_inputs_come_from_the_options_if_they_name_an_app(tmp_path: Path) -> None:
    given = outputs_file(tmp_path), "", None
    url, aws = "https://acme.okta.com", "http://127.0.0.1:1"
    alone = read_inputs(*given, "0oa2", "d-2", "eu-central-1", url, aws).source
    assert (alone.app_id, alone.store_id, alone.region, alone.endpoint) == (
        "0oa2", "d-2", "eu-central-1", aws,
    )  # fmt: skip
    stack = read_inputs(*given, "", "", "eu-central-1", url, "").source
    assert (stack.app_id, stack.region, stack.endpoint) == ("0oa1", "eu-central-1", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("0oa1", "", "us-east-1"), "--identity-store"),
        (("0oa1", "d-1", ""), "Pass --region"),
    ],
)
def test_a_missing_option_is_named(
    arguments: tuple[str, str, str], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises((InputError, AwsError), match=message):
        from_options(*arguments, "https://acme.okta.com", None)


@pytest.mark.parametrize(
    "url",
    ["http://acme.okta.com", "ftp://acme.okta.com", "acme.okta.com", "http://127.0.0.1.evil.org",
     "http://user@evil.org/?127.0.0.1"],
)  # fmt: skip
def test_a_url_that_would_send_a_token_unencrypted_is_rejected(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="unencrypted"):
        org_url(url, {})
    monkeypatch.setenv("OKTA_HTTP_PROXY", url)
    with pytest.raises(InputError, match="unencrypted"):
        org_url("", OUTPUTS)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://acme.okta.com:44x", "has a port that is not a number"),
        ("https://acme.okta.com:99999", "has a port that is not a number"),
        ("http://[::1", "is not a URL"),
        ("https://ac me.okta.com", "contains white space"),
        ("https://", "has no host"),
        ("http://u:SECRET@127.0.0.1:1", "contains a user name or a password"),
        ("https://:SECRET@acme.okta.com", "contains a user name or a password"),
        ("https://acme.okta.com/SECRET", "has a path or a query"),
        ("https://acme.okta.com?SECRET", "has a path or a query"),
    ],
)
def test_the_fault_of_a_url_and_where_it_comes_from_are_named(
    url: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=f"^--okta-url: the value {fault}") as raised:
        org_url(url, {})
    assert "SECRET" not in str(raised.value)
    with pytest.raises(InputError, match=f"^okta:httpProxy: the value {fault}"):
        org_url("", {}, {"okta:httpProxy": url})
    monkeypatch.setenv("OKTA_HTTP_PROXY", url)
    with pytest.raises(InputError, match=f"^OKTA_HTTP_PROXY: the value {fault}"):
        org_url("", OUTPUTS)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8410", "http://localhost:1", "http://[::1]:1"])
def test_a_sandbox_on_this_machine_may_use_http(url: str) -> None:
    assert org_url(url + "/", {}) == url


def test_the_org_url_comes_from_provider_settings_variables_or_outputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = {"okta:orgName": "acme", "okta:baseUrl": "oktapreview.com"}
    assert org_url("", {}, config) == "https://acme.oktapreview.com"
    monkeypatch.setenv("OKTA_ORG_NAME", "other")
    assert org_url("", {}) == "https://other.okta.com"
    assert org_url("", OUTPUTS) == "https://acme.okta.com"


def test_the_repr_of_inputs_hides_the_token() -> None:
    inputs = Inputs(
        "https://acme.okta.com",
        Credentials(api_token="TOPSECRET"),
        Source("us-east-1", "0oa1", "d-1"),
    )
    assert "TOPSECRET" not in repr(inputs)
