"""`okta-idc adopt` on an unmanaged federation, over HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.settings import load_settings
from tests.unit.okta_idc.doctor.federation import (
    ASSIGN,
    AWS,
    PUSH,
    TOKEN,
    Federation,
    built_federation,
    unbuilt_federation,
)

KEY = "okta-identity-center:federation"
_UNSET_VARIABLES = (
    "OKTA_API_CLIENT_ID",
    "OKTA_API_PRIVATE_KEY",
    "OKTA_ACCESS_TOKEN",
    "OKTA_HTTP_PROXY",
)


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Shared by all tests. A test that changes the federation reverts the change."""
    with built_federation(tmp_path_factory.mktemp("federation")) as built:
        yield built


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _UNSET_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.setenv("AWS_REGION", AWS.region)


class Result:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def settings(self) -> dict[str, Any]:
        return json.loads(self.out)["settings"]


def adopt(federation: Federation, *arguments: str) -> Result:
    endpoints = ("--okta-url", federation.okta, "--aws-endpoint", federation.aws)
    result = CliRunner().invoke(app, ["adopt", *endpoints, *arguments], catch_exceptions=False)
    assert TOKEN not in result.output
    assert "Traceback" not in result.output
    return Result(result.exit_code, result.stdout, result.stderr)


def test_the_printed_stack_file_is_valid_and_complete(federation: Federation) -> None:
    before = len(federation.request("GET", "/sandbox/request-log"))
    result = adopt(federation)
    assert result.code == 0, result.err
    assert ": 1 assignment group, 5 push groups, " in result.err
    settings = load_settings(yaml.safe_load(result.out)["config"][KEY])
    assert settings.app.import_id == federation.app
    assert {g.name: g.import_id for g in settings.push_groups} == {
        name: f"{federation.app}/{federation.mappings[name]}" for name in PUSH
    }
    assert [g.name for g in settings.assignments.groups] == [*ASSIGN]
    assert [a.key for a in settings.attribute_statements] == ["Department", "CostCenter"]
    assert settings.access_control_attributes
    assert settings.access_control_attributes.attributes == {"UserName": "${path:userName}"}
    store = federation.client("identitystore").list_groups(IdentityStoreId=AWS.identity_store_id)
    ids = {group["DisplayName"]: group["GroupId"] for group in store["Groups"]}
    assert {g.name: g.aws_group_id for g in settings.push_groups} == {
        name: ids[name] for name in PUSH
    }
    log = federation.request("GET", "/sandbox/request-log")[before:]
    calls = [call for call in log if call["path"].startswith("/api/")]
    assert {call["method"] for call in calls} == {"GET"}
    assert len(calls) <= 6  # apps, assignments, mappings, groups by id and by name


def test_an_existing_file_is_overwritten_only_with_force(
    federation: Federation, tmp_path: Path
) -> None:
    out = tmp_path / "Pulumi.prod.yaml"
    out.write_text("unchanged")
    result = adopt(federation, "--out", str(out))
    assert (result.code, out.read_text()) == (2, "unchanged")
    assert f"{out}: exists already. Pass --force" in result.err
    result = adopt(federation, "--out", str(out), "--force")
    assert result.code == 0, result.err
    assert result.out == ""
    assert result.err.endswith("docs/guide/adopt.md in the repository of okta-identity-center.\n")
    load_settings(yaml.safe_load(out.read_text())["config"][KEY])


def test_a_file_that_cannot_be_written_is_reported(federation: Federation, tmp_path: Path) -> None:
    result = adopt(federation, "--out", str(tmp_path / "missing" / "Pulumi.prod.yaml"))
    assert result.code == 2
    assert "missing/Pulumi.prod.yaml: cannot be written: No such file" in result.err


def test_the_mappings_file_requires_the_stack_name(federation: Federation, tmp_path: Path) -> None:
    path = tmp_path / "mappings.json"
    assert adopt(federation, "--mappings", str(path)).code == 2
    assert not path.exists()
    assert adopt(federation, "--mappings", str(path), "--stack", "prod").code == 0
    document = json.loads(path.read_text())
    assert document["nameTable"]["push"].startswith("urn:pulumi:prod::okta-identity-center::")
    assert {r["id"] for r in document["resources"]} == set(federation.mappings.values())


def test_an_org_without_an_identity_center_app_is_reported(tmp_path: Path) -> None:
    with unbuilt_federation(tmp_path) as empty:
        result = adopt(empty)
    assert (result.code, result.out) == (2, "")
    assert "Okta shows no app amazon_aws_sso" in result.err


@contextmanager
def second_app(federation: Federation) -> Iterator[str]:
    body = {"name": "amazon_aws_sso", "label": "Another AWS app", "signOnMode": "SAML_2_0"}
    [settings] = [
        found["settings"]["app"]
        for found in federation.request("GET", "/api/v1/apps")
        if found["id"] == federation.app
    ]
    app_id = federation.request("POST", "/api/v1/apps", {**body, "settings": {"app": settings}})[
        "id"
    ]
    try:
        yield app_id
    finally:
        federation.request("POST", f"/api/v1/apps/{app_id}/lifecycle/deactivate")
        federation.request("DELETE", f"/api/v1/apps/{app_id}")


def test_with_two_apps_the_app_option_is_required(federation: Federation) -> None:
    with second_app(federation) as other:
        result = adopt(federation)
        assert (result.code, result.out) == (2, "")
        assert "Pass --app with one of" in result.err
        assert federation.app in result.err
        assert other in result.err
        chosen = adopt(federation, "--app", federation.app, "--json")
        assert chosen.code == 0, chosen.err
        assert chosen.settings["app"]["import_id"] == federation.app
        unused = adopt(federation, "--app", other, "--json")
        assert unused.code == 1
        assert "provisioning seems to be off" in unused.err
        assert unused.settings["push_groups"] == []


def test_an_unknown_app_id_is_reported_with_the_existing_app(federation: Federation) -> None:
    result = adopt(federation, "--app", "0oaNone")
    assert result.code == 2
    assert f"The org has AWS IAM Identity Center ({federation.app})" in result.err


def test_a_mapping_in_error_is_adopted_and_reported(federation: Federation) -> None:
    path = f"/api/v1/apps/{federation.app}/group-push/mappings/{federation.mappings['aws-data']}"
    federation.request("POST", "/sandbox/faults", {"name": "mapping-error"})
    federation.request("PATCH", path, {"status": "ACTIVE"})
    federation.settle()
    try:
        assert federation.request("GET", path)["status"] == "ERROR"
        result = adopt(federation, "--json")
    finally:
        federation.request("DELETE", "/sandbox/faults")
        federation.request("PATCH", path, {"status": "ACTIVE"})
        federation.settle()
    assert result.code == 1
    assert "adopted, with a problem: the push mapping of aws-data is in ERROR" in result.err
    assert "Unable to push group aws-data" in result.err
    assert "aws-data" in [g["name"] for g in result.settings["push_groups"]]


def test_a_group_in_both_roles_becomes_a_push_group(federation: Federation) -> None:
    path = f"/api/v1/apps/{federation.app}/groups/{federation.groups['aws-data']}"
    federation.request("PUT", path, {})
    try:
        result = adopt(federation)
    finally:
        federation.request("DELETE", path)
    assert result.code == 1
    assert "not adopted: the group aws-data is assigned and pushed" in result.err
    settings = load_settings(yaml.safe_load(result.out)["config"][KEY])
    assert [g.name for g in settings.assignments.groups] == [*ASSIGN]
    assert "aws-data" in [g.name for g in settings.push_groups]
    assert "# - name: aws-data" in result.out


@pytest.mark.parametrize("path", ["/groups", "/group-push/mappings"])
def test_no_file_is_written_when_okta_denies_a_read(
    federation: Federation, tmp_path: Path, path: str
) -> None:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission to do that."}
    fault = {"method": "GET", "path": path, "status": 403, "times": 20, "body": body}
    federation.request("POST", "/sandbox/faults", fault)
    out = tmp_path / "Pulumi.prod.yaml"
    try:
        result = adopt(federation, "--out", str(out))
    finally:
        federation.request("DELETE", "/sandbox/faults")
    assert result.code == 2
    assert "403: You do not have permission" in result.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--identity-store", "d-0000000000"), "not d-0000000000. Set --region or"),
        (("--region", "eu-central-1"), "Set --region or --identity-store"),
    ],
)
def test_a_missing_instance_is_reported_with_the_options_to_set(
    federation: Federation, arguments: tuple[str, ...], message: str
) -> None:
    result = adopt(federation, *arguments)
    assert result.code == 2
    assert message in result.err


def test_a_missing_secret_is_reported_and_the_settings_are_still_printed(
    federation: Federation,
) -> None:
    result = adopt(federation, "--secret", "missing-secret", "--json")
    assert result.code == 1
    assert "the secret missing-secret cannot be used" in result.err
    assert result.settings["scim_token"] == {"secret": "missing-secret"}
