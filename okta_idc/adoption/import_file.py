"""Writes a file for `pulumi import`: imports the push mappings without a call to Okta."""

from okta_idc.adoption.discovery import Federation
from okta_idc.adoption.draft import Draft
from okta_idc.inventory.model import Json
from okta_idc.recovery.import_file import mapping_resource
from okta_idc.settings.models import PushGroup

_PARENT = (
    "okta-identity-center:index:IdentityCenterFederation$okta-identity-center:index:PushGroups"
    "::identity-center-push"
)
"""The component that declares the push mappings."""


def import_file(draft: Draft, found: Federation, stack: str, project: str) -> Json:
    """The document. It has only active mappings: an import would activate others, which pushes
    their whole groups."""
    resources = [
        mapping_resource(
            f"identity-center-push-{PushGroup.model_validate(item.value).key}",
            str(found.app["id"]),
            group.mapping,
        )
        for item, group in zip(draft.push_groups, found.pushed, strict=True)
        if group.mapping.get("status") == "ACTIVE"
    ]
    parent = {"push": f"urn:pulumi:{stack}::{project}::{_PARENT}"}
    return {"nameTable": parent, "resources": resources}
