"""app.Connection: the SCIM connection of an app.

It succeeds even if Okta does not support the app: the status is set from the lifecycle call and not
read back, so a connection with the status `UNKNOWN` is recorded as ENABLED
(docs/research/okta-provider.md#connection). A deletion makes no call; the connection stays in Okta.
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import unsupported_inputs
from offline_plugins.okta.terraform_framework import compare_inputs, one_of_failure
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
        self, resource: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        failures: list[Failure] = []
        action, profile = news.get("action"), reveal(news.get("profile"))
        if isinstance(action, str) and action not in ACTIONS:
            failures.append(one_of_failure(resource.name, "action", "action", action, ACTIONS))
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
                    one_of_failure(
                        resource.name, "profile.authScheme", "profile.auth_scheme", scheme, SCHEMES
                    )
                )
            failures += unsupported_inputs(self.type, PROFILE, profile, "profile.")
        return Checked({**news, **_with_secret_token(news)}, failures)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        planned, recorded = reveal(news), reveal(olds)
        return compare_inputs(planned, recorded, names=sorted(self.inputs), computed=("status",))

    def create(
        self, okta: Okta, resource: Resource, inputs: dict[str, Any], preview: bool
    ) -> State:
        if preview:
            app = inputs.get("idProperty")
            outputs = {**inputs, **_with_secret_token(inputs), "status": UNKNOWN}
            return State(app if isinstance(app, str) else "", outputs)
        outputs = self._apply(okta, inputs, creating=True)
        return State(str(inputs["idProperty"]), outputs)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        app = str(reveal(olds).get("idProperty") or id)
        try:
            found = okta.get(f"/api/v1/apps/{app}/connections/default")
        except OktaError as error:
            raise ProviderError(
                "Error Reading App Connection: Could not read app connection for application "
                f"ID {app}: {error.status_line}"
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
        read = {**read, **_with_secret_token(read)}
        return State(app, {**read, "status": status}, read)

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        if preview:
            return {**news, **_with_secret_token(news), "status": UNKNOWN}
        return self._apply(okta, news, creating=False)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any]) -> None:
        resource.warn(
            "This resource cannot be deleted via Terraform: the connection and its token stay "
            "in Okta as they are."
        )

    def _apply(self, okta: Okta, news: dict[str, Any], *, creating: bool) -> dict[str, Any]:
        inputs = reveal(news)
        app, action, profile = inputs["idProperty"], inputs.get("action"), inputs["profile"]
        path = f"/api/v1/apps/{app}/connections/default"
        try:
            answer = okta.post(path, _body(inputs)) or {}
        except OktaError as error:
            verb = "Creating" if creating else "Updating"
            raise ProviderError(
                f"Error {verb} App Connection: Could not {'create' if creating else 'update'} app "
                f"connection for application ID {app}: {error.status_line}"
            ) from None
        if creating and action == "deactivate":
            # The official plugin sends no lifecycle call here and leaves `status` unknown, which
            # the engine rejects: nothing is recorded although the POST was sent.
            status: Any = UNKNOWN
        else:
            try:
                okta.post(f"{path}/lifecycle/{action}")
            except OktaError as error:
                verb = "Activating" if action == "activate" else "Deactivating"
                raise ProviderError(
                    f"Error {verb} App Connection: Could not create app connection for "
                    f"application ID {app}: {error.status_line}"
                ) from None
            status = LIFECYCLE_STATUS[str(action)]
        scheme = (answer.get("profile") or {}).get("authScheme") or ""
        outputs = {
            "action": action,
            "baseUrl": answer.get("baseUrl") or "",
            "idProperty": app,
            "profile": {**profile, "authScheme": scheme},
        }
        return {**outputs, **_with_secret_token(outputs), "status": status}


def _with_secret_token(properties: dict[str, Any]) -> dict[str, Any]:
    """The profile with its token marked as secret."""
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
