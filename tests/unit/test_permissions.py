"""The policies and scopes in docs/reference/permissions.md match its tables of calls.

tests/e2e/test_permissions.py checks the tables against the calls made.
"""

import json
import re

from okta_idc.clients.okta_auth import READ_SCOPES
from sandbox.aws.read_operations import only_reads
from tests.paths import DATA, ROOT
from tests.permissions_page import AWS, CALLS, OKTA, PAGE, scopes

POLICIES = {
    part.split("\n")[0]: json.loads(policy[1])
    for part in PAGE.split("\n### ")
    if (policy := re.search(r"```json\n(.*?)```", part, re.DOTALL))
}
OURS = (
    "secretsmanager:", "sso:", "identitystore:", "events:", "sns:", "sts:", "iam:",
    "organizations:", "access-analyzer:",
)  # fmt: skip


def actions(heading: str) -> set[str]:
    return {a for statement in POLICIES[heading]["Statement"] for a in statement["Action"]}


def actions_called_by(*commands: str) -> set[str]:
    return {action for action, by in CALLS["aws"].items() if by & set(commands)}


def test_the_permission_tables_are_parsed() -> None:
    assert len(OKTA) > 30
    assert len(AWS) > 40


def test_the_read_only_role_allows_exactly_the_calls_made() -> None:
    granted = actions("AWS: read-only role")
    assert {a for a in granted if a.startswith(OURS)} == actions_called_by(
        "preview", "drift", "doctor", "status"
    )
    assert granted - actions_called_by("preview", "drift", "doctor", "status") == {
        "s3:ListBucket", "s3:GetObject", "kms:Decrypt",
    }  # fmt: skip
    writing = {action for action in granted if not only_reads(action)}
    assert writing == {"kms:Decrypt"}


def test_the_map_and_the_review_need_the_read_only_role_alone() -> None:
    assert actions_called_by("map", "review") <= actions("AWS: read-only role")


def test_the_policies_for_the_token_allow_exactly_the_calls_made() -> None:
    storing, rotating = actions("AWS: storing the token"), actions("AWS: rotating the token")
    assert storing == actions_called_by("token store")
    assert rotating == actions_called_by("token rotate")
    assert actions_called_by("token status") <= rotating


def test_both_roles_together_allow_exactly_the_calls_of_up() -> None:
    changes = actions("AWS: deployment role")
    assert changes | actions("AWS: read-only role") >= actions_called_by("up")
    assert changes - {"s3:PutObject", "s3:DeleteObject"} == actions_called_by("up") - actions(
        "AWS: read-only role"
    )


def test_no_policy_allows_access_to_all_secrets() -> None:
    for policy in POLICIES.values():
        for statement in policy["Statement"]:
            if "Secret" in str(statement.get("Action")) and "ListSecrets" not in str(statement):
                assert statement["Resource"] != "*"


def test_the_summary_lists_the_scopes_of_the_tables() -> None:
    rows = dict(re.findall(r"^\| ([\w, -]+) \| (.*?) \|", PAGE.split("## Okta, call")[0], re.M))
    documented = {job: set(re.findall(r"`(okta\.\w+\.\w+)`", text)) for job, text in rows.items()}
    assert documented["preview, drift"] == scopes("preview", "drift")
    assert documented["preview, drift"] | documented["doctor"] == scopes("doctor")
    assert documented["status"] == scopes("status")
    assert documented["up"] == scopes("up")
    assert documented["map, review"] == scopes("map", "review")
    assert documented["token rotate, token retire"] == scopes("token rotate")
    assert scopes("token status", "token store") == set()
    assert scopes("doctor") == {*READ_SCOPES, "okta.userTypes.read"}


def test_the_doctor_page_lists_the_same_actions() -> None:
    page = (ROOT / "docs" / "reference" / "doctor.md").read_text()
    documented = set(
        re.findall(
            r"`((?:sso|identitystore|secretsmanager|iam|organizations|access-analyzer|sts):\w+)`",
            page,
        )
    )
    assert documented == {
        a for a in actions_called_by("doctor") if not a.startswith("identitystore:List")
    }
    assert "`identitystore:List*`" in page


def test_scopes_match_the_okta_openapi_description() -> None:
    file = DATA / "okta-openapi-subset.json"
    spec = {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{id}', path)}": operation
        for path, methods in json.loads(file.read_text())["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    }
    compared = 0
    for row in OKTA:
        described = spec.get(row["call"].replace("user/default", "user/{id}"))
        if described is None or row["scope"] == "none":
            continue
        compared += 1
        wanted = [s["oauth2"] for s in described["security"] if "oauth2" in s]
        assert set(row["scope"].split(", ")) == set(wanted[0]), row["call"]
    assert compared >= len([row for row in OKTA if row["scope"] != "none"]) - 1
