"""API of an app's assignments: group assignments, individual user assignments and app users.

Assumed: an individual assignment is independent of the user's groups. When it is removed, an
assigned group still keeps the user assigned. A user who is assigned only through a group cannot be
unassigned individually.
"""

from aiohttp import web

from .errors import invalid, not_found
from .http import Json, Resource, Route, read_body, reply, text_of
from .model import App, now
from .users import user_view


class Assignments(Resource):
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

    def group_view(self, app: App, ident: str) -> Json:
        if ident not in app.groups:
            raise not_found(ident, "ApplicationGroupAssignment")
        root = f"{self.context.api}/apps/{app.id}"
        links = {
            "app": {"href": root},
            "self": {"href": f"{root}/groups/{ident}"},
            "group": {"href": f"{self.context.api}/groups/{ident}"},
        }
        return {"id": ident, **app.groups[ident], "_links": links}

    async def groups(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        return self.context.page(
            request, list(app.groups), lambda i: self.group_view(app, i), default=20, maximum=200
        )

    async def group(self, request: web.Request) -> web.Response:
        return reply(self.group_view(self.context.app(request), request.match_info["group"]))

    async def put_group(self, request: web.Request) -> web.Response:
        app, body = self.context.app(request), await read_body(request)
        ident = self.model.group(request.match_info["group"])["id"]
        # Okta does not publish the default priority: the next one is assumed.
        default = {"next": len(app.groups), "next_from_one": len(app.groups) + 1, "zero": 0}
        following = default[self.model.settings["default_priority"]]
        old = app.groups.get(ident, {"priority": following, "profile": {}})
        priority, profile = body.get("priority", old["priority"]), body.get("profile")
        if not isinstance(priority, int) or isinstance(priority, bool):
            raise invalid("priority", "priority: must be a number")
        if not isinstance(profile, dict | None):
            raise invalid("profile", "profile: must be an object")
        profile = old["profile"] if profile is None else profile
        app.groups[ident] = {"priority": priority, "profile": profile, "lastUpdated": now()}
        self.model.assign(app, *self.model.members[ident])
        return reply(self.group_view(app, ident))

    async def delete_group(self, request: web.Request) -> web.Response:
        app, ident = self.context.app(request), request.match_info["group"]
        self.group_view(app, ident)
        del app.groups[ident]
        self.model.assign(app, *self.model.members[ident])
        return web.Response(status=204)

    def user_view(self, app: App, ident: str, expand: bool) -> Json:
        if ident not in app.users:
            raise not_found(ident, "AppUser")
        user, root = app.users[ident], f"{self.context.api}/apps/{app.id}"
        links = {"app": {"href": root}, "user": {"href": f"{self.context.api}/users/{ident}"}}
        view: Json = {
            "id": ident, "scope": user.scope, "status": user.status, "syncState": user.sync,
            "created": user.created, "lastUpdated": user.updated,
            "statusChanged": user.status_changed, "credentials": {"userName": user.name},
            "profile": self.model.app_profile(app, user),
            "_links": links,
        }  # fmt: skip
        if user.scim_id:
            view["externalId"] = user.scim_id
        if user.synced:
            view["lastSync"] = user.synced
        if expand:
            view["_embedded"] = {"user": user_view(self.model.users[ident], self.context.api)}
        return view

    async def users(self, request: web.Request) -> web.Response:
        app, expand = self.context.app(request), request.query.get("expand") == "user"
        return self.context.page(
            request, list(app.users), lambda i: self.user_view(app, i, expand),
            default=50, maximum=500,
        )  # fmt: skip

    async def user(self, request: web.Request) -> web.Response:
        app, expand = self.context.app(request), request.query.get("expand") == "user"
        return reply(self.user_view(app, request.match_info["user"], expand))

    async def assign_user(self, request: web.Request) -> web.Response:
        app, body = self.context.app(request), await read_body(request)
        if body.get("scope") not in (None, "USER"):
            raise invalid("scope", "scope: use USER, or assign the group instead")
        user = self.model.user(text_of(body, "id"))
        if user["status"] == "DEPROVISIONED":
            raise invalid("id", "id: the user is deactivated")
        profile, name = _overrides(body)
        self.add_user(app, user["id"])
        return self._update_user(app, user["id"], profile, name)

    def add_user(self, app: App, ident: str) -> None:
        """Assign a user individually."""
        if ident in app.users:
            app.users[ident].scope = "USER"
            self.model.enqueue("user", app, ident)
        else:
            self.model.add_app_user(app, ident, "USER")

    async def change_user(self, request: web.Request) -> web.Response:
        app, ident = self.context.app(request), request.match_info["user"]
        profile, name = _overrides(await read_body(request))
        self.user_view(app, ident, False)
        self.model.enqueue("user", app, ident)
        return self._update_user(app, ident, profile, name)

    def _update_user(self, app: App, ident: str, profile: Json, name: str) -> web.Response:
        user = app.users[ident]
        user.profile_override |= profile
        if name:
            user.name = user.name_override = name
        user.updated = now()
        return reply(self.user_view(app, ident, False))

    async def unassign_user(self, request: web.Request) -> web.Response:
        self.remove_user(self.context.app(request), request.match_info["user"])
        return web.Response(status=204)

    def remove_user(self, app: App, ident: str) -> None:
        """Remove the individual assignment of a user."""
        self.user_view(app, ident, False)
        if app.users[ident].scope == "GROUP":
            if self.model.settings["individual_unassignment"] == "refused":
                cause = "scope: assigned by a group; remove the user from the group"
                raise invalid("scope", cause)
            if self.model.settings["individual_unassignment"] == "removed":
                self.model.enqueue("remove", app, app.users.pop(ident))
            return
        app.users[ident].scope = "GROUP"
        self.model.assign(app, ident)


def _overrides(body: Json) -> tuple[Json, str]:
    """The attribute and user name overrides in the body of an app user."""
    profile, credentials = body.get("profile") or {}, body.get("credentials") or {}
    if not isinstance(profile, dict):
        raise invalid("profile", "profile: must be an object")
    if not isinstance(credentials, dict):
        raise invalid("credentials", "credentials: must be an object")
    return profile, text_of(credentials, "userName", required=False)
