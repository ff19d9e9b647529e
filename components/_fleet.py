"""What a stack of a fleet reads of the others: their outputs, and what they put into AWS.

Everything is looked up by name, so that the stacks can run in any order: what does not exist yet is
unknown in a preview, and an error in an update.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Output, Resource, ResourceOptions

from okta_idc.clients.json_path import Json, get_object
from okta_idc.settings.parts import CORE, stack_name

from ._errors import ValidationError
from ._lookup_errors import invoke
from ._outputs import as_one, unknown


class Stacks:
    """The outputs of the other stacks of a fleet. `core`: name of the core stack."""

    def __init__(self, parent: Resource, core: str) -> None:
        self._parent, self._core = parent, core
        self._known: dict[str, pulumi.StackReference] = {}
        self._outputs: dict[tuple[str, str], Output[Any]] = {}

    def output(self, part: str, key: str) -> Output[Any]:
        """An output of a part's stack; None if it has none yet."""
        if part not in self._known:
            stack = stack_name(self._core, part)
            full = f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
            self._known[part] = pulumi.StackReference(
                stack, stack_name=full, opts=ResourceOptions(parent=self._parent)
            )
        if (part, key) not in self._outputs:
            self._outputs[part, key] = self._known[part].get_output(key)
        return self._outputs[part, key]

    def app_id(self) -> Output[str]:
        """ID of the app in Okta. Without it, unknown in a preview; an update fails with
        ValidationError."""
        message = f"The app in Okta does not exist yet. {self._run(CORE)}"
        return self.output(CORE, "appId").apply(lambda found: _required(found, "", message))

    def permission_set_arns(self, parts: Mapping[str, str]) -> dict[str, Output[str]]:
        """ARNs of permission sets that other stacks manage, by name; `parts`: their parts."""

        def arn(name: str, part: str) -> Output[str]:
            message = f"permission set {name!r} does not exist yet. {self._run(part)}"
            arns = self.output(part, "permissionSetArns")
            path = "account_access.permission_sets"
            return arns.apply(lambda found: _required(get_object(found).get(name), path, message))

        return {name: arn(name, part) for name, part in parts.items()}

    def created_group(self, name: str) -> Output[str]:
        """Okta ID of a push group that the core stack creates. Without it, unknown in a preview;
        an update fails with ValidationError."""
        message = f"the group {name!r} does not exist yet. {self._run(CORE)}"

        def ident(groups: list[Json] | None) -> str:
            found = {each["name"]: each["sourceGroupId"] for each in groups or ()}
            return _required(found.get(name), "push_groups", message)

        return self.output(CORE, "pushGroups").apply(ident)

    def _run(self, part: str) -> str:
        stack = stack_name(self._core, part)
        return f"Run stack {stack} first, or all: okta-idc fleet up --stack {self._core}"


class IdentityStoreGroups:
    """The groups in the Identity Store, also those that other stacks push: one list, read when it
    is first needed."""

    def __init__(self, parent: Resource, identity_store_id: Output[str]) -> None:
        self._parent, self._store = parent, identity_store_id
        self._read: Output[Mapping[str, str]] | None = None

    def ident(self, name: Output[str], given: str | None = None) -> Output[str | None]:
        """The ID of a group by its name in Okta, or the given one; None if AWS has no such
        group."""
        if given:
            return Output.from_input(given)
        if self._read is None:
            self._read = self._store.apply(self._list)
        return Output.all(self._read, name).apply(lambda both: both[0].get(both[1]))

    def required(self, key: str, name: Output[str], given: str | None = None) -> Output[str]:
        """The same. Without it, unknown in a preview; an update fails with ValidationError."""
        message = f"{key!r} is not in IAM Identity Center yet. Run the stack that pushes it first."
        return self.ident(name, given).apply(lambda found: _required(found, "push_groups", message))

    async def _list(self, store: str) -> Mapping[str, str]:
        read = await invoke("aws:identitystore/getGroups", {"identityStoreId": store}, self._parent)
        groups: list[Json] = read.get("groups") or []
        return as_one({each["displayName"]: each["groupId"] for each in groups})


def _required(value: Any, path: str, message: str) -> Any:
    if value is not None:
        return value
    if pulumi.runtime.is_dry_run():
        return unknown()
    raise ValidationError.at(path, message)
