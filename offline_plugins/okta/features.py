"""app.Features: the provisioning features (To App) of an app.

Create and update are one PUT of the capabilities; status and description are never
sent. What the program leaves out is filled by Okta and so differs on every `up`:
declare all capabilities and the status (docs/research/okta-provider.md#provisioning-features).
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.framework import compare, one_of, present
from offline_plugins.okta.resource import auto_name
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, ProviderError, Resource, State

NAMES = ("USER_PROVISIONING", "INBOUND_PROVISIONING")


class Features:
    type = "okta:app/features:Features"
    inputs = frozenset({"appId", "capabilities", "description", "name", "status"})

    def check(
        self, at: Resource, news: dict[str, Any], olds: dict[str, Any], seed: bytes
    ) -> Checked:
        name = news.get("name") or auto_name(at, olds, seed)
        inputs = {**news, "name": name}
        failures = []
        if isinstance(name, str) and name not in NAMES:
            failures.append(one_of(at.name, "name", "name", name, NAMES))
        return Checked(inputs, failures)

    def diff(self, id: str, olds: dict[str, Any], news: dict[str, Any]) -> Diff:
        return compare(news, olds, names=sorted(self.inputs), follow=("id",))

    def create(self, okta: Okta, at: Resource, inputs: dict[str, Any], preview: bool) -> State:
        if preview:
            return State("", {**inputs, "id": UNKNOWN})
        outputs = self._declare(okta, inputs)
        return State(outputs["id"], outputs)

    def read(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        inputs: dict[str, Any],
    ) -> State | None:  # fmt: skip
        app, _, name = id.partition("/")
        if not app or not name:
            raise ProviderError(f"Expected import ID format 'app_id/name', got {id!r}")
        outputs = read_feature(okta, app, name, olds.get("description"))
        read = {key: value for key, value in outputs.items() if key != "id"}
        if inputs:
            # Recorded inputs are rewritten to what Okta says; what was never given stays out.
            read = {key: value for key, value in read.items() if key in inputs}
        return State(id, outputs, read)

    def update(
        self, okta: Okta, at: Resource, id: str, olds: dict[str, Any],
        news: dict[str, Any], preview: bool,
    ) -> dict[str, Any]:  # fmt: skip
        if preview:
            return {**news, "id": UNKNOWN}
        return self._declare(okta, news)

    def delete(self, okta: Okta, at: Resource, id: str, olds: dict[str, Any]) -> None:
        at.warn(
            "This resource cannot be deleted via Terraform: the features stay in Okta as they are."
        )

    def _declare(self, okta: Okta, inputs: dict[str, Any]) -> dict[str, Any]:
        app, name = inputs["appId"], inputs["name"]
        try:
            answer = okta.put(
                f"/api/v1/apps/{app}/features/{name}", inputs.get("capabilities") or {}
            )
        except Refused as refused:
            raise ProviderError(
                f"Error creating app features: Could not create app feature, unexpected error: "
                f"{refused.in_short}"
            ) from None
        return _outputs(app, answer, inputs.get("description"))


def read_feature(okta: Okta, app: str, name: str, description: Any) -> dict[str, Any]:
    try:
        found = okta.get(f"/api/v1/apps/{app}/features/{name}")
    except Refused as refused:
        raise ProviderError(
            f"Error reading app features: Could not read app feature, unexpected error: "
            f"{refused.in_short}"
        ) from None
    return _outputs(app, found, description)


def _outputs(app: str, feature: dict[str, Any], description: Any) -> dict[str, Any]:
    name = feature.get("name")
    return present(
        {
            "appId": app,
            "capabilities": feature.get("capabilities"),
            "description": description,
            "id": f"{app}/{name}",
            "name": name,
            "status": feature.get("status"),
        }
    )
