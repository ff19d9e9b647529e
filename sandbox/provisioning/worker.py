"""The worker: one queue in Okta's order, one SCIM request after the other.

Refusals are written on the app user and the mapping in Okta's words. Knows no route.
"""

import asyncio
import re
from typing import Any

import aiohttp

from sandbox.okta.model import ACTIVE, App, AppUser, Mapping, Model
from sandbox.provisioning.document import scim_user

_AWS = re.compile(r"https://scim\.[a-z0-9-]+\.amazonaws\.com")
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Refused(Exception):  # noqa: N818
    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail


class Worker:
    def __init__(self, model: Model, scim_url: str, latency: float) -> None:
        self.model, self.scim_url, self.latency = model, scim_url.rstrip("/"), latency
        self.queue: asyncio.Queue[tuple[str, App, Any]] = asyncio.Queue()
        self.pending = 0
        self.idle = asyncio.Event()
        self.idle.set()
        model.enqueue = self.enqueue

    def enqueue(self, kind: str, app: App, subject: Any) -> None:
        self.pending += 1
        self.idle.clear()
        self.queue.put_nowait((kind, app, subject))

    async def run(self) -> None:
        async with aiohttp.ClientSession() as self.http:
            while True:
                kind, app, subject = await self.queue.get()
                try:
                    await asyncio.sleep(self.latency)
                    if app.connection == "ENABLED":
                        await getattr(self, f"_{kind}")(app, subject)
                except (Refused, KeyError, TypeError):
                    pass  # its object is gone by now: a deleted group, app user or mapping
                finally:
                    self.pending -= 1
                    if not self.pending:
                        self.idle.set()

    async def call(self, app: App, method: str, path: str, body: Any = None, **query: Any) -> Any:
        url = _AWS.sub(self.scim_url, app.base_url or "").rstrip("/") + path
        headers = {"Authorization": f"Bearer {app.token}", "User-Agent": "Okta SCIM Client 1.0.0"}
        try:
            async with self.http.request(
                method, url, json=body, params=query or None, headers=headers
            ) as answer:
                text = await answer.json(content_type=None) if answer.status != 204 else {}
                if answer.status >= 400:
                    detail = (text or {}).get("detail", "")
                    raise Refused(answer.status, answer.reason or "", detail)
                return text
        except (aiohttp.ClientError, ValueError, TimeoutError):
            raise Refused(0, "No answer", "The remote server did not answer.") from None

    async def _user(self, app: App, ident: str) -> None:
        app_user = app.users.get(ident)
        if app_user is None:
            return
        user = self.model.users[ident]
        active = user["status"] in ACTIVE
        if app_user.scim_id is None and (not active or not app.on("create", "lifecycleCreate")):
            return
        try:
            if not active:
                if app.on("update", "lifecycleDeactivate"):
                    await self._active(app, app_user, False)
                    app_user.status = "SUSPENDED"
                return
            await self._send(app, app_user, user)
            app_user.status, app_user.sync, app_user.error = "PROVISIONED", "SYNCHRONIZED", None
        except Refused as refused:
            login = user["profile"]["login"]
            app_user.sync, app_user.scim_status = "ERROR", refused.status
            app_user.error = (
                f"Automatic profile push of {login} to app {app.body['label']} failed: "
                f"Error while trying to push profile update for {app_user.name}: "
                f"{refused.reason}. Errors reported by remote server: {refused.detail}"
            )

    async def _send(self, app: App, app_user: AppUser, user: Any) -> None:
        name = app_user.name
        for other in app.users.values():
            if other is not app_user and other.scim_id and other.name.lower() == name.lower():
                raise Refused(0, "Conflict", f"the user name {name} is taken by another app user")
        body = scim_user(app_user.id, name, user["profile"], True)
        if app_user.scim_id is None:
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            found = await self.call(app, "GET", "/Users", filter=f'userName eq "{quoted}"',
                                    startIndex=1, count=100)  # fmt: skip
            if not found["Resources"]:
                app_user.scim_id = (await self.call(app, "POST", "/Users", body))["id"]
                return
            app_user.scim_id = found["Resources"][0]["id"]
        elif not app.on("update", "profile"):
            return await self._active(app, app_user, True)
        body["id"] = app_user.scim_id
        await self.call(app, "PUT", f"/Users/{app_user.scim_id}", body)

    async def _active(self, app: App, app_user: AppUser, active: bool) -> None:
        op = {"op": "replace", "path": "active", "value": active}
        body = {"schemas": [PATCH], "Operations": [op]}
        await self.call(app, "PATCH", f"/Users/{app_user.scim_id}", body)

    async def _remove(self, app: App, app_user: AppUser) -> None:
        if app_user.scim_id and app.on("update", "lifecycleDeactivate"):
            await self._active(app, app_user, False)

    def _ids(self, app: App, users: Any) -> list[str]:
        """Members that are assigned, provisioned and active; the others are skipped."""
        found = [app.users.get(ident) for ident in users]
        return [u.scim_id for u in found if u and u.scim_id and u.status == "PROVISIONED"]

    async def _push(self, app: App, mapping: Mapping) -> None:
        name = self.model.groups[mapping.target]["profile"]["name"]
        ids = self._ids(app, list(self.model.members[mapping.source]))
        try:
            scim_id = self.model.scim_ids.get(mapping.target)
            if scim_id is None:
                made = await self.call(app, "POST", "/Groups", {"displayName": name})
                scim_id = self.model.scim_ids[mapping.target] = made["id"]
            for start in range(0, len(ids), 100):
                values = [{"value": i} for i in ids[start : start + 100]]
                op = {"op": "add", "path": "members", "value": values}
                await self._patch(app, scim_id, name, op)
            mapping.pushed = True
        except Refused as refused:
            self._failed(mapping, name, refused)

    async def _member(self, app: App, subject: tuple[Mapping, str, bool]) -> None:
        mapping, user_id, member = subject
        scim_id = self.model.scim_ids.get(mapping.target)
        user = app.users.get(user_id)
        ids = self._ids(app, [user_id]) if member else [user.scim_id] if user else []
        if mapping.status != "ACTIVE" or not scim_id or not ids or not ids[0]:
            return
        op: dict[str, Any] = {"op": "add", "path": "members", "value": [{"value": ids[0]}]}
        if not member:
            op = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
        name = self.model.groups[mapping.target]["profile"]["name"]
        try:
            await self._patch(app, scim_id, name, op)
        except Refused as refused:
            self._failed(mapping, name, refused)

    async def _patch(self, app: App, scim_id: str, name: str, op: Any) -> None:
        rename = {"op": "replace", "value": {"id": scim_id, "displayName": name}}
        body = {"schemas": [PATCH], "Operations": [rename, op]}
        await self.call(app, "PATCH", f"/Groups/{scim_id}", body)

    async def _drop(self, app: App, scim_id: str) -> None:
        await self.call(app, "DELETE", f"/Groups/{scim_id}")

    def _failed(self, mapping: Mapping, name: str, refused: Refused) -> None:
        why = "the group exists there already" if refused.status == 409 else refused.detail
        mapping.status, mapping.scim_status = "ERROR", refused.status
        mapping.error = f"Unable to push group {name}: {refused.reason}: {why}"

    async def test(self, app: App) -> None:
        await self.call(app, "GET", "/Users", startIndex=1, count=2)

    async def import_groups(self, app: App) -> None:
        """Assumed: stands for a person's "Refresh App Groups"."""
        known, cursor = set(self.model.scim_ids.values()), ""
        while cursor is not None:
            page = await self.call(app, "GET", "/Groups", count=100, cursor=cursor)
            for group in page["Resources"]:
                if group["id"] not in known:
                    made = self.model.add_group(group["displayName"], None, app.id)
                    self.model.scim_ids[made["id"]] = group["id"]
            cursor = page.get("nextCursor")
