"""app.User: one person who is assigned to an app, by name.

Never recorded: written after the provider's source, release 6.15. It asks for the app before every
step, wants a user name at creation, and sends an empty password beside it. Other apps or people
are an update, not a replacement. A 404 at read drops it, at delete it is an error.
"""

from __future__ import annotations

import json

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, go_json
from offline_plugins.okta.sdkv2 import (
    StepFailed,
    as_diff,
    detailed,
    failed,
    half_made,
    is_empty,
    rewritten,
    step,
    with_defaults,
)
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Failure, Resource, State

JSON_TEXTS = frozenset({"profile"})
BOOLEANS = frozenset({"retainAssignment"})


class User:
    type = "okta:app/user:User"
    inputs = frozenset({"appId", "profile", "retainAssignment", "userId", "username"})

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = with_defaults(news, {"retainAssignment": False})
        profile = inputs.get("profile")
        if isinstance(profile, str):
            try:
                json.loads(profile)
            except ValueError:
                return Checked(inputs, [Failure('"profile" contains an invalid JSON', "profile")])
        return Checked(inputs)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        planned = _planned(news, olds)
        changes = detailed(
            planned, olds, sorted(self.inputs), replaced_by=frozenset(),
            json_texts=JSON_TEXTS, defaults=BOOLEANS,
        )  # fmt: skip
        return as_diff(changes, [])

    def create(self, okta: Okta, at: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", {**planned, "hasSharedUsername": UNKNOWN, "id": UNKNOWN})
        try:
            _app(okta, planned)
            _named(planned)
            with step("failed to assign user to application"):
                made = okta.post(f"{_users(planned)}", _body(planned))["id"]
        except StepFailed as error:
            raise failed("", "", error) from None
        try:
            _app(okta, planned)
            return State(made, _outputs(_get(okta, planned), planned))
        except StepFailed as error:
            raise half_made("creating", at, error, made, {**planned, "id": made}) from None

    def read(
        self, okta: Okta, at: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        imported = not olds
        if imported:
            app, slash, user = id.partition("/")
            if not slash or "/" in user:
                text = "invalid resource import specifier. Use: terraform import <app_id>/<user_id>"
                raise failed("importing", at.urn, text)
            olds = {"appId": app, "userId": user, "retainAssignment": False}
        try:
            if imported:
                _get(okta, olds)  # the importer looks, then the read does
            _app(okta, olds)
            outputs = _outputs(_get(okta, olds), olds)
        except StepFailed as error:
            if error.gone and not imported:
                return None
            raise failed("refreshing", at.urn, error) from None
        if imported:
            given = {n: v for n, v in outputs.items() if n in self.inputs and not is_empty(v)}
            return State(outputs["id"], outputs, {"__defaults": [], **given})
        return State(id, outputs, rewritten(inputs, outputs, JSON_TEXTS))

    def update(
        self, okta: Okta, at: Resource, id: str, olds: Properties, news: Properties, preview: bool
    ) -> Properties:
        planned = {**olds, **_planned(news, olds)}
        if preview:
            return planned
        try:
            _app(okta, planned)
            _named(planned)
            with step("failed to update application's user"):
                okta.post(f"{_users(planned)}/{planned['userId']}", _body(planned))
            _app(okta, planned)
            return _outputs(_get(okta, planned), planned)
        except StepFailed as error:
            raise half_made("updating", at, error, id, planned) from None

    def delete(self, okta: Okta, at: Resource, id: str, olds: Properties) -> None:
        if olds.get("retainAssignment"):
            return
        try:
            with step("failed to delete application's user"):
                okta.delete(f"{_users(olds)}/{olds['userId']}")
        except StepFailed as error:
            raise failed("deleting", at.urn, error) from None


def _users(properties: Properties) -> str:
    return f"/api/v1/apps/{properties['appId']}/users"


def _app(okta: Okta, planned: Properties) -> None:
    """Asked before each step, for its credentials' scheme; that of a SAML app is never shared."""
    with step("failed to get application by ID", may_be_gone=True):
        okta.get(f"/api/v1/apps/{planned['appId']}")


def _named(planned: Properties) -> None:
    if not planned.get("username"):
        raise StepFailed(
            "'username' is required (the only exception is when the assigned app has "
            "'SHARED_USERNAME_AND_PASSWORD' credentials scheme)"
        )


def _get(okta: Okta, planned: Properties) -> Properties:
    with step("failed to get application's user", may_be_gone=True):
        return okta.get(f"{_users(planned)}/{planned['userId']}")


def _planned(news: Properties, olds: Properties) -> Properties:
    # A profile that is left out is no change, whatever Okta has filled it with.
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
