"""Group push through SCIM: groups made, members kept, groups deleted; and the import of groups.

What is assumed, and why (okta-api.md §6, aws-identity-center.md §2.3):
- Okta's full push is said to send `replace members`, which AWS's pages say it refuses; yet pushing
  works. So a full push (a new mapping, or one set ACTIVE again) is sent here as `add` for everybody
  who can be a member and `remove` for whom Okta had pushed and who can't be one any more. Whoever
  was put into the group on the AWS side stays: AWS never shows Okta a group's members.
- Only who is assigned, provisioned and active can be a member. Who arrives later is left out until
  the next full push.
- Who is unassigned is deactivated first and then taken out of the pushed groups. A group that is
  assigned and pushed at once keeps them («removed users still appear»).
- A mapping in ERROR is not pushed any more until it is set ACTIVE again.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.okta.model import App, Mapping, Model, seconds
from sandbox.provisioning.client import PATCH, Refused, ScimClient

_MOST = 100  # membership changes AWS takes in one request


class Pushes:
    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def full(self, app: App, mapping: Mapping) -> None:
        """The whole group: made if need be, renamed, and with the members it should have."""
        if not self._live(app, mapping):
            return
        name = self._name(mapping)
        pushed, wanted = self.model.members[mapping.target], self._possible(app, mapping)
        gone = [ident for ident in pushed if ident not in wanted]
        try:
            scim_id = self.model.scim_ids.get(mapping.target)
            if scim_id is None:
                made = await self.client.call(app, "POST", "/Groups", {"displayName": name})
                scim_id = self.model.scim_ids[mapping.target] = made["id"]
            else:
                await self._patch(app, scim_id, name)
            for ident in _chunks(wanted):
                await self._patch(app, scim_id, name, _add([app.people[i] for i in ident]))
            for ident in _chunks(gone):
                await self._patch(app, scim_id, name, *[_remove(app.people[i]) for i in ident])
            if mapping.target in self.model.members:
                self.model.members[mapping.target] = dict.fromkeys(wanted)
            mapping.pushed = seconds()
        except Refused as refused:
            _failed(mapping, name, refused)

    async def member(self, app: App, subject: tuple[Mapping, str, bool]) -> None:
        """One member more or less."""
        mapping, ident, member = subject
        scim_id = self.model.scim_ids.get(mapping.target)
        if not self._live(app, mapping) or scim_id is None:
            return
        pushed = self.model.members[mapping.target]
        if member:
            if ident not in self._possible(app, mapping):
                return
            operation = _add([app.people[ident]])
        else:
            if ident not in pushed or mapping.source in app.groups:
                return
            operation = _remove(app.people[ident])
        name = self._name(mapping)
        try:
            await self._patch(app, scim_id, name, operation)
        except Refused as refused:
            _failed(mapping, name, refused)
            return
        if member:
            pushed[ident] = None
        else:
            pushed.pop(ident)

    async def drop(self, app: App, subject: tuple[str, str]) -> None:
        scim_id, name = subject
        try:
            await self.client.call(app, "DELETE", f"/Groups/{scim_id}")
        except Refused as refused:
            error = f"Unable to delete group {name}: {refused.words}"
            self.model.fail("group deletion", name, error, refused.status)

    async def import_groups(self, app: App) -> None:
        """Assumed: stands for a person's "Refresh App Groups", which has no public API."""
        mine = [i for i, g in self.model.groups.items() if g.get("source", {}).get("id") == app.id]
        known = {self.model.scim_ids.get(ident) for ident in mine}
        cursor: str | None = ""
        try:
            while cursor is not None:
                page = await self.client.call(app, "GET", "/Groups", count=100, cursor=cursor)
                for group in page["Resources"]:
                    if group["id"] not in known:
                        made = self.model.add_group(group["displayName"], "", app.id)
                        self.model.scim_ids[made["id"]] = group["id"]
                cursor = page.get("nextCursor")
        except Refused as refused:
            name = app.body["label"]
            error = f"Importing the groups of app {name} failed: {refused.words}"
            self.model.fail("import", name, error, refused.status)

    def _live(self, app: App, mapping: Mapping) -> bool:
        known = mapping.source in self.model.groups and mapping.target in self.model.groups
        return known and mapping.id in app.mappings and mapping.status == "ACTIVE"

    def _name(self, mapping: Mapping) -> str:
        return self.model.groups[mapping.target]["profile"]["name"]

    def _possible(self, app: App, mapping: Mapping) -> list[str]:
        found = (app.users.get(ident) for ident in self.model.members[mapping.source])
        return [user.id for user in found if user and user.status == "PROVISIONED"]

    async def _patch(self, app: App, scim_id: str, name: str, *operations: Any) -> None:
        """Okta sends the group's name along with each change."""
        rename = {"op": "replace", "value": {"id": scim_id, "displayName": name}}
        body = {"schemas": [PATCH], "Operations": [rename, *operations]}
        await self.client.call(app, "PATCH", f"/Groups/{scim_id}", body)


def _failed(mapping: Mapping, name: str, refused: Refused) -> None:
    why = "the group exists there already" if refused.status == 409 else refused.detail
    if mapping.status == "ACTIVE":
        error = f"Unable to push group {name}: {refused.reason}: {why}"
        mapping.refuse(error, refused.status)


def _add(scim_ids: list[str]) -> Any:
    return {"op": "add", "path": "members", "value": [{"value": ident} for ident in scim_ids]}


def _remove(scim_id: str) -> Any:
    return {"op": "remove", "path": f'members[value eq "{scim_id}"]'}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _MOST] for start in range(0, len(items), _MOST))
