"""Moves resources between the stacks of a fleet. Nothing changes in Okta or AWS.

All destinations are written before any source: an interrupted move leaves a resource in both, and
the next one removes it from the source.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from okta_idc.clients.json_path import Json
from okta_idc.fleet.process import NoStackError, Pulumi, PulumiError
from okta_idc.fleet.stack_files import stack_file
from okta_idc.fleet.stacks import FleetStack
from okta_idc.fleet.states import Move, MoveError, added, is_empty, removed, version

_CHANGED = (
    "its state changed since it was read: another run was in progress. Run the command again."
)


@dataclass
class Moved:
    """What a move did: the moved resources, and for each stack that could not be written the
    reason."""

    done: list[Move] = field(default_factory=list[Move])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    deleted: list[str] = field(default_factory=list[str])
    """The stacks that were empty and are no longer in the settings."""


@dataclass
class Mover:
    """`states`: the exported states by stack name, which a move keeps up to date. After `stop` is
    set, no further stack is written."""

    pulumi: Pulumi
    states: dict[str, Json]
    at_once: int
    stop: Event = field(default_factory=Event)

    def move(self, moves: Sequence[Move]) -> Moved:
        """Move resources between the states. Does not raise for a stack that cannot be written."""
        result = Moved()
        new = [each for each in moves if not each.is_copied]
        self._write(_grouped(new, lambda each: each.dest), self._add, result)
        safe = [each for each in moves if each.is_copied or each.dest not in result.failed]
        self._write(_grouped(safe, lambda each: each.source), self._remove, result)
        unwritten = result.failed.keys()
        result.done = [each for each in safe if each.source not in unwritten]
        return result

    def delete_empty(self, stacks: Iterable[FleetStack], result: Moved) -> None:
        """Delete the stacks of former parts that have nothing of Okta and AWS, with their files."""
        for stack in stacks:
            state = self.states.get(stack.name)
            if not stack.is_former or self.stop.is_set() or (state and not is_empty(state)):
                continue
            try:
                if state is not None:
                    self._require_unchanged(stack.name)
                    self.pulumi.run("stack", "rm", "--yes", "--force", stack=stack.name)
            except (PulumiError, MoveError) as error:
                result.failed[stack.name] = str(error)
                continue
            self.states.pop(stack.name, None)
            stack_file(self.pulumi.files, stack.name).unlink(missing_ok=True)
            result.deleted.append(stack.name)

    def _write(
        self,
        groups: Mapping[str, list[Move]],
        change: Callable[[str, list[Move]], Json],
        result: Moved,
    ) -> None:
        def write(stack: str) -> str:
            if self.stop.is_set():
                return "interrupted"
            try:
                state = change(stack, groups[stack])
                self._require_unchanged(stack)
                self.pulumi.run("stack", "import", stack=stack, given=json.dumps(state))
                # The import may have encrypted the secrets with another key.
                self.states[stack] = exported(self.pulumi, stack)
            except (PulumiError, MoveError) as error:
                return str(error)
            return ""

        with ThreadPoolExecutor(self.at_once) as pool:
            for stack, error in zip(groups, pool.map(write, groups), strict=True):
                if error:
                    result.failed[stack] = error

    def _require_unchanged(self, stack: str) -> None:
        """Raises MoveError if another run has changed the stack since its state was read."""
        if version(exported(self.pulumi, stack)) != version(self.states[stack]):
            raise MoveError(_CHANGED)

    def _add(self, dest: str, moves: list[Move]) -> Json:
        state = self.states[dest]
        for source, listed in _grouped(moves, lambda each: each.source).items():
            state = added(state, self.states[source], listed)
        return state

    def _remove(self, source: str, moves: list[Move]) -> Json:
        return removed(self.states[source], [each.urn for each in moves])


def exported(pulumi: Pulumi, stack: str) -> Json:
    """A stack's state, with its secrets encrypted. Raises PulumiError and NoStackError."""
    text = pulumi.run("stack", "export", stack=stack)
    try:
        return {**json.loads(text)}
    except (ValueError, TypeError, RecursionError):
        raise PulumiError(f"pulumi stack export: the state of {stack} is not JSON.") from None


def stack_names(pulumi: Pulumi) -> set[str]:
    """The stacks of the project, without their organization. Raises PulumiError."""
    try:
        listed = json.loads(pulumi.run("stack", "ls", "--json"))
        return {str(each["name"]).rpartition("/")[2] for each in listed}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PulumiError("pulumi stack ls: the list of stacks is not JSON.") from None


def exported_states(
    pulumi: Pulumi, stacks: Sequence[str], at_once: int, *, create: bool
) -> dict[str, Json | PulumiError]:
    """The states by stack name. `create`: create a stack that does not exist; otherwise it is not
    among them. An error is in the place of a state that cannot be read."""

    def read(stack: str) -> Json | PulumiError | None:
        try:
            try:
                return exported(pulumi, stack)
            except NoStackError:
                if not create:
                    return None
                pulumi.create(stack)
                return exported(pulumi, stack)
        except PulumiError as error:
            return error

    with ThreadPoolExecutor(at_once) as pool:
        found = dict(zip(stacks, pool.map(read, stacks), strict=True))
    return {name: state for name, state in found.items() if state is not None}


def _grouped(moves: Iterable[Move], key: Callable[[Move], str]) -> dict[str, list[Move]]:
    groups: defaultdict[str, list[Move]] = defaultdict(list)
    for each in moves:
        groups[key(each)].append(each)
    return dict(groups)
