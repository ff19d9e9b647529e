"""app.Features: the provisioning features (To App) of an app.

Create and update are one PUT of the capabilities; status and description are never sent. Okta fills
in what the program omits, which then differs on every `up`: declare all capabilities and the status
(docs/research/okta-provider.md#provisioning-features).
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import auto_name
from offline_plugins.okta.terraform_framework import compare_inputs, one_of_failure, without_nulls
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, ProviderError, Resource, State

NAMES = ("USER_PROVISIONING", "INBOUND_PROVISIONING")


class Features:
    type = "okta:app/features:Features"
    inputs = frozenset({"appId", "capabilities", "description", "name", "status"})

    def check(
        self, resource: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        name = news.get("name") or auto_name(resource, olds, seed)
        inputs = {**news, "name": name}
        failures = []
        if isinstance(name, str) and name not in NAMES:
            failures.append(one_of_failure(resource.name, "name", "name", name, NAMES))
        return Checked(inputs, failures)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        return compare_inputs(news, olds, names=sorted(self.inputs), computed=("id",))

    def create(
        self, okta: Okta, resource: Resource, inputs: dict[str, Any], preview: bool
    ) -> State:
        if preview:
            return State("", {**inputs, "id": UNKNOWN})
        outputs = self._apply(okta, inputs)
        return State(outputs["id"], outputs)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        app, _, name = id.partition("/")
        if not app or not name:
            raise ProviderError(f"Expected import ID format 'app_id/name', got {id!r}")
        outputs = read_feature(okta, app, name, olds.get("description"))
        read = {key: value for key, value in outputs.items() if key != "id"}
        if inputs:
            # A refresh updates the recorded inputs and adds none.
            read = {key: value for key, value in read.items() if key in inputs}
        return State(id, outputs, read)

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        if preview:
            return {**news, "id": UNKNOWN}
        return self._apply(okta, news)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: dict[str, Any]) -> None:
        resource.warn(
            "This resource cannot be deleted via Terraform: the features stay in Okta as they are."
        )

    def _apply(self, okta: Okta, inputs: dict[str, Any]) -> dict[str, Any]:
        app, name = inputs["appId"], inputs["name"]
        try:
            answer = okta.put(
                f"/api/v1/apps/{app}/features/{name}", inputs.get("capabilities") or {}
            )
        except OktaError as error:
            raise ProviderError(
                f"Error creating app features: Could not create app feature, unexpected error: "
                f"{error.status_line}"
            ) from None
        return _outputs(app, answer, inputs.get("description"))


def read_feature(okta: Okta, app: str, name: str, description: Any) -> dict[str, Any]:
    """The outputs of one feature."""
    try:
        found = okta.get(f"/api/v1/apps/{app}/features/{name}")
    except OktaError as error:
        raise ProviderError(
            f"Error reading app features: Could not read app feature, unexpected error: "
            f"{error.status_line}"
        ) from None
    return _outputs(app, found, description)


def _outputs(app: str, feature: dict[str, Any], description: Any) -> dict[str, Any]:
    name = feature.get("name")
    return without_nulls(
        {
            "appId": app,
            "capabilities": feature.get("capabilities"),
            "description": description,
            "id": f"{app}/{name}",
            "name": name,
            "status": feature.get("status"),
        }
    )
