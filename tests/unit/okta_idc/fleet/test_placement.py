"""Each group, permission set, and account is in exactly one stack of a fleet."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from okta_idc.fleet.placement import Placement, UnknownUnitError, share_of
from okta_idc.fleet.resources import (
    ACCOUNT_ASSIGNMENT,
    APPLICATION_ASSIGNMENT,
    MANAGED_POLICY,
    PERMISSION_SET,
    PUSH_MAPPING,
    Recorded,
    places,
)
from okta_idc.settings import Settings, load_settings
from okta_idc.settings.models import Fleet
from okta_idc.settings.parts import CORE, parts_of
from tests.unit.okta_idc.access_rules.directory import (
    DEV1,
    DEV2,
    MANAGEMENT,
    PROD,
    MemoryDirectory,
)

NAMES = st.text("abcdz-_", min_size=1, max_size=6)
COUNT = st.builds(lambda count: {"count": count}, st.integers(1, 6))
BY_NAME = COUNT | st.builds(
    lambda prefixes: {"prefixes": prefixes},
    st.lists(st.sampled_from(["a", "ab", "b", "zz"]), min_size=1, unique=True),
)
UNITS = st.sampled_from(["Workloads", "Workloads/Dev", "Workloads/Dev/Team", "Workloads/Prod"])
BY_ACCOUNT = COUNT | st.builds(
    lambda units: {"organizational_units": units}, st.lists(UNITS, min_size=1, unique=True)
)
FLEETS = st.fixed_dictionaries(
    {}, optional={"push_groups": BY_NAME, "permission_sets": BY_NAME, "accounts": BY_ACCOUNT}
).map(Fleet.model_validate)
ACCOUNTS = st.lists(st.sampled_from([DEV1, DEV2, PROD, MANAGEMENT]), unique=True)
SETS = st.lists(
    st.builds(
        lambda name, accounts, further: {
            "name": name,
            "groups": ["g1"],
            "accounts": accounts,
            "assignments": [{"groups": ["g2"], "accounts": further}],
        },
        st.text("ABCabz", min_size=1, max_size=4),
        ACCOUNTS,
        ACCOUNTS,
    ),
    max_size=4,
    unique_by=lambda each: each["name"],
)


def placement(fleet: Fleet | None) -> Placement:
    return Placement(fleet, MemoryDirectory)


def settings(sets: list[dict[str, Any]], fleet: Fleet | None = None) -> Settings:
    loaded = load_settings(
        {
            "scim_token": {"secret": "s"},
            "app": {"acs_url": None},
            "push_groups": ["g1", "g2"],
            "account_access": {"permission_sets": sets},
        }
    )
    return loaded.model_copy(update={"fleet": fleet})


def grants(of: Settings) -> list[tuple[str, str, str]]:
    sets = of.account_access.permission_sets
    return [(each.name, *pair) for each in sets for pair in each.pairs()]


@given(FLEETS, NAMES)
def test_each_group_and_set_is_in_the_core_or_in_a_listed_part(fleet: Fleet, name: str) -> None:
    found = placement(fleet)
    assert found.group(name) in {CORE, *parts_of(fleet)}
    assert found.permission_set(name) in {CORE, *parts_of(fleet)}


@given(FLEETS, st.sampled_from([DEV1, DEV2, PROD, MANAGEMENT]))
def test_each_account_is_in_the_core_or_in_a_listed_part(fleet: Fleet, account: str) -> None:
    assert placement(fleet).account(account) in {CORE, *parts_of(fleet)}


@examples(deadline=None)
@given(FLEETS, SETS)
def test_the_shares_of_all_parts_are_the_whole_and_overlap_nowhere(
    fleet: Fleet, sets: list[dict[str, Any]]
) -> None:
    whole = settings(sets, fleet)
    found = placement(fleet)
    shares = [share_of(whole, found, part) for part in (CORE, *parts_of(fleet))]
    assert sorted(g for each in shares for g in grants(each.settings)) == sorted(grants(whole))
    owned = [name for each in shares for name in each.owned_sets]
    assert sorted(owned) == sorted(each["name"] for each in sets)


@examples(deadline=None)
@given(FLEETS, SETS)
def test_a_path_in_a_share_names_the_same_value_in_the_whole(
    fleet: Fleet, sets: list[dict[str, Any]]
) -> None:
    whole = settings(sets, fleet)
    for part in (CORE, *parts_of(fleet)):
        share = share_of(whole, placement(fleet), part)
        for index, each in enumerate(share.settings.account_access.permission_sets):
            base = f"account_access.permission_sets[{index}]"
            assert value(whole, share.written(f"{base}.name")) == each.name
            for below, assigned in each.combinations():
                for number, account in enumerate(assigned.accounts):
                    path = f"{base}{below}.accounts[{number}]"
                    assert value(whole, share.written(path)) == account


def value(of: Settings, path: str) -> Any:
    found: Any = of
    for key, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        found = getattr(found, key) if key else found[int(index)]
    return found


@examples(deadline=None)
@given(SETS)
def test_without_a_fleet_the_core_has_everything(sets: list[dict[str, Any]]) -> None:
    whole = settings(sets)
    assert share_of(whole, placement(None), CORE).settings == whole


@given(st.integers(1, 20), NAMES)
def test_one_more_stack_moves_objects_only_to_it(count: int, name: str) -> None:
    before, after = (
        placement(Fleet.model_validate({"push_groups": {"count": number}})).group(name)
        for number in (count, count + 1)
    )
    assert after in (before, f"push-{count + 1}")


def test_a_count_divides_evenly() -> None:
    found = placement(Fleet.model_validate({"accounts": {"count": 4}}))
    parts = [found.account(f"{number:012d}") for number in range(2000)]
    assert all(400 < parts.count(f"access-{number}") < 600 for number in range(1, 5))


def test_the_longest_prefix_and_the_innermost_unit_decide() -> None:
    fleet = Fleet.model_validate(
        {
            "push_groups": {"prefixes": ["aws-", "aws-prod-"]},
            "accounts": {"organizational_units": ["Workloads/Dev/Team", "Workloads"]},
        }
    )
    found = placement(fleet)
    assert [found.group(each) for each in ("aws-prod-a", "aws-x", "x")] == [
        "push-aws-prod", "push-aws", CORE,
    ]  # fmt: skip
    assert [found.account(each) for each in (DEV1, DEV2, MANAGEMENT)] == [
        "access-workloads", "access-workloads-dev-team", "access",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fleet", "rest"),
    [
        ({"accounts": {"organizational_units": ["Workloads/Dev"]}}, CORE),
        ({"accounts": {"count": 2}}, CORE),
        ({"accounts": {"count": 2}, "push_groups": {"count": 1}}, "access-1"),
        ({"push_groups": {"prefixes": ["a"]}}, "access"),
        ({"permission_sets": {"count": 1}}, "access"),
    ],
)
def test_the_core_has_no_assignments_that_need_stacks_that_need_the_core(
    fleet: dict[str, Any], rest: str
) -> None:
    loaded = Fleet.model_validate(fleet)
    assert placement(loaded).rest == rest
    assert (rest == CORE) or rest in parts_of(loaded)


@given(FLEETS, st.sampled_from([DEV1, DEV2, PROD, MANAGEMENT, "999999999999"]))
def test_an_assignment_belongs_to_the_stack_that_declares_it(fleet: Fleet, account: str) -> None:
    whole = settings([{"name": "A", "groups": ["g1"], "accounts": [account]}], fleet)
    found = placement(fleet)
    of_it = Recorded("urn", ACCOUNT_ASSIGNMENT, f"idc-access-A-g1-{account}", {"targetId": account})
    for stack in (CORE, *parts_of(fleet)):
        [(_, part)] = places([of_it], found, "idc", stack)
        assert grants(share_of(whole, found, part).settings) == [("A", "g1", account)]


def test_a_missing_unit_is_named() -> None:
    fleet = Fleet.model_validate({"accounts": {"organizational_units": ["Sandbox"]}})
    with pytest.raises(UnknownUnitError, match="'Sandbox' does not exist"):
        placement(fleet).account(DEV1)


def test_only_organizational_units_read_the_organization() -> None:
    def refuse() -> MemoryDirectory:
        raise AssertionError

    counted = Fleet.model_validate({"accounts": {"count": 2}, "push_groups": {"count": 2}})
    found = Placement(counted, refuse)
    assert found.account(DEV1) in parts_of(counted)
    assert found.group("g") in parts_of(counted)


def test_recorded_resources_are_placed_by_what_they_are() -> None:
    fleet = Fleet.model_validate(
        {
            "push_groups": {"prefixes": ["aws-"]},
            "permission_sets": {"prefixes": ["Dev"]},
            "accounts": {"organizational_units": ["Workloads"]},
        }
    )
    recorded = [
        Recorded("1", PUSH_MAPPING, "idc-push-aws-a", {}),
        Recorded("2", PERMISSION_SET, "idc-access-Dev-set", {"arn": "arn", "name": "Dev"}),
        Recorded("3", MANAGED_POLICY, "idc-access-Dev-X", {"permissionSetArn": "arn"}),
        Recorded("4", MANAGED_POLICY, "idc-access-Dev-Y", {"permissionSetArn": "unknown"}),
        Recorded("5", ACCOUNT_ASSIGNMENT, "idc-access-Dev-g-1", {"targetId": PROD}),
        Recorded("6", PUSH_MAPPING, "other-push-aws-a", {}),
        Recorded("9", PUSH_MAPPING, "idc-2-push-aws-a", {}),
        Recorded("10", ACCOUNT_ASSIGNMENT, "idc-2-access-Dev-g-1", {"targetId": PROD}),
        Recorded("7", "okta:app/saml:Saml", "idc-app-saml", {}),
        Recorded("8", APPLICATION_ASSIGNMENT, "idc-access-apl-1-g", {}),
    ]
    found = {each.urn: part for each, part in places(recorded, placement(fleet), "idc", CORE)}
    assert found == {
        "1": "push-aws", "2": "sets-dev", "3": "sets-dev", "4": CORE, "5": "access-workloads",
        "8": "access",
    }  # fmt: skip
