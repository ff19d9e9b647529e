"""Okta: the Assignments tab, for people and groups."""

from aiohttp import web

from ..okta.assignments import Assignments as Api
from ..okta.errors import not_found
from ..okta.http import Json, Route
from ..okta.model import App, now
from .applications import APP_PATH, MAX_ROWS, Tab, app_root
from .pages import redirect

_KIND = "{kind:people|groups}"


class Assignments(Tab):
    def routes(self) -> list[Route]:
        path = APP_PATH + "/assignments"
        return [
            ("GET", path, self.redirect_to_users),
            ("GET", f"{path}/{_KIND}", self.show_assigned),
            ("GET", f"{path}/{_KIND}/assign", self.choose),
            ("GET", f"{path}/{_KIND}/assign/{{id}}", self.confirm),
            ("POST", f"{path}/{_KIND}/assign/{{id}}", self.assign),
            ("POST", f"{path}/{_KIND}/remove/{{id}}", self.remove),
        ]

    async def redirect_to_users(self, request: web.Request) -> web.Response:
        return redirect(app_root(self.context.app(request)) + "/assignments/people")

    async def show_assigned(self, request: web.Request) -> web.Response:
        app, kind = self.context.app(request), request.match_info["kind"]
        query = request.query.get("q", "")
        rows = _search([self._row(kind, ident) for ident in self._assigned(app, kind)], query)
        return self.show(
            f"okta/assignments_{kind}.html", app, "assignments", kind=kind, q=query,
            rows=rows[:MAX_ROWS], more=len(rows[MAX_ROWS:]),
        )  # fmt: skip

    async def choose(self, request: web.Request) -> web.Response:
        app, kind = self.context.app(request), request.match_info["kind"]
        query, assigned = request.query.get("q", ""), self._assigned(app, kind)
        if kind == "people":
            # Only individually assigned users: a user assigned through a group can be added.
            assigned = [ident for ident, user in app.users.items() if user.scope == "USER"]
            idents = [
                i for i, user in self.model.users.items() if user["status"] != "DEPROVISIONED"
            ]
        else:
            # Not the app's own groups.
            idents = [i for i in self.model.groups if self.model.source_of(i) != app.id]
        rows = _search([self._row(kind, ident) for ident in idents], query)
        return self.show(
            "okta/assignment_candidates.html", app, "assignments", kind=kind, q=query,
            assigned=set(assigned), rows=rows[:MAX_ROWS], more=len(rows[MAX_ROWS:]),
        )  # fmt: skip

    async def confirm(self, request: web.Request) -> web.Response:
        app, kind = self.context.app(request), request.match_info["kind"]
        row = self._row(kind, request.match_info["id"])
        return self.show(
            "okta/assignment_confirmation.html", app, "assignments", kind=kind, row=row
        )

    async def assign(self, request: web.Request) -> web.Response:
        app, kind = self.context.app(request), request.match_info["kind"]
        ident = self._row(kind, request.match_info["id"])["id"]
        if kind == "people":
            Api(self.context).add_user(app, ident)
        elif ident not in app.groups:
            app.groups[ident] = {"priority": len(app.groups), "profile": {}, "lastUpdated": now()}
            self.model.assign(app, *self.model.members[ident])
        return redirect(f"{app_root(app)}/assignments/{kind}/assign")

    async def remove(self, request: web.Request) -> web.Response:
        app, kind = self.context.app(request), request.match_info["kind"]
        ident = request.match_info["id"]
        if kind == "people":
            Api(self.context).remove_user(app, ident)
        elif app.groups.pop(ident, None):
            self.model.assign(app, *self.model.members[ident])
        else:
            raise not_found(ident, "ApplicationGroupAssignment")
        return redirect(f"{app_root(app)}/assignments/{kind}")

    def _assigned(self, app: App, kind: str) -> list[str]:
        return list(app.users) if kind == "people" else list(app.groups)

    def _row(self, kind: str, ident: str) -> Json:
        if kind == "groups":
            profile, count = self.model.group(ident)["profile"], len(self.model.members[ident])
            text = profile.get("windowsDomainQualifiedName") or profile["description"]
            return {"id": ident, "name": profile["name"], "count": count, "text": text}
        user = self.model.user(ident)
        profile = user["profile"]
        name = " ".join(profile.get(key) or "" for key in ("firstName", "lastName")).strip()
        return {"id": user["id"], "name": name or profile["login"], "text": profile["login"]}


def _search(rows: list[Json], query: str) -> list[Json]:
    query = query.casefold()
    return [row for row in rows if query in f"{row['name']} {row['text']}".casefold()]
