"""app.Features: the provisioning features (To App) of an app.

Create and update are one PUT of the capabilities; status and description are never sent. Okta fills
in what the program omits, which then differs on every `up`: declare all capabilities and the status
(docs/research/okta-provider.md#provisioning-features).
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    status_errors,
    without_nulls,
)
from offline_plugins.provider_server import ProviderError, Resource, State

ERROR = "Error {0}ing app features: Could not {1} app feature, unexpected error"


class Features(FrameworkResource):
    type = "okta:app/features:Features"
    inputs = frozenset({"appId", "capabilities", "description", "name", "status"})
    changed_by_update = ("id",)
    has_automatic_name = True
    allowed: ClassVar = {"name": ("USER_PROVISIONING", "INBOUND_PROVISIONING")}

    def make(self, okta: Okta, planned: Properties) -> Properties:
        app, name = planned["appId"], planned["name"]
        with status_errors(ERROR.format("creat", "create")):
            path = f"/api/v1/apps/{app}/features/{name}"
            answer = okta.put(path, planned.get("capabilities") or {})
        return _outputs(app, answer, planned.get("description"))

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        return self.make(okta, planned)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        app, _, name = id.partition("/")
        if not app or not name:
            raise ProviderError(f"Expected import ID format 'app_id/name', got {id!r}")
        outputs = read_feature(okta, app, name, olds.get("description"))
        read = {key: value for key, value in outputs.items() if key != "id"}
        if inputs:
            # A refresh updates the recorded inputs and adds none.
            read = {key: value for key, value in read.items() if key in inputs}
        return State(id, outputs, read)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        resource.warn(
            "This resource cannot be deleted via Terraform: the features stay in Okta as they are."
        )


def read_feature(okta: Okta, app: str, name: str, description: Any) -> Properties:
    """The outputs of one feature."""
    with status_errors(ERROR.format("read", "read")):
        found = okta.get(f"/api/v1/apps/{app}/features/{name}")
    return _outputs(app, found, description)


def _outputs(app: str, feature: Properties, description: Any) -> Properties:
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
