"""app.User: an individual user assignment of an app.

Written from the provider's source, release 6.15, because no recording exists. The provider reads
the app before each step, requires a user name at creation and sends an empty password with it.
Another app or user is an update, not a replacement. A 404 removes the resource from the state at
read and is an error at delete.
"""

from __future__ import annotations

import json
from typing import ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import go_json
from offline_plugins.provider import Properties


class User(sdkv2.SdkV2Resource):
    type = "okta:app/user:User"
    inputs = frozenset({"appId", "profile", "retainAssignment", "userId", "username"})
    computed = ("hasSharedUsername",)
    defaults: ClassVar = {"retainAssignment": False}
    booleans = frozenset({"retainAssignment"})
    kept = json_texts = frozenset({"profile"})
    """A profile that the program omits is no change, regardless of what Okta filled in."""
    json_attributes: ClassVar = {"profile": "profile"}
    import_format = "<app_id>/<user_id>"

    def make(self, okta: Okta, planned: Properties) -> str:
        _read_app(okta, planned)
        _require_username(planned)
        with sdkv2.step("failed to assign user to application"):
            return okta.post(_users(planned), _body(planned))["id"]

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        _read_app(okta, known)
        with sdkv2.step("failed to get application's user", may_be_gone=True):
            return _outputs(okta.get(f"{_users(known)}/{known['userId']}"), known)

    def fetch_imported(self, okta: Okta, parts: list[str]) -> Properties:
        """The importer reads the assignment once more, and fails if it does not exist."""
        known = {"appId": parts[0], "userId": parts[1], "retainAssignment": False}
        with sdkv2.step("failed to get application's user"):
            okta.get(f"{_users(known)}/{known['userId']}")
        return self.fetch(okta, parts[1], known)

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        _read_app(okta, planned)
        _require_username(planned)
        with sdkv2.step("failed to update application's user"):
            okta.post(f"{_users(planned)}/{planned['userId']}", _body(planned))
        return self.fetch(okta, id, planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        if not olds.get("retainAssignment"):
            with sdkv2.step("failed to delete application's user"):
                okta.delete(f"{_users(olds)}/{olds['userId']}")


def _users(properties: Properties) -> str:
    return f"/api/v1/apps/{properties['appId']}/users"


def _read_app(okta: Okta, planned: Properties) -> None:
    """Read the app, as the provider does before each step to get its credentials scheme."""
    with sdkv2.step("failed to get application by ID", may_be_gone=True):
        okta.get(f"/api/v1/apps/{planned['appId']}")


def _require_username(planned: Properties) -> None:
    if not planned.get("username"):
        raise sdkv2.StepError(
            "'username' is required (the only exception is when the assigned app has "
            "'SHARED_USERNAME_AND_PASSWORD' credentials scheme)"
        )


def _body(planned: Properties) -> Properties:
    body: Properties = {
        "credentials": {"password": {}, "userName": planned["username"]},
        "id": planned["userId"],
    }
    if planned.get("profile"):
        body["profile"] = json.loads(planned["profile"])
    return body


def _outputs(user: Properties, planned: Properties) -> Properties:
    return {
        "appId": planned["appId"],
        "hasSharedUsername": False,
        "id": user["id"],
        "profile": go_json(user["profile"]) if user.get("profile") is not None else "",
        "retainAssignment": planned.get("retainAssignment"),
        "userId": planned["userId"],
        "username": user["credentials"]["userName"],
    }
