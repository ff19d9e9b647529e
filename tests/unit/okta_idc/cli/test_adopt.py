"""`okta-idc adopt` on a federation that was built without the kit, through HTTP."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.settings import Settings
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
_OTHERS = ("OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY", "OKTA_ACCESS_TOKEN", "OKTA_HTTP_PROXY")


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Built once. A test that changes it takes the change back."""
    with built_federation(tmp_path_factory.mktemp("federation")) as built:
        yield built


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.setenv("AWS_REGION", AWS.region)


class Told:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def settings(self) -> dict[str, Any]:
        return json.loads(self.out)["settings"]


Adopt = Callable[..., Told]


def adopt(federation: Federation, *arguments: str) -> Told:
    where = ("--okta-url", federation.okta, "--aws-endpoint", federation.aws)
    result = CliRunner().invoke(app, ["adopt", *where, *arguments], catch_exceptions=False)
    assert TOKEN not in result.output
    assert "Traceback" not in result.output
    return Told(result.exit_code, result.stdout, result.stderr)


def test_the_printed_file_loads_and_names_everything_that_is_there(federation: Federation) -> None:
    before = len(federation.ask("GET", "/sandbox/request-log"))
    told = adopt(federation)
    assert told.code == 0, told.err
    settings = Settings.load(yaml.safe_load(told.out)["config"][KEY])
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
    made = federation.ask("GET", "/sandbox/request-log")[before:]
    calls = [call for call in made if call["path"].startswith("/api/")]
    assert {call["method"] for call in calls} == {"GET"}
    assert len(calls) <= 6  # apps, assignments, mappings, groups by id and by name


def test_a_file_is_written_once_and_over_another_only_when_asked(
    federation: Federation, tmp_path: Path
) -> None:
    out = tmp_path / "Pulumi.prod.yaml"
    out.write_text("mine")
    told = adopt(federation, "--out", str(out))
    assert (told.code, out.read_text()) == (2, "mine")
    assert f"{out}: exists already. Pass --force" in told.err
    told = adopt(federation, "--out", str(out), "--force")
    assert told.code == 0, told.err
    assert told.out == ""
    Settings.load(yaml.safe_load(out.read_text())["config"][KEY])


def test_a_file_that_cannot_be_written_is_named(federation: Federation, tmp_path: Path) -> None:
    told = adopt(federation, "--out", str(tmp_path / "nowhere" / "Pulumi.prod.yaml"))
    assert told.code == 2
    assert "nowhere/Pulumi.prod.yaml: cannot be written: No such file" in told.err


def test_the_mappings_file_needs_the_stacks_name(federation: Federation, tmp_path: Path) -> None:
    path = tmp_path / "mappings.json"
    assert adopt(federation, "--mappings", str(path)).code == 2
    assert not path.exists()
    assert adopt(federation, "--mappings", str(path), "--stack", "prod").code == 0
    document = json.loads(path.read_text())
    assert document["nameTable"]["push"].startswith("urn:pulumi:prod::okta-identity-center::")
    assert {r["id"] for r in document["resources"]} == set(federation.mappings.values())


def test_an_org_without_such_an_app_is_told(tmp_path: Path) -> None:
    with unbuilt_federation(tmp_path) as empty:
        told = adopt(empty)
    assert (told.code, told.out) == (2, "")
    assert "Okta shows no app amazon_aws_sso" in told.err


@contextmanager
def second_app(federation: Federation) -> Iterator[str]:
    body = {"name": "amazon_aws_sso", "label": "AWS, another", "signOnMode": "SAML_2_0"}
    [settings] = [
        found["settings"]["app"]
        for found in federation.ask("GET", "/api/v1/apps")
        if found["id"] == federation.app
    ]
    made = federation.ask("POST", "/api/v1/apps", {**body, "settings": {"app": settings}})["id"]
    try:
        yield made
    finally:
        federation.ask("POST", f"/api/v1/apps/{made}/lifecycle/deactivate")
        federation.ask("DELETE", f"/api/v1/apps/{made}")


def test_of_two_apps_one_must_be_chosen(federation: Federation) -> None:
    with second_app(federation) as other:
        told = adopt(federation)
        assert (told.code, told.out) == (2, "")
        assert "give --app, one of" in told.err
        assert federation.app in told.err
        assert other in told.err
        chosen = adopt(federation, "--app", federation.app, "--json")
        assert chosen.code == 0, chosen.err
        assert chosen.settings["app"]["import_id"] == federation.app
        unused = adopt(federation, "--app", other, "--json")
        assert unused.code == 1
        assert "provisioning seems to be off" in unused.err
        assert unused.settings["push_groups"] == []


def test_an_app_that_is_not_there_is_told(federation: Federation) -> None:
    told = adopt(federation, "--app", "0oaNone")
    assert told.code == 2
    assert f"The org has AWS IAM Identity Center ({federation.app})" in told.err


def test_a_mapping_in_error_is_adopted_and_told(federation: Federation) -> None:
    path = f"/api/v1/apps/{federation.app}/group-push/mappings/{federation.mappings['aws-data']}"
    federation.ask("POST", "/sandbox/faults", {"name": "mapping-error"})
    federation.ask("PATCH", path, {"status": "ACTIVE"})
    federation.settle()
    try:
        assert federation.ask("GET", path)["status"] == "ERROR"
        told = adopt(federation, "--json")
    finally:
        federation.ask("DELETE", "/sandbox/faults")
        federation.ask("PATCH", path, {"status": "ACTIVE"})
        federation.settle()
    assert told.code == 1
    assert "not taken over: the push mapping of aws-data is in ERROR" in told.err
    assert "Unable to push group aws-data" in told.err
    assert "aws-data" in [g["name"] for g in told.settings["push_groups"]]


def test_a_group_in_both_roles_is_taken_as_a_push_group(federation: Federation) -> None:
    path = f"/api/v1/apps/{federation.app}/groups/{federation.groups['aws-data']}"
    federation.ask("PUT", path, {})
    try:
        told = adopt(federation)
    finally:
        federation.ask("DELETE", path)
    assert told.code == 1
    assert "the group aws-data is assigned and pushed" in told.err
    settings = Settings.load(yaml.safe_load(told.out)["config"][KEY])
    assert [g.name for g in settings.assignments.groups] == [*ASSIGN]
    assert "aws-data" in [g.name for g in settings.push_groups]
    assert "# - name: aws-data" in told.out


@pytest.mark.parametrize("path", ["/groups", "/group-push/mappings"])
def test_a_refused_look_writes_no_file(federation: Federation, tmp_path: Path, path: str) -> None:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission to do that."}
    fault = {"method": "GET", "path": path, "status": 403, "times": 20, "body": body}
    federation.ask("POST", "/sandbox/faults", fault)
    out = tmp_path / "Pulumi.prod.yaml"
    try:
        told = adopt(federation, "--out", str(out))
    finally:
        federation.ask("DELETE", "/sandbox/faults")
    assert told.code == 2
    assert "403: You do not have permission" in told.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--identity-store", "d-0000000000"), "not d-0000000000. Set --region or"),
        (("--region", "eu-central-1"), "Set --region or --identity-store"),
    ],
)
def test_an_instance_that_is_not_there_is_told(
    federation: Federation, arguments: tuple[str, ...], says: str
) -> None:
    told = adopt(federation, *arguments)
    assert told.code == 2
    assert says in told.err


def test_a_secret_that_is_missing_is_told_and_the_rest_is_written(federation: Federation) -> None:
    told = adopt(federation, "--secret", "not/there", "--json")
    assert told.code == 1
    assert "the secret not/there cannot be used" in told.err
    assert told.settings["scim_token"] == {"secret": "not/there"}
