"""The declared and the live map, and their difference."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.access_map.declared import declared_map
from okta_idc.access_map.difference import difference
from okta_idc.access_map.live import live_map
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.inventory.declared import Declared, DeclaredGroup
from okta_idc.inventory.model import StoreUser
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.settings import load_settings
from tests.unit.okta_idc.access_map.sample import APP, DEV, PROD, inventory

SETTINGS: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    },
    "scim_token": {"secret": "scim"},
    "assignments": {"groups": ["everyone"]},
    "push_groups": ["admins", "devs"],
    "account_access": {
        "permission_sets": [
            {"name": "Admin", "groups": ["admins"], "accounts": [DEV, PROD]},
            {"name": "Read", "groups": ["devs"], "accounts": [DEV]},
        ],
        "applications": [{"arn": APP, "groups": ["admins"]}],
    },
}
EXPECTED = Access(
    {("admins", "Admin"): frozenset({DEV, PROD}), ("devs", "Read"): frozenset({DEV})},
    {"admins": frozenset({APP})},
)
PLACES = st.frozensets(st.sampled_from("123"))
GROUPS = st.sampled_from("abc")
ACCESS = st.builds(
    Access,
    st.none() | st.dictionaries(st.tuples(GROUPS, st.sampled_from("XY")), PLACES),
    st.none() | st.dictionaries(GROUPS, PLACES),
)
MAPS = st.builds(AccessMap, ACCESS, st.none() | st.frozensets(GROUPS))


def test_the_live_map_joins_groups_with_sets_accounts_applications_and_people() -> None:
    found = live_map(inventory())
    assert found.access == EXPECTED
    assert found.groups == {"admins", "devs"}
    assert found.people == {
        "admins": {"ada@example.com"},
        "devs": {"ada@example.com", "ben@example.com", "cleo@example.com"},
    }
    assert found.unknown == ()


def test_the_declared_map_has_the_access_of_the_settings() -> None:
    found = declared_map(load_settings(SETTINGS))
    assert (found.access, found.groups) == (EXPECTED, {"admins", "devs"})


def test_equal_maps_have_no_difference() -> None:
    assert not difference(declared_map(load_settings(SETTINGS)), live_map(inventory()))


def test_groups_have_their_declared_names() -> None:
    by_id = Declared(push=(DeclaredGroup("00gB", "00gB"), DeclaredGroup("devs", "00gD")))
    found = live_map(inventory(declared=by_id))
    assert found.groups == {"00gB", "devs"}


def test_two_groups_with_the_same_name_stay_apart() -> None:
    given = inventory()
    given.groups.names["00gD"] = "admins"  # type: ignore[union-attr]
    assert live_map(given).groups == {"admins", "admins (00gD)"}


def test_a_group_that_aws_does_not_have_has_no_access() -> None:
    given = inventory(store_groups={})
    found = live_map(given)
    assert found.groups == {"admins", "devs"}
    assert not found.access
    assert found.people == {"admins": frozenset(), "devs": frozenset()}


@pytest.mark.parametrize(
    "part", ["pushes", "group_access", "applications", "store_groups", "store_users"]
)
def test_a_part_that_cannot_be_read_is_unknown(part: str) -> None:
    reason = "it is denied. Needs sso:ListInstances."
    found = live_map(inventory(**{part: Unavailable(reason)}))
    assert found.unknown == (reason,)
    assert not difference(declared_map(load_settings(SETTINGS)), found).missing.accounts or (
        part in ("applications", "store_users")
    )


def test_an_unread_part_has_no_difference() -> None:
    found = live_map(inventory(group_access=Unavailable("denied.")))
    compared = difference(declared_map(load_settings(SETTINGS)), found)
    assert not compared
    assert compared.unknown == ("denied.",)


def test_members_who_are_no_users_have_their_id() -> None:
    users = {"u-ada": StoreUser("ada@example.com", True, "", True)}
    found = live_map(inventory(store_users=users))
    assert found.people["devs"] == {"ada@example.com", "u-ben", "u-cleo"}


@given(declared=MAPS, live=MAPS)
def test_missing_and_extra_are_symmetric(declared: AccessMap, live: AccessMap) -> None:
    there, back = difference(declared, live), difference(live, declared)
    assert (there.missing, there.extra) == (back.extra, back.missing)
    assert (there.missing_groups, there.extra_groups) == (back.extra_groups, back.missing_groups)
    assert there.number == back.number


@given(each=MAPS)
def test_a_map_does_not_differ_from_itself(each: AccessMap) -> None:
    assert not difference(each, each)


@given(declared=MAPS, live=MAPS)
def test_the_differences_turn_one_side_into_the_other(declared: AccessMap, live: AccessMap) -> None:
    found = difference(declared, live)
    if None in (declared.access.accounts, live.access.accounts,
                declared.access.applications, live.access.applications):  # fmt: skip
        return
    assert (declared.access - found.missing) | found.extra == live.access
