"""Moves between states that an engine keeps."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from okta_idc.cli.console import terminal
from okta_idc.cli.fleet_session import Session
from okta_idc.clients.json_path import Json
from okta_idc.fleet.mover import Moved, Mover
from okta_idc.fleet.process import Pulumi, PulumiError
from okta_idc.fleet.stacks import FleetStack
from okta_idc.fleet.states import Move, resources
from tests.unit.okta_idc.fleet.test_states import MAPPING, PUSH, state, urn

FORMER = FleetStack("prod-push-2", "push-2", is_former=True)
STACKS = [FleetStack("prod", ""), FleetStack("prod-push-1", "push-1"), FORMER]


@dataclass(frozen=True)
class Backend(Pulumi):
    """The engine's `stack` commands on states in memory. The stacks of `locked` cannot be
    written."""

    states: dict[str, Json] = field(default_factory=dict[str, Json])
    locked: frozenset[str] = frozenset()

    def run(self, *arguments: str, stack: str = "", given: str | None = None) -> str:
        if arguments[1] == "export":
            return json.dumps(self.states[stack])
        if stack in self.locked:
            raise PulumiError("the stack is currently locked by 1 lock(s)")
        if arguments[1] == "rm":
            del self.states[stack]
        else:
            self.states[stack] = json.loads(given or "")
        return ""


def backend(tmp_path: Path, *locked: str) -> Backend:
    states = {
        "prod": state("prod"), "prod-push-1": state("prod-push-1", "a1"),
        "prod-push-2": state("prod-push-2", "a2"),
    }  # fmt: skip
    return Backend(tmp_path, tmp_path, states=states, locked=frozenset(locked))


def from_former(name: str = "a2") -> Move:
    full = urn("prod-push-2", f"{PUSH}${MAPPING}", name)
    return Move(full, f"id-{name}", "prod-push-2", "prod-push-1")


def mover(pulumi: Backend) -> Mover:
    return Mover(pulumi, {k: json.loads(json.dumps(v)) for k, v in pulumi.states.items()}, 2)


def names(given: Json) -> set[str]:
    return {each["urn"].rpartition("::")[2] for each in resources(given) if each["type"] == MAPPING}


def session(pulumi: Backend, moves: list[Move]) -> Moved:
    """What a session does with these moves."""
    made = Session("move", "prod", 2, None, as_json=True)
    made.console, made.stacks, made.moves = terminal(stderr=True), STACKS, moves
    made._move(mover(pulumi), {})  # pyright: ignore[reportPrivateUsage]
    assert made.moved
    return made.moved


def test_a_moved_former_part_is_deleted(tmp_path: Path) -> None:
    pulumi = backend(tmp_path)
    found = session(pulumi, [from_former()])
    assert found.deleted == ["prod-push-2"]
    assert names(pulumi.states["prod-push-1"]) == {"a1", "a2"}


@pytest.mark.parametrize("locked", ["prod-push-1", "prod-push-2"])
def test_nobody_is_advised_to_destroy_what_still_has_to_move(tmp_path: Path, locked: str) -> None:
    pulumi = backend(tmp_path, locked)
    found = session(pulumi, [from_former()])
    assert list(found.failed) == [locked]
    assert "locked" in found.failed[locked]
    assert names(pulumi.states["prod-push-2"]) == {"a2"}


def test_what_a_former_part_has_beyond_that_is_named(tmp_path: Path) -> None:
    found = session(backend(tmp_path), [])
    assert "pulumi destroy --stack prod-push-2" in found.failed["prod-push-2"]


@pytest.mark.parametrize("stack", ["prod-push-1", "prod-push-2"])
def test_a_state_that_another_run_has_changed_since_it_was_read_is_not_overwritten(
    tmp_path: Path, stack: str
) -> None:
    pulumi = backend(tmp_path)
    moving = mover(pulumi)
    changed: dict[str, Any] = state(stack, "a1" if stack == "prod-push-1" else "a2", "a3")
    pulumi.states[stack] = changed
    found = moving.move([from_former()])
    assert "changed since it was read" in found.failed[stack]
    assert found.done == []
    assert pulumi.states[stack] == changed
