"""The Identity Store behind IAM Identity Center, read with boto3: users, groups, members.

Credentials by boto3's usual chain, unless a session is given.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Json = dict[str, Any]


class AwsError(Exception):
    """AWS could not be asked, or refused. The text names the operation and AWS's words."""


class IdentityStore:
    """One store, d-….  `endpoint` replaces AWS's own, for a sandbox."""

    def __init__(
        self,
        store_id: str,
        region: str,
        endpoint: str | None = None,
        session: boto3.Session | None = None,
    ) -> None:
        self.id = store_id
        try:
            self._client: Any = (session or boto3.Session()).client(  # pyright: ignore[reportUnknownMemberType]
                "identitystore",
                region_name=region,
                endpoint_url=endpoint,
                config=Config(retries={"mode": "adaptive", "max_attempts": 6}),
            )
        except (BotoCoreError, ValueError) as error:
            raise AwsError(str(error)) from None

    def users(self) -> list[Json]:
        """Every user, as AWS shows it (`UserName`, `UserStatus`, `ExternalIds`, …)."""
        return list(self._pages("list_users", "Users"))

    def groups(self) -> list[Json]:
        """Every group (`GroupId`, `DisplayName`, …)."""
        return list(self._pages("list_groups", "Groups"))

    def member_counts(self, group_ids: list[str]) -> Counter[str]:
        """How many members each of these groups has: one call a group and hundred members."""
        counts: Counter[str] = Counter(dict.fromkeys(group_ids, 0))
        for group_id in group_ids:
            pages = self._pages("list_group_memberships", "GroupMemberships", GroupId=group_id)
            counts[group_id] = sum(1 for _ in pages)
        return counts

    def _pages(self, operation: str, member: str, **asked: str) -> Iterator[Json]:
        try:
            pages = self._client.get_paginator(operation).paginate(IdentityStoreId=self.id, **asked)
            for page in pages:
                yield from page[member]
        except (BotoCoreError, ClientError) as error:
            raise AwsError(str(error)) from None
