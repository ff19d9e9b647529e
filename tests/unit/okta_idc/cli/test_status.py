"""`okta-idc status`, against a stub of Okta and of the Identity Store."""

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


def app_user(name: str, **more: Any) -> dict[str, Any]:
    okta = {"status": more.pop("okta", "ACTIVE")}
    return {
        "id": f"00u{name}", "status": "PROVISIONED", "syncState": "SYNCHRONIZED",
        "credentials": {"userName": f"{name}@example.com"}, "profile": dict(NAMES),
        "_embedded": {"user": okta}, **more,
    }  # fmt: skip


@dataclass
class StubApis:
    """What the stubbed Okta and Identity Store return, and the requests to Okta."""

    app_users: list[dict[str, Any]] = field(default_factory=lambda: [app_user("ada")])
    mappings: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"sourceGroupId": "00gB", "status": "ACTIVE", "lastPush": "2026-11-01T00:00:00Z"}
        ]
    )
    store_users: list[dict[str, Any]] = field(
        default_factory=lambda: [{"UserName": "ada@example.com", "UserId": "u-0"}]
    )
    store_groups: dict[str, int] = field(default_factory=lambda: {"aws-admins": 1})
    requests: list[str] = field(default_factory=list)
    okta_error: str = ""


@pytest.fixture
def apis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StubApis:
    apis = StubApis()

    class Okta:
        def __init__(self, url: str, authorization: str, **_: Any) -> None:
            apis.requests.append(url)

        async def __aenter__(self) -> "Okta":
            return self

        async def __aexit__(self, *_: object) -> None: ...

        async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
            apis.requests.append(path)
            if apis.okta_error:
                raise OktaError(apis.okta_error, 403)
            return apis.mappings

        async def pages(self, path: str, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
            await self.every(path)
            yield apis.app_users

    class Store:
        def __init__(self, *_: Any) -> None: ...

        def users(self) -> list[dict[str, Any]]:
            return apis.store_users

        def groups(self) -> list[dict[str, Any]]:
            return [{"DisplayName": name, "GroupId": name} for name in apis.store_groups]

        def members(self, ident: str) -> list[str]:
            return [f"u-{number}" for number in range(apis.store_groups[ident])]

    monkeypatch.setattr(status, "Okta", Okta)
    monkeypatch.setattr(aws, "IdentityStore", Store)
    monkeypatch.setenv("OKTA_API_TOKEN", "TOPSECRET")
    monkeypatch.delenv("OKTA_HTTP_PROXY", raising=False)
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    return apis


def run_status(tmp_path: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["status", "--outputs", str(tmp_path / "outputs.json"), *more], catch_exceptions=False
    )
    assert "TOPSECRET" not in result.output
    return result.exit_code, " ".join(result.output.split())


def not_provisioned(tmp_path: Path) -> dict[str, dict[str, Any]]:
    code, text = run_status(tmp_path, "--json")
    assert code == 0
    return {entry["name"]: entry for entry in json.loads(text)["actual"]["not_provisioned"]}


def test_the_status_shows_user_and_member_counts(apis: StubApis, tmp_path: Path) -> None:
    code, text = run_status(tmp_path)
    assert code == 0
    assert "1 user; 1 assigned" in text
    assert "aws-admins 1 ACTIVE" in text
    assert "Not provisioned none" in text
    assert apis.requests[0] == "https://acme.okta.com"  # from the outputs


@pytest.mark.parametrize(
    ("expires", "shown"),
    [
        ("2020-01-01T00:00:00+00:00", "Token expired on 2020-01-01, 2,"),
        ("2099-01-01T00:00:00+00:00", "Token expires in 2"),
        ("2099-01-01", "Token expires in 2"),
        ("next year", "Token expiry unknown"),
    ],
)
def test_the_status_shows_when_the_token_expires(
    apis: StubApis, tmp_path: Path, expires: str, shown: str
) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps({**OUTPUTS, "tokenExpires": expires}))
    assert shown in run_status(tmp_path)[1]


def test_a_refused_user_without_a_display_name_has_a_finding(
    apis: StubApis, tmp_path: Path
) -> None:
    profile = {**NAMES, "displayName": None}
    apis.app_users.append(app_user("bob", syncState="ERROR", profile=profile))
    entry = not_provisioned(tmp_path)["bob@example.com"]
    assert entry["kind"] == "refused"
    assert [f["rule"] for f in entry["findings"]] == ["OIC-301"]
    text = run_status(tmp_path)[1]
    assert "Set the attribute in" in text
    assert "Source: docs/research/aws-setup-page.md#troubleshooting." in text
    assert text.count("Sources in docs/ are in the repository of okta-identity-center.") == 1


def test_a_username_that_two_users_share_is_reported(apis: StubApis, tmp_path: Path) -> None:
    apis.app_users.append(app_user("Ada", syncState="ERROR"))
    found = not_provisioned(tmp_path)["Ada@example.com"]["findings"]
    assert [finding["rule"] for finding in found] == ["OIC-302"]
    assert "is the username of 2 users (ada@example.com)." in run_status(tmp_path)[1]


def test_a_refusal_that_no_rule_explains_has_no_findings(apis: StubApis, tmp_path: Path) -> None:
    apis.app_users.append(app_user("bob", syncState="ERROR"))
    entry = not_provisioned(tmp_path)["bob@example.com"]
    assert entry["findings"] == []
    assert "does not say why" in entry["reason"]


def test_a_user_suspended_in_okta_is_listed_with_that_reason(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.app_users.append(app_user("bob", status="STAGED", okta="SUSPENDED"))
    assert not_provisioned(tmp_path)["bob@example.com"]["reason"] == "is SUSPENDED in Okta"


def test_a_mapping_in_error_shows_oktas_reason(apis: StubApis, tmp_path: Path) -> None:
    apis.mappings[0] |= {"status": "ERROR", "errorSummary": "Unable to push group aws-admins"}
    apis.store_groups = {}
    assert not_provisioned(tmp_path)["aws-admins"]["reason"] == "Unable to push group aws-admins"
    assert "missing ERROR" in run_status(tmp_path)[1]


def test_a_deleted_mapping_is_shown_as_gone(apis: StubApis, tmp_path: Path) -> None:
    apis.mappings = []
    assert "aws-admins 1 gone" in run_status(tmp_path)[1]


def test_waiting_ends_when_provisioning_is_complete(
    apis: StubApis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apis.app_users.append(app_user("bob", status="STAGED"))
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        apis.app_users[1]["status"] = "PROVISIONED"

    monkeypatch.setattr(provisioning_status.asyncio, "sleep", sleep)
    code, text = run_status(tmp_path, "--wait", "30")
    assert (code, len(waits)) == (0, 1)
    assert "still being provisioned" not in text


def test_waiting_ends_at_the_timeout_and_names_pending_users(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.app_users.append(app_user("bob", status="STAGED"))
    code, text = run_status(tmp_path, "--wait", "0")
    assert code == 0
    assert "bob@example.com: is still being provisioned" in text


def test_a_failed_read_is_unknown_and_exits_with_2(apis: StubApis, tmp_path: Path) -> None:
    apis.okta_error = "GET /api/v1/apps/0oa1/users: 403: You do not have permission"
    code, text = run_status(tmp_path)
    assert code == 2
    assert "unknown: GET /api/v1/apps/0oa1/users: 403" in text


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ("nonsense", "not a JSON object"),
        ("[]", "not a JSON object"),
        ("{}", "lacks the outputs appId"),
        (json.dumps({**OUTPUTS, "metadataUrl": None}), "URL of the org is unknown"),
    ],
)
def test_invalid_outputs_are_explained(
    apis: StubApis, tmp_path: Path, outputs: str, message: str
) -> None:
    (tmp_path / "outputs.json").write_text(outputs)
    code, text = run_status(tmp_path)
    assert code == 2
    assert message in text


def test_without_pulumi_the_error_names_the_outputs_option(
    apis: StubApis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 2
    assert "--outputs" in result.output
