"""The Identity Center client, against botocore's model of the service."""

from typing import Any

import pytest
from botocore.stub import Stubber

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import IdentityCenter, PermissionSetDetails

ARN = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
SET = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-1111111111111111"
AT = {"InstanceArn": ARN, "PermissionSetArn": SET}
BOUNDARY = "get_permissions_boundary_for_permission_set"
ABAC = "describe_instance_access_control_attribute_configuration"


@pytest.fixture
def center(monkeypatch: pytest.MonkeyPatch) -> IdentityCenter:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    return IdentityCenter("us-east-1")


def stubbed(center: IdentityCenter, *responses: tuple[str, Any, Any]) -> Stubber:
    stub = Stubber(center._client)
    for operation, response, parameters in responses:
        stub.add_response(operation, response, parameters)
    stub.activate()
    return stub


def test_every_page_of_a_list_is_read(center: IdentityCenter) -> None:
    stubbed(
        center,
        ("list_permission_sets", {"PermissionSets": [SET], "NextToken": "n"}, {"InstanceArn": ARN}),
        ("list_permission_sets", {"PermissionSets": []}, {"InstanceArn": ARN, "NextToken": "n"}),
    )
    assert list(center.permission_sets(ARN)) == [SET]


def test_the_primary_region_is_read_from_the_instance(center: IdentityCenter) -> None:
    regions = [{"RegionName": "eu-west-1", "IsPrimaryRegion": False},
               {"RegionName": "us-east-1", "IsPrimaryRegion": True}]  # fmt: skip
    stubbed(center, ("list_regions", {"Regions": regions}, {"InstanceArn": ARN}))
    assert center.primary_region(ARN) == "us-east-1"


def test_disabled_attributes_for_access_control_are_not_an_error(center: IdentityCenter) -> None:
    stub = Stubber(center._client)
    stub.add_client_error(ABAC, "ResourceNotFoundException", "not enabled")
    stub.activate()
    assert center.access_control(ARN) == ("", ())


def test_attributes_for_access_control_are_read_with_their_sources(center: IdentityCenter) -> None:
    attribute = {"Key": "Department", "Value": {"Source": ["${path:enterprise.department}"]}}
    response = {
        "Status": "ENABLED",
        "InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": [attribute]},
    }
    stubbed(center, (ABAC, response, {"InstanceArn": ARN}))
    pairs = (("Department", "${path:enterprise.department}"),)
    assert center.access_control(ARN) == ("ENABLED", pairs)


def test_a_permission_set_is_read_with_all_its_policies(center: IdentityCenter) -> None:
    managed = {"AttachedManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": "a" * 20}]}
    stubbed(
        center,
        ("describe_permission_set", {"PermissionSet": {"Name": "Admin"}}, AT),
        ("get_inline_policy_for_permission_set", {}, AT),
        ("list_managed_policies_in_permission_set", managed, AT),
        ("list_customer_managed_policy_references_in_permission_set",
         {"CustomerManagedPolicyReferences": [{"Name": "Own"}]}, AT),
        (BOUNDARY, {"PermissionsBoundary": {"ManagedPolicyArn": "b" * 20}}, AT),
    )  # fmt: skip
    assert center.permission_set(ARN, SET) == PermissionSetDetails(
        "Admin", managed_policies=("a" * 20,), customer_managed_policies=("Own",),
        permissions_boundary="b" * 20,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("response", "boundary"),
    [
        ({"ManagedPolicyArn": "b" * 20}, "b" * 20),
        ({"CustomerManagedPolicyReference": {"Name": "Own", "Path": "/a/b/"}}, "a/b/Own"),
        (None, ""),
    ],
)
def test_a_permissions_boundary_is_an_arn_a_path_or_empty(
    center: IdentityCenter, response: Any, boundary: str
) -> None:
    details = {
        "Name": "Admin",
        "Description": "d",
        "SessionDuration": "PT8H",
        "RelayState": "https://x",
    }
    stub = stubbed(
        center,
        ("describe_permission_set", {"PermissionSet": details}, AT),
        ("get_inline_policy_for_permission_set", {"InlinePolicy": "{}"}, AT),
        ("list_managed_policies_in_permission_set", {}, AT),
        ("list_customer_managed_policy_references_in_permission_set", {}, AT),
    )
    if response:
        stub.add_response(BOUNDARY, {"PermissionsBoundary": response}, AT)
    else:
        stub.add_client_error(BOUNDARY, "ResourceNotFoundException", "none")
    assert center.permission_set(ARN, SET) == PermissionSetDetails(
        "Admin", "d", "PT8H", "https://x", "{}", permissions_boundary=boundary
    )


def test_an_access_denied_error_names_the_required_iam_action(center: IdentityCenter) -> None:
    stub = Stubber(center._client)
    stub.add_client_error("list_instances", "AccessDeniedException", "not authorized")
    stub.activate()
    with pytest.raises(AwsError, match="not authorized") as caught:
        center.instances()
    assert caught.value.action == "sso:ListInstances"
    assert caught.value.code == "AccessDeniedException"


def test_an_action_that_aws_denies_is_called_once_and_the_rest_is_read(
    center: IdentityCenter,
) -> None:
    stub = Stubber(center._client)
    for denied in (True, False):
        stub.add_response("describe_permission_set", {"PermissionSet": {"Name": "Admin"}}, AT)
        stub.add_response("get_inline_policy_for_permission_set", {"InlinePolicy": "{}"}, AT)
        stub.add_response("list_managed_policies_in_permission_set", {}, AT)
        stub.add_response("list_customer_managed_policy_references_in_permission_set", {}, AT)
        if denied:
            stub.add_client_error(BOUNDARY, "AccessDeniedException", "not authorized")
    stub.activate()
    first, second = (center.permission_set(ARN, SET) for _ in range(2))
    stub.assert_no_pending_responses()
    for found in (first, second):
        assert found.inline_policy == "{}"
        assert [*found.unread] == ["permissions_boundary"]
        assert found.unread["permissions_boundary"].action == (
            "sso:GetPermissionsBoundaryForPermissionSet"
        )
        assert "permissions_boundary" not in found.properties()
