"""Permission sets of IAM Identity Center."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import doing, parts, retag, tag_list, tags_read, until_done
from offline_plugins.aws.declared import FIXED, OPTIONAL, Declared, Input
from offline_plugins.aws.registry import look_up, resource
from offline_plugins.aws.service import Service
from offline_plugins.aws.times import date
from offline_plugins.provider_server import Properties, ProviderError

SSO = "sso-admin"
OF_SET = ("PERMISSION_SET_ARN", "INSTANCE_ARN")
TEXTS = {"description": "Description", "relayState": "RelayState",
         "sessionDuration": "SessionDuration"}  # fmt: skip
"""Empty ones cannot be sent; what is left out of an update is cleared."""


@resource
class PermissionSet(Declared):
    kind = "aws:ssoadmin/permissionSet:PermissionSet"
    service = SSO
    name_length = 32
    computed = ("arn", "createdDate", "tagsAll")
    inputs: ClassVar = {
        "description": OPTIONAL,
        "instanceArn": FIXED,
        "name": Input(replaces=True),
        "relayState": OPTIONAL,
        "sessionDuration": Input(default="PT1H"),
        "tags": OPTIONAL,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        instance = wanted["instanceArn"]
        with doing(f"creating SSO Permission Set ({wanted['name']})"):
            made = aws.call(
                "CreatePermissionSet", InstanceArn=instance, Name=wanted["name"],
                Tags=tag_list(wanted.get("tags")), **_texts(wanted),
            )  # fmt: skip
        return f"{made['PermissionSet']['PermissionSetArn']},{instance}"

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        arn, instance = parts(id, *OF_SET)
        with doing(f"reading SSO Permission Set ({id})"):
            found = _described(aws, arn, instance)
        with doing(f"listing tags for SSO Permission Set ({arn})"):
            return found | _tags(aws, arn, instance)

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        arn, instance = parts(id, *OF_SET)
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        if _texts(wanted) != _texts(olds):
            with doing(f"updating SSO Permission Set ({id})"):
                aws.call("UpdatePermissionSet", **at, **_texts(wanted))
            provision(aws, arn, instance)
        with doing("updating tags"):
            retag(aws, olds, wanted, ResourceArn=arn, InstanceArn=instance)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        arn, instance = parts(id, *OF_SET)
        with doing(f"deleting SSO Permission Set ({arn})"):
            aws.call("DeletePermissionSet", InstanceArn=instance, PermissionSetArn=arn)


def provision(aws: Service, arn: str, instance: str) -> None:
    """To all accounts that have the set; waits until it is done."""
    with doing(f"provisioning SSO Permission Set ({arn})"):
        begun = aws.call(
            "ProvisionPermissionSet", InstanceArn=instance, PermissionSetArn=arn,
            TargetType="ALL_PROVISIONED_ACCOUNTS",
        )["PermissionSetProvisioningStatus"]  # fmt: skip
        until_done(
            lambda: aws.call(
                "DescribePermissionSetProvisioningStatus", InstanceArn=instance,
                ProvisionPermissionSetRequestId=begun["RequestId"],
            )["PermissionSetProvisioningStatus"]
        )  # fmt: skip


@look_up(
    "aws:ssoadmin/getPermissionSets:getPermissionSets", "framework",
    required=("instanceArn",), optional=("region",),
)  # fmt: skip
def get_permission_sets(account: Account, args: Properties) -> Properties:
    region, instance = args.get("region") or account.region, args["instanceArn"]
    with doing("reading SSO Permission Sets"):
        arns = _arns(account.service(SSO, region), instance)
    return {"arns": arns, "id": instance, "instanceArn": instance, "region": region}


@look_up(
    "aws:ssoadmin/getPermissionSet:getPermissionSet", "sdk",
    required=("instanceArn",), optional=("arn", "name", "region", "tags"),
)  # fmt: skip
def get_permission_set(account: Account, args: Properties) -> Properties:
    """By name it reads every set until one has it. `tags` asks for nothing."""
    if bool(args.get("arn")) == bool(args.get("name")):
        raise ProviderError('"arn": exactly one of `arn,name` must be specified')
    region, instance = args.get("region") or account.region, args["instanceArn"]
    aws = account.service(SSO, region)
    with doing("reading SSO Permission Set"):
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
    found = aws.call("DescribePermissionSet", **at_set(arn, instance))["PermissionSet"]
    return {
        "arn": arn,
        "createdDate": date(found["CreatedDate"]),
        "instanceArn": instance,
        "name": found["Name"],
        **{ours: found.get(theirs) or None for ours, theirs in TEXTS.items()},
    }


def _tags(aws: Service, arn: str, instance: str) -> Properties:
    return tags_read(
        aws.pages("ListTagsForResource", "Tags", ResourceArn=arn, InstanceArn=instance)
    )


def at_set(arn: str, instance: str) -> dict[str, str]:
    return {"InstanceArn": instance, "PermissionSetArn": arn}


def _texts(properties: Properties) -> dict[str, str]:
    return {theirs: properties[ours] for ours, theirs in TEXTS.items() if properties.get(ours)}
