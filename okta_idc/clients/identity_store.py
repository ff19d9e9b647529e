"""The Identity Store behind IAM Identity Center, read with boto3: users, groups, members."""

from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.clients.aws import AwsClient, AwsError, Json
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list, get_object


@dataclass(frozen=True)
class StoreNetwork:
    """An identity store's network configuration, by the names of the rules on it
    (okta_idc/rules/aws_environment.py)."""

    vpc_endpoint_required: bool = False
    scim_sources: tuple[str, ...] = ()
    api_sources: tuple[str, ...] = ()
    api_vpcs: tuple[str, ...] = ()


ENTERPRISE = "aws:identitystore:enterprise"
"""The extension with the attributes of employees: department, cost center, manager, …"""


class IdentityStore(AwsClient):
    """One identity store, d-…."""

    is_paced = True

    def __init__(
        self,
        store_id: str,
        region: str,
        endpoint: str | None = None,
        config: AwsConfig | None = None,
    ) -> None:
        super().__init__("identitystore", region, endpoint, config)
        self.id = store_id

    def users(self) -> Iterator[Json]:
        """Every user as AWS shows it (`UserName`, `UserStatus`, `ExternalIds`, …), with the
        enterprise attributes (`Extensions`), page by page."""
        at = {"IdentityStoreId": self.id, "Extensions": [ENTERPRISE]}
        return self.pages("list_users", "Users", **at)

    def groups(self) -> Iterator[Json]:
        """Every group as AWS shows it (`GroupId`, `DisplayName`, …), page by page."""
        return self.pages("list_groups", "Groups", IdentityStoreId=self.id)

    def user(self, name: str) -> Json | None:
        """The user with this name as AWS shows it; None if there is none."""
        at = {"IdentityStoreId": self.id}
        unique = {"AttributePath": "userName", "AttributeValue": name}
        wanted = {"UniqueAttribute": unique}
        try:
            found = self.call("get_user_id", **at, AlternateIdentifier=wanted)
            return self.call("describe_user", **at, UserId=found["UserId"])
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            return None

    def group_id(self, name: str) -> str:
        """The ID of the group with this name; empty if there is none."""
        unique = {"AttributePath": "displayName", "AttributeValue": name}
        wanted = {"UniqueAttribute": unique}
        try:
            found = self.call(
                "get_group_id", IdentityStoreId=self.id, AlternateIdentifier=wanted
            )  # fmt: skip
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            return ""
        return str(found["GroupId"])

    def groups_of(self, user_id: str) -> Iterator[str]:
        """The group IDs of a user's memberships."""
        at = {"IdentityStoreId": self.id, "MemberId": {"UserId": user_id}}
        for each in self.pages("list_group_memberships_for_member", "GroupMemberships", **at):
            yield each["GroupId"]

    def members(self, group_id: str) -> Iterator[str]:
        """The user IDs of a group's members: one call for every hundred."""
        at = {"IdentityStoreId": self.id, "GroupId": group_id}
        for each in self.pages("list_group_memberships", "GroupMemberships", **at):
            yield each["MemberId"]["UserId"]

    def network(self) -> StoreNetwork:
        """The network configuration."""
        found = self.call("describe_identity_store", IdentityStoreId=self.id)
        given = get_object(found, "NetworkConfiguration")

        def texts(key: str) -> tuple[str, ...]:
            return tuple(map(str, get_list(given, key)))

        return StoreNetwork(
            given.get("VpceAccessRequired") is True,
            texts("ScimAllowSourceIps"),
            texts("ApiAllowSourceIps"),
            texts("ApiRestrictSourceVpcs"),
        )
