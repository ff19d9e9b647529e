"""The plugin itself: which resources and look-ups it has, and its configuration."""

from __future__ import annotations

from importlib.metadata import version

from offline_plugins.okta import config
from offline_plugins.okta.api import Clock, Okta, Refused
from offline_plugins.okta.app_user import User
from offline_plugins.okta.connection import Connection
from offline_plugins.okta.features import Features
from offline_plugins.okta.federated_claim import FederatedClaim
from offline_plugins.okta.group import Group
from offline_plugins.okta.group_assignment import GroupAssignment
from offline_plugins.okta.group_assignments import AppGroupAssignments
from offline_plugins.okta.group_memberships import GroupMemberships
from offline_plugins.okta.group_rule import Rule
from offline_plugins.okta.invokes import INVOKES
from offline_plugins.okta.profile_mapping import Mapping
from offline_plugins.okta.push_group import PushGroup
from offline_plugins.okta.resource import OktaResource, unsupported
from offline_plugins.okta.saml import Saml
from offline_plugins.okta.signon_policy import AccessPolicyAssignment, AppSignonPolicy
from offline_plugins.provider_server import (
    Checked,
    Diff,
    Failure,
    Properties,
    Provider,
    ProviderError,
    Resource,
    State,
)

RESOURCES: dict[str, OktaResource] = {
    resource.type: resource
    for resource in (
        AccessPolicyAssignment(),
        AppGroupAssignments(),
        AppSignonPolicy(),
        Connection(),
        Features(),
        FederatedClaim(),
        Group(),
        GroupAssignment(),
        GroupMemberships(),
        Mapping(),
        PushGroup(),
        Rule(),
        Saml(),
        User(),
    )
}


class OktaPlugin(Provider):
    name = "okta"
    version = version("pulumi-okta")
    settings = config.SETTINGS

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._configured: Okta | None = None

    def check_config(self, news: Properties, olds: Properties) -> Checked:
        return config.check(news)

    def configure(self, inputs: Properties) -> None:
        okta = Okta(config.address(inputs), config.authorization(inputs), self._clock)
        if config.validates_token(inputs):
            try:
                # Twice, as the real plugin: once with each of two of its clients.
                okta.get("/api/v1/users/me")
                okta.get("/api/v1/users/me")
            except Refused as refused:
                raise config.not_configured(
                    "[ERROR] failed validate configuration: error with v3 SDK client: "
                    f"{refused.in_short}"
                ) from None
        self._configured = okta

    def cancel(self) -> None:
        self._clock.cancel()

    def check(self, at: Resource, news: Properties, olds: Properties, *, seed: bytes) -> Checked:
        resource = self._resource(at.type)
        checked = resource.check(at, news, olds, seed)
        refused = unsupported(resource.type, resource.inputs, news)
        return Checked(checked.inputs, [*refused, *checked.failures])

    def diff(
        self, at: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, ignore_changes: list[str],
    ) -> Diff:  # fmt: skip
        return self._resource(at.type).diff(resource_id, olds, news)

    def create(self, at: Resource, inputs: Properties, *, preview: bool) -> State:
        return self._resource(at.type).create(self._okta, at, inputs, preview)

    def read(
        self, at: Resource, resource_id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        return self._resource(at.type).read(self._okta, at, resource_id, olds, inputs)

    def update(
        self, at: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, *, preview: bool,
    ) -> Properties:  # fmt: skip
        return self._resource(at.type).update(self._okta, at, resource_id, olds, news, preview)

    def delete(
        self, at: Resource, resource_id: str, olds: Properties, old_inputs: Properties
    ) -> None:
        self._resource(at.type).delete(self._okta, at, resource_id, olds)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        look_up = INVOKES.get(token)
        if look_up is None:
            raise ProviderError(self._not_here(token))
        return unsupported(token, look_up.args, args) or look_up.answer(self._okta, args)

    @property
    def _okta(self) -> Okta:
        if self._configured is None:
            raise ProviderError("The Okta provider was not properly configured")
        return self._configured

    def _resource(self, kind: str) -> OktaResource:
        if kind not in RESOURCES:
            raise ProviderError(self._not_here(kind))
        return RESOURCES[kind]

    def _not_here(self, token: str) -> str:
        return (
            f"{token} is not in the replacement Okta plugin, which only knows what the sandbox "
            "needs (docs/reference/offline-plugins.md). Fix: install the real one: pulumi plugin "
            f"install resource okta {self.version}"
        )
