"""IAM Identity Center, read with boto3: Regions, attributes, permission sets and assignments."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.clients.aws import AwsClient, AwsError, Json
from okta_idc.clients.json_path import get_list, get_object, get_text


@dataclass(frozen=True)
class PermissionSetDetails:
    """A permission set. Policies are ARNs, or paths with names if customer managed;
    `inline_policy` is JSON text. Empty properties are not set."""

    name: str
    description: str = ""
    session_duration: str = ""
    relay_state: str = ""
    inline_policy: str = ""
    managed_policies: tuple[str, ...] = ()
    customer_managed_policies: tuple[str, ...] = ()
    permissions_boundary: str = ""


class IdentityCenter(AwsClient):
    """IAM Identity Center in one Region."""

    def __init__(self, region: str, endpoint: str | None = None) -> None:
        super().__init__("sso-admin", region, endpoint)

    def instances(self) -> list[Json]:
        """The instances (`InstanceArn`, `IdentityStoreId`, …)."""
        return list(self.pages("list_instances", "Instances"))

    def primary_region(self, instance: str) -> str:
        """The Region of SCIM and SAML (docs/research/identity-center.md#regions)."""
        for each in self.pages("list_regions", "Regions", InstanceArn=instance):
            if each.get("IsPrimaryRegion"):
                return str(each["RegionName"])
        raise AwsError("AWS shows no primary Region for the instance")

    def access_control(self, instance: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Attributes for access control: status, and pairs of key and source; empty if off."""
        operation = "describe_instance_access_control_attribute_configuration"
        found = self._call_if_any(operation, InstanceArn=instance)
        path = "InstanceAccessControlAttributeConfiguration", "AccessControlAttributes"
        pairs = ((a["Key"], s) for a in get_list(found, *path) for s in a["Value"]["Source"])
        return get_text(found, "Status"), tuple(pairs)

    def permission_sets(self, instance: str) -> Iterator[str]:
        """The ARNs of all permission sets."""
        return self.pages("list_permission_sets", "PermissionSets", InstanceArn=instance)

    def permission_set(
        self, instance: str, arn: str, *, boundary: bool = False
    ) -> PermissionSetDetails:
        """A permission set with its policies; the permissions boundary requires another call."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        found = self.call("describe_permission_set", **at)["PermissionSet"]
        inline = self.call("get_inline_policy_for_permission_set", **at).get("InlinePolicy")
        listing = "list_managed_policies_in_permission_set"
        managed = tuple(str(p["Arn"]) for p in self.pages(listing, "AttachedManagedPolicies", **at))
        listing = "list_customer_managed_policy_references_in_permission_set"
        own = self.pages(listing, "CustomerManagedPolicyReferences", **at)
        return PermissionSetDetails(
            name=str(found["Name"]),
            description=get_text(found, "Description"),
            session_duration=get_text(found, "SessionDuration"),
            relay_state=get_text(found, "RelayState"),
            inline_policy=inline or "",
            managed_policies=managed,
            customer_managed_policies=tuple(map(_path_and_name, own)),
            permissions_boundary=self._boundary(at) if boundary else "",
        )

    def _boundary(self, at: dict[str, str]) -> str:
        found = self._call_if_any("get_permissions_boundary_for_permission_set", **at)
        own = get_object(found, "PermissionsBoundary", "CustomerManagedPolicyReference")
        managed = get_text(found, "PermissionsBoundary", "ManagedPolicyArn")
        return _path_and_name(own) if own else managed

    def accounts_of(self, instance: str, arn: str) -> Iterator[str]:
        """The accounts in which a permission set is provisioned."""
        operation = "list_accounts_for_provisioned_permission_set"
        return self.pages(operation, "AccountIds", InstanceArn=instance, PermissionSetArn=arn)

    def assignments(self, instance: str, arn: str, account: str) -> Iterator[Json]:
        """The assignments of a permission set in an account (`PrincipalType`, `PrincipalId`)."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn, "AccountId": account}
        return self.pages("list_account_assignments", "AccountAssignments", **at)

    def access_of_group(self, instance: str, group: str) -> Iterator[Json]:
        """The assignments of a group (`AccountId`, `PermissionSetArn`)."""
        at = {"InstanceArn": instance, "PrincipalId": group, "PrincipalType": "GROUP"}
        operation = "list_account_assignments_for_principal"
        return self.pages(operation, "AccountAssignments", **at)

    def _call_if_any(self, operation: str, **query: str) -> Json:
        """AWS's response; empty if AWS responds with ResourceNotFoundException."""
        try:
            return self.call(operation, **query)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            return {}


def _path_and_name(reference: Json) -> str:
    return f"{str(reference.get('Path') or '/').strip('/')}/{reference['Name']}".strip("/")
