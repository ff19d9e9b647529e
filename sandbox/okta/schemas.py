"""API of profile schemas: the attributes of Okta users and of app users.

Custom attributes are stored and shown. The sandbox does not validate profiles against a schema.
"""

import re
from typing import Any

from aiohttp import web

from ..org_file import PROFILE
from .errors import invalid, not_found
from .http import Json, Resource, Route, read_body, reply
from .model import Model

_REQUIRED = ("login", "email", "firstName", "lastName")
_CONSTRAINTS: dict[str, Json] = {
    "login": {"minLength": 5, "maxLength": 100, "required": True},
    "email": {"format": "email", "required": True},
    "firstName": {"minLength": 1, "maxLength": 50, "required": True},
    "lastName": {"minLength": 1, "maxLength": 50, "required": True},
    "secondEmail": {"format": "email"},
    "mobilePhone": {"maxLength": 100},
    "primaryPhone": {"maxLength": 100},
    "countryCode": {"format": "country-code"},
    "preferredLanguage": {"format": "language-code"},
    "locale": {"format": "locale"},
    "profileUrl": {"format": "uri"},
    "timezone": {"format": "timezone"},
}
"""Schema properties of an attribute beyond its type (a recording of a real org)."""
_HIDDEN_KEYS = ("master", "permissions", "union")
"""Keys of an app's custom attributes that a real org accepts but does not return."""


class Schemas(Resource):
    def routes(self) -> list[Route]:
        user = "/api/v1/meta/schemas/user/default"
        app = "/api/v1/meta/schemas/apps/{app}/default"
        return [
            ("GET", user, self.user),
            ("POST", user, self.change_user),
            ("GET", "/api/v1/meta/schemas/user/{schema}", self.user),
            ("POST", "/api/v1/meta/schemas/user/{schema}", self.change_user),
            ("GET", "/api/v1/meta/types/user", self.types),
            ("GET", app, self.app),
            ("POST", app, self.change_app),
        ]

    def _user_type(self, schema: str) -> str:
        """The ID of the user type that a schema belongs to; `default` for the default one."""
        if schema == "default":
            return self.model.user_type
        for ident, kind in self.model.other_user_types.items():
            if schema == kind["schema"]:
                return ident
        raise not_found(schema, "UserSchema")

    def user_view(self, ident: str) -> Json:
        """The schema of a user type."""
        url = user_schema(self.model, self.context.api, ident)
        kind = f"{self.context.api}/meta/types/user/{ident}"
        custom = self.model.custom_attributes
        if other := self.model.other_user_types.get(ident):
            custom = other["attributes"]
        base = {
            name: {
                **_attribute(name), **_CONSTRAINTS.get(name, {}), "mutability": "READ_WRITE",
                "scope": "NONE",
                "permissions": [{"principal": "SELF", "action": "READ_WRITE"}],
            }
            for name in sorted(PROFILE)
        }  # fmt: skip
        links = {"self": {"href": url, "rel": "self", "method": "GET"},
                 "type": {"href": kind, "rel": "type", "method": "GET"}}  # fmt: skip
        view = _schema(url, "user", "User", self.model.created, base, custom)
        return {**view, "description": "Okta user profile template", "_links": links}

    def app_view(self, request: web.Request) -> Json:
        app = self.context.app(request)
        url = f"{self.context.api}/meta/schemas/apps/{app.id}/default"
        base = {
            name: {**_attribute(name), "scope": "NONE"}
            for name in ("userName", *self.model.app_user_attributes)
        }
        custom = {
            name: {key: value for key, value in attributes.items() if key not in _HIDDEN_KEYS}
            for name, attributes in app.custom_attributes.items()
        }
        return _schema(
            url, app.body["name"], f"{app.body['label']} User", app.created, base, custom
        )

    async def user(self, request: web.Request) -> web.Response:
        ident = self._user_type(request.match_info.get("schema", "default"))
        return reply(self.user_view(ident))

    async def change_user(self, request: web.Request) -> web.Response:
        ident = self._user_type(request.match_info.get("schema", "default"))
        body = await read_body(request)
        if other := self.model.other_user_types.get(ident):
            other["attributes"] = _merged_attributes(other["attributes"], body)
        else:
            self.model.custom_attributes = _merged_attributes(self.model.custom_attributes, body)
        return reply(self.user_view(ident))

    async def types(self, _: web.Request) -> web.Response:
        """Assumed from Okta's documentation of user types: the default one comes first."""
        template = "Okta user profile template with default permission settings"
        found = [self.type_view(self.model.user_type, "user", "User", template)]
        for ident, kind in self.model.other_user_types.items():
            found.append(self.type_view(ident, kind["name"], kind["name"], ""))
        return reply(found)

    def type_view(self, ident: str, name: str, display_name: str, description: str) -> Json:
        url = f"{self.context.api}/meta/types/user/{ident}"
        schema = user_schema(self.model, self.context.api, ident)
        links = {"self": {"href": url, "rel": "self", "method": "GET"},
                 "schema": {"href": schema, "rel": "schema", "method": "GET"}}  # fmt: skip
        created = self.model.created
        return {
            "id": ident, "name": name, "displayName": display_name, "description": description,
            "default": ident == self.model.user_type, "created": created, "lastUpdated": created,
            "_links": links,
        }  # fmt: skip

    async def app(self, request: web.Request) -> web.Response:
        return reply(self.app_view(request))

    async def change_app(self, request: web.Request) -> web.Response:
        app = self.context.app(request)
        app.custom_attributes = _merged_attributes(app.custom_attributes, await read_body(request))
        return reply(self.app_view(request))


def user_schema(model: Model, api: str, user_type: str) -> str:
    """The address of the schema of a user type."""
    other = model.other_user_types.get(user_type)
    return f"{api}/meta/schemas/user/{other['schema'] if other else 'default'}"


def _schema(
    url: str, name: str, title: str, time: str, base: Json, custom_attributes: Json
) -> Json:
    profile = {"allOf": [{"$ref": "#/definitions/base"}]}
    required = [key for key in base if key in (*_REQUIRED, "userName")]
    return {
        "id": url, "$schema": "http://json-schema.org/draft-04/schema#", "name": name,
        "title": title, "created": time, "lastUpdated": time, "type": "object",
        "properties": {"profile": profile},
        "definitions": {
            "base": {"id": "#base", "type": "object", "properties": base, "required": required},
            "custom": {"id": "#custom", "type": "object", "properties": custom_attributes,
                       "required": [key for key, value in custom_attributes.items()
                                    if value.get("required") is True]},
        },
    }  # fmt: skip


def _attribute(name: str) -> Json:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return {"title": words[0].upper() + words[1:].lower(), "type": "string"}


def _merged_attributes(current: Json, body: Json) -> Json:
    attributes: Any = body
    for key in ("definitions", "custom", "properties"):
        attributes = attributes.get(key)
        if attributes is None:
            return current
        if not isinstance(attributes, dict):
            raise invalid(key, f"{key}: must be an object")
    for name, value in attributes.items():
        if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
            raise invalid("properties", f"{name[:80]}: is not a valid attribute name")
        if value is not None and not (isinstance(value, dict) and value.get("type") and
                                      value.get("title")):  # fmt: skip
            raise invalid(name, f"{name}: requires type and title, or null to remove it")
    return {name: value for name, value in {**current, **attributes}.items() if value is not None}
