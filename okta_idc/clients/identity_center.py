"""IAM Identity Center, read with boto3: Regions, attributes, permission sets and assignments.

Credentials come from boto3's default chain, unless a session is given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.aws import AwsError, Json, aws_error, make_client

_SERVICE = "sso-admin"


@dataclass(frozen=True)
class PermissionSetDetails:
    """A permission set; what it lacks is empty. `inline_policy` is JSON text, `managed_policies`
    are ARNs, `customer_managed_policies` paths with names, and `permissions_boundary` is either."""

    name: str
    description: str = ""
    session_duration: str = ""
    relay_state: str = ""
    inline_policy: str = ""
    managed_policies: tuple[str, ...] = ()
    customer_managed_policies: tuple[str, ...] = ()
    permissions_boundary: str = ""


class IdentityCenter:
    """IAM Identity Center in one Region."""

    def __init__(
        self, region: str, endpoint: str | None = None, session: boto3.Session | None = None
    ) -> None:
        self._client = make_client(_SERVICE, region, endpoint, session)

    def instances(self) -> list[Json]:
        """`InstanceArn`, `IdentityStoreId`, … of each."""
        return list(self._pages("list_instances", "Instances"))

    def primary_region(self, instance: str) -> str | None:
        """The Region of SCIM and SAML, if known (docs/research/identity-center.md#regions)."""
        for each in self._pages("list_regions", "Regions", InstanceArn=instance):
            if each.get("IsPrimaryRegion"):
                return str(each["RegionName"])
        return None

    def access_control(self, instance: str) -> tuple[str, list[tuple[str, str]]]:
        """Attributes for access control: status, and pairs of key and source; ("", []) if off."""
        operation = "describe_instance_access_control_attribute_configuration"
        try:
            found = self._call(operation, InstanceArn=instance)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return "", []
            raise
        listed: list[Json] = found.get("InstanceAccessControlAttributeConfiguration", {}).get(
            "AccessControlAttributes", []
        )
        pairs = [(a["Key"], source) for a in listed for source in a["Value"]["Source"]]
        return str(found["Status"]), pairs

    def permission_sets(self, instance: str) -> Iterator[str]:
        """The ARNs of all."""
        return self._pages("list_permission_sets", "PermissionSets", InstanceArn=instance)

    def permission_set(
        self, instance: str, arn: str, *, boundary: bool = False
    ) -> PermissionSetDetails:
        """A permission set with its policies; its permissions boundary costs another call."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        shown = self._call("describe_permission_set", **at)["PermissionSet"]
        return PermissionSetDetails(
            name=str(shown["Name"]),
            description=str(shown.get("Description") or ""),
            session_duration=str(shown.get("SessionDuration") or ""),
            relay_state=str(shown.get("RelayState") or ""),
            inline_policy=self._inline(at),
            managed_policies=tuple(str(each["Arn"]) for each in self._managed(at)),
            customer_managed_policies=tuple(map(_path_and_name, self._own(at))),
            permissions_boundary=self._boundary(at) if boundary else "",
        )

    def _boundary(self, at: dict[str, str]) -> str:
        try:
            shown = self._call("get_permissions_boundary_for_permission_set", **at)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                return ""
            raise
        boundary = shown["PermissionsBoundary"]
        own = boundary.get("CustomerManagedPolicyReference")
        return _path_and_name(own) if own else str(boundary.get("ManagedPolicyArn") or "")

    def _inline(self, at: dict[str, str]) -> str:
        return self._call("get_inline_policy_for_permission_set", **at).get("InlinePolicy") or ""

    def _managed(self, at: dict[str, str]) -> Iterator[Json]:
        operation = "list_managed_policies_in_permission_set"
        return self._pages(operation, "AttachedManagedPolicies", **at)

    def _own(self, at: dict[str, str]) -> Iterator[Json]:
        operation = "list_customer_managed_policy_references_in_permission_set"
        return self._pages(operation, "CustomerManagedPolicyReferences", **at)

    def accounts_of(self, instance: str, arn: str) -> Iterator[str]:
        """The accounts in which a permission set is provisioned."""
        operation = "list_accounts_for_provisioned_permission_set"
        return self._pages(operation, "AccountIds", InstanceArn=instance, PermissionSetArn=arn)

    def assignments(self, instance: str, arn: str, account: str) -> Iterator[Json]:
        """`PrincipalType` and `PrincipalId` of each assignment of this set in this account."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn, "AccountId": account}
        return self._pages("list_account_assignments", "AccountAssignments", **at)

    def access_of_group(self, instance: str, group: str) -> Iterator[Json]:
        """`AccountId` and `PermissionSetArn` of every assignment of a group."""
        at = {"InstanceArn": instance, "PrincipalId": group, "PrincipalType": "GROUP"}
        operation = "list_account_assignments_for_principal"
        return self._pages(operation, "AccountAssignments", **at)

    def _call(self, operation: str, **query: str) -> Json:
        try:
            return getattr(self._client, operation)(**query)
        except (BotoCoreError, ClientError) as error:
            raise aws_error(_SERVICE, error) from None

    def _pages(self, operation: str, member: str, **query: str) -> Iterator[Any]:
        """Pages without botocore's paginator, which ListRegions lacks."""
        token: dict[str, str] = {}
        while True:
            page = self._call(operation, **query, **token)
            yield from page.get(member, [])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}


def _path_and_name(reference: Json) -> str:
    return f"{str(reference.get('Path') or '/').strip('/')}/{reference['Name']}".strip("/")
