"""Who loses AWS when assignments are removed: counted before anything is changed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pulumi import Output, ResourceHookArgs, RunError, log
from pulumi.output import Unknown

from components._checks import deprovisioning_guard as module
from components._checks.deprovisioning_guard import DeprovisioningGuard
from components.okta.groups import Group
from okta_idc.settings.models import AssignmentGroup

Declare = Callable[..., None]
Assigned = Mapping[str, str]

DEFAULTS: Any = {"max_deprovisioned_users": 10, "confirm_deprovisioning": []}
MEMBERS = {
    "00gA": [f"00u{i}" for i in range(30)],
    "00gB": [f"00u{i}" for i in range(25)],
    "00gC": ["00u28", "00u99"],
}


@pytest.fixture(autouse=True)
def members(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers who is in a group; the list fills with the groups that were asked for."""
    asked: list[str] = []

    async def invoke(_: str, args: dict[str, Any], __: Any) -> dict[str, Any]:
        asked.append(args["id"])
        if args["id"] not in MEMBERS:
            raise RuntimeError("404 Not Found")
        return {"name": args["id"], "users": MEMBERS[args["id"]]}

    monkeypatch.setattr(module.pulumi.runtime, "invoke_async", invoke)
    return asked


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(log, "warn", lambda text, *_: lines.append(text))
    return lines


def change(
    was: Assigned, now: Assigned, *, users: tuple[Assigned, Assigned] = ({}, {}), **args: Any
) -> Callable[[], object]:
    """From the groups that were assigned to those that are declared now."""
    sources: dict[str, list[str]] = args.pop("filled_by", {})

    def program() -> object:
        groups = {
            called: Group(
                Output.from_input(ident), Output.from_input(called), AssignmentGroup(name=called),
                tuple(map(Output.from_input, sources.get(called, []))),
            )
            for called, ident in now.items()
        }  # fmt: skip
        asked = DeprovisioningGuard("idc", {"groups": groups, **DEFAULTS, **args})  # type: ignore[typeddict-item]
        hook = ResourceHookArgs(
            "urn", "id", "name", "type",
            old_inputs={"input": {"groups": was, "users": users[0]}},
            new_inputs={"input": {"groups": now, "users": users[1]}},
        )  # fmt: skip
        return Output.from_input(asked.before_update(hook))

    return program


A, B, C = {"aws-access": "00gA"}, {"most": "00gB"}, {"few": "00gC"}


def test_more_than_the_limit_are_refused_with_their_number(declare: Declare) -> None:
    with pytest.raises(RunError, match=r"aws-access: '30' .*OIC-210"):
        declare(change(A, {}))


def test_who_is_in_another_assigned_group_loses_nothing(declare: Declare, told: list[str]) -> None:
    declare(change({**A, **B}, B))
    assert "removing aws-access deprovisions 5 users" in told[0]


def test_removals_of_one_run_count_together_and_everybody_once(declare: Declare) -> None:
    declare(change({**A, **C}, {}, max_deprovisioned_users=31))  # 00u28 is in both
    with pytest.raises(RunError, match="'31' "):
        declare(change({**A, **C}, {}, max_deprovisioned_users=30))


def test_the_word_lets_the_named_group_go_and_no_other(declare: Declare, told: list[str]) -> None:
    declare(change(A, {}, confirm_deprovisioning=["aws-access"]))
    assert "deprovisions 30 users" in told[0]
    with pytest.raises(RunError, match="'30' "):
        declare(change(A, {}, confirm_deprovisioning=["aws-admins"]))


def test_the_same_group_under_another_name_is_refused_however_few_it_has(declare: Declare) -> None:
    """Its assignment would be made anew and then removed (seen in the sandbox)."""
    other = {"renamed": "00gC"}
    with pytest.raises(RunError, match=r"'few' is now declared as 'renamed'.*pulumi state rename"):
        declare(change(C, other, max_deprovisioned_users=99))
    declare(change(C, other, confirm_deprovisioning=["few"]))


def test_another_group_under_the_same_name_is_a_removal(declare: Declare) -> None:
    with pytest.raises(RunError, match="'29' "):  # all of 00gA but 00u28
        declare(change(A, {"aws-access": "00gC"}))


def test_what_is_only_added_asks_nothing(declare: Declare, members: list[str]) -> None:
    declare(change(A, {**A, **B}))
    assert members == []


def test_who_is_pushed_stays_though_the_group_of_all_is_made_in_this_run(declare: Declare) -> None:
    made = {"everybody": "00gNew"}
    declare(change(A, made, filled_by={"everybody": ["00gB", "00gC"]}, max_deprovisioned_users=4))
    # 25-29 but 28
    filled = {"everybody": ["00gB", "00gC"]}
    with pytest.raises(RunError, match="'4' "):
        declare(change(A, made, filled_by=filled, max_deprovisioned_users=3))


@pytest.mark.parametrize("unknown", ["groups", "users", "both"])
def test_what_a_preview_does_not_know_yet_is_no_removal(unknown: str) -> None:
    """The engine hands over no mapping, where something in it is only made in this run."""
    was = {"groups": A, "users": {}}
    now = Unknown() if unknown == "both" else was | {unknown: Unknown()}
    assert module._declared(was, now) == was


def test_a_preview_that_could_not_count_says_so(declare: Declare, told: list[str]) -> None:
    declare(change(A, A, users=({}, Unknown())))  # type: ignore[arg-type]
    assert "cannot tell (unknown)" in told[0]
    told.clear()
    declare(change(A, A))
    assert told == []


def test_a_person_counts_as_one_and_a_group_may_keep_them(declare: Declare) -> None:
    ada = {"ada@example.com": "00u1"}
    with pytest.raises(RunError, match=r"ada@example\.com: '1' "):
        declare(change({}, {}, users=(ada, {}), max_deprovisioned_users=0))
    declare(change(B, B, users=(ada, {}), max_deprovisioned_users=0))


def test_a_group_that_nobody_can_look_at_is_unknown_and_not_fine(declare: Declare) -> None:
    with pytest.raises(RunError, match=r"'gone' is removed, and the number .* is unknown: 404"):
        declare(change({"gone": "00gX"}, {}))
    declare(change({"gone": "00gX"}, {}, confirm_deprovisioning=["gone"]))
