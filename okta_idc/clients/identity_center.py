"""IAM Identity Center's instance, read with boto3: regions, attributes, permission sets, access.

Credentials by boto3's usual chain, unless a session is given.
"""

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.aws import AwsError, Json, make_client, told

_SERVICE = "sso-admin"


class IdentityCenter:
    """The instances that this region and these credentials lead to."""

    def __init__(
        self, region: str, endpoint: str | None = None, session: boto3.Session | None = None
    ) -> None:
        self._client = make_client(_SERVICE, region, endpoint, session)

    def instances(self) -> list[Json]:
        """`InstanceArn`, `IdentityStoreId`, … of each."""
        return list(self._pages("list_instances", "Instances"))

    def primary_region(self, instance: str) -> str | None:
        """Where SCIM and SAML live, if known (docs/research/identity-center.md#regions)."""
        for each in self._pages("list_regions", "Regions", InstanceArn=instance):
            if each.get("IsPrimaryRegion"):
                return str(each["RegionName"])
        return None

    def access_control(self, instance: str) -> tuple[str, list[tuple[str, str]]]:
        """Attributes for access control: status, and key with source of each; ("", []) when off."""
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

    def permission_set(self, instance: str, arn: str) -> tuple[str, str, list[str]]:
        """Its name, its inline policy (JSON text, or empty), and its managed policies' names."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        shown = self._call("describe_permission_set", **at)["PermissionSet"]
        inline = self._inline(at)
        names = [str(each["Name"]) for each in (*self._managed(at), *self._own(at))]
        return str(shown["Name"]), inline, names

    def whole_set(self, instance: str, arn: str) -> Json:
        """All that a permission set is: `Name`, `Description`, `SessionDuration`, `RelayState` as
        AWS shows them, `InlinePolicy` (JSON text, or empty), `Managed` and `CustomerManaged` (lists
        of `Name` with `Arn` or `Path`), and `Boundary`, which is empty where there is none."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        found = dict(self._call("describe_permission_set", **at)["PermissionSet"])
        found |= {"InlinePolicy": self._inline(at), "Boundary": {}}
        found |= {"Managed": list(self._managed(at)), "CustomerManaged": list(self._own(at))}
        try:
            boundary = self._call("get_permissions_boundary_for_permission_set", **at)
            found["Boundary"] = boundary["PermissionsBoundary"]
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
        return found

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
        """`PrincipalType` and `PrincipalId` of everybody who has this set in this account."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn, "AccountId": account}
        return self._pages("list_account_assignments", "AccountAssignments", **at)

    def access_of_group(self, instance: str, group: str) -> Iterator[Json]:
        """`AccountId` and `PermissionSetArn` of every assignment of a group."""
        at = {"InstanceArn": instance, "PrincipalId": group, "PrincipalType": "GROUP"}
        operation = "list_account_assignments_for_principal"
        return self._pages(operation, "AccountAssignments", **at)

    def _call(self, operation: str, **asked: str) -> Json:
        try:
            return getattr(self._client, operation)(**asked)
        except (BotoCoreError, ClientError) as error:
            raise told(_SERVICE, error) from None

    def _pages(self, operation: str, member: str, **asked: str) -> Iterator[Any]:
        """Not botocore's paginator: ListRegions has none."""
        token: dict[str, str] = {}
        while True:
            page = self._call(operation, **asked, **token)
            yield from page.get(member, [])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}
