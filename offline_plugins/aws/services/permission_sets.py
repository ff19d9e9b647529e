"""Permission sets of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import (
    error_context,
    split_id,
    tag_list,
    tag_outputs,
    update_tags,
    wait_until_done,
)
from offline_plugins.aws.registry import lookup, resource
from offline_plugins.aws.resource_type import IMMUTABLE, OPTIONAL, AwsResourceType, Input
from offline_plugins.aws.service import Service
from offline_plugins.aws.times import format_time
from offline_plugins.provider_server import Properties, ProviderError

SSO = "sso-admin"
SET_ID_PARTS = ("PERMISSION_SET_ARN", "INSTANCE_ARN")
TEXTS = {"description": "Description", "relayState": "RelayState",
         "sessionDuration": "SessionDuration"}  # fmt: skip
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
                Tags=tag_list(wanted.get("tags")), **_texts(wanted),
            )  # fmt: skip
        return f"{made['PermissionSet']['PermissionSetArn']},{instance}"

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        arn, instance = split_id(id, *SET_ID_PARTS)
        with error_context(f"reading SSO Permission Set ({id})"):
            found = _described(aws, arn, instance)
        with error_context(f"listing tags for SSO Permission Set ({arn})"):
            return found | _tags(aws, arn, instance)

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        arn, instance = split_id(id, *SET_ID_PARTS)
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        if _texts(wanted) != _texts(olds):
            with error_context(f"updating SSO Permission Set ({id})"):
                aws.call("UpdatePermissionSet", **at, **_texts(wanted))
            provision(aws, arn, instance)
        with error_context("updating tags"):
            update_tags(aws, olds, wanted, ResourceArn=arn, InstanceArn=instance)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        arn, instance = split_id(id, *SET_ID_PARTS)
        with error_context(f"deleting SSO Permission Set ({arn})"):
            aws.call("DeletePermissionSet", InstanceArn=instance, PermissionSetArn=arn)


def provision(aws: Service, arn: str, instance: str) -> None:
    """Provision the permission set to all its accounts, and wait until that is done."""
    with error_context(f"provisioning SSO Permission Set ({arn})"):
        started = aws.call(
            "ProvisionPermissionSet", InstanceArn=instance, PermissionSetArn=arn,
            TargetType="ALL_PROVISIONED_ACCOUNTS",
        )["PermissionSetProvisioningStatus"]  # fmt: skip
        wait_until_done(
            lambda: aws.call(
                "DescribePermissionSetProvisioningStatus", InstanceArn=instance,
                ProvisionPermissionSetRequestId=started["RequestId"],
            )["PermissionSetProvisioningStatus"]
        )  # fmt: skip


@lookup(
    "aws:ssoadmin/getPermissionSets:getPermissionSets", "framework",
    required=("instanceArn",), optional=("region",),
)  # fmt: skip
def get_permission_sets(account: Account, args: Properties) -> Properties:
    region, instance = args.get("region") or account.region, args["instanceArn"]
    with error_context("reading SSO Permission Sets"):
        arns = _arns(account.service(SSO, region), instance)
    return {"arns": arns, "id": instance, "instanceArn": instance, "region": region}


@lookup(
    "aws:ssoadmin/getPermissionSet:getPermissionSet", "sdkv2",
    required=("instanceArn",), optional=("arn", "name", "region", "tags"),
)  # fmt: skip
def get_permission_set(account: Account, args: Properties) -> Properties:
    """The permission set with this ARN or name. The argument `tags` has no effect.

    A lookup by name reads each permission set until the name matches.
    """
    if bool(args.get("arn")) == bool(args.get("name")):
        raise ProviderError('"arn": exactly one of `arn,name` must be specified')
    region, instance = args.get("region") or account.region, args["instanceArn"]
    aws = account.service(SSO, region)
    with error_context("reading SSO Permission Set"):
        arns = [args["arn"]] if args.get("arn") else _arns(aws, instance)
        for arn in arns:
            found = _described(aws, arn, instance)
            if args.get("arn") or found["name"] == args["name"]:
                texts = {name: found.get(name) or "" for name in TEXTS}
                tags = _tags(aws, arn, instance)["tagsAll"]
                return {**found, **texts, "tags": tags, "id": arn, "region": region}
        raise ProviderError("couldn't find resource")


def _arns(aws: Service, instance: str) -> list[str]:
    return aws.pages("ListPermissionSets", "PermissionSets", InstanceArn=instance)


def _described(aws: Service, arn: str, instance: str) -> Properties:
    found = aws.call("DescribePermissionSet", **set_parameters(arn, instance))["PermissionSet"]
    return {
        "arn": arn,
        "createdDate": format_time(found["CreatedDate"]),
        "instanceArn": instance,
        "name": found["Name"],
        **{ours: found.get(theirs) or None for ours, theirs in TEXTS.items()},
    }


def _tags(aws: Service, arn: str, instance: str) -> Properties:
    return tag_outputs(
        aws.pages("ListTagsForResource", "Tags", ResourceArn=arn, InstanceArn=instance)
    )


def set_parameters(arn: str, instance: str) -> dict[str, str]:
    return {"InstanceArn": instance, "PermissionSetArn": arn}


def _texts(properties: Properties) -> dict[str, str]:
    return {theirs: properties[ours] for ours, theirs in TEXTS.items() if properties.get(ours)}
