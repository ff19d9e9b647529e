"""Okta: the Push Groups tab."""

from aiohttp import web

from ..okta.errors import OktaError, not_found
from ..okta.group_push import GroupPush
from ..okta.http import Json, Route
from ..okta.model import App, PushMapping
from .applications import APP_PATH, MAX_ROWS, Tab, app_root
from .pages import field, redirect


class PushGroups(Tab):
    def routes(self) -> list[Route]:
        path = APP_PATH + "/push-groups"
        return [
            ("GET", path, self.list),
            ("GET", path + "/by-name", self.by_name),
            ("POST", path + "/by-name", self.push),
            ("POST", path + "/refresh", self.refresh),
            ("POST", path + "/mapping/{mapping}", self.change),
            ("GET", path + "/mapping/{mapping}/unlink", self.confirm_unlink),
            ("POST", path + "/mapping/{mapping}/unlink", self.unlink),
        ]

    async def list(self, request: web.Request) -> web.Response:
        return self._list(self.context.app(request))

    def _list(self, app: App, error: str | None = None) -> web.Response:
        rows = [self._row(mapping) for mapping in app.mappings.values()]
        return self.show("okta/push_groups.html", app, "push-groups", rows=rows, error=error,
                         status=400 if error else 200)  # fmt: skip

    def _row(self, mapping: PushMapping) -> Json:
        target = self.model.groups.get(mapping.target)
        status = {"ACTIVE": "Active" if mapping.pushed else "Pushing", "INACTIVE": "Inactive",
                  "ERROR": "Error"}[mapping.status]  # fmt: skip
        return {
            "id": mapping.id, "source": self.name(mapping.source), "status": status,
            "target": target["profile"]["name"] if target else "", "pushed": mapping.pushed,
            "error": mapping.error,
        }  # fmt: skip

    async def by_name(self, request: web.Request) -> web.Response:
        return self._by_name(self.context.app(request), request.query.get("q", ""),
                             request.query.get("group", ""))  # fmt: skip

    def _by_name(self, app: App, query: str, chosen: str, error: str | None = None) -> web.Response:
        if app.connection != "ENABLED":
            return self._list(app)
        pushed = {mapping.source for mapping in app.mappings.values()}
        names = {
            ident: group["profile"]["name"]
            for ident, group in self.model.groups.items()
            if self.model.source_of(ident) != app.id and ident not in pushed
        }
        found = [i for i in names if query and query.casefold() in names[i].casefold()]
        exact = [i for i in found if names[i].casefold() == query.casefold()]
        chosen = chosen or next(iter(exact or (found if len(found) == 1 else [])), "")
        linked_targets = {mapping.target for mapping in app.mappings.values()}
        targets = {
            ident: group["profile"]["name"]
            for ident, group in self.model.groups.items()
            if self.model.source_of(ident) == app.id and ident not in linked_targets
        }
        same = [i for i in targets if targets[i] == names.get(chosen)]
        return self.show(
            "okta/push_group_by_name.html", app, "push-groups", q=query, error=error,
            status=400 if error else 200, names=names, found=found[:MAX_ROWS],
            more=len(found[MAX_ROWS:]), chosen=chosen if chosen in names else "", targets=targets,
            match=same[0] if same else "", qualified={
                ident: self.model.groups[ident]["profile"].get("windowsDomainQualifiedName", "")
                for ident in names
            },
        )  # fmt: skip

    async def push(self, request: web.Request) -> web.Response:
        app, form = self.context.app(request), await request.post()
        group, action = field(form, "group"), field(form, "action")
        status = "ACTIVE" if "immediately" in form else "INACTIVE"
        try:
            name = self.model.group(group)["profile"]["name"]
            linked = field(form, "target") if action == "link" else None
            GroupPush(self.context).add(app, group, name, linked, status)
        except OktaError as error:
            return self._by_name(app, field(form, "q"), group, " ".join(error.causes)
                                 or error.summary)  # fmt: skip
        more = "/by-name" if "another" in form else ""
        return redirect(f"{app_root(app)}/push-groups{more}")

    async def refresh(self, request: web.Request) -> web.Response:
        app, before = self.context.app(request), len(self.model.failures)
        if app.connection == "ENABLED":
            await self.context.worker.groups.import_groups(app)
        if failed := self.model.failures[before:]:
            return self._list(app, failed[-1]["error"])
        return redirect(f"{app_root(app)}/push-groups")

    async def change(self, request: web.Request) -> web.Response:
        (app, mapping), form = self._mapping(request), await request.post()
        status = {"activate": "ACTIVE", "deactivate": "INACTIVE"}.get(field(form, "do"))
        if status:
            GroupPush(self.context).set_status(app, mapping, status)
        elif mapping.status == "ACTIVE":
            self.model.enqueue("push", app, mapping)
        return redirect(f"{app_root(app)}/push-groups")

    async def confirm_unlink(self, request: web.Request) -> web.Response:
        app, mapping = self._mapping(request)
        return self.show(
            "okta/unlink_confirmation.html", app, "push-groups", row=self._row(mapping)
        )

    async def unlink(self, request: web.Request) -> web.Response:
        (app, mapping), form = self._mapping(request), await request.post()
        choice = field(form, "target")
        if choice not in ("leave", "delete"):
            raise not_found(choice, "choice")
        # The console also unlinks active mappings; the API requires an inactive one.
        mapping.status = "INACTIVE"
        GroupPush(self.context).unlink(app, mapping, choice == "delete")
        return redirect(f"{app_root(app)}/push-groups")

    def _mapping(self, request: web.Request) -> tuple[App, PushMapping]:
        app, ident = self.context.app(request), request.match_info["mapping"]
        if ident not in app.mappings:
            raise not_found(ident, "GroupPushMapping")
        return app, app.mappings[ident]
