"""app.FederatedClaim: a claim of an app, in addition to its attribute statements.

Each operation makes one call, and a 404 is always an error
(docs/research/okta-provider.md#federated-claims).
"""

from __future__ import annotations

from offline_plugins.okta.api import Okta
from offline_plugins.okta.terraform_framework import (
    FrameworkResource,
    split_import_id,
    status_errors,
)
from offline_plugins.provider import Properties

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

    def parse_import_id(self, id: str) -> tuple[str, Properties]:
        app, claim = split_import_id(id, "app_id/claim_id")
        return claim, {"appId": app}

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with status_errors(ERROR.format("read", "read")):
            return _outputs(known["appId"], okta.get(_path(known["appId"], id)))

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        with status_errors(ERROR.format("updat", "update")):
            changed = okta.put(_path(planned["appId"], id), _body(planned))
        return _outputs(planned["appId"], changed)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        with status_errors(ERROR.format("delet", "delete")):
            okta.delete(_path(olds["appId"], id))


def _path(app: str, *claim: str) -> str:
    return "/".join((f"/api/v1/apps/{app}/federated-claims", *claim))


def _body(inputs: Properties) -> Properties:
    return {name: inputs[name] for name in ("expression", "name")}


def _outputs(app: str, claim: Properties) -> Properties:
    return {"appId": app, **{name: claim[name] for name in ("expression", "id", "name")}}
