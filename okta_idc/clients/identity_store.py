"""The Identity Store behind IAM Identity Center, read with boto3: users, groups, members.

Credentials come from boto3's default chain, unless a session is given.
"""

from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from okta_idc.clients.aws import AwsError, Json, aws_error, make_client

__all__ = ["AwsError", "IdentityStore", "Json"]


class IdentityStore:
    """One identity store, d-…. `endpoint` replaces AWS's endpoint (sandbox)."""

    def __init__(
        self,
        store_id: str,
        region: str,
        endpoint: str | None = None,
        session: boto3.Session | None = None,
    ) -> None:
        self.id = store_id
        self._client = make_client("identitystore", region, endpoint, session)

    def users(self) -> Iterator[Json]:
        """Every user as AWS shows it (`UserName`, `UserStatus`, `ExternalIds`, …), page by page."""
        return self._pages("list_users", "Users")

    def groups(self) -> Iterator[Json]:
        """Every group as AWS shows it (`GroupId`, `DisplayName`, …), page by page."""
        return self._pages("list_groups", "Groups")

    def members(self, group_id: str) -> Iterator[str]:
        """The user ids of one group's members: one call each hundred."""
        for each in self._pages("list_group_memberships", "GroupMemberships", GroupId=group_id):
            yield each["MemberId"]["UserId"]

    def _pages(self, operation: str, member: str, **query: str) -> Iterator[Json]:
        try:
            pages = self._client.get_paginator(operation).paginate(IdentityStoreId=self.id, **query)
            for page in pages:
                yield from page[member]
        except (BotoCoreError, ClientError) as error:
            raise aws_error("identitystore", error) from None
