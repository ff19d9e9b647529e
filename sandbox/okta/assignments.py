"""Who is assigned to an app: its groups, the app users that come of them, and single people.

Assumed: who is assigned by name stays so whatever their groups are, until that is taken back;
then a group that is assigned keeps them. Who is in by a group alone can't be taken out by name.
"""

from aiohttp import web

from .errors import invalid, missing
from .http import Json, Route, Wire, read, reply, text_of
from .model import App, now
from .users import user_view


class Assignments:
    def __init__(self, wire: Wire) -> None:
        self.wire, self.model = wire, wire.model

    def routes(self) -> list[Route]:
        groups, users = "/api/v1/apps/{app}/groups", "/api/v1/apps/{app}/users"
        return [
            ("GET", groups, self.groups),
            ("GET", groups + "/{group}", self.group),
            ("PUT", groups + "/{group}", self.put_group),
            ("DELETE", groups + "/{group}", self.delete_group),
            ("GET", users, self.users),
            ("POST", users, self.assign_user),
            ("GET", users + "/{user}", self.user),
            ("POST", users + "/{user}", self.change_user),
            ("DELETE", users + "/{user}", self.unassign_user),
        ]

    def view(self, app: App, ident: str) -> Json:
        if ident not in app.groups:
            raise missing(ident, "ApplicationGroupAssignment")
        root = f"{self.wire.api}/apps/{app.id}"
        links = {
            "app": {"href": root},
            "self": {"href": f"{root}/groups/{ident}"},
            "group": {"href": f"{self.wire.api}/groups/{ident}"},
        }
        return {"id": ident, **app.groups[ident], "_links": links}

    async def groups(self, request: web.Request) -> web.Response:
        app = self.wire.app(request)
        return self.wire.page(
            request, list(app.groups), lambda i: self.view(app, i), default=20, most=200
        )

    async def group(self, request: web.Request) -> web.Response:
        return reply(self.view(self.wire.app(request), request.match_info["group"]))

    async def put_group(self, request: web.Request) -> web.Response:
        app, body = self.wire.app(request), await read(request)
        ident = self.model.group(request.match_info["group"])["id"]
        # Which priority Okta gives is not published: the next one is assumed.
        old = app.groups.get(ident, {"priority": len(app.groups), "profile": {}})
        priority, profile = body.get("priority", old["priority"]), body.get("profile")
        if not isinstance(priority, int) or isinstance(priority, bool):
            raise invalid("priority", "priority: must be a number")
        if not isinstance(profile, dict | None):
            raise invalid("profile", "profile: must be an object")
        profile = old["profile"] if profile is None else profile
        app.groups[ident] = {"priority": priority, "profile": profile, "lastUpdated": now()}
        self.model.assign(app, *self.model.members[ident])
        return reply(self.view(app, ident))

    async def delete_group(self, request: web.Request) -> web.Response:
        app, ident = self.wire.app(request), request.match_info["group"]
        self.view(app, ident)
        del app.groups[ident]
        self.model.assign(app, *self.model.members[ident])
        return web.Response(status=204)

    def user_view(self, app: App, ident: str, expand: bool) -> Json:
        if ident not in app.users:
            raise missing(ident, "AppUser")
        user, root = app.users[ident], f"{self.wire.api}/apps/{app.id}"
        links = {"app": {"href": root}, "user": {"href": f"{self.wire.api}/users/{ident}"}}
        view: Json = {
            "id": ident, "scope": user.scope, "status": user.status, "syncState": user.sync,
            "created": user.created, "lastUpdated": user.updated, "statusChanged": user.changed,
            "credentials": {"userName": user.name}, "profile": self.model.app_profile(app, user),
            "_links": links,
        }  # fmt: skip
        if user.scim_id:
            view["externalId"] = user.scim_id
        if user.synced:
            view["lastSync"] = user.synced
        if expand:
            view["_embedded"] = {"user": user_view(self.model.users[ident], self.wire.api)}
        return view

    async def users(self, request: web.Request) -> web.Response:
        app, expand = self.wire.app(request), request.query.get("expand") == "user"
        return self.wire.page(
            request, list(app.users), lambda i: self.user_view(app, i, expand),
            default=50, most=500,
        )  # fmt: skip

    async def user(self, request: web.Request) -> web.Response:
        app, expand = self.wire.app(request), request.query.get("expand") == "user"
        return reply(self.user_view(app, request.match_info["user"], expand))

    async def assign_user(self, request: web.Request) -> web.Response:
        app, body = self.wire.app(request), await read(request)
        if body.get("scope") not in (None, "USER"):
            raise invalid("scope", "scope: assign the group instead")
        user = self.model.user(text_of(body, "id"))
        if user["status"] == "DEPROVISIONED":
            raise invalid("id", "id: the user is deactivated")
        profile, name = _own(body)
        self.add(app, user["id"])
        return self._changed(app, user["id"], profile, name)

    def add(self, app: App, ident: str) -> None:
        """Assign this person by name."""
        if ident in app.users:
            app.users[ident].scope = "USER"
            self.model.enqueue("user", app, ident)
        else:
            self.model.assign_one(app, ident, "USER")

    async def change_user(self, request: web.Request) -> web.Response:
        app, ident = self.wire.app(request), request.match_info["user"]
        profile, name = _own(await read(request))
        self.user_view(app, ident, False)
        self.model.enqueue("user", app, ident)
        return self._changed(app, ident, profile, name)

    def _changed(self, app: App, ident: str, profile: Json, name: str) -> web.Response:
        user = app.users[ident]
        user.own |= profile
        if name:
            user.name = user.given = name
        user.updated = now()
        return reply(self.user_view(app, ident, False))

    async def unassign_user(self, request: web.Request) -> web.Response:
        self.drop(self.wire.app(request), request.match_info["user"])
        return web.Response(status=204)

    def drop(self, app: App, ident: str) -> None:
        """Take back that this person is assigned by name."""
        self.user_view(app, ident, False)
        if app.users[ident].scope == "GROUP":
            raise invalid("scope", "scope: a group assigns this user; take them out of the group")
        app.users[ident].scope = "GROUP"
        self.model.assign(app, ident)


def _own(body: Json) -> tuple[Json, str]:
    """Values of the app user's own, and its own user name."""
    profile, credentials = body.get("profile") or {}, body.get("credentials") or {}
    if not isinstance(profile, dict):
        raise invalid("profile", "profile: must be an object")
    if not isinstance(credentials, dict):
        raise invalid("credentials", "credentials: must be an object")
    return profile, text_of(credentials, "userName", needed=False)
