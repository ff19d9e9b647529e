"""The replacement Okta plugin: its configuration, resource types and lookups."""

from __future__ import annotations

from importlib.metadata import version

from offline_plugins.okta import config
from offline_plugins.okta.api import Clock, Okta, OktaError
from offline_plugins.okta.app_user import User
from offline_plugins.okta.connection import Connection
from offline_plugins.okta.features import Features
from offline_plugins.okta.federated_claim import FederatedClaim
from offline_plugins.okta.group import Group
from offline_plugins.okta.group_assignment import GroupAssignment
from offline_plugins.okta.group_assignments import AppGroupAssignments
from offline_plugins.okta.group_memberships import GroupMemberships
from offline_plugins.okta.group_rule import Rule
from offline_plugins.okta.lookups import LOOK_UPS
from offline_plugins.okta.profile_mapping import Mapping
from offline_plugins.okta.push_group import PushGroup
from offline_plugins.okta.resource import OktaResource, unsupported_inputs
from offline_plugins.okta.saml_app import Saml
from offline_plugins.okta.signon_policy import AccessPolicyAssignment, AppSignonPolicy
from offline_plugins.provider import Checked, Properties, Provider, Request

RESOURCES: dict[str, OktaResource] = {
    resource_type.type: resource_type
    for resource_type in (
        AccessPolicyAssignment(), AppGroupAssignments(), AppSignonPolicy(), Connection(),
        Features(), FederatedClaim(), Group(), GroupAssignment(), GroupMemberships(), Mapping(),
        PushGroup(), Rule(), Saml(), User(),
    )
}  # fmt: skip


class OktaPlugin(Provider[Okta]):
    """The resource types and lookups of pulumi-okta that this kit uses."""

    name = "okta"
    title = "Okta"
    version = version("pulumi-okta")
    settings = config.SETTINGS
    not_configured = "The Okta provider was not properly configured"

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(RESOURCES, LOOK_UPS)
        self._clock = clock or Clock()

    def check_config(self, news: Properties) -> Checked:
        return Checked(super().check_config(news).inputs, config.conflicts(news))

    def configure(self, inputs: Properties) -> None:
        okta = Okta(config.address(inputs), config.authorization(inputs), self._clock)
        if config.validates_token(inputs):
            try:
                # The official plugin validates the token with two of its clients.
                okta.get("/api/v1/users/me")
                okta.get("/api/v1/users/me")
            except OktaError as error:
                raise config.not_configured(
                    "[ERROR] failed validate configuration: error with v3 SDK client: "
                    f"{error.status_line}"
                ) from None
        self.api = okta

    def cancel(self) -> None:
        self._clock.cancel()

    def check(self, request: Request) -> Checked:
        checked = super().check(request)
        supported = RESOURCES[request.type].inputs
        unsupported = unsupported_inputs(request.type, supported, request.inputs)
        return Checked(checked.inputs, [*unsupported, *checked.failures])
