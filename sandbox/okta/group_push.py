"""API of group push mappings: which Okta group is pushed to which group of the app."""

from typing import Any

from aiohttp import web

from . import errors
from .errors import invalid, not_found
from .http import Json, Resource, Route, read_body, reply
from .model import App, PushMapping, now_in_seconds


class GroupPush(Resource):
    def routes(self) -> list[Route]:
        mappings = "/api/v1/apps/{app}/group-push/mappings"
        path = mappings + "/{mapping}"
        return [
            ("GET", mappings, self.list),
            ("POST", mappings, self.create),
            ("GET", path, self.get),
            ("PATCH", path, self.patch),
            ("DELETE", path, self.delete),
        ]

    def view(self, app: App, mapping: PushMapping) -> Json:
        groups = self.context.api + "/groups/"
        look, status = self.model.settings["mapping_error"], mapping.status
        if status == "ERROR" and look == "active_with_summary":
            status = "ACTIVE"
        view: Json = {
            "id": mapping.id, "sourceGroupId": mapping.source, "targetGroupId": mapping.target,
            "status": status, "created": mapping.created, "lastUpdated": mapping.updated,
            "_links": {"app": {"href": f"{self.context.api}/apps/{app.id}"},
                       "sourceGroup": {"href": groups + mapping.source},
                       "targetGroup": {"href": groups + mapping.target}},
        }  # fmt: skip
        if mapping.pushed:  # absent before the first push in recordings of a real org
            view["lastPush"] = mapping.pushed
        if mapping.error and look != "error_without_summary":
            view["errorSummary"] = mapping.error
        return view

    def _mapping(self, request: web.Request) -> tuple[App, PushMapping]:
        app, ident = self.context.app(request), request.match_info["mapping"]
        if ident not in app.mappings:
            raise not_found(ident, "GroupPushMapping")
        return app, app.mappings[ident]

    async def list(self, request: web.Request) -> web.Response:
        app, query = self.context.app(request), request.query
        found = [
            mapping
            for mapping in app.mappings.values()
            if query.get("sourceGroupId") in (None, "", mapping.source)
            and query.get("status") in (None, "", mapping.status)
        ]
        return self.context.page(
            request, found, lambda m: self.view(app, m), default=100, maximum=1000
        )

    async def create(self, request: web.Request) -> web.Response:
        app, body = self.context.app(request), await read_body(request)
        status = body.get("status") or "ACTIVE"
        name, linked = body.get("targetGroupName"), body.get("targetGroupId")
        mapping = self.add(app, body.get("sourceGroupId"), name, linked, status)
        return reply(self.view(app, mapping))

    def add(self, app: App, source: Any, name: Any, linked: Any, status: Any) -> PushMapping:
        """Create a push mapping to a new group `name`, or to the group with the ID `linked`."""
        # The only precondition is that provisioning is enabled, by the API or in the console
        # (docs/research/group-push.md#precondition).
        if app.connection != "ENABLED":
            raise errors.provisioning_not_enabled()
        group = self.model.group(str(source))
        source = group["id"]
        if group["type"] == "APP_GROUP":
            own = self.model.source_of(source) == app.id
            if own or self.model.settings["push_app_groups"] == "refuse":
                cause = "sourceGroupId: a group of an app cannot be pushed"
                raise invalid("sourceGroupId", cause)
        if linked:
            self.model.group(str(linked))
        if any(mapping.source == source for mapping in app.mappings.values()):
            raise invalid("sourceGroupId", "sourceGroupId: this group is pushed already")
        if status not in ("ACTIVE", "INACTIVE"):
            raise invalid("status", "status: use ACTIVE or INACTIVE")
        target = self._linked_group(app, str(linked)) if linked else self._new_group(app, name)
        mapping = PushMapping(self.model.ident("gPm"), source, target, status)
        app.mappings[mapping.id] = mapping
        if status == "ACTIVE":
            self.model.enqueue("push", app, mapping)
        return mapping

    def _linked_group(self, app: App, ident: str) -> str:
        if self.model.settings["push_by_id"] == "refused":
            raise invalid("targetGroupId", "targetGroupId: cannot be linked")
        if self.model.source_of(ident) != app.id:
            raise invalid("targetGroupId", "targetGroupId: is not a group of this app")
        if any(mapping.target == ident for mapping in app.mappings.values()):
            raise invalid("targetGroupId", "targetGroupId: another group is pushed to it")
        return ident

    def _new_group(self, app: App, name: Any) -> str:
        if not isinstance(name, str) or not name:
            raise invalid("targetGroupName", "Either targetGroupId or targetGroupName is required.")
        for ident, group in self.model.groups.items():
            if self.model.source_of(ident) == app.id and group["profile"]["name"] == name:
                if self.model.settings["push_by_name"] == "linked":
                    return ident
                # Users report that the API does not link a group by its name
                # (docs/research/group-push.md#linking-by-name).
                cause = f"targetGroupName: {name} already exists in the app"
                raise invalid("targetGroupName", cause)
        return self.model.add_group(name, "", app.id)["id"]

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(*self._mapping(request)))

    async def patch(self, request: web.Request) -> web.Response:
        (app, mapping), body = self._mapping(request), await read_body(request)
        if body.get("status") not in ("ACTIVE", "INACTIVE"):
            raise invalid("status", "status: use ACTIVE or INACTIVE")
        if mapping.status == "ERROR" and self.model.settings["error_retry"] == "refused":
            raise invalid("status", "status: the mapping is in ERROR")
        self.set_status(app, mapping, body["status"])
        return reply(self.view(app, mapping))

    def set_status(self, app: App, mapping: PushMapping, status: str) -> None:
        mapping.status, mapping.updated, mapping.error = status, now_in_seconds(), None
        if status == "ACTIVE":
            self.model.enqueue("push", app, mapping)

    async def delete(self, request: web.Request) -> web.Response:
        app, mapping = self._mapping(request)
        delete_target = request.query.get("deleteTargetGroup")
        if delete_target not in ("true", "false"):
            raise invalid("deleteTargetGroup", "deleteTargetGroup: use true or false")
        if mapping.status == "ACTIVE":
            raise invalid("status", "Only an inactive mapping can be deleted.")
        self.unlink(app, mapping, delete_target == "true")
        return web.Response(status=200)

    def unlink(self, app: App, mapping: PushMapping, delete_target: bool) -> None:
        """Delete the mapping; `delete_target` also deletes the group in AWS."""
        del app.mappings[mapping.id]
        if delete_target:
            self.model.delete_target_group(app, mapping.target)
