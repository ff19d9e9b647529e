"""How an enforcement point applies a rule: to which subjects, and what readers call their parts.

The doctor makes subjects of what it read from Okta and AWS, the policy pack of declared resources.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from okta_idc.rules.registry import Finding, Rule, join_path

T = TypeVar("T")
Source = TypeVar("Source")


class Unavailable(Exception):  # noqa: N818 - an answer, not an error
    """Why a subject, or a part of one, cannot be read. It takes the place of what is missing and is
    raised where that is needed.

    `wanted` tells two kinds apart. True: it can be read later or with the right that the text
    names, so the result is `unknown`. False: there is nothing to read (no API shows it, or nothing
    was declared to compare it with), so the rule does not apply.
    """

    def __init__(self, text: str, *, wanted: bool = True) -> None:
        super().__init__(text)
        self.text, self.wanted = text, wanted


def known(part: T | Unavailable) -> T:
    """The part; raises Unavailable where it is missing."""
    if isinstance(part, Unavailable):
        raise part.with_traceback(None)
    return part


@dataclass(frozen=True, slots=True)
class Location:
    """Where a reader finds something: what it is called (a person, a group, a resource, a property
    path), the path in it, and the URN of its resource."""

    name: str = ""
    path: str = ""
    urn: str = ""


NOWHERE = Location()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule is applied to.

    `parts` locates the paths by which the rule's findings name parts of the subject (`[0]`,
    `push_groups[2]`); a path that is not in it is a field of the subject itself. `names`: each
    finding's value identifies what the finding is about, and this is what it is called, if that
    differs; None where values are values.
    """

    value: Any
    location: Location = NOWHERE
    parts: Mapping[str, Location] = field(default_factory=dict[str, Location])
    names: Mapping[str, str] | None = None

    def locate(self, path: str) -> Location:
        """Where the path of a finding leads."""
        own = self.location
        return self.parts.get(path) or replace(own, path=join_path(own.path, path))

    def located(self, finding: Finding) -> tuple[Location, Finding]:
        """Where the finding is, and the finding with names for the paths of parts."""
        at, value = self.locate(finding.path), finding.value
        if self.names is not None and value is not None:
            at, value = replace(at, name=self.names.get(value, value)), None
        elif value and value == at.name:
            value = None
        names = {path: part.name for path, part in self.parts.items()}
        named = finding.renamed(lambda path: names.get(path, path))
        others = tuple(each for each in named.related if str(each) != at.name)
        return at, replace(named, path=at.path, value=value, related=others)


def numbered(locations: Iterable[Location | str], of: str = "") -> dict[str, Location]:
    """Locations of the items of a list, by the paths that a rule gives them: `[0]`, `of[0]`."""
    return {
        f"{of}[{index}]": Location(each) if isinstance(each, str) else each
        for index, each in enumerate(locations)
    }


@dataclass(frozen=True)
class Binding(Generic[Source]):
    """A rule, and what makes its subjects: each one, or the reason why it is unavailable."""

    rule: Rule[Any]
    subjects: Callable[[Source], Iterable[Subject | Unavailable]]

    def findings(self, source: Source) -> Iterable[tuple[Location, Finding] | Unavailable]:
        """The findings on every subject, and what is unavailable. Raises Unavailable where no
        subject can be made."""
        for subject in self.subjects(source):
            if isinstance(subject, Unavailable):
                yield subject
            else:
                yield from map(subject.located, self.rule(subject.value))
