"""Import IDs for resources that exist in AWS already.

AWS answers the creation of an existing resource with a conflict that names no remedy. The error
hook adds the import ID. It makes calls only after a failed creation.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ErrorHook, ErrorHookArgs, Resource, ResourceHookBinding

from .._lookup_errors import invoke

_LIST, _GET = "aws:ssoadmin/getPermissionSets", "aws:ssoadmin/getPermissionSet"
_CONFLICT = ("ConflictException", "already exist")


class ImportHints:
    """Logs how to import the resource that caused a conflict. `paths`: argument paths by name."""

    def __init__(self, name: str, parent: Resource, paths: Mapping[str, str]) -> None:
        self._parent, self._paths = parent, paths
        self.binding = ResourceHookBinding(on_error=[ErrorHook(name, self.on_error)])

    async def on_error(self, failed: ErrorHookArgs) -> bool:
        """Returns whether to retry: never."""
        conflict = any(word in error for error in failed.errors for word in _CONFLICT)
        if failed.failed_operation == "create" and conflict:
            inputs: dict[str, Any] = dict(failed.new_inputs or {})
            hint = await self._hint(inputs["instanceArn"], inputs.get("name"))
            pulumi.log.error(hint, self._parent)
        return False

    async def _hint(self, instance: str, name: str | None) -> str:
        if name is None:
            return (
                "access_control_attributes: attributes for access control are already on in IAM "
                "Identity Center. Import them with access_control_attributes.import_id: "
                f'"{instance}", and declare the existing attributes; others are removed.'
            )
        path = self._paths[name]
        try:
            import_id = f"{await self._arn(instance, name)},{instance}"
        except Exception:  # the credentials may not allow reading it
            import_id = f"PERMISSION_SET_ARN,{instance}"
        return (
            f"{path}.name: IAM Identity Center already has a permission set {name!r}. "
            f'Import it with {path}.import_id: "{import_id}", or use another name.'
        )

    async def _arn(self, instance: str, name: str) -> str:
        for arn in (await invoke(_LIST, {"instanceArn": instance}, self._parent))["arns"]:
            found = await invoke(_GET, {"instanceArn": instance, "arn": arn}, self._parent)
            if found["name"] == name:
                return arn
        raise LookupError(name)
