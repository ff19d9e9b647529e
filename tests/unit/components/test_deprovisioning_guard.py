"""Blocks updates that would deprovision more users than the limit allows."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pulumi import Output, ResourceHookArgs, RunError, log
from pulumi.output import Unknown

from components._checks import deprovisioning_guard as module
from components._checks.deprovisioning_guard import DeprovisioningGuard
from components._lookup_errors import LookupFailedError
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
def members_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Serves `MEMBERS`; the list records the ID of each group that is read."""
    read: list[str] = []

    async def invoke(token: str, args: dict[str, Any], _: Any) -> dict[str, Any]:
        if token.startswith("pulumi:"):
            return {"outputs": {}}
        read.append(args["id"])
        if args["id"] not in MEMBERS:
            raise RuntimeError("404 Not Found")
        return {"name": args["id"], "users": MEMBERS[args["id"]]}

    monkeypatch.setattr(module.pulumi.runtime, "invoke_async", invoke)
    return read


@pytest.fixture(autouse=True)
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(log, "warn", lambda text, *_: lines.append(text))
    return lines


def change(
    was: Assigned, now: Assigned, *, users: tuple[Assigned, Assigned] = ({}, {}), **args: Any
) -> Callable[[], object]:
    """An update from the assignments in the state to the declared ones."""
    sources: dict[str, list[str]] = args.pop("filled_by", {})

    def program() -> object:
        groups = {
            name: Group(
                Output.from_input(ident), Output.from_input(name), AssignmentGroup(name=name),
                tuple(map(Output.from_input, sources.get(name, []))),
            )
            for name, ident in now.items()
        }  # fmt: skip
        guard = DeprovisioningGuard("idc", {"groups": groups, **DEFAULTS, **args})  # type: ignore[typeddict-item]
        hook = ResourceHookArgs(
            "urn", "id", "name", "type",
            old_inputs={"input": {"groups": was, "users": users[0]}},
            new_inputs={"input": {"groups": now, "users": users[1]}},
        )  # fmt: skip
        return Output.from_input(guard.before_update(hook))

    return program


A, B, C = {"aws-access": "00gA"}, {"most": "00gB"}, {"few": "00gC"}


def test_deprovisioning_more_users_than_the_limit_is_rejected_with_the_count(
    declare: Declare,
) -> None:
    with pytest.raises(RunError, match=r"aws-access: 30 users .*OIC-210"):
        declare(change(A, {}))


def test_users_in_another_assignment_group_stay_provisioned(
    declare: Declare, warnings: list[str]
) -> None:
    declare(change({**A, **B}, B))
    assert "removing aws-access deprovisions 5 users" in warnings[0]


def test_users_in_several_removed_groups_count_once(declare: Declare) -> None:
    declare(change({**A, **C}, {}, max_deprovisioned_users=31))  # 00u28 is in both
    with pytest.raises(RunError, match="31 users "):
        declare(change({**A, **C}, {}, max_deprovisioned_users=30))


def test_confirmation_applies_only_to_the_named_group(
    declare: Declare, warnings: list[str]
) -> None:
    declare(change(A, {}, confirm_deprovisioning=["aws-access"]))
    assert "deprovisions 30 users" in warnings[0]
    with pytest.raises(RunError, match="30 users "):
        declare(change(A, {}, confirm_deprovisioning=["aws-admins"]))


def test_a_renamed_assignment_group_is_rejected_if_the_state_cannot_be_read(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an alias, the engine would create the assignment again, then delete the old one."""
    declare(change(C, {"renamed": "00gC"}, max_deprovisioned_users=99))
    monkeypatch.setattr(module, "read_state", lambda _: Output.from_input(None))
    other = {"renamed": "00gC"}
    with pytest.raises(RunError, match=r"'few' is now declared as 'renamed'.*pulumi state rename"):
        declare(change(C, other, max_deprovisioned_users=99))
    declare(change(C, other, confirm_deprovisioning=["few"]))


def test_another_group_id_under_the_same_name_counts_as_a_removal(declare: Declare) -> None:
    with pytest.raises(RunError, match="29 users "):  # all of 00gA except 00u28
        declare(change(A, {"aws-access": "00gC"}))


def test_added_assignments_read_no_members(declare: Declare, members_read: list[str]) -> None:
    declare(change(A, {**A, **B}))
    assert members_read == []


def test_members_of_push_groups_stay_assigned_when_their_group_is_new(declare: Declare) -> None:
    new_group = {"pushed-members": "00gNew"}
    declare(
        change(
            A, new_group, filled_by={"pushed-members": ["00gB", "00gC"]}, max_deprovisioned_users=4
        )
    )
    # 00u25 to 00u29, except 00u28
    filled = {"pushed-members": ["00gB", "00gC"]}
    with pytest.raises(RunError, match="4 users "):
        declare(change(A, new_group, filled_by=filled, max_deprovisioned_users=3))


@pytest.mark.parametrize("unknown", ["groups", "users", "both"])
def test_unknown_values_in_a_preview_are_not_removals(unknown: str) -> None:
    """The engine passes an unknown instead of a mapping that contains new resources."""
    was = {"groups": A, "users": {}}
    now = Unknown() if unknown == "both" else was | {unknown: Unknown()}
    assert module._declared(was, now) == was


def test_a_preview_warns_when_it_cannot_count_users(declare: Declare, warnings: list[str]) -> None:
    declare(change(A, A, users=({}, Unknown())))  # type: ignore[arg-type]
    assert "unknown in this preview" in warnings[0]
    warnings.clear()
    declare(change(A, A))
    assert warnings == []


def test_a_removed_user_assignment_counts_unless_a_group_keeps_the_user(declare: Declare) -> None:
    ada = {"ada@example.com": "00u1"}
    with pytest.raises(RunError, match=r"ada@example\.com: 1 user "):
        declare(change({}, {}, users=(ada, {}), max_deprovisioned_users=0))
    declare(change(B, B, users=(ada, {}), max_deprovisioned_users=0))


def test_an_unreadable_group_requires_confirmation(declare: Declare) -> None:
    with pytest.raises(RunError, match=r"'gone' is removed, and the number .* is unknown: 404"):
        declare(change({"gone": "00gX"}, {}))
    declare(change({"gone": "00gX"}, {}, confirm_deprovisioning=["gone"]))


def test_a_group_that_was_deleted_in_okta_deprovisions_nobody_in_this_run(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any) -> set[str]:
        error = LookupFailedError("Cannot read the members of a group from Okta: Not found.")
        error.cause = "missing"
        raise error

    monkeypatch.setattr(module, "member_ids", gone)
    declare(change(A, {}))
