"""Calls the sandbox's AWS with boto3, which validates the parameters.

First a journey that creates, reads, changes and deletes objects; then each operation in OPERATIONS
that the journey did not call, with sample parameters from this boto3's models. Each answer has to
fit the model. Prints a JSON object: each call and its error, or nothing.
"""

import json
import os
import sys
import traceback
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.validate import ParamValidator

from tests.sandbox.aws.model_samples import sample

STORE, INSTANCE, APPLICATION, ACCOUNT = (
    os.environ[name] for name in ("STORE", "INSTANCE", "APPLICATION", "ACCOUNT")
)
KNOWN = {"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "SecretId": "no-such-secret"}
COMMON = {"ValidationException", "ThrottlingException", "AccessDeniedException"}
CALLS: dict[str, str] = {}
CALLED: set[str] = set()


@cache
def client(service: str) -> Any:
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=os.environ["AWS"],
        aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip


class _AnswerValidator(ParamValidator):
    """botocore parses the policy documents of IAM."""

    def _validate_string(self, param: Any, shape: Any, errors: Any, name: str) -> None:
        if shape.name != "policyDocumentType" or not isinstance(param, dict):
            super()._validate_string(param, shape, errors, name)


def fits(service: str, operation: str, answer: dict[str, Any]) -> str:
    """Why an answer does not fit the model, or nothing."""
    shape = client(service).meta.service_model.operation_model(operation).output_shape
    body = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if not shape:
        return f"unexpected members {sorted(body)}" if body else ""
    report = _AnswerValidator().validate(body, shape)
    return report.generate_report()[:400] if report.has_errors() else ""


def name_of(service: str, method: str) -> str:
    return client(service).meta.method_to_api_mapping[method]


def call(service: str, method: str, **params: Any) -> Any:
    """Call and return the answer, which has to fit the model."""
    operation = name_of(service, method)
    CALLED.add(f"{service}:{operation}")
    label = _label(f"{service}:{operation}")
    try:
        answer = getattr(client(service), method)(**params)
    except (ClientError, BotoCoreError) as error:
        CALLS[label] = f"{error!r:.400}"
        raise
    CALLS[label] = fits(service, operation, answer)
    return answer


def fails(service: str, method: str, code: str, **params: Any) -> None:
    """Require this error code."""
    label = _label(f"{service}:{name_of(service, method)} ({code})")
    try:
        answer = getattr(client(service), method)(**params)
        CALLS[label] = f"no error: {answer!r:.300}"
    except ClientError as error:
        found = error.response["Error"]["Code"]
        CALLS[label] = "" if found == code and error.response["Error"]["Message"] else f"{error!r}"


def pages(service: str, method: str, minimum: int, **params: Any) -> list[Any]:
    """Read a list in pages of one, and require the same as at once."""
    label = _label(f"{service}:{name_of(service, method)}, paged")
    paginator = client(service).get_paginator(method)
    key = paginator.result_keys[0]
    sized = {"PageSize": 1} if paginator._pagination_cfg.get("limit_key") else {}
    small = paginator.paginate(**params, PaginationConfig=sized)
    whole = list(paginator.paginate(**params).search(key.expression))
    paged = list(small.search(key.expression))
    good = paged == whole and len(whole) >= minimum
    CALLS[label] = "" if good else f"{len(paged)} of {len(whole)}, at least {minimum}"
    CALLED.add(f"{service}:{name_of(service, method)}")
    return whole


def _label(name: str) -> str:
    number, found = 1, name
    while found in CALLS:
        number += 1
        found = f"{name} #{number}"
    return found


def identity_store() -> tuple[str, str]:
    at = {"IdentityStoreId": STORE}
    name = {"GivenName": "B", "FamilyName": "Oto"}
    users = [
        call("identitystore", "create_user", **at, UserName=f"boto{n}", DisplayName="B", Name=name,
             Emails=[{"Value": f"boto{n}@example.com", "Primary": True}])["UserId"]
        for n in range(3)
    ]  # fmt: skip
    groups = [
        call("identitystore", "create_group", **at, DisplayName=f"boto{n}")["GroupId"]
        for n in range(2)
    ]
    user, group = users[0], groups[0]
    unique = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "boto0"}}
    found = call("identitystore", "get_user_id", **at, AlternateIdentifier=unique)
    assert found["UserId"] == user
    named = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "boto0"}}
    assert call("identitystore", "get_group_id", **at, AlternateIdentifier=named)["GroupId"] == (
        group
    )
    title = [{"AttributePath": "title", "AttributeValue": "Engineer"}]
    call("identitystore", "update_user", **at, UserId=user, Operations=title)
    assert call("identitystore", "describe_user", **at, UserId=user)["Title"] == "Engineer"
    text = [{"AttributePath": "description", "AttributeValue": "by boto3"}]
    call("identitystore", "update_group", **at, GroupId=group, Operations=text)
    assert call("identitystore", "describe_group", **at, GroupId=group)["Description"]
    member = {"UserId": user}
    membership = call("identitystore", "create_group_membership", **at, GroupId=group,
                      MemberId=member)["MembershipId"]  # fmt: skip
    call("identitystore", "create_group_membership", **at, GroupId=group,
         MemberId={"UserId": users[1]})  # fmt: skip
    call("identitystore", "describe_group_membership", **at, MembershipId=membership)
    call("identitystore", "get_group_membership_id", **at, GroupId=group, MemberId=member)
    call("identitystore", "is_member_in_groups", **at, MemberId=member, GroupIds=groups)
    pages("identitystore", "list_group_memberships", 2, **at, GroupId=group)
    pages("identitystore", "list_group_memberships_for_member", 1, **at, MemberId=member)
    pages("identitystore", "list_users", 3, **at)
    pages("identitystore", "list_groups", 2, **at)
    call("identitystore", "delete_group_membership", **at, MembershipId=membership)
    call("identitystore", "delete_user", **at, UserId=users[2])
    call("identitystore", "delete_group", **at, GroupId=groups[1])
    fails("identitystore", "create_user", "ConflictException", **at, UserName="boto0",
          DisplayName="B", Name=name)  # fmt: skip
    fails("identitystore", "describe_user", "ResourceNotFoundException", **at, UserId=users[2])
    fails("identitystore", "list_users", "ValidationException", **at, NextToken="x" * 20)
    return user, group


def permission_sets(user: str, group: str) -> None:
    at = {"InstanceArn": INSTANCE}
    assert call("sso-admin", "list_instances")["Instances"][0]["InstanceArn"] == INSTANCE
    call("sso-admin", "describe_instance", **at)
    arns = [
        call("sso-admin", "create_permission_set", **at, Name=f"boto{n}", Description="by boto3",
             SessionDuration="PT8H", Tags=[{"Key": "a", "Value": "b"}],
             )["PermissionSet"]["PermissionSetArn"]
        for n in range(3)
    ]  # fmt: skip
    one = {**at, "PermissionSetArn": arns[0]}
    call("sso-admin", "update_permission_set", **one, Description="changed")
    described = call("sso-admin", "describe_permission_set", **one)["PermissionSet"]
    assert described["Description"] == "changed"
    assert described["CreatedDate"].tzinfo
    pages("sso-admin", "list_permission_sets", 3, **at)
    for name in ("ReadOnlyAccess", "job-function/ViewOnlyAccess"):
        call("sso-admin", "attach_managed_policy_to_permission_set", **one,
             ManagedPolicyArn=f"arn:aws:iam::aws:policy/{name}")  # fmt: skip
    pages("sso-admin", "list_managed_policies_in_permission_set", 2, **one)
    call("sso-admin", "detach_managed_policy_from_permission_set", **one,
         ManagedPolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")  # fmt: skip
    allow = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    call("sso-admin", "put_inline_policy_to_permission_set", **one, InlinePolicy=policy)
    got = call("sso-admin", "get_inline_policy_for_permission_set", **one)["InlinePolicy"]
    assert json.loads(got) == json.loads(policy)
    call("sso-admin", "delete_inline_policy_from_permission_set", **one)
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}
    call("sso-admin", "put_permissions_boundary_to_permission_set", **one,
         PermissionsBoundary=boundary)  # fmt: skip
    call("sso-admin", "get_permissions_boundary_for_permission_set", **one)
    call("sso-admin", "delete_permissions_boundary_from_permission_set", **one)
    custom = {"CustomerManagedPolicyReference": {"Name": "Custom", "Path": "/"}}
    call("sso-admin", "attach_customer_managed_policy_reference_to_permission_set", **one, **custom)
    pages("sso-admin", "list_customer_managed_policy_references_in_permission_set", 1, **one)
    call(
        "sso-admin", "detach_customer_managed_policy_reference_from_permission_set", **one, **custom
    )
    tagged = {**at, "ResourceArn": arns[0]}
    call("sso-admin", "tag_resource", **tagged, Tags=[{"Key": "c", "Value": "d"}])
    pages("sso-admin", "list_tags_for_resource", 2, **tagged)
    call("sso-admin", "untag_resource", **tagged, TagKeys=["c"])
    for kind, ident in (("USER", user), ("GROUP", group)):
        made = call("sso-admin", "create_account_assignment", **one, TargetId=ACCOUNT,
                    TargetType="AWS_ACCOUNT", PrincipalType=kind, PrincipalId=ident)  # fmt: skip
        status = made["AccountAssignmentCreationStatus"]
        call("sso-admin", "describe_account_assignment_creation_status", **at,
             AccountAssignmentCreationRequestId=status["RequestId"])  # fmt: skip
    pages("sso-admin", "list_account_assignments", 2, **one, AccountId=ACCOUNT)
    pages("sso-admin", "list_account_assignments_for_principal", 1, **at, PrincipalId=group,
          PrincipalType="GROUP")  # fmt: skip
    pages("sso-admin", "list_account_assignment_creation_status", 2, **at)
    pages("sso-admin", "list_accounts_for_provisioned_permission_set", 1, **one)
    pages("sso-admin", "list_permission_sets_provisioned_to_account", 1, **at, AccountId=ACCOUNT)
    done = call(
        "sso-admin", "provision_permission_set", **one, TargetType="ALL_PROVISIONED_ACCOUNTS"
    )
    call("sso-admin", "describe_permission_set_provisioning_status", **at,
         ProvisionPermissionSetRequestId=(
             done["PermissionSetProvisioningStatus"]["RequestId"]))  # fmt: skip
    pages("sso-admin", "list_permission_set_provisioning_status", 1, **at)
    fails("sso-admin", "delete_permission_set", "ConflictException", **one)
    gone = call("sso-admin", "delete_account_assignment", **one, TargetId=ACCOUNT,
                TargetType="AWS_ACCOUNT", PrincipalType="USER", PrincipalId=user)  # fmt: skip
    call("sso-admin", "describe_account_assignment_deletion_status", **at,
         AccountAssignmentDeletionRequestId=(
             gone["AccountAssignmentDeletionStatus"]["RequestId"]))  # fmt: skip
    pages("sso-admin", "list_account_assignment_deletion_status", 1, **at)
    call("sso-admin", "delete_permission_set", **at, PermissionSetArn=arns[2])
    fails("sso-admin", "create_permission_set", "ConflictException", **at, Name="boto0")
    fails("sso-admin", "describe_permission_set", "ResourceNotFoundException", **at,
          PermissionSetArn=arns[2])  # fmt: skip
    fails("sso-admin", "list_permission_sets", "ValidationException", **at, NextToken="x")


def applications_and_attributes(user: str, group: str) -> None:
    at, app = {"InstanceArn": INSTANCE}, {"ApplicationArn": APPLICATION}
    pages("sso-admin", "list_applications", 1, **at)
    call("sso-admin", "describe_application", **app)
    for kind, ident in (("USER", user), ("GROUP", group)):
        principal = {"PrincipalId": ident, "PrincipalType": kind}
        call("sso-admin", "create_application_assignment", **app, **principal)
        call("sso-admin", "describe_application_assignment", **app, **principal)
    pages("sso-admin", "list_application_assignments", 2, **app)
    pages("sso-admin", "list_application_assignments_for_principal", 1, **at, PrincipalId=user,
          PrincipalType="USER")  # fmt: skip
    call("sso-admin", "delete_application_assignment", **app, PrincipalId=user,
         PrincipalType="USER")  # fmt: skip
    source = {"Source": ["${path:enterprise.department}"]}
    config = {"InstanceAccessControlAttributeConfiguration": {
        "AccessControlAttributes": [{"Key": "Department", "Value": source}]}}  # fmt: skip
    call("sso-admin", "create_instance_access_control_attribute_configuration", **at, **config)
    call("sso-admin", "describe_instance_access_control_attribute_configuration", **at)
    call("sso-admin", "update_instance_access_control_attribute_configuration", **at, **config)
    fails("sso-admin", "create_instance_access_control_attribute_configuration",
          "ConflictException", **at, **config)  # fmt: skip
    call("sso-admin", "delete_instance_access_control_attribute_configuration", **at)
    fails("sso-admin", "describe_instance_access_control_attribute_configuration",
          "ResourceNotFoundException", **at)  # fmt: skip


def secrets() -> None:
    arn = call("secretsmanager", "create_secret", Name="boto/0", SecretString="a")["ARN"]
    call("secretsmanager", "create_secret", Name="boto/1", SecretBinary=b"\x00\x01")
    got = call("secretsmanager", "get_secret_value", SecretId="boto/1")
    assert got["SecretBinary"] == b"\x00\x01"
    call("secretsmanager", "put_secret_value", SecretId=arn, SecretString="b")
    assert call("secretsmanager", "get_secret_value", SecretId=arn)["SecretString"] == "b"
    old = {"SecretId": arn, "VersionStage": "AWSPREVIOUS"}
    assert call("secretsmanager", "get_secret_value", **old)["SecretString"] == "a"
    call("secretsmanager", "update_secret", SecretId=arn, Description="by boto3")
    call("secretsmanager", "tag_resource", SecretId=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert call("secretsmanager", "describe_secret", SecretId=arn)["Description"] == "by boto3"
    call("secretsmanager", "untag_resource", SecretId=arn, TagKeys=["a"])
    call("secretsmanager", "list_secret_version_ids", SecretId=arn)
    pages("secretsmanager", "list_secrets", 3)
    assert len(call("secretsmanager", "get_random_password", PasswordLength=20)["RandomPassword"])
    call("secretsmanager", "delete_secret", SecretId=arn, RecoveryWindowInDays=7)
    fails("secretsmanager", "get_secret_value", "InvalidRequestException", SecretId=arn)
    call("secretsmanager", "restore_secret", SecretId=arn)
    fails("secretsmanager", "create_secret", "ResourceExistsException", Name="boto/0")
    fails("secretsmanager", "get_secret_value", "ResourceNotFoundException", SecretId="none")
    call("secretsmanager", "delete_secret", SecretId=arn, ForceDeleteWithoutRecovery=True)


def organization_and_iam() -> None:
    assert call("sts", "get_caller_identity")["Arn"].startswith("arn:aws:")
    call("organizations", "describe_organization")
    pages("organizations", "list_accounts", 3)
    call("organizations", "describe_account", AccountId=ACCOUNT)
    (root,) = pages("organizations", "list_roots", 1)
    pages("organizations", "list_accounts_for_parent", 1, ParentId=root["Id"])
    fails("organizations", "describe_account", "AccountNotFoundException",
          AccountId="999999999999")  # fmt: skip
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    trusted = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = call("iam", "create_role", RoleName="boto", AssumeRolePolicyDocument=trusted)
    call("iam", "get_role", RoleName="boto")
    policy = call("iam", "create_policy", PolicyName="boto", PolicyDocument=document)["Policy"]
    call("iam", "attach_role_policy", RoleName="boto", PolicyArn=policy["Arn"])
    pages("iam", "list_attached_role_policies", 1, RoleName="boto")
    call("iam", "get_policy", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    call("sts", "assume_role", RoleArn=role["Role"]["Arn"], RoleSessionName="boto")
    fails("iam", "get_role", "NoSuchEntity", RoleName="none")
    fails("iam", "create_role", "EntityAlreadyExists", RoleName="boto",
          AssumeRolePolicyDocument=trusted)  # fmt: skip
    call("accessanalyzer", "validate_policy", policyType="IDENTITY_POLICY", policyDocument=document)


def events_and_sns() -> None:
    topic = call("sns", "create_topic", Name="boto")["TopicArn"]
    call("sns", "get_topic_attributes", TopicArn=topic)
    call("sns", "set_topic_attributes", TopicArn=topic, AttributeName="DisplayName",
         AttributeValue="Boto")  # fmt: skip
    call("sns", "subscribe", TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    pages("sns", "list_topics", 1)
    pages("sns", "list_subscriptions_by_topic", 1, TopicArn=topic)
    call("sns", "publish", TopicArn=topic, Message="x")
    call("sns", "tag_resource", ResourceArn=topic, Tags=[{"Key": "a", "Value": "b"}])
    call("sns", "list_tags_for_resource", ResourceArn=topic)
    pattern = json.dumps({"source": ["aws.health"]})
    call("events", "put_rule", Name="boto", EventPattern=pattern)
    call("events", "put_rule", Name="boto2", ScheduleExpression="rate(1 day)")
    call("events", "put_targets", Rule="boto", Targets=[{"Id": "1", "Arn": topic}])
    call("events", "describe_rule", Name="boto")
    pages("events", "list_rules", 2)
    pages("events", "list_targets_by_rule", 1, Rule="boto")
    call("events", "disable_rule", Name="boto")
    call("events", "enable_rule", Name="boto")
    event = {"id": "1", "account": ACCOUNT, "source": "aws.health", "time": "2026-01-01T00:00:00Z",
             "region": "us-east-1", "resources": [], "detail-type": "x", "detail": {}}  # fmt: skip
    assert call("events", "test_event_pattern", EventPattern=pattern, Event=json.dumps(event))[
        "Result"
    ]
    call("events", "remove_targets", Rule="boto", Ids=["1"])
    call("events", "delete_rule", Name="boto")
    call("sns", "delete_topic", TopicArn=topic)
    fails("events", "describe_rule", "ResourceNotFoundException", Name="boto")
    fails("sns", "get_topic_attributes", "NotFound", TopicArn=topic)
    fails("events", "put_rule", "ValidationException", Name="x", ScheduleExpression="never")


def refusals() -> None:
    fails("ec2", "describe_ipam_pools", "UnsupportedOperation")
    fails("route53", "list_cidr_collections", "UnsupportedOperation")
    fails("cloudwatch", "list_metric_streams", "UnsupportedOperation")
    fails("secretsmanager", "put_secret_value", "RequestEntityTooLarge", SecretId="boto/1",
          SecretBinary=b"x" * 10_000_000)  # fmt: skip


def try_sample(service: str, operation: str) -> None:
    """Call an operation for objects that do not exist; the error has to be one of the model's."""
    model = client(service).meta.service_model.operation_model(operation)
    methods = {api: method for method, api in client(service).meta.method_to_api_mapping.items()}
    params = sample(model.input_shape, KNOWN) if model.input_shape else {}
    label = _label(f"{service}:{operation}")
    try:
        answer = getattr(client(service), methods[operation])(**params)
        CALLS[label] = fits(service, operation, answer)
    except ClientError as error:
        declared = {each.name for each in model.error_shapes}
        declared |= {each.metadata.get("error", {}).get("code") for each in model.error_shapes}
        code = error.response["Error"]["Code"]
        CALLS[label] = "" if code in declared | COMMON else f"{error!r:.400}"
    except BotoCoreError as error:
        CALLS[label] = f"{error!r:.400}"


def main() -> None:
    try:
        user, group = identity_store()
        permission_sets(user, group)
        applications_and_attributes(user, group)
        secrets()
        organization_and_iam()
        events_and_sns()
        refusals()
    except Exception:
        CALLS["the journey ended early"] = traceback.format_exc()
    for service, names in json.loads(os.environ["OPERATIONS"]).items():
        known = client(service).meta.service_model.operation_names
        for name in names:
            if name in known and f"{service}:{name}" not in CALLED:
                try_sample(service, name)
    sys.stdout.write("\n" + json.dumps(CALLS) + "\n")


main()
