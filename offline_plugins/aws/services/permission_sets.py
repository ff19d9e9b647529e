"""Permission sets of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import (
    error_context,
    format_time,
    members,
    parameters,
    split_id,
    tag_list,
    tag_outputs,
    update_tags,
    wait_until_done,
)
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, OPTIONAL, AwsResourceType, Input
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties

SSO = "sso-admin"
SET_ID_PARTS = ("PERMISSION_SET_ARN", "INSTANCE_ARN")
TEXTS = ("description", "relayState", "sessionDuration")
"""AWS rejects empty texts, and clears those that an update omits."""


@resource
class PermissionSet(AwsResourceType):
    kind = "aws:ssoadmin/permissionSet:PermissionSet"
    service = SSO
    name_length = 32
    computed = ("arn", "createdDate", "tagsAll")
    inputs: ClassVar = {
        "description": OPTIONAL,
        "instanceArn": IMMUTABLE,
        "name": Input(replaces=True),
        "relayState": OPTIONAL,
        "sessionDuration": Input(default="PT1H"),
        "tags": OPTIONAL,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        instance = wanted["instanceArn"]
        with error_context(f"creating SSO Permission Set ({wanted['name']})"):
            made = aws.call(
                "CreatePermissionSet", InstanceArn=instance, Name=wanted["name"],
                Tags=tag_list(wanted.get("tags")), **parameters(wanted, TEXTS),
            )  # fmt: skip
        return f"{made['PermissionSet']['PermissionSetArn']},{instance}"

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        arn, instance = split_id(id, *SET_ID_PARTS)
        with error_context(f"reading SSO Permission Set ({id})"):
            found = aws.call("DescribePermissionSet", **set_parameters(arn, instance))
        with error_context(f"listing tags for SSO Permission Set ({arn})"):
            at = {"ResourceArn": arn, "InstanceArn": instance}
            tags = aws.pages("ListTagsForResource", "Tags", **at)
        shown = found["PermissionSet"]
        return {
            **members(shown, ("name", *TEXTS)),
            **tag_outputs(tags),
            "arn": arn,
            "createdDate": format_time(shown["CreatedDate"]),
            "instanceArn": instance,
        }

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        arn, instance = split_id(id, *SET_ID_PARTS)
        texts = parameters(wanted, TEXTS)
        if texts != parameters(olds, TEXTS):
            with error_context(f"updating SSO Permission Set ({id})"):
                aws.call("UpdatePermissionSet", **set_parameters(arn, instance), **texts)
            provision(aws, arn, instance)
        with error_context("updating tags"):
            update_tags(aws, olds, wanted, ResourceArn=arn, InstanceArn=instance)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        arn, instance = split_id(id, *SET_ID_PARTS)
        with error_context(f"deleting SSO Permission Set ({arn})"):
            aws.call("DeletePermissionSet", **set_parameters(arn, instance))


def provision(aws: Service, arn: str, instance: str) -> None:
    """Provision the permission set to all its accounts, and wait until that is done."""
    with error_context(f"provisioning SSO Permission Set ({arn})"):
        started = aws.call(
            "ProvisionPermissionSet", **set_parameters(arn, instance),
            TargetType="ALL_PROVISIONED_ACCOUNTS",
        )["PermissionSetProvisioningStatus"]  # fmt: skip
        wait_until_done(
            lambda: aws.call(
                "DescribePermissionSetProvisioningStatus", InstanceArn=instance,
                ProvisionPermissionSetRequestId=started["RequestId"],
            )["PermissionSetProvisioningStatus"]
        )  # fmt: skip


def set_parameters(arn: str, instance: str) -> dict[str, str]:
    return {"InstanceArn": instance, "PermissionSetArn": arn}
