"""What a conflict in AWS means, told beside the provider's own error.

Owns nothing. What exists already and is declared as new, AWS refuses with a conflict that names no
way out. The hook is asked only where a creation has failed; it costs no call before.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ErrorHook, ErrorHookArgs, InvokeOptions, Resource, ResourceHookBinding

from .._lookup_errors import invoke

_LIST = "aws:ssoadmin/getPermissionSets:getPermissionSets"
_GET = "aws:ssoadmin/getPermissionSet:getPermissionSet"
_CONFLICT = ("ConflictException", "already exist")


class ImportHints:
    """Logs how to take over what was in the way. `places`: where each name is declared."""

    def __init__(self, name: str, parent: Resource, places: Mapping[str, str]) -> None:
        self._parent, self._places = parent, places
        self.binding = ResourceHookBinding(on_error=[ErrorHook(name, self.on_error)])

    async def on_error(self, failed: ErrorHookArgs) -> bool:
        """Whether to try again: never."""
        if failed.failed_operation == "create" and _is_conflict(failed.errors):
            inputs: dict[str, Any] = dict(failed.new_inputs or {})
            told = await self._told(inputs["instanceArn"], inputs.get("name"))
            pulumi.log.error(told, self._parent)
        return False

    async def _told(self, instance: str, name: str | None) -> str:
        if name is None:
            return (
                "access_control: attributes for access control are on already in IAM Identity "
                f'Center. Fix: take them over with access_control.import_id: "{instance}", and '
                "declare the attributes that are there, or they are removed."
            )
        place = self._places[name]
        try:
            import_id = f"{await self._arn(instance, name)},{instance}"
        except Exception:  # what could not be created may be unreadable too: told without its ARN
            import_id = f"ARN OF THE SET,{instance}"
        return (
            f"{place}.name: a permission set {name!r} is in IAM Identity Center already. Fix: take "
            f'it over with {place}.import_id: "{import_id}", or take another name.'
        )

    async def _arn(self, instance: str, name: str) -> str:
        for arn in (await self._ask(_LIST, {"instanceArn": instance}))["arns"]:
            found = await self._ask(_GET, {"instanceArn": instance, "arn": arn})
            if found["name"] == name:
                return arn
        raise LookupError(name)

    async def _ask(self, token: str, args: dict[str, str]) -> Any:
        return await invoke(token, args, InvokeOptions(parent=self._parent))


def _is_conflict(errors: list[str]) -> bool:
    return any(word in error for error in errors for word in _CONFLICT)
