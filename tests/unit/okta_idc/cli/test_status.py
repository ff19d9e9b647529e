"""`okta-idc status`, against an Okta and an Identity Store made up for each test."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from okta_idc.cli import status
from okta_idc.cli.main import app
from okta_idc.clients.okta import OktaError
from okta_idc.doctor import provisioning_status
from okta_idc.inventory import aws

OUTPUTS = {
    "appId": "0oa1",
    "appLabel": "AWS IAM Identity Center",
    "identityStoreId": "d-9067a1b2c3",
    "region": "us-east-1",
    "metadataUrl": "https://acme.okta.com/api/v1/apps/0oa1/sso/saml/metadata",
    "tokenExpires": "2099-01-01T00:00:00+00:00",
    "attributes": ["Department"],
    "assignmentGroups": [{"name": "aws-access", "id": "00gA"}],
    "pushGroups": [{"name": "aws-admins", "sourceGroupId": "00gB", "mappingId": "gPm1"}],
}
NAMES = {"firstName": "Ada", "lastName": "Berg", "displayName": "Ada Berg"}


def person(name: str, **more: Any) -> dict[str, Any]:
    okta = {"status": more.pop("okta", "ACTIVE")}
    return {
        "id": f"00u{name}", "status": "PROVISIONED", "syncState": "SYNCHRONIZED",
        "credentials": {"userName": f"{name}@example.com"}, "profile": dict(NAMES),
        "_embedded": {"user": okta}, **more,
    }  # fmt: skip


@dataclass
class World:
    people: list[dict[str, Any]] = field(default_factory=lambda: [person("ada")])
    mappings: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"sourceGroupId": "00gB", "status": "ACTIVE", "lastPush": "2026-11-01T00:00:00Z"}
        ]
    )
    users: list[dict[str, Any]] = field(
        default_factory=lambda: [{"UserName": "ada@example.com", "UserId": "u-0"}]
    )
    groups: dict[str, int] = field(default_factory=lambda: {"aws-admins": 1})
    asked: list[str] = field(default_factory=list)
    broken: str = ""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    world = World()

    class Okta:
        def __init__(self, url: str, authorization: str, **_: Any) -> None:
            world.asked.append(url)

        async def __aenter__(self) -> "Okta":
            return self

        async def __aexit__(self, *_: object) -> None: ...

        async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
            world.asked.append(path)
            if world.broken:
                raise OktaError(world.broken, 403)
            return world.mappings

        async def pages(self, path: str, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
            await self.every(path)
            yield world.people

    class Store:
        def __init__(self, *_: Any) -> None: ...

        def users(self) -> list[dict[str, Any]]:
            return world.users

        def groups(self) -> list[dict[str, Any]]:
            return [{"DisplayName": name, "GroupId": name} for name in world.groups]

        def members(self, ident: str) -> list[str]:
            return [f"u-{number}" for number in range(world.groups[ident])]

    monkeypatch.setattr(status, "Okta", Okta)
    monkeypatch.setattr(aws, "IdentityStore", Store)
    monkeypatch.setenv("OKTA_API_TOKEN", "TOPSECRET")
    monkeypatch.delenv("OKTA_HTTP_PROXY", raising=False)
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    return world


def shown(tmp_path: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["status", "--outputs", str(tmp_path / "outputs.json"), *more], catch_exceptions=False
    )
    assert "TOPSECRET" not in result.output
    return result.exit_code, " ".join(result.output.split())


def not_provisioned(tmp_path: Path) -> dict[str, dict[str, Any]]:
    code, text = shown(tmp_path, "--json")
    assert code == 0
    return {left["name"]: left for left in json.loads(text)["actual"]["not_provisioned"]}


def test_what_stands_is_shown(world: World, tmp_path: Path) -> None:
    code, text = shown(tmp_path)
    assert code == 0
    assert "1 users; 1 users are assigned" in text
    assert "aws-admins 1 ACTIVE" in text
    assert "Not provisioned none" in text
    assert world.asked[0] == "https://acme.okta.com"  # known from the outputs


def test_a_person_without_a_display_name_is_refused_for_that(world: World, tmp_path: Path) -> None:
    profile = {**NAMES, "displayName": None}
    world.people.append(person("bob", syncState="ERROR", profile=profile))
    left = not_provisioned(tmp_path)["bob@example.com"]
    assert left["kind"] == "refused"
    assert [f["rule"] for f in left["findings"]] == ["OIC-301"]
    assert "Set the attribute in" in shown(tmp_path)[1]


def test_two_people_with_one_user_name_are_told(world: World, tmp_path: Path) -> None:
    world.people.append(person("Ada", syncState="ERROR"))
    found = not_provisioned(tmp_path)["Ada@example.com"]["findings"]
    assert [finding["rule"] for finding in found] == ["OIC-302"]
    assert "is the username of 2 users (ada@example.com)." in shown(tmp_path)[1]


def test_a_refusal_that_no_rule_explains_is_not_explained_away(
    world: World, tmp_path: Path
) -> None:
    world.people.append(person("bob", syncState="ERROR"))
    left = not_provisioned(tmp_path)["bob@example.com"]
    assert left["findings"] == []
    assert "does not say why" in left["reason"]


def test_who_is_suspended_in_okta_is_not_provisioned_for_that(world: World, tmp_path: Path) -> None:
    world.people.append(person("bob", status="STAGED", okta="SUSPENDED"))
    assert not_provisioned(tmp_path)["bob@example.com"]["reason"] == "is SUSPENDED in Okta"


def test_a_mapping_in_error_shows_oktas_reason(world: World, tmp_path: Path) -> None:
    world.mappings[0] |= {"status": "ERROR", "errorSummary": "Unable to push group aws-admins"}
    world.groups = {}
    assert not_provisioned(tmp_path)["aws-admins"]["reason"] == "Unable to push group aws-admins"
    assert "missing ERROR" in shown(tmp_path)[1]


def test_a_mapping_that_was_deleted_is_gone_and_not_fine(world: World, tmp_path: Path) -> None:
    world.mappings = []
    assert "aws-admins 1 gone" in shown(tmp_path)[1]


def test_waiting_ends_when_nothing_is_under_way(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people.append(person("bob", status="STAGED"))
    looks: list[float] = []

    async def sleep(seconds: float) -> None:
        looks.append(seconds)
        world.people[1]["status"] = "PROVISIONED"

    monkeypatch.setattr(provisioning_status.asyncio, "sleep", sleep)
    code, text = shown(tmp_path, "--wait", "30")
    assert (code, len(looks)) == (0, 1)
    assert "still being provisioned" not in text


def test_waiting_is_bounded_and_says_who_is_still_on_the_way(world: World, tmp_path: Path) -> None:
    world.people.append(person("bob", status="STAGED"))
    code, text = shown(tmp_path, "--wait", "0")
    assert code == 0
    assert "bob@example.com: is still being provisioned" in text


def test_what_could_not_be_looked_at_is_unknown_and_exit_code_2(
    world: World, tmp_path: Path
) -> None:
    world.broken = "GET /api/v1/apps/0oa1/users: 403: You do not have permission"
    code, text = shown(tmp_path)
    assert code == 2
    assert "unknown: GET /api/v1/apps/0oa1/users: 403" in text


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ("nonsense", "not a JSON object"),
        ("[]", "not a JSON object"),
        ("{}", "lacks the outputs appId"),
        (json.dumps({**OUTPUTS, "metadataUrl": None}), "URL of the org is unknown"),
    ],
)
def test_outputs_that_do_not_serve_are_explained(
    world: World, tmp_path: Path, outputs: str, says: str
) -> None:
    (tmp_path / "outputs.json").write_text(outputs)
    code, text = shown(tmp_path)
    assert code == 2
    assert says in text


def test_without_pulumi_it_says_what_to_give(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 2
    assert "--outputs" in result.output
