"""docs/reference/permissions.md: its policies grant exactly the calls of its tables, and Okta's
scopes agree. tests/e2e/test_rights.py proves that the tables match the calls made."""

import json
import re

import pytest

from okta_idc.clients.okta_auth import READ_SCOPES
from tests.paths import ROOT, SHARED
from tests.permissions_page import AWS, CALLS, OKTA, PAGE, scopes

POLICIES = {
    part.split("\n")[0]: json.loads(policy[1])
    for part in PAGE.split("\n### ")
    if (policy := re.search(r"```json\n(.*?)```", part, re.DOTALL))
}
OURS = ("secretsmanager:", "sso:", "identitystore:", "events:", "sns:")


def actions(heading: str) -> set[str]:
    return {a for statement in POLICIES[heading]["Statement"] for a in statement["Action"]}


def called(*commands: str) -> set[str]:
    return {action for action, by in CALLS["aws"].items() if by & set(commands)}


def test_the_tables_are_there() -> None:
    assert len(OKTA) > 30
    assert len(AWS) > 40


def test_the_role_that_reads_may_do_what_is_called_and_no_more() -> None:
    given = actions("AWS: read-only role")
    assert {a for a in given if a.startswith(OURS)} == called(
        "preview", "drift", "doctor", "status"
    )
    assert given - called("preview", "drift", "doctor", "status") == {
        "s3:ListBucket", "s3:GetObject", "kms:Decrypt",
    }  # fmt: skip
    assert all(re.match(r"\w+:(List|Get|Describe|Decrypt)", action) for action in given)


def test_both_roles_together_may_do_what_up_calls_and_no_more() -> None:
    changes = actions("AWS: deployment role")
    assert changes | actions("AWS: read-only role") >= called("up")
    assert changes - {"s3:PutObject", "s3:DeleteObject"} == called("up") - actions(
        "AWS: read-only role"
    )


def test_nothing_is_given_on_all_secrets() -> None:
    for policy in POLICIES.values():
        for statement in policy["Statement"]:
            if "Secret" in str(statement.get("Action")) and "ListSecrets" not in str(statement):
                assert statement["Resource"] != "*"


def test_the_summary_names_the_scopes_of_the_tables() -> None:
    rows = dict(re.findall(r"^\| ([\w, -]+) \| (.*?) \|", PAGE.split("## Okta, call")[0], re.M))
    told = {job: set(re.findall(r"`(okta\.\w+\.\w+)`", text)) for job, text in rows.items()}
    assert told["preview, drift"] == scopes("preview", "drift")
    assert told["preview, drift"] | told["doctor"] == scopes("doctor")
    assert told["status"] == scopes("status")
    assert told["up"] == scopes("up")
    assert scopes("doctor") == {*READ_SCOPES, "okta.userTypes.read"}


def test_the_doctors_page_names_the_same_actions() -> None:
    page = (ROOT / "docs" / "reference" / "doctor.md").read_text()
    told = set(re.findall(r"`((?:sso|identitystore|secretsmanager):\w+)`", page))
    assert told == {a for a in called("doctor") if not a.startswith("identitystore")}
    assert "`identitystore:List*`" in page


def test_okta_names_the_same_scopes() -> None:
    file = SHARED / "reference" / "okta-openapi-subset.json"
    if not file.exists():
        pytest.skip("Okta's OpenAPI description is not here")
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
    assert compared > len(OKTA) - 3
