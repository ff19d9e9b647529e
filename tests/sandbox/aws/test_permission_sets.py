"""Permission sets through boto3: accepted and refused requests, and the shape of responses."""

import json
from typing import Any

import pytest

from tests.sandbox.aws.conftest import INSTANCE, refused

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_a_set_is_created_described_updated_and_deleted(sso: Any) -> None:
    created = sso.create_permission_set(
        InstanceArn=INSTANCE, Name="life", Description="d", RelayState="https://example.com",
        SessionDuration="PT2H", Tags=[{"Key": "team", "Value": "platform"}],
    )["PermissionSet"]  # fmt: skip
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": created["PermissionSetArn"]}
    assert sso.describe_permission_set(**at)["PermissionSet"] == created
    assert (created["Name"], created["Description"], created["SessionDuration"]) == (
        "life",
        "d",
        "PT2H",
    )
    assert created["PermissionSetArn"].startswith(
        INSTANCE.replace(":instance/", ":permissionSet/") + "/ps-"
    )
    assert created["PermissionSetArn"] in sso.list_permission_sets(InstanceArn=INSTANCE)[
        "PermissionSets"
    ]  # fmt: skip
    sso.update_permission_set(**at, Description="e")
    updated = sso.describe_permission_set(**at)["PermissionSet"]
    assert (updated["Description"], updated["SessionDuration"]) == ("e", "PT2H")
    assert "RelayState" not in updated
    sso.delete_permission_set(**at)
    refused(sso.describe_permission_set, "ResourceNotFoundException", **at)


def test_omitted_members_have_aws_defaults_or_are_absent(sso: Any) -> None:
    created = sso.create_permission_set(InstanceArn=INSTANCE, Name="bare")["PermissionSet"]
    assert created["SessionDuration"] == "PT1H"
    assert not {"Description", "RelayState"} & set(created)


def test_names_are_unique(sso: Any) -> None:
    sso.create_permission_set(InstanceArn=INSTANCE, Name="taken")
    message = refused(
        sso.create_permission_set, "ConflictException", InstanceArn=INSTANCE, Name="taken"
    )
    assert message == "PermissionSet with name taken already exists."


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"Name": "with space"}, "'name'"),
        ({"Name": "x" * 33}, "'name'"),
        ({"Name": "é"}, "'name'"),
        ({"Description": "x" * 701}, "'description'"),
        ({"Description": "łódź"}, "'description'"),
        ({"SessionDuration": "1h"}, "'sessionDuration'"),
        ({"SessionDuration": "PT30M"}, "between 1 and 12 hours"),
        ({"SessionDuration": "PT12H1S"}, "between 1 and 12 hours"),
        ({"SessionDuration": "P1D"}, "between 1 and 12 hours"),
        ({"RelayState": "https://example.com/<x>"}, "'relayState'"),
        ({"RelayState": "x" * 241}, "'relayState'"),
        ({"Tags": [{"Key": "a", "Value": "R&D"}]}, "'tags.1.member.value'"),
        ({"InstanceArn": "arn:aws:sso:::instance/x"}, "'instanceArn'"),
    ],
)
def test_violations_of_the_service_model_are_validation_errors(
    sso: Any, given: dict[str, Any], place: str
) -> None:
    params = {"InstanceArn": INSTANCE, "Name": "fine", **given}
    message = refused(sso.create_permission_set, "ValidationException", **params)
    assert place in message
    assert "fine" not in [
        sso.describe_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)["PermissionSet"][
            "Name"
        ]
        for arn in sso.list_permission_sets(InstanceArn=INSTANCE)["PermissionSets"]
    ]


@pytest.mark.parametrize("duration", ["PT1H", "PT12H", "PT90M", "PT1H30M", "PT3600S"])
def test_a_session_lasts_one_to_twelve_hours(sso: Any, permission_set: str, duration: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    sso.update_permission_set(**at, SessionDuration=duration)
    assert sso.describe_permission_set(**at)["PermissionSet"]["SessionDuration"] == duration


def test_tags_can_be_set_at_creation_and_changed_later(sso: Any) -> None:
    created = sso.create_permission_set(
        InstanceArn=INSTANCE, Name="tagged", Tags=[{"Key": "a", "Value": "1"}]
    )
    at = {"InstanceArn": INSTANCE, "ResourceArn": created["PermissionSet"]["PermissionSetArn"]}
    sso.tag_resource(**at, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}])
    assert sso.list_tags_for_resource(**at)["Tags"] == [
        {"Key": "a", "Value": "3"}, {"Key": "b", "Value": "2"},
    ]  # fmt: skip
    sso.untag_resource(**at, TagKeys=["a", "not there"])
    assert sso.list_tags_for_resource(**at)["Tags"] == [{"Key": "b", "Value": "2"}]
    gone = at | {"ResourceArn": at["ResourceArn"][:-1] + "."}
    refused(sso.list_tags_for_resource, "ResourceNotFoundException", **gone)
    many = [{"Key": str(number), "Value": ""} for number in range(75)]
    refused(sso.tag_resource, "ServiceQuotaExceededException", **at, Tags=many)


def test_an_inline_policy_must_be_json_of_limited_size(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    assert "InlinePolicy" not in sso.get_inline_policy_for_permission_set(**at)
    sso.put_inline_policy_to_permission_set(**at, InlinePolicy=POLICY)
    assert sso.get_inline_policy_for_permission_set(**at)["InlinePolicy"] == POLICY
    put = sso.put_inline_policy_to_permission_set
    refused(put, "ValidationException", **at, InlinePolicy="{")
    refused(put, "ValidationException", **at, InlinePolicy="[]")
    refused(put, "ServiceQuotaExceededException", **at, InlinePolicy=json.dumps({"a": "x" * 10240}))
    put(**at, InlinePolicy=json.dumps({"a": "x"}, indent=1) + " " * 20000)
    sso.delete_inline_policy_from_permission_set(**at)
    assert "InlinePolicy" not in sso.get_inline_policy_for_permission_set(**at)


def test_a_managed_policy_has_the_path_of_its_arn(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    attach = sso.attach_managed_policy_to_permission_set
    arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    attach(**at, ManagedPolicyArn=arn)
    found = sso.list_managed_policies_in_permission_set(**at)["AttachedManagedPolicies"]
    assert found == [{"Arn": arn, "Name": "ViewOnlyAccess"}]
    refused(
        attach, "ResourceNotFoundException", **at,
        ManagedPolicyArn="arn:aws:iam::aws:policy/ViewOnlyAccess",
    )  # fmt: skip


def test_managed_policies_must_exist_and_are_attached_once(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    attach = sso.attach_managed_policy_to_permission_set
    attach(**at, ManagedPolicyArn=ADMIN)
    refused(attach, "ConflictException", **at, ManagedPolicyArn=ADMIN)
    refused(
        attach, "ResourceNotFoundException", **at,
        ManagedPolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy",
    )  # fmt: skip
    found = sso.list_managed_policies_in_permission_set(**at)["AttachedManagedPolicies"]
    assert found == [{"Arn": ADMIN, "Name": "AdministratorAccess"}]
    own = "arn:aws:iam::123456789012:policy/mine"
    assert "'managedPolicyArn'" in refused(
        attach, "ValidationException", **at, ManagedPolicyArn=own
    )
    sso.detach_managed_policy_from_permission_set(**at, ManagedPolicyArn=ADMIN)
    assert not sso.list_managed_policies_in_permission_set(**at)["AttachedManagedPolicies"]


def test_customer_managed_policies_are_references(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    policy = {"CustomerManagedPolicyReference": {"Name": "mine", "Path": "/team/"}}
    sso.attach_customer_managed_policy_reference_to_permission_set(**at, **policy)
    found = sso.list_customer_managed_policy_references_in_permission_set(**at)
    assert found["CustomerManagedPolicyReferences"] == [{"Name": "mine", "Path": "/team/"}]
    sso.detach_customer_managed_policy_reference_from_permission_set(**at, **policy)


def test_a_permissions_boundary_is_one_of_two_kinds(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    get = sso.get_permissions_boundary_for_permission_set
    put = sso.put_permissions_boundary_to_permission_set
    refused(get, "ResourceNotFoundException", **at)
    put(**at, PermissionsBoundary={"ManagedPolicyArn": ADMIN})
    assert get(**at)["PermissionsBoundary"] == {"ManagedPolicyArn": ADMIN}
    own = {"CustomerManagedPolicyReference": {"Name": "mine"}}
    put(**at, PermissionsBoundary=own)
    assert get(**at)["PermissionsBoundary"] == {
        "CustomerManagedPolicyReference": {"Name": "mine", "Path": "/"}
    }
    both = {"PermissionsBoundary": {"ManagedPolicyArn": ADMIN, **own}}
    refused(put, "ValidationException", **at, **both)
    refused(put, "ValidationException", **at, PermissionsBoundary={})
    sso.delete_permissions_boundary_from_permission_set(**at)
    refused(sso.delete_permissions_boundary_from_permission_set, "ResourceNotFoundException", **at)


def test_provisioning_is_in_progress_then_succeeded(sso: Any, permission_set: str) -> None:
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": permission_set}
    begun = sso.provision_permission_set(**at, TargetType="ALL_PROVISIONED_ACCOUNTS")
    status = begun["PermissionSetProvisioningStatus"]
    assert status["Status"] == "IN_PROGRESS"
    describe = sso.describe_permission_set_provisioning_status
    ended = describe(
        InstanceArn=INSTANCE, ProvisionPermissionSetRequestId=status["RequestId"]
    )["PermissionSetProvisioningStatus"]  # fmt: skip
    assert (ended["Status"], ended["RequestId"]) == ("SUCCEEDED", status["RequestId"])
    unknown = "00000000-0000-0000-0000-000000000000"
    refused(
        describe, "ResourceNotFoundException",
        InstanceArn=INSTANCE, ProvisionPermissionSetRequestId=unknown,
    )  # fmt: skip
    refused(sso.provision_permission_set, "ValidationException", **at, TargetType="AWS_ACCOUNT")


def test_an_unknown_permission_set_is_not_found(sso: Any) -> None:
    arn = INSTANCE.replace(":instance/", ":permissionSet/") + "/ps-0000000000000000"
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    for call in (
        sso.describe_permission_set, sso.delete_permission_set, sso.update_permission_set,
        sso.get_inline_policy_for_permission_set, sso.get_permissions_boundary_for_permission_set,
        sso.list_managed_policies_in_permission_set,
        sso.list_accounts_for_provisioned_permission_set,
    ):  # fmt: skip
        refused(call, "ResourceNotFoundException", **at)
    refused(
        sso.list_account_assignments, "ResourceNotFoundException", **at, AccountId="123456789012"
    )
