"""The order of a fleet's runs, and what runs once more."""

import threading
from collections.abc import Callable

from okta_idc.fleet.events import Progress
from okta_idc.fleet.schedule import Run, Schedule, Status
from okta_idc.fleet.stacks import FleetStack, stacks_of, stages

PARTS = ["push-1", "sets-a", "access-1", "access-2"]
STACKS = stacks_of("prod", PARTS)


def ran(
    outcome: Callable[[Run], Status], *, at_once: int = 2, backwards: bool = False,
    stop: threading.Event | None = None, again: bool = True,
) -> tuple[list[str], dict[str, Run]]:  # fmt: skip
    """The parts in the order in which they started, and the runs by part."""
    order: list[str] = []
    runs = {each: Run(each) for each in STACKS}

    def perform(run: Run) -> Status:
        order.append(run.stack.part)
        return outcome(run)

    schedule = Schedule(perform, at_once, stop or threading.Event())
    ordered = [[runs[each] for each in stage] for stage in stages(STACKS, backwards=backwards)]
    schedule.run(ordered, again=again, core_last=backwards)
    return order, {run.stack.part: run for run in runs.values()}


def changed(run: Run, number: int = 1) -> Status:
    for each in range(number):
        run.progress.read(
            f'{{"resOutputsEvent": {{"metadata": {{"op": "create", "urn": "u{each}"}}}}}}'
        )
    return Status.DONE


def test_stages_are_the_core_then_groups_and_sets_then_access() -> None:
    names = [[each.name for each in stage] for stage in stages(STACKS)]
    assert names == [
        ["prod"], ["prod-push-1", "prod-sets-a"], ["prod-access-1", "prod-access-2"],
    ]  # fmt: skip
    assert [[e.name for e in s] for s in stages(STACKS, backwards=True)] == names[::-1]


def test_parts_that_only_files_have_are_former() -> None:
    listed = stacks_of("prod", ["push-1"], ["access-9", "push-1"])
    assert listed[-1] == FleetStack("prod-access-9", "access-9", is_former=True)
    assert [each.is_former for each in listed] == [False, False, True]


def test_a_stage_starts_after_the_one_before_has_ended() -> None:
    order, runs = ran(changed)
    assert order[0] == ""
    assert set(order[1:3]) == {"push-1", "sets-a"}
    assert {run.status for run in runs.values()} == {Status.DONE}


def test_no_more_stacks_run_at_once_than_allowed() -> None:
    running, most, lock = [0], [0], threading.Lock()
    barrier = threading.Event()

    def outcome(run: Run) -> Status:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        barrier.wait(0.05)
        with lock:
            running[0] -= 1
        return changed(run)

    ran(outcome, at_once=2)
    assert most[0] == 2
    most[0] = 0
    ran(outcome, at_once=1)
    assert most[0] == 1


def test_a_failed_stack_holds_up_no_other_and_runs_once_more_after_a_change() -> None:
    def outcome(run: Run) -> Status:
        return Status.FAILED if run.stack.part == "push-1" else changed(run)

    order, runs = ran(outcome)
    assert len(order) == len(STACKS) + 1
    assert order[-1] == "push-1"
    assert (runs["push-1"].status, runs["push-1"].attempts) == (Status.FAILED, 2)


def test_a_failed_stack_does_not_run_again_if_nothing_has_changed_since() -> None:
    def outcome(run: Run) -> Status:
        if run.stack.part == "":
            return changed(run)
        return Status.FAILED if run.stack.part == "access-1" else Status.UNCHANGED

    _, runs = ran(outcome)
    assert runs["access-1"].attempts == 1


def test_a_preview_runs_nothing_again() -> None:
    def outcome(run: Run) -> Status:
        return Status.FAILED if run.stack.part == "push-1" else changed(run)

    assert len(ran(outcome, again=False)[0]) == len(STACKS)


def test_what_both_attempts_changed_is_counted() -> None:
    def outcome(run: Run) -> Status:
        changed(run, 2)
        return Status.FAILED if run.attempts == 1 and run.stack.part == "push-1" else Status.DONE

    _, runs = ran(outcome)
    assert (runs["push-1"].status, runs["push-1"].changes.creates) == (Status.DONE, 4)


def test_after_a_stop_no_stack_starts() -> None:
    stop = threading.Event()

    def outcome(run: Run) -> Status:
        stop.set()
        return Status.INTERRUPTED

    order, runs = ran(outcome, stop=stop)
    assert order == [""]
    assert {run.status for part, run in runs.items() if part} == {Status.NOT_RUN}


def test_the_core_is_destroyed_only_if_everything_else_is() -> None:
    order, runs = ran(changed, backwards=True)
    assert (set(order[:2]), order[-1]) == ({"access-1", "access-2"}, "")

    def outcome(run: Run) -> Status:
        return Status.FAILED if run.stack.part == "access-2" else changed(run)

    order, runs = ran(outcome, backwards=True)
    assert "" not in order
    assert runs[""].status == Status.NOT_RUN
    assert "prod-access-2" in runs[""].errors[0]


def test_a_stack_that_is_not_to_run_is_not_run() -> None:
    run = Run(STACKS[1], Status.FAILED, Progress(), errors=["2 resources must move first"])
    other = Run(STACKS[0])
    Schedule(changed, 1).run([[other], [run]])
    assert (run.attempts, run.errors) == (0, ["2 resources must move first"])
