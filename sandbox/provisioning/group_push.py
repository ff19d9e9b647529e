"""Group push through SCIM: groups made, members kept, groups deleted; and the import of groups.

What is assumed, and why (docs/research/group-push.md, docs/research/scim.md#group-changes):
- Okta's full push is said to send `replace members`, which AWS says it refuses; yet pushing
  works. So a full push (a new mapping, or one set ACTIVE again) is sent here as `add` for everybody
  who can be a member and `remove` for whom Okta had pushed and who can't be one any more. Whoever
  was put into the group on the AWS side stays: AWS never shows Okta a group's members. The setting
  `full_push: replace` sends the replacement instead.
- Only who is assigned, provisioned and active is pushed, into a group and out of it
  (docs/research/group-push.md#members). Who arrives later is left out until the next full push, and
  who is unassigned first stays a member until then: people leave the pushed group before the
  assigned one (docs/research/group-push.md#order-of-changes).
- So a group that is assigned and pushed at once loses members and keeps removed ones. No rule here
  makes it so: the change of membership is pushed before the new user is created, and after the
  removed one is unassigned.
- A mapping in ERROR is not pushed any more until it is set ACTIVE again.
"""

from collections.abc import Iterator
from typing import Any

from ..okta.model import ACTIVE, App, Model, PushMapping, now_in_seconds
from .scim_client import PATCH, ScimClient, ScimError

_MAX_CHANGES = 100  # membership changes AWS takes in one request


class GroupProvisioning:
    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def push_group(self, app: App, mapping: PushMapping) -> None:
        """The whole group: made if need be, renamed, and with the members it should have."""
        if not self._is_active(app, mapping):
            return
        source, pushed = self.model.members[mapping.source], self.model.members[mapping.target]
        desired = [ident for ident in source if self._can_be_pushed(app, ident)]
        # Whoever is only suspended keeps the membership.
        kept = [i for i in pushed if i in source and i in app.users and i not in desired]
        removed = [ident for ident in pushed if ident not in desired and ident not in kept]
        try:
            if mapping.target not in self.model.scim_ids:
                body = {"displayName": self._name(mapping)}
                created = await self.client.call(app, "POST", "/Groups", body)
                self.model.scim_ids[mapping.target] = created["id"]
            await self._patch(app, mapping)
            for operations in self._membership(app, desired, removed):
                await self._patch(app, mapping, *operations)
            if mapping.target in self.model.members:
                self.model.members[mapping.target] = dict.fromkeys(desired + kept)
            mapping.pushed = now_in_seconds()
        except ScimError as refused:
            await self._record_error(app, mapping, refused)

    def _membership(self, app: App, desired: list[str], removed: list[str]) -> Iterator[list[Any]]:
        """The operations of a full push, request by request."""
        replace = self.model.settings["full_push"] == "replace"
        for number, idents in enumerate(_chunks(desired)):
            op = "replace" if replace and number == 0 else "add"
            members = [{"value": app.scim_user_ids[ident]} for ident in idents]
            yield [{"op": op, "path": "members", "value": members}]
        for idents in _chunks([] if replace else removed):
            yield [_remove(app.scim_user_ids[ident]) for ident in idents]

    async def push_member(self, app: App, subject: tuple[PushMapping, str, bool]) -> None:
        """One member more or less."""
        mapping, ident, member = subject
        if not self._is_active(app, mapping) or mapping.target not in self.model.scim_ids:
            return
        pushed = self.model.members[mapping.target]
        if not self._can_be_pushed(app, ident) or not (member or ident in pushed):
            return
        add = {"op": "add", "path": "members", "value": [{"value": app.scim_user_ids[ident]}]}
        try:
            await self._patch(app, mapping, add if member else _remove(app.scim_user_ids[ident]))
        except ScimError as refused:
            await self._record_error(app, mapping, refused)
            return
        if member:
            pushed[ident] = None
        else:
            pushed.pop(ident)

    async def push_name(self, app: App, mapping: PushMapping) -> None:
        """The app's group follows the name of the Okta group."""
        if self._is_active(app, mapping) and mapping.target in self.model.scim_ids:
            try:
                await self._patch(app, mapping)
            except ScimError as refused:
                await self._record_error(app, mapping, refused)

    async def delete_group(self, app: App, subject: tuple[str, str]) -> None:
        scim_id, name = subject
        try:
            await self.client.call(app, "DELETE", f"/Groups/{scim_id}")
        except ScimError as refused:
            if refused.status == 404:
                return  # deleted in AWS before
            error = f"Unable to delete group {name}: {refused.message}"
            self.model.record_failure("group deletion", name, error, refused.status)

    async def import_groups(self, app: App) -> None:
        """Assumed: stands for a person's "Refresh App Groups", which has no public API."""
        app_groups = [
            i for i, g in self.model.groups.items() if g.get("source", {}).get("id") == app.id
        ]
        known = {self.model.scim_ids.get(ident) for ident in app_groups}
        found: set[str] = set()
        cursor: str | None = ""
        try:
            while cursor is not None:
                page = await self.client.call(app, "GET", "/Groups", count=100, cursor=cursor)
                for group in page["Resources"]:
                    found.add(group["id"])
                    if group["id"] not in known:
                        created = self.model.add_group(group["displayName"], "", app.id)
                        self.model.scim_ids[created["id"]] = group["id"]
                cursor = page.get("nextCursor")
            in_use = {mapping.target for mapping in app.mappings.values()}
            for ident in app_groups:
                scim_id = self.model.scim_ids.get(ident)
                if scim_id and scim_id not in found and ident not in in_use:
                    self.model.forget_target_group(ident)
        except ScimError as refused:
            name = app.body["label"]
            error = f"Importing the groups of app {name} failed: {refused.message}"
            self.model.record_failure("import", name, error, refused.status)

    def _is_active(self, app: App, mapping: PushMapping) -> bool:
        known = mapping.source in self.model.groups and mapping.target in self.model.groups
        return known and mapping.id in app.mappings and mapping.status == "ACTIVE"

    def _name(self, mapping: PushMapping) -> str:
        return mapping.rename or self.model.groups[mapping.target]["profile"]["name"]

    def _can_be_pushed(self, app: App, ident: str) -> bool:
        provisioned = ident in app.users and app.users[ident].status == "PROVISIONED"
        return provisioned and self.model.users[ident]["status"] in ACTIVE

    async def _patch(self, app: App, mapping: PushMapping, *operations: Any) -> None:
        """Okta sends the group's name along with each change."""
        scim_id, name = self.model.scim_ids[mapping.target], self._name(mapping)
        named = {"op": "replace", "value": {"id": scim_id, "displayName": name}}
        body = {"schemas": [PATCH], "Operations": [named, *operations]}
        await self.client.call(app, "PATCH", f"/Groups/{scim_id}", body)
        if mapping.rename == name and (group := self.model.groups.get(mapping.target)):
            self.model.change_group(group, name, group["profile"]["description"])
            mapping.rename = None

    async def _record_error(self, app: App, mapping: PushMapping, refused: ScimError) -> None:
        if mapping.status != "ACTIVE" or mapping.target not in self.model.groups:
            return  # deactivated or deleted meanwhile
        reason = "the group exists there already" if refused.status == 409 else refused.detail
        error = f"Unable to push group {self._name(mapping)}: {refused.reason}: {reason}"
        if refused.status == 404 and await self._is_gone(app, mapping):
            # Okta's sentences (docs/research/scim.md#objects-that-aws-already-has).
            error = (
                f"Linked group is missing in {app.body['label']}. "
                "Change the linked group to resume pushing group memberships."
            )
        mapping.mark_failed(error, refused.status)

    async def _is_gone(self, app: App, mapping: PushMapping) -> bool:
        """The group itself, not one of its members; AWS says the same of both."""
        scim_id = self.model.scim_ids.get(mapping.target)
        try:
            await self.client.call(app, "GET", f"/Groups/{scim_id}")
        except ScimError as refused:
            return refused.status == 404
        return False


def _remove(scim_id: str) -> Any:
    return {"op": "remove", "path": f'members[value eq "{scim_id}"]'}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _MAX_CHANGES] for start in range(0, len(items), _MAX_CHANGES))
