"""`okta-idc explain`: every rule, and users of a federation in the sandbox."""

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.rules import RULES
from okta_idc.rules.examples import show
from tests.runbook import Runbook
from tests.unit.okta_idc.doctor.federation import (
    AWS,
    TOKEN,
    Federation,
    built_federation,
)

INSTANCE = f"arn:aws:sso:::instance/{AWS.instance_id}"
ACCOUNTS = ("210987654321", "321098765432")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["explain", *arguments], env={"COLUMNS": "200"}, catch_exceptions=False
    )
    return result.exit_code, result.output


class TestRule:
    @pytest.mark.parametrize("ident", RULES)
    def test_every_rule_is_explained(self, ident: str) -> None:
        code, text = run(ident)
        assert code == 0
        assert text.startswith(f"{ident}: ")
        for title in ("Severity", "Enforced by", "Checks", "Right", "Wrong", "Fix", "Source"):
            assert f"\n{title:<12}" in text
        assert f"docs/reference/rules.md#{ident.lower()}" in text

    @pytest.mark.parametrize("ident", RULES)
    def test_json_has_the_same_facts(self, ident: str) -> None:
        code, text = run(ident, "--json")
        document = json.loads(text)
        assert code == 0
        assert (document["id"], document["title"]) == (ident, RULES[ident].title)
        assert document["problem"]
        assert all(document.values())

    def test_an_id_is_found_in_any_case(self) -> None:
        assert run("oic-203")[1].startswith("OIC-203: ")

    @pytest.mark.parametrize("ident", ["203", "oic203", " OIC-203 "])
    def test_an_id_is_found_by_its_number(self, ident: str) -> None:
        assert "OIC-203: " in run(ident)[1]

    def test_a_number_alone_is_said_to_be_read_as_a_rule(self) -> None:
        assert "203 is read as the rule OIC-203. For a user, pass the ID." in run("203")[1]
        assert "is read as" not in run("OIC-203")[1]

    @pytest.mark.parametrize("ident", [*RULES])
    def test_examples_are_written_as_yaml(self, ident: str) -> None:
        for example in (RULES[ident].good, RULES[ident].bad):
            text = show(example)
            assert text.isprintable()
            if "…" not in text and not isinstance(example, type):
                yaml.safe_load(text)

    def test_an_unknown_id_names_similar_ones(self) -> None:
        code, text = run("OIC-299")
        assert code == 2
        assert "no rule has the ID OIC-299. Similar: OIC-" in text


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Shared by all tests. A test that changes the federation reverts the change."""
    with built_federation(tmp_path_factory.mktemp("federation")) as built:
        sso, store = built.client("sso-admin"), built.client("identitystore")
        [arn] = [sso.create_permission_set(InstanceArn=INSTANCE, Name="Developer")["PermissionSet"]
                 ["PermissionSetArn"]]  # fmt: skip
        groups = store.list_groups(IdentityStoreId=AWS.identity_store_id)["Groups"]
        [group] = [g["GroupId"] for g in groups if g["DisplayName"] == "aws-developers"]
        for account in ACCOUNTS:
            sso.create_account_assignment(
                InstanceArn=INSTANCE, TargetId=account, TargetType="AWS_ACCOUNT",
                PermissionSetArn=arn, PrincipalType="GROUP", PrincipalId=group,
            )  # fmt: skip
        yield built


Explain = Callable[..., tuple[int, str]]


@pytest.fixture
def explain(
    federation: Federation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Explain]:
    for name in ("OKTA_ACCESS_TOKEN", "OKTA_HTTP_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps(federation.outputs()))

    def explained(*arguments: str) -> tuple[int, str]:
        return run(*arguments, "--outputs", str(outputs), "--okta-url", federation.okta,
                   "--aws-endpoint", federation.aws)  # fmt: skip

    yield explained
    federation.request("DELETE", "/sandbox/faults")


def document(explain: Explain, *arguments: str) -> Any:
    text = explain(*arguments, "--json")[1]
    return json.loads(text[text.index("{\n") :])  # after what went to standard error


def inject(federation: Federation, **fault: Any) -> None:
    federation.request("POST", "/sandbox/faults", fault)


class TestUser:
    def test_a_provisioned_user_has_groups_tags_and_permission_sets(self, explain: Explain) -> None:
        code, text = explain("ada.berg@example.com")
        assert code == 0, text
        assert "is in AWS, with 1 permission set in 2 accounts." in text
        found = document(explain, "ada.berg@example.com")
        assert found["assignment"] == "assigned by aws-access; provisioned"
        assert found["session_tags"] == {"Department": "Platform", "CostCenter": "4100"}
        assert found["session_tags_enabled"] is True
        assert found["permission_sets"] == [
            {"account": account, "permission_set": "Developer", "through": "aws-developers",
             "pending": False}
            for account in ACCOUNTS
        ]  # fmt: skip
        groups = {g["name"]: (g["role"], g["in_okta"], g["in_aws"]) for g in found["groups"]}
        assert groups == {
            "aws-access": ("assigned", True, None),
            "aws-admins": ("pushed", True, True),
            "aws-developers": ("pushed", True, True),
        }
        assert (found["findings"], found["unknown"]) == ([], [])

    def test_a_user_has_the_access_that_the_map_shows(
        self, explain: Explain, federation: Federation, tmp_path: Path
    ) -> None:
        given = ("--outputs", str(tmp_path / "outputs.json"), "--okta-url", federation.okta,
                 "--aws-endpoint", federation.aws, "--json")  # fmt: skip
        text = CliRunner().invoke(app, ["map", *given], catch_exceptions=False).stdout
        user = "ada.berg@example.com"
        of_map = {
            (group["name"], each["permission_set"], account)
            for group in json.loads(text)["groups"] if user in group["people"]
            for each in group["access"] for account in each["accounts"]
        }  # fmt: skip
        explained = {
            (each["through"], each["permission_set"], each["account"])
            for each in document(explain, user)["permission_sets"]
        }
        assert explained == of_map
        assert len(of_map) == len(ACCOUNTS)

    def test_a_user_is_found_by_login_in_any_case_and_by_id(
        self, explain: Explain, federation: Federation
    ) -> None:
        ident = federation.user_id("ada.berg")
        for text in ("ada.berg@example.com", "ADA.Berg@Example.com", ident):
            assert document(explain, text)["user"]["id"] == ident

    def test_several_users_are_listed_with_their_ids(
        self, explain: Explain, federation: Federation
    ) -> None:
        """The email address of one is also that of another."""
        code, text = explain("alex.kim@example.com")
        assert code == 2
        idents = [federation.user_id(name) for name in ("alex.kim", "alexander.kim")]
        assert "2 users match 'alex.kim@example.com'. Pass the ID of one:" in text
        assert all(ident in text for ident in idents)
        found = document(explain, "alex.kim@example.com")
        assert [each["id"] for each in found["candidates"]] == idents
        assert document(explain, idents[0])["in_aws"] is True

    @pytest.mark.parametrize("text", ["nobody@example.com", 'a"b\\', "OIC-1234", "00u"])
    def test_no_user_is_an_error(self, explain: Explain, text: str) -> None:
        code, shown = explain(text)
        assert code == 2
        assert "no Okta user has the login, email, or ID" in shown

    @pytest.mark.parametrize(
        ("name", "reason", "rules"),
        [
            ("nora.lind", "not in AWS: AWS rejects the user (OIC-301)", ["OIC-301"]),
            ("theo.brandt", "not in AWS: AWS rejects the user (OIC-303)", ["OIC-303"]),
            ("uma.nair", "not in AWS: AWS rejects the user (OIC-304)", ["OIC-304"]),
            ("vera.holm", "the user is SUSPENDED in Okta", []),
            ("olga.ivanova", "not assigned to the app (not a member of aws-access", []),
            ("alexander.kim", "has the same name in AWS, which must be unique (OIC-321)", []),
        ],
    )
    def test_the_reason_for_a_missing_user_is_named(
        self, explain: Explain, name: str, reason: str, rules: list[str]
    ) -> None:
        code, text = explain(f"{name}@example.com")
        assert code == 1
        assert reason in text
        assert all(RULES[rule].remedy in text for rule in rules)
        found = document(explain, f"{name}@example.com")
        assert found["in_aws"] is False
        assert [each["rule"] for each in found["findings"]] == rules
        assert found["unknown"] == []

    def test_access_of_another_user_with_the_same_name_is_not_shown(self, explain: Explain) -> None:
        found = document(explain, "alexander.kim@example.com")
        assert found["permission_sets"] == []
        assert {g["in_aws"] for g in found["groups"]} == {False, None}

    def test_a_group_that_a_user_is_not_in_yet_shows_what_they_will_get(
        self, explain: Explain, federation: Federation
    ) -> None:
        """AWS rejects the user, who is in a push group with permission sets."""
        group, user = federation.groups["aws-developers"], federation.user_id("nora.lind")
        federation.request("PUT", f"/api/v1/groups/{group}/users/{user}")
        try:
            found = document(explain, "nora.lind@example.com")
        finally:
            federation.request("DELETE", f"/api/v1/groups/{group}/users/{user}")
            federation.settle()
        assert [(r["account"], r["pending"]) for r in found["permission_sets"]] == [
            (account, True) for account in ACCOUNTS
        ]

    def test_a_removed_user_is_disabled_in_aws(
        self, explain: Explain, federation: Federation
    ) -> None:
        group, user = federation.groups["aws-access"], federation.user_id("bea.costa")
        federation.request("DELETE", f"/api/v1/groups/{group}/users/{user}")
        federation.settle()
        try:
            found = document(explain, "bea.costa@example.com")
        finally:
            federation.request("PUT", f"/api/v1/groups/{group}/users/{user}")
            federation.settle()
        assert found["summary"].startswith("disabled in AWS: the user is not assigned to the app")

    def test_no_more_calls_than_a_dozen(self, explain: Explain, federation: Federation) -> None:
        def calls() -> tuple[int, int]:
            logs = [
                federation.request("GET", "/sandbox/request-log", server=server)
                for server in ("okta", "aws")
            ]
            return len(logs[0]), len(logs[1])

        before = calls()
        explain("ada.berg@example.com")
        okta, aws = (now - then for now, then in zip(calls(), before, strict=True))
        assert okta <= 10
        # The instance, its attributes, groups, the user with groups, assignments, set names.
        assert aws <= 12

    @pytest.mark.runbook("person-missing")
    def test_the_guide_finds_a_missing_person_and_sees_them_arrive(
        self, explain: Explain, federation: Federation
    ) -> None:
        def follow(command: str) -> tuple[int, str]:
            program, verb, *arguments = shlex.split(command.removesuffix(" --stack prod"))
            assert (program, verb) == ("okta-idc", "explain")
            return explain(*arguments)

        page = Runbook("person-missing", follow)
        page.run("explain", code=1)
        path = f"/api/v1/users/{federation.user_id('nora.lind')}"
        federation.request("POST", path, {"profile": {"displayName": "Nora Lind"}})
        federation.settle()
        try:
            page.run("explain")
            page.run("OIC-301")
        finally:
            federation.request("POST", path, {"profile": {"displayName": None}})
            federation.settle()
        page.finish()


class TestMissingRights:
    """A part that cannot be read is unknown, and never a reason."""

    def test_without_the_right_to_search_users_those_of_the_app_are_found(
        self, explain: Explain, federation: Federation
    ) -> None:
        inject(federation, status=403, path=r"/api/v1/users\?", times=2)
        assert document(explain, "ada.berg@example.com")["in_aws"] is True
        assert explain("olga.ivanova@example.com")[0] == 2

    @pytest.mark.parametrize(
        ("fault", "member", "value"),
        [
            ({"status": 403, "path": "/users/[^/]*/groups"}, "in_aws", True),
            ({"name": "aws-denied", "operation": "GetUserId"}, "in_aws", None),
            ({"name": "aws-denied", "operation": "ListGroupMembershipsForMember"}, "in_aws", True),
            ({"name": "aws-denied", "operation": "ListAccountAssignmentsForPrincipal"},
             "permission_sets", None),
            ({"name": "aws-denied", "operation": "DescribePermissionSet"}, "in_aws", True),
            ({"name": "aws-denied", "operation": "DescribeInstanceAccessControl.*"},
             "session_tags_enabled", None),
            ({"status": 403, "path": "/apps/[^/]*/groups"}, "in_aws", True),
            ({"status": 403, "path": "/group-push/mappings"}, "in_aws", True),
        ],
    )  # fmt: skip
    def test_an_unread_part_is_unknown_and_named(
        self, explain: Explain, federation: Federation, fault: Any, member: str, value: Any
    ) -> None:
        inject(federation, **fault, times=5)
        code, text = explain("ada.berg@example.com", "--json")
        found = json.loads(text)
        assert found[member] is value
        assert len(found["unknown"]) >= 1
        assert code == 2
        federation.request("DELETE", "/sandbox/faults")
        inject(federation, **fault, times=5)
        assert "unknown: " in explain("ada.berg@example.com")[1]

    def test_an_app_that_is_hidden_leaves_all_unknown(
        self, explain: Explain, federation: Federation
    ) -> None:
        inject(federation, status=403, path="/api/v1/apps", times=9)
        code, text = explain("ada.berg@example.com")
        assert code == 2
        assert "unknown: AWS does not show whether the user exists" in text
