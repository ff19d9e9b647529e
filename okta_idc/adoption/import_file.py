"""Writes a file for `pulumi import`: imports the push mappings without a call to Okta.

The provider's own import does not set the flag that keeps a mapping's group in AWS. In the same run
the engine then sets the mapping to ACTIVE, which pushes the whole group
(docs/research/okta-provider.md#imported-push-groups). If the file has the complete state, Pulumi
uses it without a call (Pulumi 3.276, pkg/cmd/pulumi/operations/import.go, `outputs`), and a later
destroy passes `deleteTargetGroup=false`.
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
"""The component that declares the push mappings."""


def import_file(draft: Draft, found: Federation, stack: str, project: str) -> Json:
    """The document. It has only active mappings: an import would activate others, which pushes
    their whole groups."""
    resources = [
        _resource(PushGroup.model_validate(item.value).key, str(found.app["id"]), group.mapping)
        for item, group in zip(draft.push_groups, found.pushed, strict=True)
        if group.mapping.get("status") == "ACTIVE"
    ]
    parent = {"push": f"urn:pulumi:{stack}::{project}::{_PARENT}"}
    return {"nameTable": parent, "resources": resources}


def _resource(key: str, app: str, mapping: Json) -> Json:
    inputs: dict[str, Any] = {
        "appId": app,
        "sourceGroupId": mapping["sourceGroupId"],
        "deleteTargetGroupOnDestroy": False,
    }
    resource = {
        "type": _TYPE,
        "name": f"identity-center-push-{key}",
        "id": mapping["id"],
        "parent": "push",
        "inputs": inputs,
        "outputs": inputs | {key: mapping[key] for key in ("id", "status", "targetGroupId")},
    }
    try:
        return resource | {"version": version("pulumi-okta")}
    except PackageNotFoundError:  # the command line is installed without the components
        return resource
