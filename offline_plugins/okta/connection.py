"""app.Connection: the SCIM connection of an app.

It succeeds even if Okta does not support the app: the status is set from the lifecycle call and not
read back, so a connection with the status `UNKNOWN` is recorded as ENABLED
(docs/research/okta-provider.md#connection). A deletion makes no call; the connection stays in Okta.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import unsupported_inputs
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    one_of_failure,
    status_errors,
)
from offline_plugins.property_values import UNKNOWN, Secret, reveal
from offline_plugins.provider import Checked, Failure, Properties, Request, State

SCHEMES = ("TOKEN", "OAUTH2")
PROFILE = frozenset({"authScheme", "clientId", "token"})
LIFECYCLE_STATUS = {"activate": "ENABLED", "deactivate": "DISABLED"}
STATUS_ACTION = {status: action for action, status in LIFECYCLE_STATUS.items()}
ERROR = "Error {} App Connection: Could not {} app connection for application ID {}"


class Connection(FrameworkResource):
    type = "okta:app/connection:Connection"
    inputs = frozenset({"action", "baseUrl", "idProperty", "profile"})
    allowed: ClassVar = {"action": tuple(LIFECYCLE_STATUS)}
    changed_by_update = ("status",)
    left = "the connection and its token"

    def check(self, request: Request) -> Checked:
        news, failures = request.inputs, super().check(request).failures
        profile = reveal(news.get("profile"))
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
                        request.name, "profile.authScheme", "profile.auth_scheme", scheme, SCHEMES
                    )
                )
            failures += unsupported_inputs(self.type, PROFILE, profile, "profile.")
        return Checked({**news, **_with_secret_token(news)}, failures)

    def create(self, okta: Okta, request: Request) -> State:
        inputs, app = request.inputs, request.inputs.get("idProperty")
        if request.preview:
            outputs = {**inputs, **_with_secret_token(inputs), "status": UNKNOWN}
            return State(app if isinstance(app, str) else "", outputs)
        return State(str(app), self._apply(okta, inputs, creating=True))

    def read(self, okta: Okta, request: Request) -> State | None:
        olds = reveal(request.olds)
        app = str(olds.get("idProperty") or request.id)
        with status_errors(ERROR.format("Reading", "read", app)):
            found = okta.get(f"/api/v1/apps/{app}/connections/default")
        profile = dict(olds.get("profile") or {})
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

    def update(self, okta: Okta, request: Request) -> Properties:
        if request.preview:
            inputs = request.inputs
            return {**inputs, **_with_secret_token(inputs), "status": UNKNOWN}
        return self._apply(okta, request.inputs, creating=False)

    def _apply(self, okta: Okta, news: Properties, *, creating: bool) -> Properties:
        inputs = reveal(news)
        app, action, profile = inputs["idProperty"], inputs.get("action"), inputs["profile"]
        path = f"/api/v1/apps/{app}/connections/default"
        verbs = ("Creating", "create") if creating else ("Updating", "update")
        with status_errors(ERROR.format(*verbs, app)):
            answer = okta.post(path, _body(inputs)) or {}
        if creating and action == "deactivate":
            # The official plugin sends no lifecycle call here and leaves `status` unknown, which
            # the engine rejects: nothing is recorded although the POST was sent.
            status: Any = UNKNOWN
        else:
            verb = "Activating" if action == "activate" else "Deactivating"
            with status_errors(ERROR.format(verb, "create", app)):
                okta.post(f"{path}/lifecycle/{action}")
            status = LIFECYCLE_STATUS[str(action)]
        scheme = (answer.get("profile") or {}).get("authScheme") or ""
        outputs = {
            "action": action,
            "baseUrl": answer.get("baseUrl") or "",
            "idProperty": app,
            "profile": {**profile, "authScheme": scheme},
        }
        return {**outputs, **_with_secret_token(outputs), "status": status}


def _with_secret_token(properties: Properties) -> Properties:
    """The profile with its token marked as secret."""
    profile = reveal(properties.get("profile"))
    if not isinstance(profile, dict) or not profile.get("token"):
        return {} if not isinstance(profile, dict) else {"profile": profile}
    return {"profile": {**profile, "token": Secret(profile["token"])}}


def _body(inputs: Properties) -> Properties:
    profile = inputs["profile"]
    is_oauth2 = profile.get("authScheme") == "OAUTH2"
    names = ("authScheme", "clientId" if is_oauth2 else "token")
    sent = {name: profile[name] for name in names if profile.get(name) is not None}
    return {"profile": sent} if is_oauth2 else {"baseUrl": inputs.get("baseUrl"), "profile": sent}
