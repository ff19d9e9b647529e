"""`okta-idc status`, against a stub of Okta, of the Identity Store and of the secret."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from okta_idc.cli import status
from okta_idc.cli.main import app
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta import OktaError
from okta_idc.doctor import provisioning_status
from okta_idc.inventory import aws, recheck

OUTPUTS = {
    "appId": "0oa1",
    "appLabel": "the label at the last update",
    "identityStoreId": "d-9067a1b2c3",
    "region": "us-east-1",
    "secretName": "okta-identity-center/scim",
    "metadataUrl": "https://acme.okta.com/api/v1/apps/0oa1/sso/saml/metadata",
    "tokenExpires": "2001-01-01T00:00:00+00:00",
    "assignmentGroups": [{"name": "aws-access", "id": "00gA"}],
    "pushGroups": [{"name": "aws-admins", "sourceGroupId": "00gB", "mappingId": "gPm1"}],
}
APP = {
    "id": "0oa1", "name": "amazon_aws_sso", "label": "AWS IAM Identity Center", "status": "ACTIVE",
    "features": ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION", "GROUP_PUSH"],
}  # fmt: skip
NAMES = {"firstName": "Ada", "lastName": "Berg", "displayName": "Ada Berg"}
ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"


def app_user(name: str, **more: Any) -> dict[str, Any]:
    okta = {"status": more.pop("okta", "ACTIVE"), "profile": {"login": f"{name}@example.com"}}
    return {
        "id": f"00u{name}", "status": "PROVISIONED", "syncState": "SYNCHRONIZED",
        "lastSync": "2026-11-02T08:30:00.000Z", "lastUpdated": "2026-11-01T00:00:00.000Z",
        "credentials": {"userName": f"{name}@example.com"}, "profile": dict(NAMES),
        "_embedded": {"user": okta}, **more,
    }  # fmt: skip


def rejected(name: str, **more: Any) -> dict[str, Any]:
    return app_user(name, status="STAGED", syncState="ERROR", **more)


def group(ident: str, name: str) -> dict[str, Any]:
    return {"id": ident, "type": "OKTA_GROUP", "profile": {"name": name}}


@dataclass
class StubApis:
    """What the stubbed Okta, Identity Store and secret return, and the requests to Okta."""

    app_users: list[dict[str, Any]] = field(default_factory=lambda: [app_user("ada")])
    mappings: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"sourceGroupId": "00gB", "status": "ACTIVE", "lastPush": "2026-11-01T00:00:00Z"}
        ]
    )
    groups: list[dict[str, Any]] = field(
        default_factory=lambda: [group("00gA", "aws-access"), group("00gB", "aws-admins")]
    )
    members: dict[str, list[str]] = field(default_factory=lambda: {"00gB": ["ada"]})
    store_users: list[str] = field(default_factory=lambda: ["ada"])
    store_groups: dict[str, list[str]] = field(default_factory=lambda: {"aws-admins": ["ada"]})
    tags: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    scim: tuple[int, str] = (200, "")
    requests: list[str] = field(default_factory=list)
    okta_error: str = ""

    def __post_init__(self) -> None:
        created, ends = datetime.now(UTC), datetime.now(UTC) + timedelta(days=200, hours=1)
        self.tags = {"endpoint": ENDPOINT, "token_id": "1", "created": created.isoformat(),
                     "expires": ends.isoformat()}  # fmt: skip
        self.secret = json.dumps({**self.tags, "token": "TOPSECRET"})

    def answer(self, path: str) -> Any:
        self.requests.append(path)
        if self.okta_error:
            raise OktaError(self.okta_error, 403)
        name = path.removeprefix("/api/v1/")
        match name.split("/"):
            case ["apps"]:
                return [APP]
            case ["apps", _]:
                return APP
            case ["apps", _, "users"]:
                return self.app_users
            case ["apps", _, "groups"]:
                return [{"id": "00gA"}]
            case ["apps", _, "group-push", "mappings"]:
                return self.mappings
            case ["apps", _, "connections", "default"]:
                return {"status": "ENABLED", "baseUrl": ENDPOINT}
            case ["", ".well-known", "okta-organization"]:
                return {"_links": {"organization": {"href": "https://acme.okta.com"}}}
            case ["groups"]:
                return self.groups
            case ["groups", ident, "users"]:
                return [
                    {"id": f"00u{n}", "status": "ACTIVE",
                     "profile": {"login": f"{n}@example.com"}}
                    for n in self.members.get(ident, ())
                ]  # fmt: skip
            case _:
                raise OktaError(f"GET {path}: not found", 404)


@pytest.fixture
def apis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StubApis:
    apis = StubApis()

    class Okta:
        def __init__(self, url: str, authorization: str, **_: Any) -> None:
            self.url = url
            apis.requests.append(url)

        async def __aenter__(self) -> "Okta":
            return self

        async def __aexit__(self, *_: object) -> None: ...

        async def get(self, path: str, **query: Any) -> Any:
            return apis.answer(path)

        async def every(self, path: str, **query: Any) -> list[dict[str, Any]]:
            return apis.answer(path)

        async def pages(self, path: str, **query: Any) -> AsyncIterator[list[dict[str, Any]]]:
            yield apis.answer(path)

    class Store:
        def __init__(self, *_: Any) -> None: ...

        def users(self) -> list[dict[str, Any]]:
            issuer = "https://scim.aws.com/x"
            return [
                {"UserName": f"{n}@example.com", "UserId": f"u-{n}",
                 "ExternalIds": [{"Issuer": issuer, "Id": f"00u{n}"}]}
                for n in apis.store_users
            ]  # fmt: skip

        def groups(self) -> list[dict[str, Any]]:
            return [{"DisplayName": name, "GroupId": name} for name in apis.store_groups]

        def members(self, ident: str) -> list[str]:
            return [f"u-{name}" for name in apis.store_groups[ident]]

    class Probe:
        def __init__(self, *_: Any) -> None: ...

        async def __call__(self, endpoint: str, token: str) -> tuple[int, str]:
            return apis.scim

    def secret_string(*_: Any) -> str:
        if not apis.secret:
            action = "secretsmanager:GetSecretValue"
            raise AwsError(f"{action}: AccessDeniedException: no", action, "AccessDeniedException")
        return apis.secret

    monkeypatch.setattr(status, "Okta", Okta)
    monkeypatch.setattr(aws, "IdentityStore", Store)
    monkeypatch.setattr(aws, "ScimProbe", Probe)
    monkeypatch.setattr(aws, "secret_tags", lambda *_: apis.tags)
    monkeypatch.setattr(aws, "secret_string", secret_string)
    monkeypatch.setattr(recheck, "PAUSE", 0)
    monkeypatch.setenv("OKTA_API_TOKEN", "TOPSECRET")
    monkeypatch.delenv("OKTA_HTTP_PROXY", raising=False)
    (tmp_path / "outputs.json").write_text(json.dumps(OUTPUTS))
    return apis


def outputs_with(tmp_path: Path, **more: Any) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps({**OUTPUTS, **more}))


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
        ("next year", "the expiry is unknown: the secret has no tag `expires` with a date."),
    ],
)
def test_the_expiry_of_the_token_is_that_of_the_secrets_tags(
    apis: StubApis, tmp_path: Path, expires: str, shown: str
) -> None:
    apis.tags["expires"] = expires
    assert shown in run_status(tmp_path)[1]


def test_nothing_that_can_be_read_comes_from_the_outputs(apis: StubApis, tmp_path: Path) -> None:
    """The outputs are those of the last update: another label, token and push groups."""
    outputs_with(tmp_path, pushGroups=[], assignmentGroups=[])
    text = run_status(tmp_path)[1]
    assert "App AWS IAM Identity Center (0oa1)" in text
    assert "1 assignment group, 1 push group" in text
    assert "expires in 200 days" in text
    assert "aws-admins 1 ACTIVE" in text
    assert "not pushed" not in text


def test_groups_of_aws_that_okta_does_not_push_are_listed_and_counted(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.store_groups |= {f"other-{number:03}": [] for number in range(60)}
    text = run_status(tmp_path)[1]
    assert "not pushed from Okta: 60: other-000, other-001" in text
    assert "other-024 and 35 more (--all lists them)" in text
    assert "other-059" in run_status(tmp_path, "--all")[1]


def test_a_rejected_token_is_reported_with_the_order_of_its_rotation(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.scim = 401, "GET /ServiceProviderConfig"
    text = run_status(tmp_path)[1]
    assert "AWS rejects the token in the secret" in text
    assert "[OIC-117, blocking]" in text
    assert "only then delete the old token" in text
    actual = json.loads(run_status(tmp_path, "--json")[1])["actual"]
    assert actual["token"]["accepted"] is False
    assert [each["rule"] for each in actual["findings"]] == ["OIC-117"]


def test_in_mode_console_the_token_of_okta_is_unknown_with_a_link_to_its_test(
    apis: StubApis, tmp_path: Path
) -> None:
    outputs_with(tmp_path, mode="console")
    apis.secret = ""
    text = run_status(tmp_path)[1]
    assert "the token in the secret was not tested: secretsmanager:GetSecretValue" in text
    assert "which token Okta uses is unknown" in text
    assert (
        "open the app's page (https://acme-admin.okta.com/admin/app/amazon_aws_sso/"
        "instance/0oa1/#tab-user-management/api-credentials" in text
    )


def test_unauthorized_pushes_since_the_last_success_are_a_dead_token(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.mappings[0] |= {"status": "ERROR", "lastUpdated": "2026-11-03T00:00:00Z",
                         "errorSummary": "Unable to push group: Unauthorized"}  # fmt: skip
    text = run_status(tmp_path)[1]
    assert "AWS rejects the token that Okta uses [OIC-130, blocking]" in text
    assert "aws-admins, and nothing has succeeded since 2026-11-02 08:30 UTC." in text
    apis.app_users[0]["lastSync"] = "2026-11-04T00:00:00.000Z"
    assert "OIC-130" not in run_status(tmp_path)[1]


def test_several_unexplained_failures_since_the_last_success_hint_at_the_token(
    apis: StubApis, tmp_path: Path
) -> None:
    later = {"lastUpdated": "2026-11-05T00:00:00.000Z"}
    apis.app_users += [rejected(f"p{number}", **later) for number in range(3)]
    text = run_status(tmp_path)[1]
    assert "failed for 3 users, for no known reason, and nothing has succeeded since" in text
    apis.app_users[2]["profile"]["displayName"] = apis.app_users[3]["profile"]["displayName"] = ""
    assert "OIC-131" not in run_status(tmp_path)[1]  # one failure alone is unexplained


def test_a_refused_user_without_a_display_name_has_a_finding(
    apis: StubApis, tmp_path: Path
) -> None:
    profile = {**NAMES, "displayName": None}
    apis.app_users.append(rejected("bob", profile=profile))
    profile["title"] = "SECRET <title>"
    entry = not_provisioned(tmp_path)["bob@example.com"]
    assert entry["kind"] == "refused"
    assert "SECRET" not in run_status(tmp_path)[1]
    assert {f["rule"] for f in entry["findings"]} == {"OIC-301", "OIC-303"}
    text = run_status(tmp_path)[1]
    assert "Set the attribute in" in text
    assert "Source: docs/research/aws-setup-page.md#troubleshooting." in text
    assert text.count("Sources in docs/ are in the repository of okta-identity-center.") == 1


@pytest.mark.parametrize("first", [True, False], ids=["listed first", "listed last"])
def test_of_two_users_with_one_mailbox_the_rejected_one_is_named(
    apis: StubApis, tmp_path: Path, first: bool
) -> None:
    """Okta's API does not show why AWS rejects a user; AWS answers 409."""
    shared = {"profile": {**NAMES, "email": "alex@example.com"}}
    apis.app_users = [app_user("alex.kim", **shared), rejected("alexander.kim", **shared)]
    if first:
        apis.app_users.reverse()
    apis.members, apis.store_users = {"00gB": ["alex.kim"]}, ["alex.kim"]
    apis.store_groups = {"aws-admins": ["alex.kim"]}
    found = not_provisioned(tmp_path)
    assert [f["rule"] for f in found["alexander.kim@example.com"]["findings"]] == ["OIC-306"]
    assert list(found) == ["alexander.kim@example.com"]
    text = run_status(tmp_path)[1]
    assert "is the email of 2 users (alex.kim@example.com)." in text
    assert "does not say why" not in text


def test_a_username_that_two_users_share_is_reported(apis: StubApis, tmp_path: Path) -> None:
    shared = {"userName": "Ada@example.com"}
    apis.app_users.insert(0, rejected("eva", credentials=shared))
    found = not_provisioned(tmp_path)["eva@example.com"]["findings"]
    assert [finding["rule"] for finding in found] == ["OIC-302"]
    assert "is the username of 2 users (ada@example.com)." in run_status(tmp_path)[1]


def test_a_rejection_that_no_rule_explains_says_where_the_reason_is(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.app_users.append(rejected("bob"))
    entry = not_provisioned(tmp_path)["bob@example.com"]
    assert [finding["rule"] for finding in entry["findings"]] == ["OIC-629"]
    assert "Dashboard → Tasks" in entry["findings"][0]["fix"]


def test_members_of_push_groups_who_are_not_assigned_are_named(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.members["00gB"].append("olga")
    entry = not_provisioned(tmp_path)["olga@example.com"]
    assert (entry["kind"], entry["findings"][0]["rule"]) == ("unassigned", "OIC-202")
    assert "olga@example.com aws-admins" in run_status(tmp_path)[1]


def test_a_provisioned_user_who_is_not_in_aws_is_named(apis: StubApis, tmp_path: Path) -> None:
    apis.app_users.append(app_user("bob"))
    assert not_provisioned(tmp_path)["bob@example.com"]["kind"] == "missing"


def test_many_users_are_grouped_by_cause_counted_and_cut(apis: StubApis, tmp_path: Path) -> None:
    nameless = {"profile": {**NAMES, "displayName": ""}}
    apis.app_users += [rejected(f"p{number:04}", **nameless) for number in range(2_000)]
    apis.app_users += [app_user(f"s{n:03}", status="STAGED") for n in range(500)]
    arguments = ["status", "--outputs", str(tmp_path / "outputs.json")]
    short = CliRunner().invoke(app, arguments).output
    assert len(short.splitlines()) < 30, short
    assert "2,000: p0000@example.com, p0001@example.com" in short
    assert "and 1,995 more (--all lists them)" in short
    assert "500: s000@example.com" in short
    assert "Not provisioned  2,500 users" in short
    whole = CliRunner().invoke(app, [*arguments, "--all"]).output
    assert all(f"p{number:04}@example.com" in whole for number in range(2_000))


def test_a_user_suspended_in_okta_is_listed_with_that_reason(
    apis: StubApis, tmp_path: Path
) -> None:
    apis.app_users.append(app_user("bob", status="STAGED", okta="SUSPENDED"))
    assert not_provisioned(tmp_path)["bob@example.com"]["reason"] == "is SUSPENDED in Okta"


def test_a_mapping_in_error_shows_oktas_reason(apis: StubApis, tmp_path: Path) -> None:
    apis.mappings[0] |= {"status": "ERROR", "errorSummary": "Unable to push group aws-admins"}
    apis.store_groups = {}
    [finding] = not_provisioned(tmp_path)["aws-admins"]["findings"]
    assert finding["rule"] == "OIC-601"
    assert "Unable to push group aws-admins" in finding["message"]
    assert "missing ERROR" in run_status(tmp_path)[1]


def test_a_deleted_mapping_is_shown_as_gone(apis: StubApis, tmp_path: Path) -> None:
    apis.mappings = []
    text = run_status(tmp_path)[1]
    assert "aws-admins missing gone" in text
    assert "not pushed from Okta: aws-admins" in text


def test_waiting_ends_when_provisioning_is_complete(
    apis: StubApis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apis.app_users.append(app_user("bob", status="STAGED"))
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        apis.app_users[1]["status"] = "PROVISIONED"
        apis.store_users = ["ada", "bob"]

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
        (
            json.dumps({**OUTPUTS, "pushGroups": [{"name": "a"}, 1]}),
            "output pushGroups is not a list",
        ),
        (json.dumps({**OUTPUTS, "pushGroups": {"name2": 1}}), "output pushGroups is not a list"),
        (
            json.dumps({**OUTPUTS, "assignmentGroups": [{}]}),
            "output assignmentGroups is not a list",
        ),
    ],
)
def test_invalid_outputs_are_explained(
    apis: StubApis, tmp_path: Path, outputs: str, message: str
) -> None:
    (tmp_path / "outputs.json").write_text(outputs)
    code, text = run_status(tmp_path)
    assert code == 2
    assert message in text


def test_a_file_that_never_ends_is_an_error(
    apis: StubApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("okta_idc.cli.stack._LARGEST", 1_000_000)
    result = CliRunner().invoke(app, ["status", "--outputs", "/dev/zero"])
    assert result.exit_code == 2
    assert result.output == "error: /dev/zero: is larger than 1 MB.\n"


def test_without_pulumi_the_error_names_the_outputs_option(
    apis: StubApis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 2
    assert "--outputs" in result.output
