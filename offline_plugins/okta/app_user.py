"""app.User: an individual user assignment of an app.

Written from the provider's source, release 6.15, because no recording exists. The provider reads
the app before each step, requires a user name at creation and sends an empty password with it.
Another app or user is an update, not a replacement. A 404 removes the resource from the state at
read and is an error at delete.
"""

from __future__ import annotations

import json

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, go_json
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Resource, State

JSON_TEXTS = frozenset({"profile"})
BOOLEANS = frozenset({"retainAssignment"})


class User:
    type = "okta:app/user:User"
    inputs = frozenset({"appId", "profile", "retainAssignment", "userId", "username"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = sdkv2.with_defaults(news, {"retainAssignment": False})
        return Checked(inputs, sdkv2.json_failures(inputs, "profile", "profile"))

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        planned = _planned(news, olds)
        changes = sdkv2.detailed_diff(
            planned, olds, sorted(self.inputs), replaced_by=frozenset(),
            json_texts=JSON_TEXTS, defaults=BOOLEANS,
        )  # fmt: skip
        return sdkv2.to_diff(changes, [])

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "hasSharedUsername": UNKNOWN, "id": UNKNOWN})
        with sdkv2.bridge_errors():
            _read_app(okta, planned)
            _require_username(planned)
            with sdkv2.step("failed to assign user to application"):
                made = okta.post(f"{_users(planned)}", _body(planned))["id"]
        with sdkv2.partial_state_errors("creating", resource, made, {**planned, "id": made}):
            _read_app(okta, planned)
            return State(made, _outputs(_get(okta, planned), planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        imported = not olds
        if imported:
            app, slash, user = id.partition("/")
            if not slash or "/" in user:
                text = "invalid resource import specifier. Use: terraform import <app_id>/<user_id>"
                raise sdkv2.bridge_error("importing", resource.urn, text)
            olds = {"appId": app, "userId": user, "retainAssignment": False}
        try:
            if imported:
                _get(okta, olds)  # the importer reads the assignment once more than the read
            _read_app(okta, olds)
            outputs = _outputs(_get(okta, olds), olds)
        except sdkv2.StepError as error:
            if error.gone and not imported:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        if imported:
            given = {n: v for n, v in outputs.items() if n in self.inputs and not sdkv2.is_empty(v)}
            return State(outputs["id"], outputs, {"__defaults": [], **given})
        return State(id, outputs, sdkv2.refreshed_inputs(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**olds, **_planned(news, olds)}
        if preview:
            return planned
        with sdkv2.partial_state_errors("updating", resource, id, planned):
            _read_app(okta, planned)
            _require_username(planned)
            with sdkv2.step("failed to update application's user"):
                okta.post(f"{_users(planned)}/{planned['userId']}", _body(planned))
            _read_app(okta, planned)
            return _outputs(_get(okta, planned), planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        if olds.get("retainAssignment"):
            return
        with (
            sdkv2.bridge_errors("deleting", resource.urn),
            sdkv2.step("failed to delete application's user"),
        ):
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


def _get(okta: Okta, planned: Properties) -> Properties:
    with sdkv2.step("failed to get application's user", may_be_gone=True):
        return okta.get(f"{_users(planned)}/{planned['userId']}")


def _planned(news: Properties, olds: Properties) -> Properties:
    # A profile that the program omits is no change, regardless of what Okta filled in.
    profile = news.get("profile")
    return {
        "appId": news.get("appId"),
        "profile": olds.get("profile") if profile is None else profile,
        "retainAssignment": news.get("retainAssignment") or False,
        "userId": news.get("userId"),
        "username": news.get("username"),
    }


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
