"""app.Connection: the SCIM connection of an app.

Green where Okta does not support the app: a POST answered `UNKNOWN` is recorded as
ENABLED, because the status is set from the lifecycle call and not read back
(docs/research/okta-provider.md#connection). Deleting makes no call; the connection stays in Okta.
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.framework import compare, one_of
from offline_plugins.okta.resource import unsupported
from offline_plugins.provider_server import (
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    ProviderError,
    Resource,
    Secret,
    State,
    reveal,
)

ACTIONS = ("activate", "deactivate")
SCHEMES = ("TOKEN", "OAUTH2")
PROFILE = frozenset({"authScheme", "clientId", "token"})
LIFECYCLE_STATUS = {"activate": "ENABLED", "deactivate": "DISABLED"}
STATUS_ACTION = {"ENABLED": "activate", "DISABLED": "deactivate"}


class Connection:
    type = "okta:app/connection:Connection"
    inputs = frozenset({"action", "baseUrl", "idProperty", "profile"})

    def check(
        self, at: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        failures: list[Failure] = []
        action, profile = news.get("action"), reveal(news.get("profile"))
        if isinstance(action, str) and action not in ACTIONS:
            failures.append(one_of(at.name, "action", "action", action, ACTIONS))
        if not isinstance(profile, dict):
            if profile is not UNKNOWN:
                failures.append(
                    Failure(
                        "Missing required property 'profile.authScheme': Authentication scheme. "
                        "Valid values are TOKEN or OAUTH2."
                    )
                )
        else:
            scheme = profile.get("authScheme")
            if isinstance(scheme, str) and scheme not in SCHEMES:
                failures.append(
                    one_of(at.name, "profile.authScheme", "profile.auth_scheme", scheme, SCHEMES)
                )
            failures += unsupported(self.type, PROFILE, profile, "profile.")
        return Checked({**news, **_sealed(news)}, failures)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        planned, recorded = reveal(news), reveal(olds)
        return compare(planned, recorded, names=sorted(self.inputs), follow=("status",))

    def create(self, okta: Okta, at: Resource, inputs: dict[str, Any], preview: bool) -> State:
        if preview:
            app = inputs.get("idProperty")
            outputs = {**inputs, **_sealed(inputs), "status": UNKNOWN}
            return State(app if isinstance(app, str) else "", outputs)
        outputs = self._declare(okta, inputs, creating=True)
        return State(str(inputs["idProperty"]), outputs)

    def read(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        app = str(reveal(olds).get("idProperty") or id)
        try:
            found = okta.get(f"/api/v1/apps/{app}/connections/default")
        except Refused as refused:
            raise ProviderError(
                "Error Reading App Connection: Could not read app connection for application "
                f"ID {app}: {refused.in_short}"
            ) from None
        profile = dict(reveal(olds).get("profile") or {})
        profile["authScheme"] = (found.get("profile") or {}).get("authScheme") or ""
        status = str(found.get("status") or "")
        read = {
            "action": STATUS_ACTION.get(status, ""),
            "baseUrl": found.get("baseUrl") or "",
            "idProperty": app,
            "profile": profile,
        }
        read = {**read, **_sealed(read)}
        return State(app, {**read, "status": status}, read)

    def update(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        if preview:
            return {**news, **_sealed(news), "status": UNKNOWN}
        return self._declare(okta, news, creating=False)

    def delete(self, okta: Okta, at: Resource, id: str, olds: dict[str, Any]) -> None:
        at.warn(
            "This resource cannot be deleted via Terraform: the connection and its token stay "
            "in Okta as they are."
        )

    def _declare(self, okta: Okta, news: dict[str, Any], *, creating: bool) -> dict[str, Any]:
        inputs = reveal(news)
        app, action, profile = inputs["idProperty"], inputs.get("action"), inputs["profile"]
        path = f"/api/v1/apps/{app}/connections/default"
        try:
            answer = okta.post(path, _body(inputs)) or {}
        except Refused as refused:
            verb = "Creating" if creating else "Updating"
            raise ProviderError(
                f"Error {verb} App Connection: Could not {'create' if creating else 'update'} app "
                f"connection for application ID {app}: {refused.in_short}"
            ) from None
        if creating and action == "deactivate":
            # The real plugin sends no lifecycle call here and leaves `status` unknown, which
            # the engine then refuses: nothing is recorded, and yet the POST has been made.
            status: Any = UNKNOWN
        else:
            try:
                okta.post(f"{path}/lifecycle/{action}")
            except Refused as refused:
                verb = "Activating" if action == "activate" else "Deactivating"
                raise ProviderError(
                    f"Error {verb} App Connection: Could not create app connection for "
                    f"application ID {app}: {refused.in_short}"
                ) from None
            status = LIFECYCLE_STATUS[str(action)]
        scheme = (answer.get("profile") or {}).get("authScheme") or ""
        outputs = {
            "action": action,
            "baseUrl": answer.get("baseUrl") or "",
            "idProperty": app,
            "profile": {**profile, "authScheme": scheme},
        }
        return {**outputs, **_sealed(outputs), "status": status}


def _sealed(properties: dict[str, Any]) -> dict[str, Any]:
    """The profile with its token marked secret, however it was given."""
    profile = reveal(properties.get("profile"))
    if not isinstance(profile, dict) or not profile.get("token"):
        return {} if not isinstance(profile, dict) else {"profile": profile}
    return {"profile": {**profile, "token": Secret(profile["token"])}}


def _body(inputs: dict[str, Any]) -> dict[str, Any]:
    profile = inputs["profile"]
    if profile.get("authScheme") == "OAUTH2":
        sent = {"authScheme": "OAUTH2", "clientId": profile.get("clientId")}
        return {"profile": {name: value for name, value in sent.items() if value is not None}}
    sent = {"authScheme": profile.get("authScheme"), "token": profile.get("token")}
    return {
        "baseUrl": inputs.get("baseUrl"),
        "profile": {name: value for name, value in sent.items() if value is not None},
    }
