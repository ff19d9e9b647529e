"""The gate between provisioning and what depends on it.

Owns nothing. On every `up` it reads back whether provisioning is really on, and lets the app id
through only then: Okta's API may answer «200, UNKNOWN» and provision nobody, which leaves a green
stack otherwise. A resource hook would not do: the resource is committed before its hook fails, and
the next run is green. A preview tells and does not fail.
"""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource, ResourceOptions

from components.refusal import Refused


class GateArgs(TypedDict):
    """Inputs of Gate."""

    app_id: Input[str]
    wanted: list[str]
    """The app's features that must be on, e.g. `PUSH_NEW_USERS`."""
    after: Sequence[Resource]
    """What must be in place before the gate asks."""


class Gate(pulumi.ComponentResource):
    """Fails the run with Refused unless the connection is enabled and the features are on."""

    app_id: Output[str]
    """The app's id, for everything that needs provisioning to be on."""

    def __init__(self, name: str, args: GateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:Gate", name, {}, opts)
        app_id = Output.from_input(args["app_id"])
        asking = InvokeOutputOptions(parent=self, depends_on=args["after"])
        connection = okta.app.get_connection_output(id=app_id, opts=asking)
        app = okta.app.get_saml_output(id=app_id, opts=asking)
        self.app_id = Output.all(app_id, connection.status, app.features).apply(
            lambda read: _pass(read[0], read[1] or "", read[2] or [], args["wanted"])
        )
        self.register_outputs({"app_id": self.app_id})


def closed_because(status: str, features: Sequence[str], wanted: Sequence[str]) -> str | None:
    """Why the gate stays closed, or None when it opens."""
    if not status:
        return "Okta did not say whether the app has a provisioning connection (status unknown)."
    if status == "UNKNOWN":
        return (
            "Okta answered UNKNOWN: its public API does not manage the provisioning connection of "
            "this app, and nobody is provisioned. In Okta open the app → Provisioning → "
            "Integration and enable the API integration by hand."
        )
    if status != "ENABLED":
        return f"the provisioning connection is {status}, not ENABLED."
    missing = [feature for feature in wanted if feature not in features]
    if missing:
        return (
            f"{', '.join(missing)} stayed off although the program enables it; the app has "
            f"{', '.join(features) or 'no feature on'}. In Okta look at the app → Provisioning → "
            "To App."
        )
    return None


def _pass(app_id: str, status: str, features: Sequence[str], wanted: Sequence[str]) -> str:
    reason = closed_because(status, features, wanted)
    if reason is None:
        return app_id
    message = f"Provisioning of app {app_id} is not on: {reason}"
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(message)
        return app_id
    raise Refused(f"{message} Nothing was assigned or pushed; run `pulumi up` again once it is on.")
