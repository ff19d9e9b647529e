"""Provisioning: the app's connection to the SCIM endpoint and its features «To App».

For `mode: api` alone; in `mode: console` a person does this, and nothing is declared. Owns the
connection and the provisioning features. Never enables password sync: IAM Identity Center does not
take passwords. Okta may answer 200 and do nothing: a connection that is not really there is refused
before the features, and what depends on provisioning takes its app id from the ProvisioningGate.
"""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions

from .._checks.provisioning_gate import connection_block_reason
from .._errors import ValidationError
from .._lookup_errors import readable

ENABLED, DISABLED = "ENABLED", "DISABLED"


class ProvisioningArgs(TypedDict):
    """Inputs of Provisioning (mode: api)."""

    app_id: Input[str]
    endpoint: Input[str]
    """The Base URL, without a trailing slash."""
    token: Input[str]
    """The SCIM token; becomes a secret whatever it is given as."""
    create_users: NotRequired[bool]
    """Create users of assigned groups in IAM Identity Center. Default: true."""
    update_users: NotRequired[bool]
    """Send changed attributes. Default: true."""
    deactivate_users: NotRequired[bool]
    """Disable users who are unassigned or deactivated. Default: true."""


class Provisioning(pulumi.ComponentResource):
    """The connection with its token, and the features create, update and deactivate users."""

    app_id: Output[str]
    """The app's id, known once both are in place."""

    def __init__(
        self, name: str, args: ProvisioningArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:Provisioning", name, {}, opts)
        self.connection = okta.app.Connection(
            f"{name}-connection",
            id_property=args["app_id"],
            base_url=args["endpoint"],
            action="activate",
            profile=okta.app.ConnectionProfileArgs(
                auth_scheme="TOKEN", token=Output.secret(args["token"])
            ),
            opts=ResourceOptions(parent=self),
        )
        asking = InvokeOutputOptions(parent=self, depends_on=[self.connection])
        connected = readable(okta.app.get_connection_output(id=args["app_id"], opts=asking))
        self.features = okta.app.Features(
            f"{name}-features",
            app_id=Output.all(args["app_id"], connected.status).apply(lambda a: _connected(*a)),
            name="USER_PROVISIONING",
            status=ENABLED,
            capabilities=_capabilities(args),
            opts=ResourceOptions(parent=self, depends_on=[self.connection]),
        )
        self.app_id = self.features.app_id
        self.register_outputs({"app_id": self.app_id})


def _connected(app_id: str, status: str | None) -> str:
    reason = connection_block_reason(status)
    if reason and pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"Provisioning of app {app_id}: {reason}")
    elif reason:
        raise ValidationError(f"Provisioning of app {app_id} cannot be turned on: {reason}")
    return app_id


def _capabilities(args: ProvisioningArgs) -> okta.app.FeaturesCapabilitiesArgs:
    """Every capability is named: what a program leaves out is a difference for ever."""

    def status(on: bool) -> str:
        return ENABLED if on else DISABLED

    return okta.app.FeaturesCapabilitiesArgs(
        create=okta.app.FeaturesCapabilitiesCreateArgs(
            lifecycle_create=okta.app.FeaturesCapabilitiesCreateLifecycleCreateArgs(
                status=status(args.get("create_users", True))
            )
        ),
        update=okta.app.FeaturesCapabilitiesUpdateArgs(
            profile=okta.app.FeaturesCapabilitiesUpdateProfileArgs(
                status=status(args.get("update_users", True))
            ),
            lifecycle_deactivate=okta.app.FeaturesCapabilitiesUpdateLifecycleDeactivateArgs(
                status=status(args.get("deactivate_users", True))
            ),
            password=okta.app.FeaturesCapabilitiesUpdatePasswordArgs(
                status=DISABLED, change="KEEP_EXISTING", seed="RANDOM"
            ),
        ),
    )
