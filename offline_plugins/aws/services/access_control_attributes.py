"""Attributes for access control of the Identity Center instance."""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.aws.calls import error_context
from offline_plugins.aws.equivalence import is_same_set
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, AwsResourceType, Input
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties


def _require_one(attributes: list[Properties]) -> str:
    return "" if attributes else "must have at least 1 item"


@resource
class InstanceAccessControlAttributes(AwsResourceType):
    """An instance has at most one configuration, and AWS rejects the creation of a second one.

    A configuration with an empty list counts as missing
    (docs/research/aws-provider.md#attributes-for-access-control).
    """

    kind = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
    service = "sso-admin"
    computed = ("status", "statusReason")
    inputs: ClassVar = {
        "attributes": Input(required=True, same=is_same_set, validate=_require_one),
        "instanceArn": IMMUTABLE,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        with error_context(
            f"creating SSO Instance Access Control Attributes ({wanted['instanceArn']})"
        ):
            self._put(aws, "Create", wanted)
        return wanted["instanceArn"]

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        with error_context(f"reading SSO Instance Access Control Attributes ({id})"):
            found = aws.call("DescribeInstanceAccessControlAttributeConfiguration", InstanceArn=id)
        listed = found["InstanceAccessControlAttributeConfiguration"]["AccessControlAttributes"]
        attributes = [
            {"key": item["Key"], "values": [{"sources": item["Value"]["Source"]}]}
            for item in listed
        ]
        return {
            "attributes": attributes,
            "instanceArn": id,
            "status": found["Status"],
            "statusReason": found.get("StatusReason") or "",
        } if attributes else None  # fmt: skip

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with error_context(f"updating SSO Instance Access Control Attributes ({id})"):
            self._put(aws, "Update", wanted)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        """Disable attributes for access control for the whole instance."""
        with error_context(f"deleting SSO Instance Access Control Attributes ({id})"):
            aws.call("DeleteInstanceAccessControlAttributeConfiguration", InstanceArn=id)

    def _put(self, aws: Service, verb: str, wanted: Properties) -> None:
        attributes = [
            {"Key": item["key"], "Value": {"Source": item["values"][0]["sources"]}}
            for item in wanted["attributes"]
        ]
        aws.call(
            f"{verb}InstanceAccessControlAttributeConfiguration",
            InstanceArn=wanted["instanceArn"],
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": attributes},
        )
