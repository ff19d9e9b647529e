"""References to managed policies are checked in every resource that has them."""

from typing import Any

import pytest

from tests.unit.policies.engine import Declared, run_policy

DEV = "arn:aws:iam::123456789012:policy/a/Dev"
REFERENCE = {"name": DEV, "path": "/"}


@pytest.mark.parametrize(
    ("kind", "properties", "policy", "path"),
    [
        ("ManagedPolicyAttachment", {"managedPolicyArn": DEV}, "oic-517", "managedPolicyArn"),
        ("ManagedPolicyAttachmentsExclusive", {"managedPolicyArns": [DEV]}, "oic-517",
         "managedPolicyArns[0]"),
        ("PermissionsBoundaryAttachment", {"permissionsBoundary": {"managedPolicyArn": DEV}},
         "oic-517", "permissionsBoundary.managedPolicyArn"),
        ("CustomerManagedPolicyAttachment", {"customerManagedPolicyReference": REFERENCE},
         "oic-518", "customerManagedPolicyReference.name"),
        ("CustomerManagedPolicyAttachmentsExclusive",
         {"customerManagedPolicyReferences": [REFERENCE]}, "oic-518",
         "customerManagedPolicyReferences[0].name"),
        ("PermissionsBoundaryAttachment",
         {"permissionsBoundary": {"customerManagedPolicyReference": REFERENCE}}, "oic-518",
         "permissionsBoundary.customerManagedPolicyReference.name"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_reported(
    kind: str, properties: dict[str, Any], policy: str, path: str
) -> None:
    token = f"aws:ssoadmin/{kind[0].lower()}{kind[1:]}:{kind}"
    [(text, _)] = run_policy(policy, [Declared(token, properties, "x")]).findings
    assert f"blocking: {path}: '{DEV}' is " in text
    assert "'a/Dev'" in text
