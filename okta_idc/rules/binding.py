"""How an enforcement point applies a rule: its subjects, and the names that findings show.

The doctor's subjects come from Okta and AWS, those of the policy pack from declared resources.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from okta_idc.rules.registry import Finding, Rule, join_path

T = TypeVar("T")
Source = TypeVar("Source")


class Unavailable(Exception):  # noqa: N818 - an answer, not an error
    """Why a value could not be read. Stored instead of the value, and raised where the value is
    needed.

    `applicable` True: the value can be read later, or with the permission that the text names, so
    the rule's result is `unknown`. False: there is nothing to read (no API returns it, or there is
    no declared value to compare it with), so the rule is skipped.
    `code`: Okta's error code, if an error of Okta is the reason.
    """

    def __init__(self, text: str, *, applicable: bool = True, code: str = "") -> None:
        super().__init__(text)
        self.text, self.applicable, self.code = text, applicable, code


def known(value: T | Unavailable) -> T:
    """The value; raises Unavailable if it could not be read."""
    if isinstance(value, Unavailable):
        raise value.with_traceback(None)
    return value


@dataclass(frozen=True, slots=True)
class Location:
    """What a finding is about: the name of a user, group, resource or property, a path in it, and
    the resource's URN."""

    name: str = ""
    path: str = ""
    urn: str = ""


NOWHERE = Location()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule is applied to.

    `parts` maps paths in the rule's findings (`[0]`, `push_groups[2]`) to locations; any other path
    is relative to `location`. If `names` is set, the value of each finding identifies what the
    finding is about, and is shown as the name: by `names`, or as it is.
    """

    value: Any
    location: Location = NOWHERE
    parts: Mapping[str, Location] = field(default_factory=dict[str, Location])
    names: Mapping[str, str] | None = None

    def locate(self, path: str) -> Location:
        """The location of a path in a finding."""
        own = self.location
        return self.parts.get(path) or replace(own, path=join_path(own.path, path))

    def located(self, finding: Finding) -> tuple[Location, Finding]:
        """The location of a finding, and the finding with names instead of paths in `parts`."""
        at, value = self.locate(finding.path), finding.value
        if self.names is not None and value is not None:
            at, value = replace(at, name=self.names.get(value, value)), None
        elif value and value == at.name:
            value = None
        parts = self.parts
        named = finding.renamed(lambda path: parts[path].name if path in parts else path)
        others = tuple(each for each in named.related if str(each) != at.name)
        return at, replace(named, path=at.path, value=value, related=others)


def numbered(locations: Iterable[Location | str], prefix: str = "") -> dict[str, Location]:
    """Locations of the items of a list, by their paths in findings: `[0]`, `prefix[0]`."""
    return {
        f"{prefix}[{index}]": Location(each) if isinstance(each, str) else each
        for index, each in enumerate(locations)
    }


@dataclass(frozen=True)
class Binding(Generic[Source]):
    """A rule and its subjects. `subjects` returns each subject, or why it is unavailable."""

    rule: Rule[Any]
    subjects: Callable[[Source], Iterable[Subject | Unavailable]]

    def findings(self, source: Source) -> Iterable[tuple[Location, Finding] | Unavailable]:
        """The findings on every subject, and the subjects that are unavailable. Raises Unavailable
        if no subject can be read."""
        for subject in self.subjects(source):
            if isinstance(subject, Unavailable):
                yield subject
            else:
                yield from map(subject.located, self.rule(subject.value))
