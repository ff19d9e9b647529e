"""AWS's validation of policies is read with the paths of its findings."""

from typing import Any

import pytest
from botocore.stub import Stubber

from okta_idc.clients.policy_validation import PolicyIssue, PolicyValidator

POLICY = '{"Version": "2012-10-17", "Statement": []}'
ASKED = {"policyDocument": POLICY, "policyType": "IDENTITY_POLICY"}


@pytest.fixture
def validator(monkeypatch: pytest.MonkeyPatch) -> PolicyValidator:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    return PolicyValidator("us-east-1")


def finding(*path: dict[str, Any], code: str = "INVALID_ACTION") -> dict[str, Any]:
    start = {"line": 1, "column": 1, "offset": 1}
    location = {"path": [*path], "span": {"start": start, "end": start}}
    return {
        "findingType": "ERROR", "issueCode": code, "findingDetails": "No such action.",
        "learnMoreLink": "https://example.com", "locations": [location] if path else [],
    }  # fmt: skip


def test_every_page_of_findings_is_read(validator: PolicyValidator) -> None:
    stub = Stubber(validator._client)
    action = [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1},
              {"substring": {"start": 0, "length": 2}}]  # fmt: skip
    stub.add_response("validate_policy", {"findings": [finding(*action)], "nextToken": "n"}, ASKED)
    last = {"findings": [finding(code="MISSING_VERSION"), finding({"key": "effect"}, code="X")]}
    stub.add_response("validate_policy", last, ASKED | {"nextToken": "n"})
    stub.activate()
    details = "No such action."
    assert validator.issues(POLICY) == (
        PolicyIssue("ERROR", "INVALID_ACTION", details, "Statement[0].Action[1]"),
        PolicyIssue("ERROR", "MISSING_VERSION", details),
        PolicyIssue("ERROR", "X", details, "effect"),
    )
    stub.assert_no_pending_responses()
