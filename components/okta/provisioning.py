"""Provisioning: the app's connection to the SCIM endpoint and its features under "To App".

For `provisioning.mode: api` only; in mode `console`, an administrator sets it up in Okta. Never
enables password sync, which IAM Identity Center does not accept. Okta may answer 200 and do
nothing, so the component reads the connection back before it declares the features.
"""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions

from okta_idc.rules import app_drift

from .._args import check_args
from .._errors import ValidationError, summary
from .._lookup_errors import invoke, readable
from .._options import child_of
from .._state import CONNECTION, EMPTY, State, read_state

ENABLED, DISABLED = "ENABLED", "DISABLED"


class ProvisioningFeatures(TypedDict):
    create_users: NotRequired[bool]
    update_user_attributes: NotRequired[bool]
    deactivate_users: NotRequired[bool]


class ProvisioningArgs(ProvisioningFeatures):
    app_id: Input[str]
    """ID of the app in Okta."""
    endpoint: Input[str]
    """SCIM endpoint, the Base URL in Okta, without a trailing slash."""
    token: Input[str]
    """SCIM access token; always stored as a secret."""


class Provisioning(pulumi.ComponentResource):
    """The connection with its token, and the provisioning features."""

    app_id: Output[str]
    """ID of the app, known once connection and features are in place."""

    def __init__(
        self, name: str, args: ProvisioningArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:Provisioning", name, {}, opts)
        check_args(ProvisioningArgs, args)
        known = Output.all(args["endpoint"], args["app_id"], read_state(self))
        self.connection = okta.app.Connection(
            f"{name}-connection",
            id_property=args["app_id"],
            base_url=known.apply(lambda a: self._endpoint(f"{name}-connection", *a)),
            action="activate",
            profile={"auth_scheme": "TOKEN", "token": Output.secret(args["token"])},
            opts=child_of(self, opts),
        )
        reading = InvokeOutputOptions(parent=self, depends_on=[self.connection])
        connected = readable(okta.app.get_connection_output(id=args["app_id"], opts=reading))
        connected_id = Output.all(args["app_id"], connected.status).apply(lambda a: _connected(*a))
        if pulumi.runtime.is_dry_run():  # a preview would not know the ID of a new connection's app
            connected_id = Output.from_input(args["app_id"])
        self.features = okta.app.Features(
            f"{name}-features",
            app_id=connected_id,
            name="USER_PROVISIONING",
            status=ENABLED,
            capabilities=_capabilities(args),
            opts=child_of(self, opts, ResourceOptions(depends_on=[self.connection])),
        )
        self.app_id = self.features.app_id
        self.register_outputs({"app_id": self.app_id})

    async def _endpoint(self, name: str, endpoint: str, app_id: str, state: State | None) -> str:
        """The endpoint. If Okta's API does not manage the connection, the provider recorded it
        without an address and would send it again in each run. This run reads it once instead, and
        raises ValidationError (OIC-610)."""
        recorded = (state or EMPTY).one(CONNECTION, name)
        if recorded.get("baseUrl") == "" and not pulumi.runtime.is_dry_run():
            read = await invoke("okta:app/getConnection", {"id": app_id}, self)
            if read.get("status") == "UNKNOWN":
                _connected(app_id, "UNKNOWN")
        return endpoint


def _connected(app_id: str, status: str | None) -> str:
    """The app's ID, if the connection is enabled (OIC-610, OIC-611)."""
    reason = (
        summary(app_drift.connection_known(status) + app_drift.connection_enabled(status))
        if status
        else "Okta did not report whether the app has a provisioning connection (status unknown). "
        "Open the app → Provisioning → Integration, or set provisioning.mode to console."
    )
    if reason and pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"Provisioning of app {app_id}: {reason}")
    elif reason:
        message = f"Provisioning of app {app_id} cannot be turned on: {reason}"
        raise ValidationError.at("", message)
    return app_id


def _capabilities(args: ProvisioningArgs) -> okta.app.FeaturesCapabilitiesArgsDict:
    """Every capability, since an omitted one is a perpetual diff."""
    status = {True: ENABLED, False: DISABLED}
    return {
        "create": {"lifecycle_create": {"status": status[args.get("create_users", True)]}},
        "update": {
            "profile": {"status": status[args.get("update_user_attributes", True)]},
            "lifecycle_deactivate": {"status": status[args.get("deactivate_users", True)]},
            "password": {"status": DISABLED, "change": "KEEP_EXISTING", "seed": "RANDOM"},
        },
    }
