"""The canary: a group that Okta creates in AWS, to see that provisioning works.

Creates a group without members in Okta, pushes it, waits until AWS has it, and deletes it in both.
Groups of an interrupted run, which have its name and its description, are deleted by the next one.
"""

import asyncio
import contextlib
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_writes import OktaWriter
from okta_idc.rules.scim_attempts import is_unauthorized
from okta_idc.text import printable

NAME = "okta-idc-canary"
_DESCRIPTION = "Temporary group of `okta-idc token rotate`; may be deleted."
_PUSHES = 3
"""Pushes before a failure that is not about the token counts, for example throttling."""


class Outcome(StrEnum):
    ARRIVED, UNAUTHORIZED, FAILED = "arrived", "unauthorized", "failed"


@dataclass(frozen=True)
class CanaryResult:
    """`group_id`: in AWS. `why`: why it did not arrive, without a period."""

    outcome: Outcome
    group_id: str = ""
    why: str = ""


@dataclass
class Canary:
    """`seconds`: the longest wait for AWS; `pause`: between two looks."""

    okta: OktaWriter
    store: IdentityStore
    app_id: str
    name: str = NAME
    seconds: float = 300
    pause: float = 5
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> CanaryResult:
        """Raises OktaError or AwsError."""
        await self.clean_up()
        name = f"{self.name}-{uuid.uuid4().hex[:8]}"
        profile = {"name": name, "description": _DESCRIPTION}
        group = await self.okta.change("POST", "/api/v1/groups", {"profile": profile})
        try:
            body = {
                "sourceGroupId": group["id"], "targetGroupName": name, "status": "ACTIVE"
            }  # fmt: skip
            mapping = await self.okta.change("POST", self._mappings, body)
            return await self._arrival(name, mapping["id"])
        finally:
            with contextlib.suppress(OktaError):  # the next run deletes it
                await self._delete(group["id"])

    async def clean_up(self) -> None:
        """Delete the groups of interrupted runs in Okta, and in AWS if Okta still can."""
        for group in await self.okta.every("/api/v1/groups", q=self.name):
            is_named = re.fullmatch(rf"{re.escape(self.name)}-[0-9a-f]{{8}}", _name(group))
            if is_named and get_text(group, "profile", "description") == _DESCRIPTION:
                await self._delete(get_text(group, "id"))

    async def _arrival(self, name: str, mapping: str) -> CanaryResult:
        pushes, waited = 1, 0.0
        path = f"{self._mappings}/{mapping}"
        while True:
            if found := self.store.group_id(name):
                return CanaryResult(Outcome.ARRIVED, found)
            state = await self.okta.get(path)
            failure = get_text(state, "errorSummary")
            if is_unauthorized(failure):
                return CanaryResult(Outcome.UNAUTHORIZED, why=f"Okta: {printable(failure)}")
            why = f"Okta: {printable(failure)}" if failure else "Okta has not pushed it yet"
            is_failed = get_text(state, "status") == "ERROR"
            if waited >= self.seconds or (is_failed and pushes >= _PUSHES):
                return CanaryResult(Outcome.FAILED, why=why.rstrip("."))
            await self.sleep(self.pause)
            waited += self.pause
            if is_failed:
                pushes += 1
                await self._set_status(path, "INACTIVE")
                await self._set_status(path, "ACTIVE")

    async def _set_status(self, path: str, status: str) -> None:
        await self.okta.change("PATCH", path, {"status": status})

    async def _delete(self, group_id: str) -> None:
        for mapping in await self.okta.every(self._mappings, sourceGroupId=group_id):
            path = f"{self._mappings}/{mapping['id']}"
            if mapping.get("status") != "INACTIVE":
                await self._set_status(path, "INACTIVE")
            await self.okta.change("DELETE", path, deleteTargetGroup="true")
        try:
            await self.okta.change("DELETE", f"/api/v1/groups/{group_id}")
        except OktaError as error:
            if error.status != 404:
                raise

    @property
    def _mappings(self) -> str:
        return f"/api/v1/apps/{self.app_id}/group-push/mappings"


def _name(group: object) -> str:
    return get_text(group, "profile", "name")
