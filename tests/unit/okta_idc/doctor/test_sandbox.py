"""The doctor on the sandbox's org, over HTTP, finds exactly the planted defects."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.rules import RULES, EnforcementPoint
from tests.unit.okta_idc.doctor.conftest import Doctor
from tests.unit.okta_idc.doctor.federation import AWS, Federation

NORA, THEO, UMA, VERA, ZOE = (
    f"{name}@example.com"
    for name in ("nora.lind", "theo.brandt", "uma.nair", "vera.holm", "zoe.martin")
)
ALEXANDER = "alexander.kim@example.com"

PLANTED = {
    ("OIC-301", NORA, "displayName"),  # no display name
    ("OIC-303", THEO, "title"),  # `<` in the title
    ("OIC-304", UMA, "address"),  # incomplete address
    ("OIC-306", ALEXANDER, "email"),  # same email as alex.kim
    ("OIC-302", ALEXANDER, "userName"),  # therefore the same username
    ("OIC-208", VERA, "aws-data"),  # suspended member of a push group
    ("OIC-405", ZOE, "attribute Department"),  # R&D
}
"""The defects in sandbox/org.yaml. The failed tasks of rejected users are explained by them."""

DOCTOR_RULES = {rule.id for rule in RULES.values() if EnforcementPoint.DOCTOR in rule.enforced_by}


@contextmanager
def faults(federation: Federation, *injected: dict[str, Any]) -> Iterator[None]:
    for fault in injected:
        federation.request("POST", "/sandbox/faults", fault)
    try:
        yield
    finally:
        federation.request("DELETE", "/sandbox/faults")


def read_fault(path: str, status: int = 403, times: int = 100, **more: Any) -> dict[str, Any]:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission to do that."}
    return {"method": "GET", "path": path, "status": status, "times": times, "body": body, **more}


def unknown_rules(result: Any) -> set[str]:
    return {rule for rules in result.unknown().values() for rule in rules}


def test_exactly_the_planted_defects_are_found(doctor: Doctor) -> None:
    result = doctor()
    assert result.findings() == PLANTED
    assert result.code == 1
    assert result.unknown() == {}
    assert result.document["skipped"] == []
    assert set(result.document["checked"]) == DOCTOR_RULES


def test_personal_values_require_the_option_show_values(doctor: Doctor) -> None:
    assert "Engineer <Platform" not in doctor().out
    result = doctor("--show-values")
    assert "Engineer <Platform" in result.out
    assert "R&D" in result.out


def test_ids_replace_the_stack(doctor: Doctor, federation: Federation) -> None:
    only = ("--identity-store", AWS.identity_store_id, "--region", AWS.region,
            "--secret", AWS.secret, "--okta-url", federation.okta)  # fmt: skip
    direct = ("--app", federation.app, *only)
    result = doctor(stack=direct)
    assert result.findings() == PLANTED
    assert result.unknown() == {}
    drift = {"OIC-602", "OIC-603", "OIC-605", "OIC-606", "OIC-615", "OIC-616", "OIC-617"}
    skipped = {rule for each in result.document["skipped"] for rule in each["rules"]}
    assert drift <= skipped
    assert doctor(stack=only).findings() == PLANTED  # the org has only one app


def test_the_terminal_report_is_grouped_by_rule(doctor: Doctor) -> None:
    result = doctor(as_json=False)
    assert result.out.count("Set all five parts of the address") == 1
    assert "uma.nair@example.com" in result.out
    assert f"7 findings (5 blocking); {len(DOCTOR_RULES)} rules checked." in result.out
    assert result.code == 1


def test_several_report_files_can_be_written_in_one_run(doctor: Doctor, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"report.{kind}" for kind in ("junit", "sarif", "html")}
    doctor(*(part for kind, path in files.items() for part in (f"--{kind}", str(path))))
    suite = ET.parse(files["junit"]).getroot()[0]  # noqa: S314 — the report of this test
    assert suite.get("failures") == "7"
    results = json.loads(files["sarif"].read_text())["runs"][0]["results"]
    assert len(results) == len({who for _, who, _ in PLANTED})  # one for each user
    assert all(who in files["html"].read_text() for _, who, _ in PLANTED)
    result = doctor("--html", str(tmp_path / "missing" / "x.html"))
    assert result.code == 2
    assert "cannot be written" in result.err


@pytest.mark.parametrize(
    ("path", "scopes", "rule"),
    [
        (r"^/api/v1/groups", "okta.groups.read, and an admin role that can see groups", "OIC-205"),
        (r"/meta/schemas/", "okta.schemas.read", "OIC-414"),
        (r"^/api/v1/mappings", "okta.profileMappings.read", "OIC-322"),
        (r"/users\?", "okta.apps.read, and an admin role that can see the app", "OIC-301"),
        (r"/group-push/", "okta.apps.read and okta.groups.read", "OIC-601"),
    ],
)
def test_a_missing_scope_or_role_is_named(
    doctor: Doctor, federation: Federation, path: str, scopes: str, rule: str
) -> None:
    with faults(federation, read_fault(path)):
        result = doctor()
    assert result.findings() <= PLANTED  # unread data causes no findings
    reasons = [why for why, rules in result.unknown().items() if rule in rules]
    assert reasons
    assert f"Needs {scopes}" in reasons[0]
    assert "403" in reasons[0]


def test_unknown_results_without_findings_exit_with_2(
    doctor: Doctor, federation: Federation
) -> None:
    with faults(
        federation, read_fault(r"^/api/v1/apps/[^/]+/users"), read_fault(r"^/api/v1/groups")
    ):
        result = doctor()
    assert result.findings() == set()
    assert result.code == 2


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (r"/apps/[^/]+/users", "OIC-301"),
        (r"/groups/[^/]+/users", "OIC-202"),
        (r"^/api/v1/groups\?", "OIC-205"),
    ],
)
def test_an_empty_list_that_a_role_may_have_emptied_is_unknown(
    doctor: Doctor, federation: Federation, path: str, rule: str
) -> None:
    with faults(federation, read_fault(path, status=200, body=[])):
        result = doctor()
    assert result.findings() <= PLANTED
    assert rule in unknown_rules(result)
    assert any("hidden" in why for why in result.unknown())


def test_empty_push_groups_share_one_line(doctor: Doctor, federation: Federation) -> None:
    with faults(federation, read_fault(r"/groups/[^/]+/users", status=200, body=[])):
        result = doctor()
    [why] = result.unknown()
    assert "no member of 5 push groups (aws-admins, aws-data, aws-developers, aws-finance" in why


def test_a_token_that_aws_rejects_is_a_finding(doctor: Doctor, federation: Federation) -> None:
    with faults(federation, {"name": "expired-token"}):
        result = doctor(as_json=False)
    assert "OIC-117, blocking" in result.out
    assert "AWS rejects the token in the secret" in result.out


@pytest.mark.parametrize("mode", ["api", "console"])
def test_a_secret_that_may_not_be_read_is_unknown_and_in_mode_console_skipped(
    doctor: Doctor, federation: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:  # fmt: skip
    from okta_idc.clients.aws import AwsError
    from okta_idc.inventory import aws

    def denied(*_: Any) -> str:
        action = "secretsmanager:GetSecretValue"
        raise AwsError(f"{action}: AccessDeniedException: no", action, "AccessDeniedException")

    monkeypatch.setattr(aws, "secret_string", denied)
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({**federation.outputs(), "mode": mode}))
    result = doctor(stack=("--outputs", str(outputs)))
    skipped = {rule: e["why"] for e in result.document["skipped"] for rule in e["rules"]}
    assert ("OIC-117" in unknown_rules(result)) == (mode == "api")
    assert ("OIC-117" in skipped) == (mode == "console")
    if mode == "console":
        assert "Needs secretsmanager:GetSecretValue." in skipped["OIC-117"]
        assert "To test it, open the app's page (http" in (skipped["OIC-130"])


def test_an_empty_list_of_apps_is_unknown(doctor: Doctor, federation: Federation) -> None:
    direct = ("--identity-store", AWS.identity_store_id, "--region", AWS.region,
              "--secret", AWS.secret, "--okta-url", federation.okta)  # fmt: skip
    with faults(federation, read_fault(r"^/api/v1/apps\?", status=200, body=[])):
        result = doctor(stack=direct)
    assert result.code == 2
    assert "OIC-618" in unknown_rules(result)
    assert any("there is none, or it is hidden" in why for why in result.unknown())


def test_a_missing_app_is_reported_with_the_existing_ones(
    doctor: Doctor, federation: Federation, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({**federation.outputs(), "appId": "0oaUnknown"}))
    result = doctor(stack=("--outputs", str(outputs)))
    assert result.code == 2
    assert any("0oaUnknown" in why and federation.app in why for why in result.unknown())


def test_another_kind_of_app_is_rejected(
    doctor: Doctor, federation: Federation, tmp_path: Path
) -> None:
    body = {"name": "slack", "label": "Slack", "signOnMode": "SAML_2_0"}
    other = federation.request("POST", "/api/v1/apps", body)["id"]
    outputs = tmp_path / "other.json"
    outputs.write_text(json.dumps({**federation.outputs(), "appId": other}))
    try:
        result = doctor(stack=("--outputs", str(outputs)))
    finally:
        federation.request("POST", f"/api/v1/apps/{other}/lifecycle/deactivate")
        federation.request("DELETE", f"/api/v1/apps/{other}")
    assert any("is an instance of slack, not of amazon_aws_sso" in why for why in result.unknown())


@contextmanager
def second_app(federation: Federation, **settings: str) -> Iterator[str]:
    """ID and label of another instance of the catalog app."""
    body = {"name": "amazon_aws_sso", "label": "AWS (2)", "signOnMode": "SAML_2_0",
            "settings": {"app": settings}}  # fmt: skip
    other = federation.request("POST", "/api/v1/apps", body)["id"]
    try:
        yield other
    finally:
        federation.request("POST", f"/api/v1/apps/{other}/lifecycle/deactivate")
        federation.request("DELETE", f"/api/v1/apps/{other}")


def test_with_two_apps_the_app_option_is_required(doctor: Doctor, federation: Federation) -> None:
    direct = ("--identity-store", AWS.identity_store_id, "--region", AWS.region,
              "--secret", AWS.secret, "--okta-url", federation.okta)  # fmt: skip
    with second_app(federation) as other:
        result = doctor(stack=direct)
    assert any("Pass --app" in why and other in why for why in result.unknown())
    assert not any(rule == "OIC-618" for rule, *_ in result.findings())


@pytest.mark.parametrize("same_instance", [True, False])
def test_a_second_app_is_reported_only_for_the_same_instance(
    doctor: Doctor, federation: Federation, same_instance: bool
) -> None:
    ours = federation.request("GET", f"/api/v1/apps/{federation.app}")["settings"]["app"]
    addresses = {name: ours[name] + ("" if same_instance else "x") for name in ours}
    with second_app(federation, **addresses):
        found = doctor().findings() - PLANTED
    assert [rule for rule, *_ in found] == (["OIC-618"] if same_instance else [])


@pytest.mark.parametrize("status", [500, 403])
def test_a_failed_page_does_not_truncate_a_list(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    small_pages(monkeypatch)
    with faults(federation, read_fault(r"/apps/[^/]+/users\?.*after=", status=status)):
        result = doctor()
    assert result.findings() <= PLANTED
    assert {"OIC-301", "OIC-302", "OIC-625", "OIC-202"} <= unknown_rules(result)


def test_a_throttled_page_is_requested_again(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch)
    later = {"X-Rate-Limit-Reset": "0", "Date": "Tue, 24 Nov 2026 10:00:00 GMT"}
    with faults(federation, read_fault(r"users\?.*after=", status=429, times=1, headers=later)):
        result = doctor()
    assert result.findings() == PLANTED
    assert "429 from Okta" in result.err
    assert "continuing in 1 s" in result.err


def small_pages(monkeypatch: pytest.MonkeyPatch, between: Any = None) -> None:
    """Limits a page of app users to 10 users. Calls `between` after the first page."""
    from okta_idc.clients.okta import Okta

    original = Okta.pages

    async def pages(self: Okta, path: str, **query: Any) -> Any:
        if path.endswith("/users") and "/apps/" in path:
            query["limit"] = 10
        number = 0
        async for page in original(self, path, **query):
            yield page
            number += 1
            if number == 1 and between and "/apps/" in path and path.endswith("/users"):
                between()

    monkeypatch.setattr(Okta, "pages", pages)


def test_a_user_deleted_between_two_pages_is_not_a_finding(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion shifts the list by one user, so that the next page skips another user."""
    user = federation.user_id("amir.haddad")  # on the first page, and in aws-developers
    root = f"/api/v1/groups/{federation.groups['aws-access']}/users/{user}"
    developers = f"/api/v1/groups/{federation.groups['aws-developers']}/users/{user}"

    def leave() -> None:
        federation.request("DELETE", developers)
        federation.request("DELETE", root)
        federation.settle()

    small_pages(monkeypatch, leave)
    try:
        result = doctor()
    finally:
        federation.request("PUT", root)
        federation.settle()
        federation.request("PUT", developers)
        federation.settle()
    assert {f for f in result.findings() if f[1] != "amir.haddad@example.com"} == PLANTED
    monkeypatch.undo()


def test_unreadable_members_of_one_group_do_not_hide_the_others(
    doctor: Doctor, federation: Federation
) -> None:
    path = rf"/groups/{federation.groups['aws-finance']}/users"
    not_found = {"errorCode": "E0000007", "errorSummary": "Not found: Resource not found"}
    with faults(federation, read_fault(path, status=404, body=not_found)):
        result = doctor()
    assert result.findings() == PLANTED
    assert {"OIC-202", "OIC-208", "OIC-211", "OIC-621", "OIC-622"} == unknown_rules(result)


def test_drift_in_okta_and_in_aws_is_found(doctor: Doctor, federation: Federation) -> None:
    store, at = federation.client("identitystore"), {"IdentityStoreId": AWS.identity_store_id}
    users = {u["UserName"]: u["UserId"] for u in store.list_users(**at)["Users"]}
    groups = {g["DisplayName"]: g["GroupId"] for g in store.list_groups(**at)["Groups"]}
    member = {"GroupId": groups["aws-admins"],
              "MemberId": {"UserId": users["ada.berg@example.com"]}}  # fmt: skip
    membership = store.get_group_membership_id(**at, **member)["MembershipId"]
    store.delete_group_membership(**at, MembershipId=membership)
    name = {"GivenName": "Root", "FamilyName": "Root"}
    unmanaged = store.create_user(**at, UserName="root", DisplayName="Root", Name=name)["UserId"]
    root = f"/api/v1/apps/{federation.app}"
    contractors = federation.groups["contractors"]
    body = {"sourceGroupId": contractors, "targetGroupName": "contractors"}
    mapping = federation.request("POST", f"{root}/group-push/mappings", body)["id"]
    federation.settle()
    try:
        result = doctor()
    finally:
        store.create_group_membership(**at, **member)
        store.delete_user(**at, UserId=unmanaged)
        federation.request("PATCH", f"{root}/group-push/mappings/{mapping}", {"status": "INACTIVE"})
        federation.request(
            "DELETE", f"{root}/group-push/mappings/{mapping}", deleteTargetGroup="true"
        )
        federation.settle()
    members = ("olga.ivanova", "omar.aziz", "paula.gomez", "ravi.iyer", "rosa.lima", "sam.taylor")
    assert result.findings() - PLANTED == {
        ("OIC-621", "ada.berg@example.com", "aws-admins"),
        ("OIC-628", "root", "users"),
        ("OIC-603", "contractors", "push_groups"),
        *(("OIC-202", f"{name}@example.com", "contractors") for name in members),
    }
    assert result.findings() >= PLANTED


def test_an_invisible_connection_is_skipped_in_console_mode(
    doctor: Doctor, federation: Federation, tmp_path: Path
) -> None:
    outputs = tmp_path / "console.json"
    outputs.write_text(json.dumps({**federation.outputs(), "mode": "console"}))
    federation.request("POST", "/sandbox/settings", {"connections": "unknown"})
    try:
        console = doctor(stack=("--outputs", str(outputs)))
        by_api = doctor()
    finally:
        federation.request("POST", "/sandbox/settings", {"connections": "supported"})
    assert console.unknown() == {}
    assert not {"OIC-610", "OIC-611"} & {rule for rule, *_ in console.findings()}
    assert ("OIC-610", "the app", "connection") in by_api.findings()


def test_invalid_credentials_are_reported_without_the_token(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_API_TOKEN", "WRONG-AND-SECRET")
    result = doctor()
    assert result.code == 2
    assert "401: Invalid token" in result.err
    assert "WRONG-AND-SECRET" not in result.out + result.err


@pytest.mark.parametrize("dpop", ["accepted", "required"])
def test_a_service_app_with_a_private_key_signs_in(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch, dpop: str
) -> None:
    from tests.unit.okta_idc.clients.test_okta_auth import KEY

    federation.request("POST", "/sandbox/settings", {"dpop": dpop})
    monkeypatch.delenv("OKTA_API_TOKEN")
    monkeypatch.setenv("OKTA_API_CLIENT_ID", "0oaService")
    monkeypatch.setenv("OKTA_API_PRIVATE_KEY", KEY)
    result = doctor()
    federation.request("POST", "/sandbox/settings", {"dpop": "accepted"})
    assert result.findings() == PLANTED
    assert "service app 0oaService" in result.document["about"]["Okta"]


def test_a_missing_iam_action_is_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    from okta_idc.clients import identity_center
    from okta_idc.clients.aws import AwsError

    def refuse(self: Any, operation: str, **_: Any) -> Any:
        raise AwsError("no", "sso:ListInstances", "AccessDeniedException")

    monkeypatch.setattr(identity_center.IdentityCenter, "call", refuse)
    result = doctor()
    assert result.findings() == PLANTED
    (why,) = result.unknown()
    assert "Needs sso:ListInstances." in why
    assert {"OIC-107", "OIC-410", "OIC-534"} <= unknown_rules(result)


def test_the_preview_reads_statements_and_profile_from_the_live_app(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_HTTP_PROXY", federation.okta)

    def preview(user: str) -> tuple[int, dict[str, Any]]:
        arguments = ["preview-saml", "--user", user, "--app", federation.app, "--json"]
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        return result.exit_code, json.loads(result.stdout or "{}")

    code, assertion = preview("ada.berg@example.com")
    assert (code, assertion["sessionTags"]) == (0, {"Department": "Platform", "CostCenter": "4100"})
    code, assertion = preview(ZOE)
    assert (code, assertion["sessionTags"]["Department"]) == (1, "R&D")
    assert [f["rule"] for f in assertion["findings"]] == ["OIC-405"]
    code, assertion = preview(ALEXANDER)  # found by login; two users share the username
    assert (assertion["nameId"]["value"], assertion["sessionTags"]["Department"]) == (
        "alex.kim@example.com", "Finance",
    )  # fmt: skip
    # Olga is not assigned, so the username format applies.
    code, assertion = preview("olga.ivanova@example.com")
    assert (code, assertion["nameId"]["value"]) == (0, "olga.ivanova@example.com")
    assert preview("nobody@example.com") == (2, {})


def test_an_error_for_a_feature_that_the_org_lacks_is_a_finding_only_without_provisioning(
    doctor: Doctor, federation: Federation
) -> None:
    body = {"errorCode": "E0000015", "errorSummary": "You do not have permission to access it."}
    lacks = read_fault("/features/USER_PROVISIONING", 401, body=body)
    with faults(federation, lacks):
        assert doctor().findings() == PLANTED
    app = federation.request("GET", f"/api/v1/apps/{federation.app}")
    off = read_fault(rf"^/api/v1/apps/{federation.app}$", 200, body={**app, "features": []})
    with faults(federation, lacks, off):
        assert ("OIC-646", "the app", "features") in doctor().findings()
    with faults(federation, off):
        result = doctor()
    assert "OIC-646" not in {rule for rule, _, _ in result.findings()}
    assert "OIC-646" in unknown_rules(result)
