"""app.FederatedClaim: a claim of an app, in addition to its attribute statements.

Each operation makes one call, and a 404 is always an error
(docs/research/okta-provider.md#federated-claims).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import Properties, auto_name
from offline_plugins.okta.terraform_framework import compare_inputs
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, ProviderError, Resource, State


class FederatedClaim:
    type = "okta:app/federatedClaim:FederatedClaim"
    inputs = frozenset({"appId", "expression", "name"})

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        return Checked({**news, "name": news.get("name") or auto_name(resource, olds, seed)})

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        return compare_inputs(news, olds, names=sorted(self.inputs), computed=("id",))

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        if preview:
            return State("", {**inputs, "id": UNKNOWN})
        with _error_context("creating", "create"):
            made = okta.post(_path(inputs["appId"]), _body(inputs))
        return State(made["id"], _outputs(inputs["appId"], made))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        app, claim = (olds["appId"], id) if olds else _parse_import_id(id)
        with _error_context("reading", "read"):
            found = okta.get(f"{_path(app)}/{claim}")
        outputs = _outputs(app, found)
        return State(claim, outputs, {name: outputs[name] for name in sorted(self.inputs)})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        if preview:
            return {**news, "id": UNKNOWN}
        with _error_context("updating", "update"):
            changed = okta.put(f"{_path(news['appId'])}/{id}", _body(news))
        return _outputs(news["appId"], changed)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        with _error_context("deleting", "delete"):
            okta.delete(f"{_path(olds['appId'])}/{id}")


@contextmanager
def _error_context(doing: str, do: str) -> Iterator[None]:
    try:
        yield
    except OktaError as error:
        raise ProviderError(
            f"Error {doing} app federated claim: Could not {do} app federated claim, unexpected "
            f"error: {error.status_line}"
        ) from None


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
