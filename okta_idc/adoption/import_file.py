"""The push mappings as a file for `pulumi import`: owned by the stack, without a call to Okta.

The provider's own import leaves the flag unset that keeps a mapping's group in AWS, and the engine
mends that in the same run by setting the mapping ACTIVE, a push of the whole group
(docs/research/okta-provider.md#imported-push-groups). A file that holds the whole state is taken as
it is, without a call (Pulumi 3.276, pkg/cmd/pulumi/operations/import.go, `outputs`); then a later
destroy says `deleteTargetGroup=false`.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from okta_idc.adoption.discovery import Federation
from okta_idc.adoption.draft import Draft
from okta_idc.inventory.model import Json
from okta_idc.settings.models import PushGroup

_TYPE = "okta:index/pushGroup:PushGroup"
_PARENT = (
    "okta-identity-center:index:IdentityCenterFederation$okta-identity-center:index:PushGroups"
    "::identity-center-push"
)
"""What the program calls the component that declares them."""


def import_file(made: Draft, found: Federation, stack: str, project: str) -> Json:
    """The mappings that are ACTIVE; to set another one ACTIVE would push its whole group."""
    resources: list[Json] = []
    for item, group in zip(made.push, found.pushed, strict=True):
        mapping = group.mapping
        if mapping.get("status") == "ACTIVE":
            called = PushGroup.model_validate(item.value).key
            resources.append(_resource(called, str(found.app["id"]), mapping))
    return {
        "nameTable": {"push": f"urn:pulumi:{stack}::{project}::{_PARENT}"},
        "resources": resources,
    }


def _resource(called: str, app: str, mapping: Json) -> Json:
    inputs: dict[str, Any] = {
        "appId": app,
        "sourceGroupId": mapping["sourceGroupId"],
        "deleteTargetGroupOnDestroy": False,
    }
    there = {key: mapping[key] for key in ("id", "status", "targetGroupId")}
    made = {
        "type": _TYPE,
        "name": f"identity-center-push-{called}",
        "id": mapping["id"],
        "parent": "push",
        "inputs": inputs,
        "outputs": inputs | there,
    }
    try:
        return made | {"version": version("pulumi-okta")}
    except PackageNotFoundError:  # the command alone, without the program beside it
        return made
