"""Group push through SCIM: creates and deletes groups, updates members, imports groups.

Assumed behaviour (docs/research/group-push.md, docs/research/scim.md#group-changes):
- Sources say that Okta's full push sends `replace members` and that AWS refuses it, yet group push
  works. A full push (of a new mapping, or of one set ACTIVE again) therefore sends `add` for all
  users who can be members, and `remove` for the users whom Okta pushed earlier and who no longer
  qualify. Members added on the AWS side remain, because AWS never shows Okta a group's members.
  With `full_push: replace`, the sandbox sends the replacement.
- Okta pushes only users who are assigned, provisioned and active, both to add and to remove them
  (docs/research/group-push.md#members). A user provisioned later is added by the next full push.
  A user unassigned earlier remains a member until then. Remove a user from the push group before
  you remove them from the assignment group (docs/research/group-push.md#order-of-changes).
- As a consequence, a group that is both assigned and pushed misses new members and keeps removed
  ones: Okta pushes the membership before it creates a new user, and after it unassigns a removed
  user. No separate code implements this.
- A mapping in ERROR is not pushed until it is set ACTIVE again.
"""

from collections.abc import Iterator
from typing import Any

from ..model import ACTIVE, App, Model, PushMapping, now_in_seconds
from .scim_client import PATCH, ScimClient, ScimError

_MAX_CHANGES = 100  # membership changes that AWS accepts in one request


class GroupProvisioning:
    """Pushes groups to AWS and imports the groups of AWS."""

    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def push_group(self, app: App, mapping: PushMapping) -> None:
        """Push the whole group: create it if necessary, set its name and its members."""
        if not self._is_active(app, mapping):
            return
        source, pushed = self.model.members[mapping.source], self.model.members[mapping.target]
        desired = [ident for ident in source if self._can_be_pushed(app, ident)]
        # A suspended user keeps the membership.
        suspended = [i for i in pushed if i in source and i in app.users and i not in desired]
        removed = [ident for ident in pushed if ident not in desired and ident not in suspended]
        try:
            if mapping.target not in self.model.scim_ids:
                body = {"displayName": self._name(mapping)}
                created = await self.client.call(app, "POST", "/Groups", body)
                self.model.scim_ids[mapping.target] = created["id"]
            await self._patch(app, mapping)
            for operations in self._membership(app, desired, removed):
                await self._patch(app, mapping, *operations)
            if mapping.target in self.model.members:
                self.model.members[mapping.target] = dict.fromkeys(desired + suspended)
            mapping.pushed = now_in_seconds()
        except ScimError as refusal:
            await self._record_error(app, mapping, refusal)

    def _membership(self, app: App, desired: list[str], removed: list[str]) -> Iterator[list[Any]]:
        """Yield the operations of a full push, one list for each request."""
        replace = self.model.settings["full_push"] == "replace"
        for number, idents in enumerate(_chunks(desired)):
            op = "replace" if replace and number == 0 else "add"
            members = [{"value": app.scim_user_ids[ident]} for ident in idents]
            yield [{"op": op, "path": "members", "value": members}]
        for idents in _chunks([] if replace else removed):
            yield [_remove(app.scim_user_ids[ident]) for ident in idents]

    async def push_member(self, app: App, subject: tuple[PushMapping, str, bool]) -> None:
        """Add or remove one member."""
        mapping, ident, member = subject
        if not self._is_active(app, mapping) or mapping.target not in self.model.scim_ids:
            return
        pushed = self.model.members[mapping.target]
        if not self._can_be_pushed(app, ident) or not (member or ident in pushed):
            return
        add = {"op": "add", "path": "members", "value": [{"value": app.scim_user_ids[ident]}]}
        try:
            await self._patch(app, mapping, add if member else _remove(app.scim_user_ids[ident]))
        except ScimError as refusal:
            await self._record_error(app, mapping, refusal)
            return
        if member:
            pushed[ident] = None
        else:
            pushed.pop(ident)

    async def push_name(self, app: App, mapping: PushMapping) -> None:
        """Rename the group in AWS after the Okta group."""
        if self._is_active(app, mapping) and mapping.target in self.model.scim_ids:
            try:
                await self._patch(app, mapping)
            except ScimError as refusal:
                await self._record_error(app, mapping, refusal)

    async def delete_group(self, app: App, subject: tuple[str, str]) -> None:
        scim_id, name = subject
        try:
            await self.client.call(app, "DELETE", f"/Groups/{scim_id}")
        except ScimError as refusal:
            if refusal.status == 404:
                return  # already deleted in AWS
            error = f"Unable to delete group {name}: {refusal.message}"
            self.model.record_failure("group deletion", name, error, refusal.status)

    async def import_groups(self, app: App) -> None:
        """Import the groups of AWS (assumed to equal "Refresh App Groups" in the console)."""
        app_groups = [i for i in self.model.groups if self.model.source_of(i) == app.id]
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
        except ScimError as refusal:
            name = app.body["label"]
            error = f"Importing the groups of app {name} failed: {refusal.message}"
            self.model.record_failure("import", name, error, refusal.status)

    def _is_active(self, app: App, mapping: PushMapping) -> bool:
        known = mapping.source in self.model.groups and mapping.target in self.model.groups
        return known and mapping.id in app.mappings and mapping.status == "ACTIVE"

    def _name(self, mapping: PushMapping) -> str:
        return mapping.rename or self.model.groups[mapping.target]["profile"]["name"]

    def _can_be_pushed(self, app: App, ident: str) -> bool:
        provisioned = ident in app.users and app.users[ident].status == "PROVISIONED"
        return provisioned and self.model.users[ident]["status"] in ACTIVE

    async def _patch(self, app: App, mapping: PushMapping, *operations: Any) -> None:
        """Send a PATCH; Okta includes the group's name in each one."""
        scim_id, name = self.model.scim_ids[mapping.target], self._name(mapping)
        named = {"op": "replace", "value": {"id": scim_id, "displayName": name}}
        body = {"schemas": [PATCH], "Operations": [named, *operations]}
        await self.client.call(app, "PATCH", f"/Groups/{scim_id}", body)
        if mapping.rename == name and (group := self.model.groups.get(mapping.target)):
            self.model.change_group(group, name, group["profile"]["description"])
            mapping.rename = None

    async def _record_error(self, app: App, mapping: PushMapping, refusal: ScimError) -> None:
        if mapping.status != "ACTIVE" or mapping.target not in self.model.groups:
            return  # deactivated or deleted in the meantime
        exists = refusal.status == 409
        reason = "a group with this name already exists" if exists else refusal.detail
        error = f"Unable to push group {self._name(mapping)}: {refusal.reason}: {reason}"
        if refusal.status == 404 and await self._is_gone(app, mapping):
            # Okta's message (docs/research/scim.md#objects-that-aws-already-has).
            error = (
                f"Linked group is missing in {app.body['label']}. "
                "Change the linked group to resume pushing group memberships."
            )
        mapping.mark_failed(error, refusal.status)

    async def _is_gone(self, app: App, mapping: PushMapping) -> bool:
        """Whether the group itself is missing; AWS answers the same for a missing member."""
        scim_id = self.model.scim_ids.get(mapping.target)
        try:
            await self.client.call(app, "GET", f"/Groups/{scim_id}")
        except ScimError as refusal:
            return refusal.status == 404
        return False


def _remove(scim_id: str) -> Any:
    return {"op": "remove", "path": f'members[value eq "{scim_id}"]'}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    return (items[start : start + _MAX_CHANGES] for start in range(0, len(items), _MAX_CHANGES))
