"""Account access in AWS compared with the declaration, and the equivalence of IAM policies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import Finding, access_drift
from okta_idc.rules.access_drift import Grants, PermissionSets, PermissionSetState
from okta_idc.rules.iam_policy import canonical_policy

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
STATEMENT: dict[str, Any] = {
    "Sid": "One",
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"StringEquals": {"aws:PrincipalTag/Team": ["a", "b"]}},
}
OTHER = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}


def policy(*statements: Any, **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements], **members})


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class TestPolicies:
    """IAM policies with the same effect are equal, others are not."""

    @pytest.mark.parametrize(
        "same",
        [
            policy(OTHER, STATEMENT),
            policy(STATEMENT | {"Action": ["s3:ListBucket", "S3:getobject"]}, OTHER),
            policy(STATEMENT | {"Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b"]}, OTHER),
            policy(STATEMENT, OTHER | {"Resource": ["*"], "NotAction": ["iam:*"]}),
            policy(STATEMENT, STATEMENT, OTHER),
            json.dumps(json.loads(policy(STATEMENT, OTHER)), indent=4),
            policy(STATEMENT | {"Condition": {
                "StringEquals": {"AWS:principaltag/Team": ["b", "a"]}}}, OTHER),
        ],
    )  # fmt: skip
    def test_equivalent_documents_are_equal(self, same: str) -> None:
        assert canonical_policy(same) == canonical_policy(policy(STATEMENT, OTHER))

    @pytest.mark.parametrize(
        "other",
        [
            policy(STATEMENT),
            policy(STATEMENT | {"Action": ["s3:GetObject", "s3:*"]}, OTHER),
            policy(STATEMENT | {"Resource": ["arn:aws:s3:::B", "arn:aws:s3:::b/*"]}, OTHER),
            policy(STATEMENT | {"Condition": {}}, OTHER),
            policy(STATEMENT | {"Effect": "Deny"}, OTHER),
            policy(STATEMENT | {"Condition": {
                "StringEquals": {"aws:PrincipalTag/Team": ["a", "B"]}}}, OTHER),
            policy(STATEMENT, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
            policy(STATEMENT, OTHER, Version="2008-10-17"),
        ],
    )  # fmt: skip
    def test_documents_with_another_effect_differ(self, other: str) -> None:
        assert canonical_policy(other) != canonical_policy(policy(STATEMENT, OTHER))

    def test_one_statement_equals_a_list_of_it(self) -> None:
        one = json.dumps({"Version": "2012-10-17", "Statement": STATEMENT})
        assert canonical_policy(one) == canonical_policy(policy(STATEMENT))

    def test_a_boolean_equals_its_text(self) -> None:
        conditions = [
            {"Bool": {"aws:SecureTransport": value}} for value in (True, "true", ["true"])
        ]
        texts = {canonical_policy(policy(STATEMENT | {"Condition": c})) for c in conditions}
        assert len(texts) == 1

    @given(DOCUMENTS)
    def test_no_document_fails(self, document: Any) -> None:
        for text in (json.dumps(document), json.dumps({"Statement": document})):
            assert canonical_policy(canonical_policy(text)) == canonical_policy(text)

    @pytest.mark.parametrize("text", ["", "no JSON", "[" * 100_000, "[]"])
    def test_another_text_is_returned_as_it_is(self, text: str) -> None:
        assert canonical_policy(text) == text


def state(**properties: Any) -> PermissionSetState:
    given = dict.fromkeys(access_drift.PROPERTIES, "") | {"session_duration": "PT8H"}
    return PermissionSetState.of("Developer", **given | properties)


def found(declared: PermissionSetState, actual: PermissionSetState | None) -> list[str]:
    rules: tuple[Callable[[PermissionSets], list[Finding]], ...] = (
        access_drift.set_missing, access_drift.settings_as_declared,
        access_drift.policies_are_declared, access_drift.policies_exist,
        access_drift.boundary_as_declared,
    )  # fmt: skip
    subject = PermissionSets(declared, actual)
    return [finding.rule.id for rule in rules for finding in rule(subject)]


@pytest.mark.parametrize(
    ("declared", "actual", "rules"),
    [
        ({}, {}, []),
        ({"session_duration": "PT1H"}, {"session_duration": "PT60M"}, []),
        ({"session_duration": "PT1H"}, {"session_duration": "PT61M"}, ["OIC-633"]),
        ({"description": "a"}, {"description": ""}, ["OIC-633"]),
        ({"relay_state": ""}, {"relay_state": "https://x"}, ["OIC-633"]),
        ({"managed_policies": (ADMIN,)}, {}, ["OIC-635"]),
        ({}, {"managed_policies": (ADMIN,)}, ["OIC-634"]),
        ({"customer_managed_policies": ("/team/Own",)},
         {"customer_managed_policies": ("team/Own",)}, []),
        ({"inline_policy": policy(STATEMENT)}, {"inline_policy": policy(OTHER)}, ["OIC-635"]),
        ({}, {"inline_policy": policy(OTHER)}, ["OIC-634"]),
        ({"inline_policy": policy(OTHER)}, {}, ["OIC-635"]),
        ({"permissions_boundary": ADMIN}, {}, ["OIC-636"]),
        ({}, {"permissions_boundary": ADMIN}, ["OIC-636"]),
    ],
)  # fmt: skip
def test_each_difference_of_a_permission_set_is_one_finding(
    declared: dict[str, Any], actual: dict[str, Any], rules: list[str]
) -> None:
    assert found(state(**declared), state(**actual)) == rules


def test_a_missing_set_is_one_finding_whatever_it_declares() -> None:
    assert found(state(managed_policies=(ADMIN,), description="x"), None) == ["OIC-632"]


def test_a_property_that_one_side_does_not_have_is_not_compared() -> None:
    actual = PermissionSetState.of("Developer", session_duration="PT8H")
    assert found(state(managed_policies=(ADMIN,), permissions_boundary=ADMIN), actual) == []


def test_an_inline_policy_is_not_shown() -> None:
    subject = PermissionSets(state(), state(inline_policy=policy(OTHER)))
    [finding] = access_drift.policies_are_declared(subject)
    assert "iam:" not in finding.text()


def test_the_unchanged_properties_are_those_that_an_update_keeps() -> None:
    before = state(description="old", managed_policies=("a", "b"), inline_policy=policy(OTHER))
    after = state(description="new", managed_policies=("b", "c"), inline_policy=policy(OTHER))
    kept = after.unchanged_since(before)
    assert "description" not in kept.properties
    assert kept.get("managed_policies") == {"b"}
    assert kept.get("inline_policy") == after.get("inline_policy")
    assert after.with_all_of(before).get("managed_policies") == {"a", "b", "c"}


def test_many_accounts_of_one_set_are_one_finding() -> None:
    accounts = frozenset(f"{n:012}" for n in range(40))
    [finding] = access_drift.assignments_are_declared(
        Grants("aws-admins", "Admin", actual=accounts)
    )
    assert "000000000000" in finding.message
    assert "and 35 more" in finding.message


def test_what_this_run_removes_is_neither_missing_nor_undeclared() -> None:
    one = frozenset({"123456789012"})
    grants = Grants("aws-admins", "Admin", actual=one, removed=one)
    assert access_drift.assignments_are_declared(grants) == []
    assert access_drift.assignments_exist(grants) == []


def test_more_rights_than_declared_are_blocking() -> None:
    for rule in (access_drift.policies_are_declared, access_drift.assignments_are_declared):
        assert rule.severity == "blocking"
