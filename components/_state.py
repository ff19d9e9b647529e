"""What earlier runs recorded in the stack's state. Reading it makes no call to Okta or AWS.

Without it, a run cannot tell its own changes from changes by others: a group that it stops pushing
looks unmanaged, and a renamed group looks like another one.
"""

import asyncio
import functools
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import pulumi
from pulumi import InvokeOptions, Output, Resource

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.fleet.resources import (
    ACCOUNT_ACCESS,
    ACCOUNT_ASSIGNMENT,
    APPLICATION_ASSIGNMENT,
    BOUNDARY,
    CUSTOMER_POLICY,
    INLINE_POLICY,
    MANAGED_POLICY,
    PERMISSION_SET,
    PUSH_MAPPING,
)

_READ = "pulumi:pulumi:readStackResourceOutputs"
Outputs = Mapping[str, Any]

CONNECTION = "okta:app/connection:Connection"
SAML_APP = "okta:app/saml:Saml"
GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
GROUP_RULE = "okta:group/rule:Rule"
PUSH_GROUPS = "okta-identity-center:index:PushGroups"
USER_ASSIGNMENT = "okta:app/user:User"
CONTROL_ATTRIBUTES = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
_TYPES = frozenset({
    SAML_APP, GROUP_ASSIGNMENT, GROUP_RULE, PUSH_GROUPS, PUSH_MAPPING, USER_ASSIGNMENT,
    ACCOUNT_ACCESS, ACCOUNT_ASSIGNMENT, APPLICATION_ASSIGNMENT, PERMISSION_SET, MANAGED_POLICY,
    CUSTOMER_POLICY, INLINE_POLICY, BOUNDARY, CONTROL_ATTRIBUTES,
})  # fmt: skip
"""The types that are compared; no other type is kept. None has a secret output, unless the settings
of a permission set contain a secret: never log them."""


@dataclass(frozen=True)
class Names:
    """What the names of a federation's resources are or begin with."""

    app: str
    assignments: str
    pushes: str

    @classmethod
    def of(cls, federation: str) -> Self:
        return cls(f"{federation}-app-saml", f"{federation}-assign-", f"{federation}-push-")


@dataclass(frozen=True, eq=False)
class State:
    """Outputs of the recorded resources, by type and name."""

    by_type: Mapping[str, Mapping[str, Outputs]]
    urns: Mapping[tuple[str, str], str]
    """URN by type and name."""

    def of_type(self, kind: str, prefix: str) -> dict[str, Outputs]:
        """Outputs of each resource of a type, by its name without the prefix `NAME-`."""
        found = self.by_type.get(kind, {})
        return {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix)}

    @functools.cache  # noqa: B019 — one state in a run
    def _index(self, kind: str, fields: tuple[str, ...]) -> dict[tuple[Any, ...], list[str]]:
        index: dict[tuple[Any, ...], list[str]] = {}
        for name, outputs in self.by_type.get(kind, {}).items():
            index.setdefault(tuple(outputs.get(field) for field in fields), []).append(name)
        return index

    def names(self, kind: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> list[str]:
        """Names of the resources of a type whose outputs have these values."""
        return self._index(kind, fields).get(values, [])

    def one(self, kind: str, name: str) -> Outputs:
        """Outputs of one resource; empty if the state does not have it."""
        return self.by_type.get(kind, {}).get(name, {})


EMPTY = State({}, {})
_PAUSES = (0.1, 0.3, 1.0, 0.0)
"""Seconds after each failed read. While the engine writes the state to a folder, another process
can find it incomplete: the metadata beside it is not replaced at once."""


_reads: "weakref.WeakKeyDictionary[Any, asyncio.Task[State | None]]" = weakref.WeakKeyDictionary()
"""The read of each run, by its connection to the engine."""


def read_state(parent: Resource) -> Output[State | None]:
    """The state before this run changed anything; None if the engine does not return it.

    The first call in a run reads it, so a component calls it before it declares resources.
    """
    monitor = pulumi.runtime.settings.get_monitor()
    if monitor not in _reads:
        _reads[monitor] = asyncio.ensure_future(_read(parent))
    return Output.from_input(_reads[monitor])


def read_state_now(parent: Resource) -> State | None:
    """As `read_state`, for what a constructor decides before it declares anything."""
    monitor = pulumi.runtime.settings.get_monitor()
    known = _reads.get(monitor)
    if known is not None and known.done():
        return known.result()
    state = None
    for pause in _PAUSES:
        try:
            read = pulumi.runtime.invoke(_READ, _stack(), InvokeOptions(parent=parent)).value
        except Exception as error:  # of any kind, as in `_read`
            _unread(parent, error)
            time.sleep(pause)
        else:
            state = _state(read)
            break
    if known is None:
        _reads[monitor] = asyncio.ensure_future(_known(state))
    return state


async def _known(state: State | None) -> State | None:
    return state


async def _read(parent: Resource) -> State | None:
    for pause in _PAUSES:
        try:
            opts = InvokeOptions(parent=parent)
            read: Any = await pulumi.runtime.invoke_async(_READ, _stack(), opts)
        except Exception as error:  # of any kind: the run continues without the comparison
            _unread(parent, error)
            await asyncio.sleep(pause)
        else:
            return _state(read)
    return None


def _stack() -> dict[str, str]:
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    return {"stackName": name}


def _unread(parent: Resource, error: Exception) -> None:
    pulumi.log.debug(f"cannot read the stack's state: {type(error).__name__}", parent)


def _state(read: Any) -> State:
    found: dict[str, dict[str, Outputs]] = {}
    urns: dict[tuple[str, str], str] = {}
    resources = cast(dict[str, dict[str, Any]], get_object(read, "outputs"))
    for urn, resource in resources.items():
        types, _, name = urn.split("::", 2)[2].partition("::")
        if (kind := types.rpartition("$")[2]) in _TYPES:
            found.setdefault(kind, {})[name] = resource.get("outputs") or {}
            urns[kind, name] = urn
        elif kind == CONNECTION:  # its profile has the token
            base_url = get_text(resource, "outputs", "baseUrl")
            found.setdefault(kind, {})[name] = {"baseUrl": base_url}
    return State(found, urns)
