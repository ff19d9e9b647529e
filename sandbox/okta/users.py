"""API of users: lookups, creation, profile changes, lifecycle and deletion."""

import hashlib
from typing import Any

from aiohttp import web

from .errors import invalid
from .http import Json, Resource, Route, profile_of, read_body, reply, text_of
from .model import ACTIVE
from .schemas import user_schema
from .search import parse

_LIFECYCLE_STATUSES = {"activate": "ACTIVE", "deactivate": "DEPROVISIONED", "suspend": "SUSPENDED",
       "unsuspend": "ACTIVE"}  # fmt: skip


def user_view(user: Json, api: str) -> Json:
    """A user as lists show it, with only the link to itself."""
    return {**user, "_links": {"self": {"href": f"{api}/users/{user['id']}"}}}


class Users(Resource):
    def routes(self) -> list[Route]:
        path = "/api/v1/users/{user}"
        return [
            ("GET", "/api/v1/users", self.list),
            ("POST", "/api/v1/users", self.create),
            ("GET", path, self.get),
            ("POST", path, self.update),
            ("PUT", path, self.update),
            ("DELETE", path, self.delete),
            *(("POST", f"{path}/lifecycle/{to}", self.lifecycle) for to in _LIFECYCLE_STATUSES),
        ]

    def view(self, user: Json) -> Json:
        """A user with links to the available actions."""
        url, types = f"{self.context.api}/users/{user['id']}", f"{self.context.api}/meta/types/user"
        links: Json = {
            "self": {"href": url},
            "type": {"href": f"{types}/{user['type']['id']}"},
            "schema": {"href": user_schema(self.model, self.context.api, user["type"]["id"])},
        }
        for action in _available_actions(user["status"]):
            name = {"resetPassword": "reset_password"}.get(action, action)
            links[action] = {"href": f"{url}/lifecycle/{name}", "method": "POST"}
        return {**user, "_links": links}

    def _reply(self, user: Json) -> web.Response:
        answer = reply(self.view(user))
        etag = hashlib.sha256(f"{user['id']} {user['lastUpdated']}".encode()).hexdigest()[:32]
        answer.headers["Etag"] = f'W/"{etag}"'
        return answer

    async def list(self, request: web.Request) -> web.Response:
        """A list of users. `q` compares the start of first name, last name and email
        (docs/research/okta-api.md#groups-and-users)."""
        found, q = list(self.model.users.values()), request.query.get("q", "").lower()
        if q:
            found = [user for user in found if _starts_with(user["profile"], q)]
        filters = {
            key: request.query[key] for key in ("search", "filter") if request.query.get(key)
        }
        for text in filters.values():
            found = list(filter(parse(text), found))
        # A list without search or filter excludes deprovisioned users
        # (docs/research/okta-api.md#groups-and-users)
        if not filters:
            found = [user for user in found if user["status"] != "DEPROVISIONED"]
        return self.context.page(
            request, found, lambda user: user_view(user, self.context.api),
            default=10 if q else 200, maximum=200,
        )  # fmt: skip

    async def get(self, request: web.Request) -> web.Response:
        return self._reply(self._named(request))

    def _named(self, request: web.Request) -> Json:
        """The user that the path names; `me` is the first user of the org."""
        ident = request.match_info["user"]
        return next(iter(self.model.users.values())) if ident == "me" else self.model.user(ident)

    async def create(self, request: web.Request) -> web.Response:
        """Create a user, and add them to groups; without a password, they have to set one."""
        body = await read_body(request)
        profile = profile_of(body)
        for key in ("firstName", "lastName", "email", "login"):
            text_of(profile, key)
        if any(profile["login"] == user["profile"]["login"] for user in self.model.users.values()):
            text = "login: An object with this field already exists in the current organization"
            raise invalid("login", text)
        kind, groups = body.get("type"), body.get("groupIds") or []
        user_type = kind.get("id") if isinstance(kind, dict) else self.model.user_type
        if user_type not in (self.model.user_type, *self.model.other_user_types):
            raise invalid("type", "type: unknown user type")
        if not isinstance(groups, list) or not all(isinstance(each, str) for each in groups):
            raise invalid("groupIds", "groupIds: must be a list of group IDs")
        for each in groups:
            self.model.group(each)
        status = "ACTIVE" if _has_password(body) else "PROVISIONED"
        if request.query.get("activate") == "false":
            status = "STAGED"
        user = self.model.create_user(profile, status, user_type, groups)
        return self._reply(user)

    async def delete(self, request: web.Request) -> web.Response:
        """Deactivate the user, or delete one that is deactivated already."""
        user = self._named(request)
        if user["status"] == "DEPROVISIONED":
            self.model.delete_user(user["id"])
        else:
            self.model.change_user(user, status="DEPROVISIONED")
        return web.Response(status=204)

    async def update(self, request: web.Request) -> web.Response:
        user = self._named(request)
        profile: Any = profile_of(await read_body(request))
        merged = {**user["profile"], **profile} if request.method == "POST" else profile
        for key in ("login", "email"):
            if not isinstance(merged.get(key), str) or not merged[key]:
                raise invalid(key, f"{key}: The field cannot be left blank")
        self.model.change_user(user, profile=merged)
        return self._reply(user)

    async def lifecycle(self, request: web.Request) -> web.Response:
        user = self._named(request)
        to = request.path.rstrip("/").rsplit("/", 1)[1]
        self.model.change_user(user, status=_LIFECYCLE_STATUSES[to])
        return reply({})


def _has_password(body: Json) -> bool:
    credentials = body.get("credentials")
    password = credentials.get("password") if isinstance(credentials, dict) else None
    return bool(password)


def _starts_with(profile: Json, text: str) -> bool:
    values = (profile.get(key) for key in ("firstName", "lastName", "email"))
    return any(isinstance(value, str) and value.lower().startswith(text) for value in values)


def _available_actions(status: str) -> tuple[str, ...]:
    if status in ACTIVE:
        more = ("reactivate",) if status == "PROVISIONED" else ()
        return ("suspend", "resetPassword", *more, "deactivate")
    if status == "SUSPENDED":
        return ("unsuspend", "resetPassword", "deactivate")
    return ("activate",)
