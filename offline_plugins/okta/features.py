"""app.Features: the provisioning features (To App) of an app.

Create and update are one PUT of the capabilities; status and description are never sent. Okta fills
in what the program omits, which then differs on every `up`: declare all capabilities and the status
(docs/research/okta-provider.md#provisioning-features).
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    split_import_id,
    status_errors,
    without_nulls,
)
from offline_plugins.provider import Properties

ERROR = "Error {0}ing app features: Could not {1} app feature, unexpected error"


class Features(FrameworkResource):
    type = "okta:app/features:Features"
    inputs = frozenset({"appId", "capabilities", "description", "name", "status"})
    changed_by_update = ("id",)
    has_automatic_name = True
    allowed: ClassVar = {"name": ("USER_PROVISIONING", "INBOUND_PROVISIONING")}
    left = "the features"

    def make(self, okta: Okta, planned: Properties) -> Properties:
        app, name = planned["appId"], planned["name"]
        with status_errors(ERROR.format("creat", "create")):
            path = f"/api/v1/apps/{app}/features/{name}"
            answer = okta.put(path, planned.get("capabilities") or {})
        return _outputs(app, answer, planned.get("description"))

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        return read_feature(okta, *split_import_id(id, "app_id/name"), known.get("description"))


def read_feature(okta: Okta, app: str, name: str, description: Any) -> Properties:
    """The outputs of one feature."""
    with status_errors(ERROR.format("read", "read")):
        found = okta.get(f"/api/v1/apps/{app}/features/{name}")
    return _outputs(app, found, description)


def _outputs(app: str, feature: Properties, description: Any) -> Properties:
    read = {name: feature.get(name) for name in ("capabilities", "name", "status")}
    own = {"appId": app, "description": description, "id": f"{app}/{feature.get('name')}"}
    return without_nulls({**own, **read})
