"""The recorded side: resources and pending operations of an exported state."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from okta_idc.clients.json_path import Json, get_list, get_object, get_text

STACK_TYPE = "pulumi:pulumi:Stack"
STASH_TYPE = "pulumi:index:Stash"
"""A value in the state. It has no object in Okta or AWS."""


class InvalidStateError(Exception):
    """The document is not the output of `pulumi stack export`."""


@dataclass(frozen=True)
class Recorded:
    """A resource in the state, or the subject of a pending operation."""

    urn: str
    type: str
    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    deleting: bool = False
    """Replaced, and its deletion is still to come. Its replacement has the same URN."""

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    def text(self, key: str) -> str:
        """An output, or the input of the same name; empty if neither is known."""
        return get_text(self.outputs, key) or get_text(self.inputs, key)


@dataclass(frozen=True)
class Pending:
    """An operation that a run started and did not finish: `creating`, `deleting`, …"""

    operation: str
    resource: Recorded


@dataclass(frozen=True)
class State:
    """The resources in the order in which they were created. `replaced`: those that already have a
    replacement, and whose deletion is pending."""

    stack: str
    project: str
    resources: tuple[Recorded, ...]
    pending: tuple[Pending, ...] = ()
    replaced: tuple[Recorded, ...] = ()

    @classmethod
    def of(cls, document: Json) -> "State":
        """From the output of `pulumi stack export`. Raises InvalidStateError."""
        deployment = document.get("deployment")
        if not isinstance(deployment, dict):
            raise InvalidStateError("it has no `deployment`")
        listed = [_recorded(each) for each in get_list(deployment, "resources")]
        pending = [
            Pending(get_text(each, "type"), _recorded(get_object(each, "resource")))
            for each in get_list(deployment, "pending_operations")
        ]
        urns = [each.urn for each in (*listed, *(each.resource for each in pending)) if each.urn]
        stack, project = urns[0].removeprefix("urn:pulumi:").split("::")[:2] if urns else ("", "")
        current = tuple(each for each in listed if not each.deleting)
        replaced = tuple(each for each in listed if each.deleting)
        return cls(stack, project, current, tuple(pending), replaced)

    @property
    def urns(self) -> frozenset[str]:
        return frozenset(each.urn for each in self.resources)

    @property
    def root(self) -> str:
        """URN of the stack itself."""
        return next((each.urn for each in self.resources if each.type == STACK_TYPE), "")

    def named(self, kind: str) -> list[Recorded]:
        """The resources of a type."""
        return [each for each in self.resources if each.type == kind]


def without(document: Json, replaced: Collection[Recorded]) -> Json:
    """The output of `pulumi stack export` without these replaced resources."""
    dropped = {(each.urn, each.id) for each in replaced}

    def kept(each: Any) -> bool:
        found = _recorded(each)
        return not (found.deleting and (found.urn, found.id) in dropped)

    deployment = get_object(document, "deployment")
    resources = [each for each in get_list(deployment, "resources") if kept(each)]
    return {**document, "deployment": {**deployment, "resources": resources}}


def _recorded(resource: Any) -> Recorded:
    given = cast(Json, resource if isinstance(resource, dict) else {})
    return Recorded(
        urn=get_text(given, "urn"),
        type=get_text(given, "type"),
        id=get_text(given, "id"),
        inputs=get_object(given, "inputs"),
        outputs=get_object(given, "outputs"),
        provider=get_text(given, "provider"),
        dependencies=tuple(map(str, get_list(given, "dependencies"))),
        deleting=given.get("delete") is True,
    )
