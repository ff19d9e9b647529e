"""Gains and losses, compared with a direct calculation for each person."""

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.access_map.impact import Side, Uses, holders, impact

NAMES = st.sampled_from(["", "Admin", "Read"])
PLACES = st.frozensets(st.sampled_from("123"))
GROUPS, PEOPLE = st.sampled_from("abcd"), st.sampled_from("pqrs")
USES = st.dictionaries(NAMES, PLACES)
SIDES = st.builds(
    Side,
    st.dictionaries(GROUPS, USES),
    st.dictionaries(GROUPS, st.frozensets(PEOPLE)),
    st.none() | st.frozensets(PEOPLE),
)


def access(side: Side, person: str) -> set[tuple[str, str]]:
    """What one person has, calculated directly."""
    if side.active is not None and person not in side.active:
        return set()
    return {
        (name, place)
        for group, uses in side.grants.items()
        if person in side.members.get(group, ())
        for name, places in uses.items()
        for place in places
    }


@given(before=SIDES, after=SIDES)
def test_each_person_gains_and_loses_what_the_sides_differ_in(before: Side, after: Side) -> None:
    found = {each.id: each for each in impact(before, after).people}
    for person in "pqrs":
        old, new = access(before, person), access(after, person)
        numbers = (found[person].gained, found[person].lost) if person in found else (0, 0)
        assert numbers == (len(new - old), len(old - new))
        if person in found and (old or new):
            assert (found[person].before, found[person].after) == (bool(old), bool(new))


@given(before=SIDES, after=SIDES)
def test_rows_and_places_count_each_person_once(before: Side, after: Side) -> None:
    found = impact(before, after)
    gained = {p: access(after, p) - access(before, p) for p in "pqrs"}
    lost = {p: access(before, p) - access(after, p) for p in "pqrs"}
    for place, numbers in found.accounts.items():
        expected = (
            sum(any(at == place for _, at in changed[p]) for p in "pqrs")
            for changed in (gained, lost)
        )
        assert numbers == tuple(expected)
    for rows, side, changed in ((found.gains, after, gained), (found.losses, before, lost)):
        for row in rows:
            uses = side.grants[row.group].get(row.permission_set, frozenset())
            through = {
                p: {at for name, at in changed[p] if name == row.permission_set} & uses
                for p in side.members[row.group]
            }
            assert row.people == sum(map(bool, through.values()))
            assert row.places == set().union(*through.values())


@given(before=SIDES, after=SIDES)
def test_gains_and_losses_are_symmetric(before: Side, after: Side) -> None:
    there, back = impact(before, after), impact(after, before)
    assert there.gains == back.losses
    assert [(r.places, r.people) for r in there.gains] == [
        (r.places, r.people) for r in back.losses
    ]
    assert (there.gaining, there.losing) == (back.losing, back.gaining)
    assert there.accounts == {place: (b, a) for place, (a, b) in back.accounts.items()}


@given(side=SIDES)
def test_nobody_gains_or_loses_without_a_change(side: Side) -> None:
    assert not impact(side, side).people


@given(side=SIDES)
def test_holders_are_the_active_people_who_have_the_set(side: Side) -> None:
    expected = {p for p in "pqrs" if any(name == "Admin" for name, _ in access(side, p))}
    assert holders(side, "Admin") == expected


def test_a_permission_set_from_another_group_is_not_lost() -> None:
    read: Uses = {"Read": frozenset("1")}
    members = {"a": frozenset("p"), "b": frozenset("p")}
    found = impact(Side({"a": read, "b": read}, members), Side({"b": read}, members))
    assert not found.people
