"""Reads what Okta reports about an app's users and push mappings, which no lookup returns.

Every part of a run reads through one AppLists. While a run waits, it reads at most one page of each
list every five seconds (docs/research/okta-api.md#rate-limits).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import Resource

from okta_idc.clients.json_path import Json, get_object, get_path, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.rules.groups import ACTIVE
from okta_idc.rules.scim_attempts import AttemptLog

from .._clients import okta_client
from .._lookup_errors import invoke

PAUSE_SECONDS = 5.0
_IDS_PER_CALL = 100  # keeps the URL well below the usual limit of 8 kB


@dataclass(frozen=True)
class PushMapping:
    """A push mapping: ACTIVE, INACTIVE or ERROR with Okta's reason. `record` is Okta's, without
    which only the status is known."""

    status: str
    record: Json = field(default_factory=dict[str, Any])

    @property
    def error(self) -> str:
        return get_text(self.record, "errorSummary")

    @property
    def unpushed(self) -> bool:
        """Whether Okta has not pushed the group yet; False if that is unknown."""
        return bool(self.record) and not self.record.get("lastPush")


@dataclass
class AppUsers:
    """The app's users by what Okta reports: Okta IDs, and logins by ID."""

    expected: set[str] = field(default_factory=set[str])
    """Provisioned, or about to be."""
    refused: set[str] = field(default_factory=set[str])
    """Rejected by AWS."""
    inactive: set[str] = field(default_factory=set[str])
    """Not provisioned because of their status in Okta."""
    logins: dict[str, str] = field(default_factory=dict[str, str])
    attempts: AttemptLog = field(default_factory=AttemptLog)

    @property
    def excluded(self) -> set[str]:
        """Users whom a run does not wait for."""
        return self.refused | self.inactive

    def add(self, page: Iterable[Json]) -> None:
        for user in page:
            self.attempts.add(user)
            ident, okta_user = get_text(user, "id"), get_object(user, "_embedded", "user")
            self.logins[ident] = get_text(okta_user, "profile", "login") or ident
            for kind in (self.expected, self.refused, self.inactive):
                kind.discard(ident)
            if get_path(user, "syncState") == "ERROR":
                self.refused.add(ident)
            elif (get_text(okta_user, "status") or "ACTIVE") not in ACTIVE:
                self.inactive.add(ident)
            else:
                self.expected.add(ident)


class AppLists:
    """The lists of one app. `unknown` says why Okta does not return them, once it has refused; then
    mappings have their status alone, and the other lists stay empty."""

    def __init__(self, parent: Resource, app_id: str) -> None:
        self.unknown = ""
        self.users = AppUsers()
        self._parent, self._app_id = parent, app_id
        self._root = f"/api/v1/apps/{app_id}"
        self._okta: Okta | None = None
        self._pages: AsyncIterator[list[Json]] | None = None
        self._mappings: dict[str, PushMapping] = {}
        self._mappings_lock = asyncio.Lock()
        self._next_page = self._next_mappings = 0.0

    def expire(self) -> None:
        """Read every list from its start the next time, after the run has changed something."""
        self._pages, self._next_page, self._next_mappings = None, 0.0, 0.0

    async def read_users(self) -> AppUsers:
        """The users read so far: a page more than before, from the start again after the last."""
        client = self._client()
        if client is None or time.monotonic() < self._next_page:
            return self.users
        path = f"{self._root}/users"
        self._pages = self._pages or client.pages(path, limit=500, expand="user")
        try:
            page = await anext(self._pages, None)
        except OktaError as error:
            self._give_up(error)
            return self.users
        if page is None:
            self._pages = None
        else:
            self._next_page = time.monotonic() + PAUSE_SECONDS
            self.users.add(page)
        return self.users

    async def mappings(self) -> Mapping[str, PushMapping]:
        """The push mappings by the ID of the source group."""
        async with self._mappings_lock:
            if time.monotonic() >= self._next_mappings:
                self._mappings = await self._read_mappings()
                self._next_mappings = time.monotonic() + PAUSE_SECONDS
            return self._mappings

    async def _read_mappings(self) -> dict[str, PushMapping]:
        if (client := self._client()) is not None:
            try:
                found = await client.every(f"{self._root}/group-push/mappings", limit=1000)
                return {m["sourceGroupId"]: PushMapping(m["status"], m) for m in found}
            except OktaError as error:
                self._give_up(error)
        read = await invoke("okta:index/getPushGroups", {"appId": self._app_id}, self._parent)
        listed: list[Any] = read.get("mappings") or []
        return {m["sourceGroupId"]: PushMapping(m["status"]) for m in listed}

    async def member_counts(self, group_ids: Sequence[str]) -> dict[str, int]:
        """How many members the groups have in Okta; without the groups that Okta does not show."""
        found: dict[str, int] = {}
        if (client := self._client()) is None:
            return found
        try:
            for start in range(0, len(group_ids), _IDS_PER_CALL):
                chunk = group_ids[start : start + _IDS_PER_CALL]
                search = " or ".join(f'id eq "{ident}"' for ident in chunk)
                query: dict[str, Any] = {"search": search, "expand": "stats", "limit": 200}
                for group in await client.every("/api/v1/groups", **query):
                    number = get_path(group, "_embedded", "stats", "usersCount")
                    if isinstance(number, int):
                        found[get_text(group, "id")] = number
        except OktaError as error:
            self._give_up(error)
        return found

    def _client(self) -> Okta | None:
        if self._okta is None and not self.unknown:
            try:
                self._okta = okta_client(self._parent)
            except CredentialsError as error:
                self._give_up(error)
        return self._okta

    def _give_up(self, error: OktaError) -> None:
        """The run continues with the provider's lookups, and says so once."""
        self._okta, self.unknown = None, str(error)
        pulumi.log.warn(
            f"unknown: what Okta reports about users and pushes that fail. {error} The run waits "
            "for AWS alone.",
            self._parent,
        )
