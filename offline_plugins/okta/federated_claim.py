"""app.FederatedClaim: a claim of an app, in addition to its attribute statements.

Each operation makes one call, and a 404 is always an error
(docs/research/okta-provider.md#federated-claims).
"""

from __future__ import annotations

from offline_plugins.okta.api import Okta
from offline_plugins.okta.resource import Properties
from offline_plugins.okta.terraform_framework import FrameworkResource, status_errors
from offline_plugins.provider_server import ProviderError, Resource, State

ERROR = "Error {0}ing app federated claim: Could not {1} app federated claim, unexpected error"


class FederatedClaim(FrameworkResource):
    type = "okta:app/federatedClaim:FederatedClaim"
    inputs = frozenset({"appId", "expression", "name"})
    changed_by_update = ("id",)
    has_automatic_name = True

    def make(self, okta: Okta, planned: Properties) -> Properties:
        with status_errors(ERROR.format("creat", "create")):
            made = okta.post(_path(planned["appId"]), _body(planned))
        return _outputs(planned["appId"], made)

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        app, claim = (olds["appId"], id) if olds else _parse_import_id(id)
        with status_errors(ERROR.format("read", "read")):
            found = okta.get(f"{_path(app)}/{claim}")
        outputs = _outputs(app, found)
        return State(claim, outputs, {name: outputs[name] for name in sorted(self.inputs)})

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        with status_errors(ERROR.format("updat", "update")):
            changed = okta.put(f"{_path(planned['appId'])}/{id}", _body(planned))
        return _outputs(planned["appId"], changed)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with status_errors(ERROR.format("delet", "delete")):
            okta.delete(f"{_path(olds['appId'])}/{id}")


def _parse_import_id(id: str) -> tuple[str, str]:
    app, _, claim = id.partition("/")
    if not app or not claim:
        raise ProviderError(f"Expected import ID format 'app_id/claim_id', got '{id}'")
    return app, claim


def _path(app: str) -> str:
    return f"/api/v1/apps/{app}/federated-claims"


def _body(inputs: Properties) -> Properties:
    return {"expression": inputs["expression"], "name": inputs["name"]}


def _outputs(app: str, claim: Properties) -> Properties:
    return {
        "appId": app, "expression": claim["expression"], "id": claim["id"], "name": claim["name"],
    }  # fmt: skip
