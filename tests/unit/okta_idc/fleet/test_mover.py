"""Moves between states that an engine keeps."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from okta_idc.cli.console import terminal
from okta_idc.cli.fleet_inputs import FleetInputs
from okta_idc.cli.fleet_session import Session
from okta_idc.cli.stack import InputError
from okta_idc.clients.json_path import Json
from okta_idc.fleet.mover import Moved, Mover
from okta_idc.fleet.process import Pulumi, PulumiError
from okta_idc.fleet.stacks import FleetStack, is_part_name
from okta_idc.fleet.states import Move, resources
from okta_idc.settings import load_settings
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
        if arguments[1] == "ls":
            return json.dumps([{"name": each} for each in self.states])
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


def test_a_former_part_that_another_run_has_filled_is_not_deleted(tmp_path: Path) -> None:
    pulumi = backend(tmp_path)
    pulumi.states["prod-push-2"] = state("prod-push-2")
    moving = mover(pulumi)
    pulumi.states["prod-push-2"] = state("prod-push-2", "a2")
    found = Moved()
    moving.delete_empty([FORMER], found)
    assert "changed since it was read" in found.failed["prod-push-2"]
    assert names(pulumi.states["prod-push-2"]) == {"a2"}


@pytest.mark.parametrize(("file", "stops"), [(None, True), ("config: {}\n", False)])
def test_a_former_part_without_its_file_stops_the_fleet(
    tmp_path: Path, file: str | None, stops: bool
) -> None:
    """Its resources would be created in another stack, and stay in its state."""
    if file:
        (tmp_path / "Pulumi.prod-push-2.yaml").write_text(file)
    fleet = {"push_groups": {"count": 1}}
    settings = load_settings({"scim_token": {"secret": "s"}, "fleet": fleet})
    found = FleetInputs(backend(tmp_path), "prod", settings)
    if not stops:
        assert "prod-push-2" not in {each.name for each in found.stacks()}
        return
    with pytest.raises(InputError, match=r"restore the file .*stack rename --stack prod-push-2"):
        found.stacks()


@pytest.mark.parametrize(
    "name", ["prod-push", "prod-sets-1", "prod-access-a-b", "acme/prod-push-1"]
)
def test_names_of_parts_are_recognized(name: str) -> None:
    assert is_part_name("prod", name)


@pytest.mark.parametrize("name", ["prod", "prod-2", "prod-pushed", "dev-push-1", "push-1"])
def test_other_names_are_not(name: str) -> None:
    assert not is_part_name("prod", name)
