"""IAM Identity Center, read with boto3: Regions, attributes, permission sets and assignments."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from okta_idc.clients.aws import AwsClient, AwsError, Json
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list, get_object, get_text


@dataclass(frozen=True)
class PermissionSetDetails:
    """A permission set. Policies are ARNs, or paths with names if customer managed;
    `inline_policy` is JSON text. Empty properties are not set; those that could not be read are in
    `unread`, with the error."""

    name: str
    description: str = ""
    session_duration: str = ""
    relay_state: str = ""
    inline_policy: str = ""
    managed_policies: tuple[str, ...] = ()
    customer_managed_policies: tuple[str, ...] = ()
    permissions_boundary: str = ""
    unread: Mapping[str, AwsError] = field(default_factory=dict[str, AwsError])

    def properties(self) -> dict[str, str | tuple[str, ...]]:
        """The properties that could be read, without the name."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        skipped = {"name", "unread", *self.unread}
        return {key: value for key, value in found.items() if key not in skipped}


class IdentityCenter(AwsClient):
    """IAM Identity Center in one Region."""

    is_paced = True

    def __init__(
        self, region: str, endpoint: str | None = None, config: AwsConfig | None = None
    ) -> None:
        super().__init__("sso-admin", region, endpoint, config)
        self._denied: dict[str, AwsError] = {}

    def call(self, operation: str, **query: Any) -> Json:
        """AWS's response to one call. An operation that AWS has denied is not called again: the
        same AwsError is raised."""
        if denied := self._denied.get(operation):
            raise denied.with_traceback(None)
        try:
            return super().call(operation, **query)
        except AwsError as error:
            if error.is_denied:
                self._denied[operation] = error
            raise

    def instances(self) -> list[Json]:
        """The instances (`InstanceArn`, `IdentityStoreId`, …)."""
        return list(self.pages("list_instances", "Instances"))

    def details(self, instance: str) -> tuple[str, bool | None]:
        """The account that owns the instance, and whether permission sets are enabled; "" and None
        if AWS does not return them."""
        found = self.call("describe_instance", InstanceArn=instance)
        enabled = found.get("PermissionSetsEnabled")
        return get_text(found, "OwnerAccountId"), enabled if isinstance(enabled, bool) else None

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

    def permission_set(self, instance: str, arn: str) -> PermissionSetDetails:
        """A permission set with its policies: five calls, plus pages. Raises AwsError if the set
        cannot be described; ResourceNotFoundException if AWS has none."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        found = self.call("describe_permission_set", **at)["PermissionSet"]
        unread: dict[str, AwsError] = {}

        def attempt(name: str, read: Callable[[], Any]) -> Any:
            try:
                return read()
            except AwsError as error:
                unread[name] = error
                return None

        def inline() -> str:
            operation = "get_inline_policy_for_permission_set"
            return get_text(self.call(operation, **at), "InlinePolicy")

        def managed() -> tuple[str, ...]:
            operation = "list_managed_policies_in_permission_set"
            listed = self.pages(operation, "AttachedManagedPolicies", **at)
            return tuple(str(each["Arn"]) for each in listed)

        def customer_managed() -> tuple[str, ...]:
            operation = "list_customer_managed_policy_references_in_permission_set"
            listed = self.pages(operation, "CustomerManagedPolicyReferences", **at)
            return tuple(map(_path_and_name, listed))

        return PermissionSetDetails(
            name=str(found["Name"]),
            description=get_text(found, "Description"),
            session_duration=get_text(found, "SessionDuration"),
            relay_state=get_text(found, "RelayState"),
            inline_policy=attempt("inline_policy", inline) or "",
            managed_policies=attempt("managed_policies", managed) or (),
            customer_managed_policies=attempt("customer_managed_policies", customer_managed) or (),
            permissions_boundary=attempt("permissions_boundary", lambda: self._boundary(at)) or "",
            unread=unread,
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

    def assignments_of(self, instance: str, principal: str, kind: str) -> Iterator[Json]:
        """The account assignments of a user (`USER`) or group (`GROUP`)."""
        at = {"InstanceArn": instance, "PrincipalId": principal, "PrincipalType": kind}
        operation = "list_account_assignments_for_principal"
        return self.pages(operation, "AccountAssignments", **at)

    def name_of_permission_set(self, instance: str, arn: str) -> str:
        """A permission set's name."""
        at = {"InstanceArn": instance, "PermissionSetArn": arn}
        return str(self.call("describe_permission_set", **at)["PermissionSet"]["Name"])

    def access_of_group(self, instance: str, group: str) -> tuple[tuple[str, str], ...]:
        """The account assignments of a group: sorted pairs of permission set ARN and account."""
        listed = self.assignments_of(instance, group, "GROUP")
        return tuple(sorted((each["PermissionSetArn"], each["AccountId"]) for each in listed))

    def applications_of_group(self, instance: str, group: str) -> tuple[str, ...]:
        """The ARNs of the applications that a group is assigned to, sorted."""
        at = {"InstanceArn": instance, "PrincipalId": group, "PrincipalType": "GROUP"}
        operation = "list_application_assignments_for_principal"
        listed = self.pages(operation, "ApplicationAssignments", **at)
        return tuple(sorted(each["ApplicationArn"] for each in listed))

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
