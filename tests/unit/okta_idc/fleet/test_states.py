"""Resources that move between exported states."""

import copy
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.fleet.resources import Recorded
from okta_idc.fleet.states import (
    Move,
    MoveError,
    added,
    is_empty,
    leftovers,
    moves,
    pending,
    removed,
    renamed,
    resources,
)

PROJECT = "okta-identity-center"
ROOT = "pulumi:pulumi:Stack"
FEDERATION = "kit:index:Federation"
PUSH = f"{FEDERATION}$kit:okta:PushGroups"
MAPPING = "okta:index/pushGroup:PushGroup"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "c"}
PARTS = {"prod": "", "prod-push-1": "push-1", "prod-push-2": "push-2"}


def urn(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::{PROJECT}::{kind}::{name}"


def mapping(stack: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "urn": urn(stack, f"{PUSH}${MAPPING}", name), "type": MAPPING, "custom": True,
        "id": f"id-{name}", "parent": urn(stack, PUSH, "identity-center"),
        "provider": f"{urn(stack, 'pulumi:providers:okta', 'default')}::provider-of-{stack}",
        "outputs": {"name": name}, **more,
    }  # fmt: skip


def state(stack: str, *names: str, salt: str = "s", **provider: Any) -> dict[str, Any]:
    """A stack with its components and provider, and mappings; without names, it is new."""
    root = {"urn": urn(stack, ROOT, f"{PROJECT}-{stack}"), "type": ROOT, "custom": False}
    parents = [
        {**root, "outputs": {"readme": "x"}},
        {"urn": urn(stack, FEDERATION, "identity-center"), "type": FEDERATION, "custom": False,
         "parent": root["urn"], "outputs": {"a": SECRET}},
        {"urn": urn(stack, "pulumi:providers:okta", "default"), "type": "pulumi:providers:okta",
         "custom": True, "id": f"provider-of-{stack}", "parent": root["urn"], **provider},
        {"urn": urn(stack, PUSH, "identity-center"), "type": "kit:okta:PushGroups",
         "custom": False, "parent": urn(stack, FEDERATION, "identity-center"), "outputs": {}},
    ]  # fmt: skip
    listed = [*parents, *(mapping(stack, name) for name in names)] if names else []
    return {
        "version": 3,
        "deployment": {
            "secrets_providers": {"type": "passphrase", "state": {"salt": salt}},
            **({"resources": listed} if listed else {}),
        },
    }


def places(recorded: Iterable[Recorded], part: str) -> Iterable[tuple[Recorded, str]]:
    """A mapping's name ends with its part."""
    return [
        (each, f"push-{each.name[-1]}" if each.name[-1] in "12" else "")
        for each in recorded
        if each.kind == MAPPING
    ]


def planned(*states: tuple[str, dict[str, Any]]) -> list[Move]:
    return moves(dict(states), PARTS, places)


def names(document: dict[str, Any], kind: str = MAPPING) -> list[str]:
    found = [each["urn"] for each in resources(document) if each["type"] == kind]
    return [each.rpartition("::")[2] for each in found]


def is_consistent(document: dict[str, Any], stack: str) -> bool:
    """As the engine requires it: what a resource refers to precedes it, in the same stack."""
    known: set[str] = set()
    for each in resources(document):
        provider = each.get("provider", "").rpartition("::")
        refers = {each.get("parent"), provider[0], *each.get("dependencies", ())} - {None, ""}
        if not refers <= known or not each["urn"].startswith(f"urn:pulumi:{stack}::"):
            return False
        if provider[0] and not any(
            other["urn"] == provider[0] and other["id"] == provider[2]
            for other in resources(document)
            if "id" in other
        ):
            return False
        known.add(each["urn"])
    return True


mapping_names = st.lists(
    st.builds("{}{}".format, st.sampled_from("abc"), st.sampled_from("01")), unique=True
)


@given(mapping_names, mapping_names, st.booleans())
def test_each_resource_is_where_it_belongs_after_a_move(
    core: list[str], part: list[str], is_new: bool
) -> None:
    part = [] if is_new else [name for name in part if name not in core]
    states = {"prod": state("prod", *core), "prod-push-1": state("prod-push-1", *part)}
    wanted = {name: f"prod-push-{name[-1]}" if name[-1] == "1" else "prod"
              for name in (*core, *part)}  # fmt: skip
    known = {"prod": "", "prod-push-1": "push-1"}
    given_moves = moves(states, known, places)
    assert {each.name for each in given_moves} == {
        name for name in (*core, *part) if (name in core) != (wanted[name] == "prod")
    }
    for dest in states:
        for source in states:
            pair = [e for e in given_moves if (e.source, e.dest) == (source, dest)]
            states[dest] = added(states[dest], states[source], pair)
    for name in states:
        states[name] = removed(states[name], [e.urn for e in given_moves if e.source == name])
        assert is_consistent(states[name], name)
        assert sorted(names(states[name])) == sorted(n for n in wanted if wanted[n] == name)
    assert moves(states, known, places) == []


def test_urns_and_ids_change_by_the_stack_only() -> None:
    core, part = state("prod", "a1"), state("prod-push-1")
    moved = added(part, core, planned(("prod", core), ("prod-push-1", part)))
    assert [each["urn"].replace("prod-push-1", "prod") for each in resources(moved)] == [
        each["urn"] for each in resources(core)
    ]
    [one] = [each for each in resources(moved) if each["type"] == MAPPING]
    assert (one["id"], one["outputs"]) == ("id-a1", {"name": "a1"})


def test_a_provider_of_the_destination_is_used() -> None:
    core, part = state("prod", "a1"), state("prod-push-1", "b1")
    moved = added(part, core, planned(("prod", core), ("prod-push-1", part)))
    assert names(moved, "pulumi:providers:okta") == ["default"]
    assert resources(moved)[-1]["provider"].endswith("::provider-of-prod-push-1")


def test_outputs_of_components_are_not_copied() -> None:
    core, part = state("prod", "a1"), state("prod-push-1")
    moved = added(part, core, planned(("prod", core), ("prod-push-1", part)))
    assert all(not each.get("outputs") for each in resources(moved) if not each.get("custom"))


def test_children_move_with_their_parent_and_dangling_dependencies_are_dropped() -> None:
    core, part = state("prod", "a0", "a1"), state("prod-push-1")
    a0, a1 = (urn("prod", f"{PUSH}${MAPPING}", name) for name in ("a0", "a1"))
    child = mapping("prod", "child", parent=a1, type="pulumi:index:Stash", dependencies=[a0, a1])
    child |= {"propertyDependencies": {"x": [a0], "y": [a1]}, "deletedWith": a0}
    resources(core).append(child)
    other = mapping("prod", "b0", dependencies=[a1, a0], propertyDependencies={"x": [a1]})
    resources(core).append({**other, "deletedWith": a1})
    before = copy.deepcopy(core)
    listed = planned(("prod", core), ("prod-push-1", part))
    moved, left = added(part, core, listed), removed(core, [each.urn for each in listed])
    assert core == before
    new = renamed(a1, "prod", "prod-push-1")
    copied = resources(moved)[-1]
    assert (copied["parent"], copied["dependencies"]) == (new, [new])
    assert copied["propertyDependencies"] == {"x": [], "y": [new]}
    assert "deletedWith" not in copied
    kept = resources(left)[-1]
    assert (kept["dependencies"], kept["propertyDependencies"]) == ([a0], {"x": []})
    assert "deletedWith" not in kept
    assert names(left) == ["a0", "b0"]
    assert names(left, "pulumi:index:Stash") == []


def test_what_an_interrupted_move_copied_is_removed_from_the_source_only() -> None:
    core, part = state("prod", "a1"), state("prod-push-1")
    part = added(part, core, planned(("prod", core), ("prod-push-1", part)))
    [move] = planned(("prod", core), ("prod-push-1", part))
    assert move.is_copied
    assert added(part, core, [move]) == part
    assert names(removed(core, [move.urn])) == []


def test_two_resources_with_different_ids_are_an_error() -> None:
    core, part = state("prod", "a1"), state("prod-push-1", "a1")
    resources(part)[-1]["id"] = "other"
    with pytest.raises(MoveError, match=r"a1: prod has it with the ID 'id-a1'.*'other'"):
        planned(("prod", core), ("prod-push-1", part))
    core, part = state("prod", "a2"), state("prod-push-1", "a2")
    resources(part)[-1]["id"] = "other"
    with pytest.raises(MoveError, match="Both belong to prod-push-2"):
        planned(("prod", core), ("prod-push-1", part), ("prod-push-2", state("prod-push-2")))


def test_two_records_of_one_object_move_once() -> None:
    core, part = state("prod", "a2"), state("prod-push-1", "a2")
    listed = planned(("prod", core), ("prod-push-1", part), ("prod-push-2", state("prod-push-2")))
    assert [each.is_copied for each in listed] == [False, True]


def test_secrets_keep_a_key_that_can_decrypt_them() -> None:
    core = state("prod", "a1", salt="other", inputs={"apiToken": SECRET})
    empty = state("prod-push-1")
    moved = added(empty, core, planned(("prod", core), ("prod-push-1", empty)))
    assert moved["deployment"]["secrets_providers"]["state"]["salt"] == "other"

    part = state("prod-push-1", "b1", inputs={"apiToken": SECRET})
    moved = added(part, core, planned(("prod", core), ("prod-push-1", part)))
    assert moved["deployment"]["secrets_providers"]["state"]["salt"] == "s"

    resources(core)[-1]["outputs"]["secret"] = SECRET
    with pytest.raises(MoveError, match="change-secrets-provider"):
        added(part, core, planned(("prod", core), ("prod-push-1", part)))


def test_a_stack_is_empty_without_objects_of_okta_and_aws() -> None:
    assert is_empty(state("prod-push-1"))
    assert is_empty(removed(state("prod", "a0"), [urn("prod", f"{PUSH}${MAPPING}", "a0")]))
    assert not is_empty(state("prod", "a0"))
    assert "a0" in leftovers("prod-push-9", state("prod", "a0"))
    waiting = state("prod-push-1")
    waiting["deployment"]["pending_operations"] = [
        {"type": "creating", "resource": mapping("prod-push-1", "a1")}
    ]
    assert pending(waiting) == ["a1"]
    assert not is_empty(waiting)


@pytest.mark.parametrize(
    ("source", "dest"), [("prod", "prod-push-1"), ("prod-push-1", "prod"), ("acme/p/prod", "x")]
)
def test_a_root_is_named_after_its_stack(source: str, dest: str) -> None:
    short = source.rpartition("/")[2]
    root = urn(short, ROOT, f"{PROJECT}-{short}")
    assert renamed(root, source, dest) == urn(dest, ROOT, f"{PROJECT}-{dest}")
    assert renamed(urn("unknown", MAPPING, "a"), source, dest) == urn("unknown", MAPPING, "a")
