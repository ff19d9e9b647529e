"""Writes files for `pulumi import`, which records existing objects in the state.

A push mapping comes with its whole state: the provider's own import does not set the flag that
keeps a mapping's group in AWS. In the same run the engine then sets the mapping to ACTIVE, which
pushes the whole group (docs/research/okta-provider.md#imported-push-groups). With the complete
state, Pulumi makes no call (Pulumi 3.276, pkg/cmd/pulumi/operations/import.go, `outputs`), and a
later destroy passes `deleteTargetGroup=false`.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from okta_idc.clients.json_path import Json, get_text
from okta_idc.recovery.differences import Difference
from okta_idc.recovery.kinds import PUSH_MAPPING
from okta_idc.recovery.state import State


def mapping_resource(name: str, app: str, mapping: Json) -> Json:
    """A push mapping with its whole state. Its parent has the name `push` in the file."""
    inputs: dict[str, Any] = {
        "appId": app,
        "sourceGroupId": mapping["sourceGroupId"],
        "deleteTargetGroupOnDestroy": False,
    }
    known = {key: mapping[key] for key in ("id", "status", "targetGroupId") if key in mapping}
    return {
        "type": PUSH_MAPPING,
        "name": name,
        "id": mapping["id"],
        "parent": "push",
        "inputs": inputs,
        "outputs": inputs | known,
    } | _version("okta")


def import_file(differences: Sequence[Difference], state: State) -> Json:
    """The document that imports what is not recorded, with the providers of the state."""
    table: dict[str, str] = {}
    resources: list[Json] = []
    for each in differences:
        if each.found is None:
            continue
        name, parent = each.urn.rpartition("::")[2], each.parent.rpartition("::")[2]
        table[parent] = each.parent
        if each.kind == PUSH_MAPPING:
            resource = mapping_resource(name, each.found.document["appId"], each.found.document)
        else:
            resource = {"type": each.kind, "name": name, "id": each.found.import_id}
        resource["parent"] = parent
        resources.append(resource | _provider(each.kind.partition(":")[0], state, table))
    return {"nameTable": table, "resources": resources}


def _provider(package: str, state: State, table: dict[str, str]) -> Json:
    """The provider of the package's resources in the state: by version if it is the default."""
    for resource in state.resources:
        if resource.type.startswith(f"{package}:") and resource.provider:
            urn = resource.provider.rpartition("::")[0]
            name = urn.rpartition("::")[2]
            if not name.startswith("default"):
                table[name] = urn
                return {"provider": name}
    for provider in state.named(f"pulumi:providers:{package}"):
        if provider.name.startswith("default") and (found := get_text(provider.inputs, "version")):
            return {"version": found}
    return _version(package)


def _version(package: str) -> Json:
    try:
        return {"version": version(f"pulumi-{package}")}
    except PackageNotFoundError:  # the command line is installed without the components
        return {}
