"""Okta: the Assignments tab, for people and for groups."""

from aiohttp import web

from ..okta.assignments import Assignments as Api
from ..okta.errors import missing
from ..okta.http import Json, Route
from ..okta.model import App, now
from .applications import MOST, ONE, Tab, root
from .pages import redirect

_KIND = "{kind:people|groups}"


class Assignments(Tab):
    def routes(self) -> list[Route]:
        here = ONE + "/assignments"
        return [
            ("GET", here, self.first),
            ("GET", f"{here}/{_KIND}", self.listed),
            ("GET", f"{here}/{_KIND}/assign", self.choose),
            ("GET", f"{here}/{_KIND}/assign/{{id}}", self.confirm),
            ("POST", f"{here}/{_KIND}/assign/{{id}}", self.assign),
            ("POST", f"{here}/{_KIND}/remove/{{id}}", self.remove),
        ]

    async def first(self, request: web.Request) -> web.Response:
        return redirect(root(self.wire.app(request)) + "/assignments/people")

    async def listed(self, request: web.Request) -> web.Response:
        app, kind = self.wire.app(request), request.match_info["kind"]
        asked = request.query.get("q", "")
        rows = _found([self._row(kind, ident) for ident in self._assigned(app, kind)], asked)
        return self.show(
            f"okta/assigned_{kind}.html", app, "assignments", kind=kind, q=asked,
            rows=rows[:MOST], more=len(rows[MOST:]),
        )  # fmt: skip

    async def choose(self, request: web.Request) -> web.Response:
        app, kind = self.wire.app(request), request.match_info["kind"]
        asked, given = request.query.get("q", ""), self._assigned(app, kind)
        if kind == "people":
            # Only who is assigned one by one: whoever comes with a group can be, too.
            given = [ident for ident, user in app.users.items() if user.scope == "USER"]
            idents = [
                i for i, user in self.model.users.items() if user["status"] != "DEPROVISIONED"
            ]
        else:
            idents = [i for i, group in self.model.groups.items() if group["type"] == "OKTA_GROUP"]
        rows = _found([self._row(kind, ident) for ident in idents], asked)
        return self.show(
            "okta/assign.html", app, "assignments", kind=kind, q=asked, given=set(given),
            rows=rows[:MOST], more=len(rows[MOST:]),
        )  # fmt: skip

    async def confirm(self, request: web.Request) -> web.Response:
        app, kind = self.wire.app(request), request.match_info["kind"]
        row = self._row(kind, request.match_info["id"])
        return self.show("okta/assign_one.html", app, "assignments", kind=kind, row=row)

    async def assign(self, request: web.Request) -> web.Response:
        app, kind = self.wire.app(request), request.match_info["kind"]
        ident = self._row(kind, request.match_info["id"])["id"]
        if kind == "people":
            Api(self.wire).add(app, ident)
        elif ident not in app.groups:
            app.groups[ident] = {"priority": len(app.groups), "profile": {}, "lastUpdated": now()}
            self.model.assign(app, *self.model.members[ident])
        return redirect(f"{root(app)}/assignments/{kind}/assign")

    async def remove(self, request: web.Request) -> web.Response:
        app, kind = self.wire.app(request), request.match_info["kind"]
        ident = request.match_info["id"]
        if kind == "people":
            Api(self.wire).drop(app, ident)
        elif app.groups.pop(ident, None):
            self.model.assign(app, *self.model.members[ident])
        else:
            raise missing(ident, "ApplicationGroupAssignment")
        return redirect(f"{root(app)}/assignments/{kind}")

    def _assigned(self, app: App, kind: str) -> list[str]:
        return list(app.users) if kind == "people" else list(app.groups)

    def _row(self, kind: str, ident: str) -> Json:
        if kind == "groups":
            group = self.model.group(ident)
            count = len(self.model.members[ident])
            return {"id": ident, "name": group["profile"]["name"], "count": count,
                    "text": group["profile"]["description"]}  # fmt: skip
        user = self.model.user(ident)
        profile = user["profile"]
        name = " ".join(profile.get(key) or "" for key in ("firstName", "lastName")).strip()
        return {"id": user["id"], "name": name or profile["login"], "text": profile["login"]}


def _found(rows: list[Json], asked: str) -> list[Json]:
    asked = asked.casefold()
    return [row for row in rows if asked in f"{row['name']} {row['text']}".casefold()]
