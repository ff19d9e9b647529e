"""The identity store: users, groups and memberships as the Identity Store API shows them.

Keeps the data, its uniqueness rules and the lock: the SCIM endpoint and the AWS API access it from
two threads.
"""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]

SCIM_ISSUER = "https://scim.aws.com/"
"""Prefix of ExternalIds[].Issuer in records that SCIM wrote
(docs/research/identity-center.md#users-and-groups-outside-scim)."""


class ConflictError(Exception):
    """A unique value is already used. The message is CloudTrail's
    (docs/research/scim.md#errors)."""


class NotFoundError(Exception):
    """No user, group or membership has this ID. The message is the kind of the record."""


class IdentityStore:
    """An identity store. Hold `lock` while you read and then write."""

    def __init__(self, store_id: str, tenant: str) -> None:
        self.id = store_id
        self.issuer = SCIM_ISSUER + tenant
        self.lock = threading.RLock()
        self.users: dict[str, Record] = {}
        self.groups: dict[str, Record] = {}
        self.memberships: dict[str, Record] = {}
        self._count = 0

    def put_user(
        self, record: Record, user_id: str | None = None, *, exact_names: bool = False
    ) -> Record:
        """Create a user, or replace the user with this ID and keep the memberships. With
        `exact_names`, names that differ in case are different."""
        with self.lock:
            if user_id is not None:
                self.user(user_id)
            self._check_unique(
                self.users,
                user_id,
                (
                    ("UserName", _exact if exact_names else _user_name),
                    ("email", _emails),
                    _EXTERNAL,
                ),
                record,
            )
            return self._put(self.users, "UserId", record, user_id)

    def put_group(self, record: Record, group_id: str | None = None) -> Record:
        """Create a group, or replace the group with this ID."""
        with self.lock:
            if group_id is not None:
                self.group(group_id)
            self._check_unique(
                self.groups, group_id, (("GroupDisplayName", _display_name), _EXTERNAL), record
            )
            return self._put(self.groups, "GroupId", record, group_id)

    def user(self, user_id: str) -> Record:
        return _lookup(self.users, user_id, "USER")

    def group(self, group_id: str) -> Record:
        return _lookup(self.groups, group_id, "GROUP")

    def membership(self, membership_id: str) -> Record:
        return _lookup(self.memberships, membership_id, "GROUP_MEMBERSHIP")

    def delete_user(self, user_id: str) -> None:
        with self.lock:
            self.user(user_id)
            del self.users[user_id]
            self._delete_memberships(lambda m: m["MemberId"]["UserId"] == user_id)

    def delete_group(self, group_id: str) -> None:
        with self.lock:
            self.group(group_id)
            del self.groups[group_id]
            self._delete_memberships(lambda m: m["GroupId"] == group_id)

    def find_membership(self, group_id: str, user_id: str) -> Record | None:
        with self.lock:
            for membership in self.memberships.values():
                if (membership["GroupId"], membership["MemberId"]["UserId"]) == (group_id, user_id):
                    return membership
        return None

    def add_member(self, group_id: str, user_id: str) -> Record:
        with self.lock:
            self.group(group_id)
            self.user(user_id)
            existing = self.find_membership(group_id, user_id)
            if existing:
                return existing
            record = {"GroupId": group_id, "MemberId": {"UserId": user_id}}
            return self._put(self.memberships, "MembershipId", record, None)

    def remove_member(self, group_id: str, user_id: str) -> None:
        with self.lock:
            membership = self.find_membership(group_id, user_id)
            if membership:
                del self.memberships[membership["MembershipId"]]

    def members(self, group_id: str) -> list[str]:
        with self.lock:
            return [
                m["MemberId"]["UserId"]
                for m in self.memberships.values()
                if m["GroupId"] == group_id
            ]

    def external_id(self, record: Record) -> str | None:
        return next((e["Id"] for e in record.get("ExternalIds", [])), None)

    def _put(self, table: dict[str, Record], key: str, record: Record, old: str | None) -> Record:
        now = datetime.now(UTC).timestamp()
        created = table[old]["CreatedAt"] if old else now
        ident = old or self._new_id(key)
        before = int(table[old].get("Revision", "1")) if old else 0
        table[ident] = {
            **record, key: ident, "IdentityStoreId": self.id, "CreatedAt": created,
            "UpdatedAt": now, "Revision": str(before + 1),
        }  # fmt: skip
        return table[ident]

    def _new_id(self, key: str) -> str:
        """Generate an ID; the sequence of IDs is the same in each run."""
        self._count += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.id} {key} {self._count}"))

    def _check_unique(
        self, table: dict[str, Record], own: str | None, uniques: tuple[Any, ...], record: Record
    ) -> None:
        for name, values in uniques:
            used = {v for k, other in table.items() if k != own for v in values(other)}
            if used & set(values(record)):
                raise ConflictError(f"Duplicate {name}")

    def _delete_memberships(self, condition: Any) -> None:
        for key in [key for key, value in self.memberships.items() if condition(value)]:
            del self.memberships[key]


def _lookup(table: dict[str, Record], key: str, kind: str) -> Record:
    if key not in table:
        raise NotFoundError(kind)
    return table[key]


def _user_name(record: Record) -> Iterator[str]:
    yield record["UserName"].casefold()


def _exact(record: Record) -> Iterator[str]:
    yield record["UserName"]


def _display_name(record: Record) -> Iterator[str]:
    if record.get("DisplayName"):
        yield record["DisplayName"].casefold()


def _emails(record: Record) -> Iterator[str]:
    for email in record.get("Emails", []):
        if email.get("Value"):
            yield email["Value"].casefold()


def _external(record: Record) -> Iterator[tuple[str, str]]:
    for item in record.get("ExternalIds", []):
        yield item["Issuer"], item["Id"]


_EXTERNAL = ("ExternalId", _external)
