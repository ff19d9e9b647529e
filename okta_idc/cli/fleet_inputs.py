"""What a fleet command works on: the project, the core stack's settings, and all stacks."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from okta_idc.access_rules import changes
from okta_idc.access_rules.recorded import VARIABLE, RecordedDirectory
from okta_idc.access_rules.resolution import Resolution, has_rules
from okta_idc.cli.resolved_settings import live_directory, resolution
from okta_idc.cli.schema import PROJECT
from okta_idc.cli.stack import (
    InputError,
    project_folder,
    read_configuration,
    read_file,
    read_settings,
    stack_folder,
)
from okta_idc.clients.json_path import Json, get_path
from okta_idc.fleet.budget import reads_of_access
from okta_idc.fleet.mover import exported, exported_states, stack_names
from okta_idc.fleet.placement import UNITS, Placement, UnknownUnitError
from okta_idc.fleet.process import NoStackError, Pulumi, PulumiError
from okta_idc.fleet.resources import Recorded, grants, places
from okta_idc.fleet.stack_files import (
    StackFileError,
    read_part,
    recorded_parts,
    stack_file,
    write_part_files,
)
from okta_idc.fleet.stacks import FleetStack, is_part_name, stacks_of, stages
from okta_idc.fleet.states import Move, MoveError, moves, recorded, resources
from okta_idc.recovery.differences import federation_name
from okta_idc.recovery.state import State
from okta_idc.settings import ROOT, Settings, SettingsError, federation_in
from okta_idc.settings.parts import CORE, parts_of

_WITHOUT_FILE = (
    "stack {name} exists, and neither the settings have such a part nor is there a file {file}. If "
    "the stack was a part of this fleet, restore the file from git: then its resources move to the "
    "other stacks. Otherwise rename the stack: pulumi stack rename --stack {name} NAME"
)


@dataclass
class FleetInputs:
    """The project and the core stack. `endpoint`: replaces AWS's endpoints."""

    pulumi: Pulumi
    core: str
    settings: Settings
    endpoint: str = ""

    @property
    def core_file(self) -> Path:
        return stack_file(self.pulumi.files, self.core)

    def stacks(self) -> list[FleetStack]:
        """The stacks of the settings, and those of former parts. Raises InputError, also for a
        stack that seems to be a former part and has no file."""
        with _stack_files():
            recorded = recorded_parts(self.pulumi.files, PROJECT, self.core)
        stacks = stacks_of(self.core, parts_of(self.settings.fleet), recorded)
        try:
            existing = stack_names(self.pulumi)
        except PulumiError as error:
            raise InputError(str(error)) from None
        known = {each.name.rpartition("/")[2] for each in stacks}
        for name in sorted(existing - known):
            path = stack_file(self.pulumi.files, name)
            if is_part_name(self.core, name) and not path.exists():
                raise InputError(_WITHOUT_FILE.format(name=name, file=path.name))
        return stacks

    def write_files(self) -> list[Path]:
        """Write the stack files of the parts, and return those that are new or different. Raises
        InputError."""
        parts = parts_of(self.settings.fleet)
        with _stack_files():
            return write_part_files(self.pulumi.files, PROJECT, self.core, parts)

    def create_core(self, *, create: bool) -> None:
        """Create the core stack if it is missing: its key is that of the parts. Raises InputError,
        without `create` also for a missing stack."""
        try:
            try:
                exported(self.pulumi, self.core)
            except NoStackError:
                if not create:
                    raise
                self.pulumi.create(self.core)
        except NoStackError:
            raise InputError(f"stack {self.core} does not exist.") from None
        except PulumiError as error:
            raise InputError(str(error)) from None

    def states(
        self, stacks: Iterable[FleetStack], at_once: int, *, create: bool
    ) -> dict[str, Json | PulumiError]:
        """The exported states by stack name. Former parts are never created."""
        listed = list(stacks)
        former = [each.name for each in listed if each.is_former]
        current = [each.name for each in listed if not each.is_former]
        found = exported_states(self.pulumi, current, at_once, create=create)
        return {**found, **exported_states(self.pulumi, former, at_once, create=False)}

    def moves(self, stacks: Iterable[FleetStack], states: Mapping[str, Json]) -> list[Move]:
        """What is in the wrong stack, of those whose states are given. Raises InputError, and
        AwsError if the organization cannot be read."""
        name = self._name(states)
        former = {each.part for each in stacks if each.is_former}

        def wanted(listed: Iterable[Recorded], part: str) -> Iterator[tuple[Recorded, str]]:
            for each, belongs in places(listed, self.placement, name, part):
                # A former part keeps nothing: what cannot be placed goes to the core.
                yield each, CORE if belongs in former else belongs

        parts = {each.name: each.part for each in stacks}
        with _placed():
            return moves(states, parts, wanted)

    def resolution(self, states: Mapping[str, Json]) -> Resolution:
        """What rules select; without rules, nothing is read. `states`: of all stacks. Raises
        InputError if more assignments would be removed, in all stacks together, than the settings
        permit (OIC-568). Raises InputError, AwsError, and OktaError if the organization or the
        groups cannot be read."""
        settings = self.settings
        if not has_rules(settings):
            return Resolution(settings)
        names = [each.name for each in settings.account_access.permission_sets]
        listed = [each for state in states.values() for each in recorded(state)]
        deployed = frozenset(grants(listed, self._name(states), names))
        found = resolution(settings, self._directory, deployed.__contains__)
        compared = changes.compare(settings, found, deployed)
        for refused in changes.removals(settings, compared, found):
            lost = ", ".join(sorted({account for _, _, account in compared.lost}))
            text = refused.text(f"{ROOT}.account_access")
            raise InputError(f"{text}\nNo stack was run. All accounts that lose access: {lost}.")
        return found

    @cached_property
    def placement(self) -> Placement:
        """Which part has what."""
        return Placement(self.settings.fleet, lambda: self._directory)

    def check_units(self) -> None:
        """Raises InputError for an organizational unit of the fleet that does not exist, and
        AwsError if the organization cannot be read."""
        with _placed():
            self.placement.check_units()

    def reads(self, settings: Settings) -> dict[str, int]:
        """How many calls the program of each part makes to compare access with AWS. `settings`:
        without rules. Raises AwsError if the organization cannot be read."""
        return reads_of_access(settings, self.placement)

    def _name(self, states: Mapping[str, Json]) -> str:
        """The federation's, according to the state of the core."""
        recorded_core = {"deployment": {"resources": resources(states.get(self.core, {}))}}
        return federation_name(State.of(recorded_core))

    @cached_property
    def _directory(self) -> RecordedDirectory:
        config: Mapping[str, Any] = read_configuration(self.core)
        return RecordedDirectory(live_directory(config, endpoint=self.endpoint))

    @contextmanager
    def read_once(self, folder: Path) -> Generator[dict[str, str]]:
        """The variables with which the programs find what this command has read of the organization
        and of Okta. The file is deleted afterwards; without it, each program reads for itself.
        `folder`: one of this command's own."""
        path = folder / "directory.json"
        try:
            if "_directory" in self.__dict__:  # something was read
                self._directory.save(path)
        except OSError:
            path.unlink(missing_ok=True)
        try:
            yield {VARIABLE: str(path) if path.exists() else ""}
        finally:
            path.unlink(missing_ok=True)


def open_fleet(core: str, endpoint: str) -> FleetInputs:
    """The fleet of a core stack. Raises InputError."""
    project, files = project_folder(), stack_folder()
    return FleetInputs(Pulumi(project, files), core, _settings(_core_file(files, core)), endpoint)


def running_stacks(core: str) -> list[FleetStack]:
    """The core and the parts that its settings have, in the order in which they run; the core
    alone if its file is missing or has no `fleet`. Reads files only. Raises InputError."""
    path = _core_file(stack_folder(), core)
    given = get_path(read_file(path), "config", f"{PROJECT}:{ROOT}") if path.exists() else None
    try:
        federation = federation_in(given, project_folder())
    except SettingsError as error:
        raise InputError(f"{path.name}: {error}") from None
    # Other stacks may have settings that only Pulumi can read: encrypted, or in an environment.
    fleet = None if get_path(federation, "fleet") is None else _settings(path).fleet
    return [each for stage in stages(stacks_of(core, parts_of(fleet))) for each in stage]


def _core_file(files: Path, core: str) -> Path:
    """The stack file of a core stack. Raises InputError for that of a part."""
    path = stack_file(files, core)
    with _stack_files():
        if path.exists() and (part := read_part(path, PROJECT)):
            raise InputError(f"{path.name}: is a part of a fleet. Pass --stack {part.core}.")
    return path


def _settings(path: Path) -> Settings:
    settings, _ = read_settings(path, {})
    if settings is None:
        raise InputError(f"{path.name}: has no settings.")
    return settings


@contextmanager
def _placed() -> Generator[None]:
    """Word what cannot be placed as an error of a command's inputs."""
    try:
        yield
    except MoveError as error:
        raise InputError(f"{error}.".replace("..", ".")) from None
    except UnknownUnitError as error:
        raise InputError(f"{ROOT}.{UNITS}: {error}") from None


@contextmanager
def _stack_files() -> Generator[None]:
    """Word the errors of stack files as those of a command's inputs."""
    try:
        yield
    except StackFileError as error:
        raise InputError(str(error)) from None
