"""One fleet command, from the settings to the exit code."""

import os
import signal
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from okta_idc.cli.console import print_error, print_json, reading, terminal
from okta_idc.cli.fleet_display import (
    Display,
    display,
    document,
    print_moved,
    print_moves,
    print_summary,
)
from okta_idc.cli.fleet_inputs import FleetInputs, open_fleet
from okta_idc.cli.stack import InputError
from okta_idc.clients.json_path import Json
from okta_idc.clients.pace import DEFAULT, PaceError, calls_per_second
from okta_idc.fleet.budget import estimate
from okta_idc.fleet.locks import FleetRunningError, only_fleet, pulumi_home, recover_command
from okta_idc.fleet.mover import Moved, Mover
from okta_idc.fleet.planned import planned
from okta_idc.fleet.process import Pulumi, PulumiError, checkpoint_problem
from okta_idc.fleet.runner import Runner
from okta_idc.fleet.schedule import Run, Schedule, Status
from okta_idc.fleet.stack_files import PLACES_KNOWN
from okta_idc.fleet.stacks import FleetStack, stages
from okta_idc.fleet.states import Move, leftovers, pending, recorded
from okta_idc.recovery.checkpoint import is_running
from okta_idc.recovery.declared import declared
from okta_idc.rules.registry import count

SUCCESS, FAILED, UNKNOWN = 0, 1, 2
_ENGINE_PARALLEL = 4 * (os.cpu_count() or 1)
"""Resources that the engine changes at once by default."""
_MOVING = frozenset({"preview", "up", "move"})
"""Commands that look for misplaced resources, and create missing stacks."""


@dataclass
class Session:
    """A command with its options. `verb`: the engine's, or `move`."""

    verb: str
    core: str
    at_once: int
    parallel: int | None
    as_json: bool
    endpoint: str = ""
    confirmed: bool = False
    policy_packs: Sequence[Path] = ()
    declared: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]], init=False)
    """Type and name of each resource that the settings declare; empty if none is created."""
    reads: dict[str, int] = field(default_factory=dict[str, int], init=False)
    """Calls of each part's program that compare access with AWS."""
    files: list[Path] = field(default_factory=list[Path], init=False)
    stacks: list[FleetStack] = field(default_factory=list[FleetStack], init=False)
    moves: list[Move] = field(default_factory=list[Move], init=False)
    moved: Moved | None = field(default=None, init=False)
    signals: list[int] = field(default_factory=list[int], init=False)
    is_announced: bool = field(default=False, init=False)
    own_calls_per_second: float = field(default=DEFAULT, init=False)
    """The kit's calls of each AWS service, of all stacks together."""

    def run(self) -> None:
        """Run the command, and exit."""
        self.console = terminal(stderr=self.as_json)
        with reading():
            fleet = open_fleet(self.core, self.endpoint)
            self._read_environment(fleet.pulumi.environment)
            with _alone(fleet):
                runs = self._run(fleet)
        if self.as_json:
            print_json(document(self.verb, self.core, self.files, self.moves, self.moved, runs))
        raise typer.Exit(128 + self.signals[0] if self.signals else self._exit_code(runs))

    def _read_environment(self, environment: Mapping[str, str]) -> None:
        problem = checkpoint_problem(environment)
        if problem and self.verb != "preview":
            raise InputError(f"{problem}.")
        try:
            self.own_calls_per_second = calls_per_second(environment)
        except PaceError as error:
            raise InputError(str(error)) from None

    def _run(self, fleet: FleetInputs) -> list[Run]:
        moving = self.verb in _MOVING
        fleet.create_core(create=moving)
        if moving:
            fleet.check_units()  # before there are files and stacks of a misspelled one
        self.files = fleet.write_files()
        for path in self.files:
            self.console.print(f"Wrote {path.name}.", soft_wrap=True)
        self.stacks = fleet.stacks()
        read = fleet.states(self.stacks, self.at_once, create=moving)
        self.stacks = [each for each in self.stacks if each.name in read or each.is_former]
        states = {name: state for name, state in read.items() if isinstance(state, dict)}
        if self.verb == "destroy":
            self._confirm(list(read))
        if moving:
            self.moves = fleet.moves(self.stacks, states)
            if self.verb != "move":
                found = fleet.resolution(states).settings
                self.declared = [(each.type, each.name) for each in declared(found)]
                self.reads = fleet.reads(found)
        logs = Path(tempfile.mkdtemp(prefix="okta-idc-fleet-"))
        with fleet.read_once(logs) as variables:
            pulumi = self._pulumi(fleet, read, variables)
            runner = Runner(
                pulumi, self.verb, read, logs, is_running, self.parallel, self.policy_packs
            )
            with self._signals(runner):
                if moving:
                    print_moves(self.console, self.moves, planned=self.verb == "preview")
                    if self.verb != "preview":
                        self._move(Mover(fleet.pulumi, states, self.at_once, runner.stop), read)
                runs = [] if self.verb == "move" else self._perform(runner, read)
        with suppress(OSError):  # no stack has run
            logs.rmdir()
        return runs

    def _pulumi(
        self, fleet: FleetInputs, read: Mapping[str, Json | PulumiError],
        variables: Mapping[str, str],
    ) -> Pulumi:  # fmt: skip
        """For the stacks' programs, which otherwise refuse to run while there are former parts."""
        former = [read.get(each.name, {}) for each in self.stacks if each.is_former]
        unknown = any(isinstance(state, PulumiError) or pending(state) for state in former)
        places_known = {PLACES_KNOWN: str(not unknown).lower()}
        return replace(
            fleet.pulumi, environment={**fleet.pulumi.environment, **variables, **places_known}
        )

    def _move(self, mover: Mover, read: Mapping[str, Json | PulumiError]) -> None:
        unsettled = {
            name: "an earlier run was interrupted. See what it left behind: "
            + recover_command(name)
            for name, state in mover.states.items()
            if pending(state)
        }
        unreadable = {
            name: str(error) for name, error in read.items() if isinstance(error, PulumiError)
        }
        kept = unsettled | unreadable
        safe = [each for each in self.moves if not {each.source, each.dest} & kept.keys()]
        self.moved = mover.move(safe)
        for each in self.moves:
            for name in {each.source, each.dest} & kept.keys():
                self.moved.failed[name] = kept[name]
        known = [each for each in self.stacks if each.name not in unreadable]
        mover.delete_empty(known, self.moved)
        done = set(self.moved.done)
        unfinished = {each.source for each in self.moves if each not in done}
        for each in self.stacks:
            state = mover.states.get(each.name)
            if each.is_former and state and each.name not in unfinished | self.moved.failed.keys():
                self.moved.failed[each.name] = leftovers(each.name, state)
        print_moved(self.console, self.moved)
        if self.verb == "move" and not self.moves and not self.moved.deleted:
            self.console.print("Nothing to move.")

    def _perform(self, runner: Runner, read: dict[str, Json | PulumiError]) -> list[Run]:
        listed = [each for each in self.stacks if each.name in read]
        if self.verb in _MOVING:
            listed = [each for each in listed if not each.is_former]
        blocked = self._blocked()
        runs = {each: Run(each) for each in listed}
        for each, run in runs.items():
            if each.name in blocked:
                run.status = Status.NOT_RUN if self.verb == "preview" else Status.FAILED
                run.errors = [blocked[each.name]]
        destroys = self.verb == "destroy"
        ordered = [[runs[each] for each in stage] for stage in stages(listed, backwards=destroys)]
        running = [each for each, run in runs.items() if not run.is_over]
        self.console.print(self._estimate(running, read), soft_wrap=True)
        with display([*runs.values()]) as shown:
            schedule = Schedule(
                runner.perform, self.at_once, runner.stop, shown.changed,
                lambda: self._tick(shown),
            )  # fmt: skip
            schedule.run(ordered, again=self.verb in ("up", "destroy"), core_last=destroys)
        print_summary(
            self.console, [*runs.values()], runner.logs, self.core, self.verb, self.policy_packs
        )
        return [*runs.values()]

    def _estimate(self, running: Sequence[FleetStack], read: Mapping[str, Any]) -> str:
        """How long the run lasts at least, because of Okta's and AWS's limits."""
        # Before an update, what other stacks have is no reason to create it.
        names = [*read] if self.verb == "up" else [each.name for each in running]
        states = [read[name] for name in names if not isinstance(read[name], PulumiError)]
        known = [(each.kind, each.name) for state in states for each in recorded(state)]
        at_once = min(self.at_once, len(running) or 1) * (self.parallel or _ENGINE_PARALLEL)
        parts = [each.part for each in running]
        changes = planned(self.verb, self.declared, known)
        return estimate(
            changes, parts=parts, parallel=at_once, own_calls_per_second=self.own_calls_per_second,
            reads=self.reads,
        ).sentence  # fmt: skip

    def _blocked(self) -> dict[str, str]:
        """Why stacks are not run: something that belongs elsewhere is still in them, so that an
        update would delete it in one stack and create it in the other."""
        done = set(self.moved.done) if self.moved else set[Move]()
        left = [each for each in self.moves if each not in done]
        failed = self.moved.failed if self.moved else {}
        found: dict[str, str] = {}
        for name in {name for each in left for name in (each.source, each.dest)}:
            number = sum(name in (each.source, each.dest) for each in left)
            found[name] = f"{count(number, 'resource')} must move first"
            if name in failed:
                found[name] += f". {failed[name]}"
        return found

    def _confirm(self, names: Sequence[str]) -> None:
        if self.confirmed:
            return
        if not sys.stdin.isatty():
            raise InputError(
                "nothing was changed: there is no terminal for the confirmation. Pass --yes."
            )
        print_error(f"This destroys all resources of {', '.join(names)}.")
        question = f"Enter {self.core} to continue"
        given = typer.prompt(question, default="", show_default=False, err=True)
        if given != self.core:
            raise InputError(
                "not confirmed, nothing was changed. Enter the stack's name, or --yes."
            )

    def _exit_code(self, runs: Sequence[Run]) -> int:
        failed = any(run.status in (Status.FAILED, Status.INTERRUPTED) for run in runs)
        held = any(run.status == Status.NOT_RUN for run in runs)
        if failed or (held and self.verb == "destroy") or (self.moved and self.moved.failed):
            return FAILED
        return UNKNOWN if held else SUCCESS

    def _tick(self, shown: Display) -> None:
        if self.signals and not self.is_announced:
            self.is_announced = True
            shown.say(
                "Interrupted: no further stack starts, and those that run finish what they have "
                "begun. Interrupt again to end them at once."
            )
        shown.tick()

    @contextmanager
    def _signals(self, runner: Runner) -> Generator[None]:
        """Interrupt the run instead of this process, at Ctrl-C and when a pipeline ends."""

        def received(number: int, _: object) -> None:
            self.signals.append(number)
            runner.interrupt()

        kinds = signal.SIGINT, signal.SIGTERM
        before = {each: signal.signal(each, received) for each in kinds}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


@contextmanager
def _alone(fleet: FleetInputs) -> Generator[None]:
    """Only one fleet command at a time. Raises InputError."""
    with ExitStack() as held:
        try:
            home = pulumi_home(fleet.pulumi.environment, fleet.pulumi.project)
            held.enter_context(only_fleet(fleet.core_file, home))
        except FleetRunningError as error:
            raise InputError(str(error)) from None
        except OSError as error:
            named = error.filename or fleet.core_file
            raise InputError(f"{named}: cannot be locked: {error.strerror}.") from None
        yield
