"""Who gains and who loses what between two states of access, in people."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Uses = Mapping[str, frozenset[str]]
"""Places by permission set: account IDs; under "", ARNs of applications."""
APPLICATIONS = ""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Side:
    """A state of access. `grants` and `members` are by group; `active`: the people who can use
    their access; None: all."""

    grants: Mapping[str, Uses] = field(default_factory=dict[str, Uses])
    members: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    active: frozenset[str] | None = None

    def is_active(self, person: str) -> bool:
        return self.active is None or person in self.active


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """People who gain or lose a permission set through a group, and the places."""

    group: str
    permission_set: str
    places: frozenset[str] = field(compare=False)
    people: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """One person: the number of places, each with its permission set, that they gain and lose, and
    whether they have any access before and after."""

    id: str
    gained: int
    lost: int
    before: bool
    after: bool


@dataclass(frozen=True)
class Impact:
    """The difference of two sides. `accounts`: people who gain and who lose something, by place."""

    people: tuple[Person, ...]
    gains: tuple[Row, ...]
    losses: tuple[Row, ...]
    accounts: Mapping[str, tuple[int, int]]

    @property
    def gaining(self) -> int:
        """The number of people who gain something."""
        return sum(bool(each.gained) for each in self.people)

    @property
    def losing(self) -> int:
        """The number of people who lose something."""
        return sum(bool(each.lost) for each in self.people)


def impact(before: Side, after: Side) -> Impact:
    """The gains and losses of all people. Swapping the sides swaps gains and losses."""
    people: list[Person] = []
    gains, losses = _Rows(), _Rows()
    affected = _candidates(before, after)
    old, new = (_groups_of(side, affected) for side in (before, after))
    added, removed = _Rest(after.grants, before.grants), _Rest(before.grants, after.grants)
    for person in sorted({*old, *new}):
        had, has = old.get(person, []), new.get(person, [])
        gained, lost = added(has, had), removed(had, has)
        if gained or lost:
            people.append(Person(person, _size(gained), _size(lost), bool(had), bool(has)))
            gains.add(gained, has, after.grants)
            losses.add(lost, had, before.grants)
    places = sorted(gains.places.keys() | losses.places.keys())
    return Impact(
        tuple(sorted(people, key=lambda each: (-(each.gained + each.lost), each.id))),
        gains.rows(), losses.rows(),
        {place: (gains.places[place], losses.places[place]) for place in places},
    )  # fmt: skip


def holders(side: Side, permission_set: str) -> frozenset[str]:
    """The people who have a permission set in any account."""
    found: set[str] = set()
    for group, uses in side.grants.items():
        if uses.get(permission_set):
            found |= side.members.get(group, _NONE)
    return frozenset(found if side.active is None else found & side.active)


def _candidates(before: Side, after: Side) -> set[str]:
    """Everyone whose access may differ."""
    found: set[str] = set()
    if before.active != after.active:
        everyone = (p for side in (before, after) for each in side.members.values() for p in each)
        found.update(p for p in everyone if before.is_active(p) != after.is_active(p))
    for group in before.grants.keys() | after.grants.keys():
        old, new = (side.members.get(group, _NONE) for side in (before, after))
        uses = before.grants.get(group) or {}, after.grants.get(group) or {}
        found |= old ^ new if uses[0] == uses[1] else old | new
    return found


def _groups_of(side: Side, people: Collection[str]) -> dict[str, list[str]]:
    """The groups with access of each active person."""
    found: dict[str, list[str]] = {}
    for group, uses in side.grants.items():
        if any(uses.values()):
            for person in side.members.get(group, _NONE):
                if person in people and side.is_active(person):
                    found.setdefault(person, []).append(group)
    return found


class _Rest:
    """What groups give on one side that other groups do not give on the other side.

    A group in both lists mostly gives the same, so its difference is calculated once. Many groups
    share a set of places, and an operation on the same object is skipped.
    """

    def __init__(self, mine: Mapping[str, Uses], others: Mapping[str, Uses]) -> None:
        self._mine, self._others = mine, others
        self._same_group: dict[str, Uses] = {}

    def __call__(self, groups: Sequence[str], others: Sequence[str]) -> Uses:
        found: dict[str, frozenset[str]] = {}
        for group in groups:
            own = self._of_group(group) if group in others else self._mine[group]
            for name, places in own.items():
                have = found.get(name, _NONE)
                if have is not places:
                    found[name] = have | places if have else places
        for name, places in [*found.items()]:
            rest = places
            for other in others:
                if theirs := self._others[other].get(name):
                    rest = _NONE if rest is theirs else rest - theirs
            if rest:
                found[name] = rest
            else:
                del found[name]
        return found

    def _of_group(self, group: str) -> Uses:
        if group not in self._same_group:
            mine, theirs = self._mine[group], self._others[group]
            rest = {
                name: _NONE if theirs.get(name) is places else places - theirs.get(name, _NONE)
                for name, places in mine.items()
            }
            self._same_group[group] = {name: places for name, places in rest.items() if places}
        return self._same_group[group]


def _size(uses: Uses) -> int:
    return sum(map(len, uses.values()))


class _Rows:
    """Counts people by group and permission set, and by place."""

    def __init__(self) -> None:
        self._people: Counter[tuple[str, str]] = Counter()
        self._places: dict[tuple[str, str], frozenset[str]] = {}
        self.places: Counter[str] = Counter()

    def add(self, uses: Uses, groups: Iterable[str], grants: Mapping[str, Uses]) -> None:
        """Add one person, who gains or loses these uses through these groups."""
        if not uses:
            return
        everywhere = _NONE
        for places in uses.values():
            if places is not everywhere:
                everywhere = everywhere | places if everywhere else places
        self.places.update(everywhere)
        for group in groups:
            for name, places in grants[group].items():
                own = uses.get(name)
                through = places if own is places else places & own if own else _NONE
                if through:
                    key = group, name
                    self._people[key] += 1
                    have = self._places.get(key, _NONE)
                    if have is not through and have != places:
                        self._places[key] = have | through if have else through

    def rows(self) -> tuple[Row, ...]:
        """The rows with the most people first."""
        listed = sorted(self._people.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Row(*key, self._places[key], number) for key, number in listed)
