"""app.Connection: the SCIM connection of an app.

It succeeds even if Okta does not support the app: the status is set from the lifecycle call and not
read back, so a connection with the status `UNKNOWN` is recorded as ENABLED
(docs/research/okta-provider.md#connection). A deletion makes no call; the connection stays in Okta.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties, unsupported_inputs
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    compare_inputs,
    one_of_failure,
    status_errors,
)
from offline_plugins.provider_server import (
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    Resource,
    Secret,
    State,
    reveal,
)

ACTIONS = ("activate", "deactivate")
SCHEMES = ("TOKEN", "OAUTH2")
PROFILE = frozenset({"authScheme", "clientId", "token"})
LIFECYCLE_STATUS = {"activate": "ENABLED", "deactivate": "DISABLED"}
STATUS_ACTION = {status: action for action, status in LIFECYCLE_STATUS.items()}
ERROR = "Error {} App Connection: Could not {} app connection for application ID {}"


class Connection(FrameworkResource):
    type = "okta:app/connection:Connection"
    inputs = frozenset({"action", "baseUrl", "idProperty", "profile"})
    allowed: ClassVar = {"action": ACTIONS}

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        failures = super().check(resource, news, olds, seed).failures
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
                        resource.name, "profile.authScheme", "profile.auth_scheme", scheme, SCHEMES
                    )
                )
            failures += unsupported_inputs(self.type, PROFILE, profile, "profile.")
        return Checked({**news, **_with_secret_token(news)}, failures)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        planned, recorded = reveal(news), reveal(olds)
        return compare_inputs(planned, recorded, names=sorted(self.inputs), computed=("status",))

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        if preview:
            app = inputs.get("idProperty")
            outputs = {**inputs, **_with_secret_token(inputs), "status": UNKNOWN}
            return State(app if isinstance(app, str) else "", outputs)
        outputs = self._apply(okta, inputs, creating=True)
        return State(str(inputs["idProperty"]), outputs)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties,
        inputs: Properties,
    ) -> State | None:  # fmt: skip
        app = str(reveal(olds).get("idProperty") or id)
        with status_errors(ERROR.format("Reading", "read", app)):
            found = okta.get(f"/api/v1/apps/{app}/connections/default")
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
        self, okta: Okta, resource: Resource, id: str, olds: Properties,
        news: Properties, preview: bool,
    ) -> Properties:  # fmt: skip
        if preview:
            return {**news, **_with_secret_token(news), "status": UNKNOWN}
        return self._apply(okta, news, creating=False)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        resource.warn(
            "This resource cannot be deleted via Terraform: the connection and its token stay "
            "in Okta as they are."
        )

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
