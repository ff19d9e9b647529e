"""API of groups and their members."""

from aiohttp import web

from .app_view import app_view
from .errors import invalid
from .http import Json, Resource, Route, profile_of, read_body, reply
from .model import ACTIVE
from .search import parse
from .users import user_view


class Groups(Resource):
    def routes(self) -> list[Route]:
        groups, path = "/api/v1/groups", "/api/v1/groups/{group}"
        return [
            ("GET", groups, self.list),
            ("POST", groups, self.create),
            ("GET", path, self.get),
            ("PUT", path, self.replace),
            ("DELETE", path, self.delete),
            ("GET", path + "/apps", self.apps),
            ("GET", path + "/users", self.members),
            ("GET", "/api/v1/users/{user}/groups", self.of_user),
            ("PUT", path + "/users/{user}", self.set_member),
            ("DELETE", path + "/users/{user}", self.set_member),
        ]

    def view(self, group: Json) -> Json:
        url = f"{self.context.api}/groups/{group['id']}"
        logo = [
            {"name": size, "href": self.context.base + "/logo.png", "type": "image/png"}
            for size in ("medium", "large")
        ]
        links = {"users": {"href": url + "/users"}, "apps": {"href": url + "/apps"}}
        return {**group, "_links": {"logo": logo, **links}}

    async def list(self, request: web.Request) -> web.Response:
        q, found = request.query.get("q", "").lower(), list(self.model.groups.values())
        for key in ("search", "filter"):
            if text := request.query.get(key):
                found = list(filter(parse(text), found))
        found = [g for g in found if g["profile"]["name"].lower().startswith(q)]
        view = self.view_with_stats if request.query.get("expand") == "stats" else self.view
        return self.context.page(request, found, view, default=10000, maximum=10000)

    async def of_user(self, request: web.Request) -> web.Response:
        """A user's groups. Assumed: without `limit`, all are on one page."""
        ident = self.model.user(request.match_info["user"])["id"]
        members = self.model.members
        found = [each for each in self.model.groups.values() if ident in members[each["id"]]]
        return self.context.page(request, found, self.view, default=10000, maximum=10000)

    async def apps(self, request: web.Request) -> web.Response:
        """The apps that a group is assigned to."""
        ident = self.model.group(request.match_info["group"])["id"]
        found = [app for app in self.model.apps.values() if ident in app.groups]
        return self.context.page(
            request,
            found,
            lambda app: app_view(app, self.context.base, self.model.settings),
            default=20,
            maximum=200,
        )

    def view_with_stats(self, group: Json) -> Json:
        """Assumed: Okta counts the members of a group, whatever their status."""
        members = list(self.model.members[group["id"]])
        if self.model.settings["group_user_count"] == "active_only":
            members = [i for i in members if self.model.users[i]["status"] in ACTIVE]
        stats = {"usersCount": len(members)}
        return {**self.view(group), "_embedded": {"stats": stats}}

    async def create(self, request: web.Request) -> web.Response:
        profile = profile_of(await read_body(request))
        name, description = self.model.check_group(profile)
        return reply(self.view(self.model.add_group(name, description)))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self.model.group(request.match_info["group"])))

    async def replace(self, request: web.Request) -> web.Response:
        group = self.model.group(request.match_info["group"])
        profile = profile_of(await read_body(request))
        _require_okta_group(group, "profile")
        name, description = self.model.check_group(profile, except_id=group["id"])
        self.model.change_group(group, name, description)
        return reply(self.view(group))

    async def delete(self, request: web.Request) -> web.Response:
        self.model.delete_group(request.match_info["group"])
        return web.Response(status=204)

    async def members(self, request: web.Request) -> web.Response:
        group = self.model.group(request.match_info["group"])
        found = [self.model.users[ident] for ident in self.model.members[group["id"]]]
        view = self.context.api
        return self.context.page(
            request, found, lambda user: user_view(user, view), default=1000, maximum=1000
        )

    async def set_member(self, request: web.Request) -> web.Response:
        group = self.model.group(request.match_info["group"])
        user = self.model.user(request.match_info["user"])
        _require_okta_group(group, "members")
        if request.method == "DELETE":
            self.model.on_member_removed(group["id"], user["id"])
        self.model.set_member(group["id"], user["id"], request.method == "PUT")
        return web.Response(status=204)


def _require_okta_group(group: Json, part: str) -> None:
    """The app changes its groups itself (docs/research/okta-api.md#groups-and-users)."""
    if group["type"] != "OKTA_GROUP":
        raise invalid("group", f"Only an OKTA_GROUP can have its {part} changed.")
