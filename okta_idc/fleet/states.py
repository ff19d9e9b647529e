"""Moves resources between exported states: the documents of `pulumi stack export`.

`pulumi state move` is not used: it attaches what it moves to the root stack, so that the URN loses
the types of its components, and the next update would delete the resource and create it again.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from okta_idc.clients.json_path import Json, get_list, get_object, get_text
from okta_idc.fleet.resources import Recorded

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_TYPE = "pulumi:providers:"
_OF_PULUMI = "pulumi:"
"""How types begin that have no object in Okta or AWS: providers, values, references to stacks."""
_CIPHERTEXT = '"ciphertext"'


class MoveError(Exception):
    """A resource cannot be moved. The text says why."""


@dataclass(frozen=True)
class Move:
    """A resource that another stack of the fleet must have. `is_copied`: an earlier move was
    interrupted after it wrote the other stack, so that both have it."""

    urn: str
    ident: str
    source: str
    dest: str
    is_copied: bool = False

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


Places = Callable[[Iterable[Recorded], str], Iterable[tuple[Recorded, str]]]
"""The placed resources of one stack with the part that must have each; the second argument is the
stack's part."""


def moves(states: Mapping[str, Json], parts: Mapping[str, str], places: Places) -> list[Move]:
    """What is in the wrong stack. `states`: exported state by stack name; `parts`: the part by
    stack name. Raises MoveError for a resource that two stacks have with different IDs."""
    names = {part: name for name, part in parts.items()}
    owners = {name: _idents(state) for name, state in states.items()}
    found: list[Move] = []
    for source, state in states.items():
        for each, part in places(recorded(state), parts[source]):
            dest = names.get(part, source)
            if dest == source:
                continue
            (ident, *_), urn = owners[source][each.urn], renamed(each.urn, source, dest)
            others = owners.setdefault(dest, {}).setdefault(urn, [])
            move = Move(each.urn, ident, source, dest, is_copied=bool(others))
            if others and ident not in others:
                raise MoveError(_conflict(move, others))
            others.append(ident)
            found.append(move)
    return found


def _conflict(move: Move, others: list[str]) -> str:
    known = ", ".join(map(repr, others))
    return (
        f"{move.name}: {move.source} has it with the ID {move.ident!r}, and another stack with the "
        f"ID {known}. Both belong to {move.dest}. Delete the wrong one from its state: "
        "`pulumi state delete --stack STACK URN`."
    )


def _idents(state: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in resources(state):
        found.setdefault(get_text(each, "urn"), []).append(get_text(each, "id"))
    return found


def recorded(state: Json) -> Iterator[Recorded]:
    """The resources of a state as `places` reads them, without those that are replaced."""
    for each in resources(state):
        if each.get("delete") is not True:
            urn = get_text(each, "urn")
            name = urn.rpartition("::")[2]
            yield Recorded(urn, get_text(each, "type"), name, get_object(each, "outputs"))


def resources(state: Json) -> list[Json]:
    """The resources of an exported state, in its order."""
    return get_list(state, "deployment", "resources")


def pending(state: Json) -> list[str]:
    """The names of resources whose operation a run has started and not finished."""
    listed = get_list(state, "deployment", "pending_operations")
    return [get_text(each, "resource", "urn").rpartition("::")[2] for each in listed]


def version(state: Json) -> tuple[list[tuple[str, str, str]], list[str]]:
    """What differs after any run that changed a resource: each one's URN, ID, and time of its last
    change, and the unfinished operations."""
    listed = [
        (get_text(each, "urn"), get_text(each, "id"), get_text(each, "modified"))
        for each in resources(state)
    ]
    return listed, pending(state)


def is_empty(state: Json) -> bool:
    """Whether nothing in Okta or AWS belongs to the stack: it has components, providers, and
    values only."""
    return not pending(state) and not _objects(state)


def _objects(state: Json) -> list[str]:
    """The names of resources that are more than components, providers, and values."""
    return [
        get_text(each, "urn").rpartition("::")[2]
        for each in resources(state)
        if each.get("custom") is True and not get_text(each, "type").startswith(_OF_PULUMI)
    ]


def leftovers(stack: str, state: Json) -> str:
    """Why the stack of a former part was not deleted."""
    names = ", ".join(_objects(state)[:5])
    return (
        f"the settings no longer have it, and it still has {names or 'unfinished operations'}. "
        f"Remove that: pulumi destroy --stack {stack}"
    )


def renamed(urn: str, source: str, dest: str) -> str:
    """The URN (or the reference to a provider) in another stack."""
    old, new = _short(source), _short(dest)
    head = f"urn:pulumi:{old}::"
    if not urn.startswith(head):
        return urn
    rest = urn.removeprefix(head)
    if f"::{STACK_TYPE}::" in rest:  # the root's name ends with the stack's
        rest = rest.removesuffix(old) + new
    return f"urn:pulumi:{new}::{rest}"


def _short(stack: str) -> str:
    return stack.rpartition("/")[2]


def added(dest: Json, source: Json, given: Sequence[Move]) -> Json:
    """The destination's state with the resources of these moves, and with the components and
    providers that they need and it lacks. All moves have the same source and destination. Raises
    MoveError if a secret would need a key that cannot be combined with the destination's."""
    if not given:
        return dest
    one = given[0]
    present = {get_text(each, "urn"): each for each in resources(dest)}
    new: list[Json] = []
    for each in _with_needed(resources(source), {move.urn for move in given}):
        copy = _renamed(each, one.source, one.dest)
        if get_text(copy, "urn") not in present:
            new.append(copy)
    known = {*present, *(get_text(each, "urn") for each in new)}
    new = [_without_dangling(_with_provider(each, present), known) for each in new]
    return _combined(dest, source, new, one.dest)


def removed(source: Json, urns: Iterable[str]) -> Json:
    """A state without these resources and their children, and without dependencies on them."""
    gone = _with_children(resources(source), set(urns))
    left = [each for each in resources(source) if get_text(each, "urn") not in gone]
    known = {get_text(each, "urn") for each in left}
    return _with_resources(source, [_without_dangling(each, known) for each in left])


def _with_children(listed: Iterable[Json], urns: set[str]) -> set[str]:
    """Parents precede their children in a state."""
    chosen = set(urns)
    for each in listed:
        if get_text(each, "parent") in chosen and not _is_provider(each):
            chosen.add(get_text(each, "urn"))
    return chosen


def _with_needed(listed: list[Json], urns: set[str]) -> list[Json]:
    """The resources with their children, and the components and providers of them all, which stay
    in the source too, so that their outputs are not copied."""
    chosen = _with_children(listed, urns)
    needed: set[str] = set()
    for each in reversed(listed):
        if get_text(each, "urn") in chosen | needed:
            needed |= {get_text(each, "parent"), get_text(each, "provider").rpartition("::")[0]}
    needed -= chosen
    found: list[Json] = []
    for each in listed:
        if get_text(each, "urn") in chosen:
            found.append(each)
        elif get_text(each, "urn") in needed and each.get("delete") is not True:
            found.append(each if _is_provider(each) else {**each, "outputs": {}})
    return found


def _is_provider(resource: Json) -> bool:
    return get_text(resource, "type").startswith(PROVIDER_TYPE)


_URNS = ("urn", "parent", "provider", "deletedWith")
_URN_LISTS = ("dependencies", "replaceWith", "aliases")


def _renamed(resource: Json, source: str, dest: str) -> Json:
    def new(urn: Any) -> Any:
        return renamed(urn, source, dest) if isinstance(urn, str) else urn

    copy = {key: new(value) if key in _URNS else value for key, value in resource.items()}
    for key in _URN_LISTS:
        if key in copy:
            copy[key] = [new(each) for each in get_list(copy, key)]
    if by_property := get_object(copy, "propertyDependencies"):
        copy["propertyDependencies"] = {
            name: [new(each) for each in listed or ()] for name, listed in by_property.items()
        }
    return copy


def _with_provider(resource: Json, present: Mapping[str, Json]) -> Json:
    """With the destination's provider, if it has one of that name, which has another ID."""
    urn = get_text(resource, "provider").rpartition("::")[0]
    if urn not in present:
        return resource
    return {**resource, "provider": f"{urn}::{get_text(present[urn], 'id')}"}


def _without_dangling(resource: Json, known: set[str]) -> Json:
    """Without dependencies on what the state does not have. The next update records its own."""
    copy = dict(resource)
    for key in ("dependencies", "replaceWith"):
        if key in copy:
            copy[key] = [each for each in get_list(copy, key) if each in known]
    if by_property := get_object(copy, "propertyDependencies"):
        copy["propertyDependencies"] = {
            name: [each for each in listed or () if each in known]
            for name, listed in by_property.items()
        }
    if get_text(copy, "deletedWith") not in known:
        copy.pop("deletedWith", None)
    return copy


def _combined(dest: Json, source: Json, new: list[Json], name: str) -> Json:
    """Values stay encrypted: with the same key in both, or with the source's if the destination
    has no secret yet. `pulumi stack import` then encrypts them for the destination."""
    document = _with_resources(dest, [*resources(dest), *new])
    key = "secrets_providers"
    given, own = (get_object(each, "deployment", key) for each in (source, dest))
    if given == own or _CIPHERTEXT not in json.dumps(new):
        return document
    if _CIPHERTEXT in json.dumps(resources(dest)):
        raise MoveError(
            f"{name}: has secrets with another key than the stack that its new resources come "
            "from. Give both stacks the same key: `pulumi stack change-secrets-provider`."
        )
    return {**document, "deployment": {**document["deployment"], key: given}}


def _with_resources(state: Json, listed: list[Json]) -> Json:
    return {**state, "deployment": {**get_object(state, "deployment"), "resources": listed}}
