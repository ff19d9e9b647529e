"""What a fleet command knows before it starts a stack."""

from pathlib import Path
from typing import Any

import pytest

from okta_idc.access_rules.recorded import VARIABLE, RecordedDirectory
from okta_idc.cli.fleet_inputs import FleetInputs
from okta_idc.cli.stack import InputError
from okta_idc.fleet.process import Pulumi
from okta_idc.fleet.resources import ACCOUNT_ASSIGNMENT
from okta_idc.settings import load_settings
from okta_idc.settings.models import Fleet
from tests.unit.okta_idc.access_rules.directory import DEV1, DEV2, MemoryDirectory

LOST = [f"90000000000{number}" for number in range(6)]
"""Accounts that the unit had in the last run."""


def inputs(limit: int, *confirmed: str, lists: tuple[str, ...] = ()) -> FleetInputs:
    access: dict[str, Any] = {
        "permission_sets": [
            {"name": "Developer", "groups": ["aws-dev"], "accounts": list(lists),
             "account_selectors": [{"organizational_unit": "Workloads/Dev", "nested": True}]}
        ],
        "max_removed_assignments": limit, "confirm_removed_accounts": list(confirmed),
    }  # fmt: skip
    settings = {
        "app": {"acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"},
        "scim_token": {"secret": "okta-identity-center/scim"},
        "push_groups": ["aws-dev"], "fleet": {"accounts": {"count": 2}}, "account_access": access,
    }  # fmt: skip
    found = FleetInputs(Pulumi(Path(), Path(), {}), "prod", load_settings(settings))
    found.__dict__["_directory"] = RecordedDirectory(MemoryDirectory())
    return found


def state(stack: str, *accounts: str) -> dict[str, Any]:
    """An exported state with assignments of the group in these accounts."""
    head = f"urn:pulumi:{stack}::okta-identity-center::{ACCOUNT_ASSIGNMENT}"
    listed = [
        {"urn": f"{head}::identity-center-access-Developer-aws-dev-{account}", "id": account,
         "type": ACCOUNT_ASSIGNMENT, "custom": True, "outputs": {"targetId": account}}
        for account in accounts
    ]  # fmt: skip
    return {"deployment": {"resources": listed}}


STATES = {
    "prod": {},
    "prod-access-1": state("prod-access-1", DEV1, *LOST[:3]),
    "prod-access-2": state("prod-access-2", DEV2, *LOST[3:]),
}


def test_the_limit_of_removals_is_that_of_all_stacks_together() -> None:
    with pytest.raises(InputError, match=r"6 account assignments would be removed.*is 5:.*OIC-568"):
        inputs(5).resolution(STATES)
    found = inputs(6).resolution(STATES).settings
    [developer] = found.account_access.permission_sets
    assert {account for _, account in developer.pairs()} == {DEV1, DEV2}


def test_confirmed_accounts_do_not_count() -> None:
    inputs(5, LOST[0]).resolution(STATES)


def test_a_state_that_two_stacks_have_counts_once() -> None:
    copied = STATES | {"prod": state("prod", *LOST)}
    inputs(6).resolution(copied)


def test_nothing_is_read_without_rules() -> None:
    plain = inputs(6)
    plain.__dict__["_directory"] = read = MemoryDirectory()
    plain.settings = load_settings(
        {
            "app": {"acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"},
            "scim_token": {"secret": "okta-identity-center/scim"},
            "push_groups": ["aws-dev"],
        }
    )
    assert plain.resolution(STATES).settings is plain.settings
    assert read.calls == []


def test_a_part_compares_the_groups_that_it_grants_something() -> None:
    found = inputs(6)
    settings = found.resolution(STATES).settings
    parts = {found.placement.account(account) for account in (DEV1, DEV2)}
    assert found.reads(settings).keys() == {*parts, ""}


def test_a_unit_that_does_not_exist_is_named_with_its_setting_and_a_similar_one() -> None:
    found = inputs(6)
    fleet = Fleet.model_validate({"accounts": {"organizational_units": ["Workloads/Dve"]}})
    found.settings = found.settings.model_copy(update={"fleet": fleet})
    with pytest.raises(InputError) as raised:
        found.check_units()
    assert str(raised.value).startswith(
        "federation.fleet.accounts.organizational_units: the organizational unit 'Workloads/Dve' "
        "does not exist. Did you mean 'Workloads/Dev'? Correct the path"
    )


def test_a_fleet_without_units_reads_nothing_to_check_them() -> None:
    found = inputs(6)
    found.__dict__["_directory"] = read = MemoryDirectory()
    found.check_units()
    assert read.calls == []


def test_programs_get_what_the_command_has_read(tmp_path: Path) -> None:
    found = inputs(6)
    found.resolution(STATES)
    with found.read_once(tmp_path) as variables:
        later = MemoryDirectory(placed={})
        read = RecordedDirectory.load(later, variables)
        unit = read.unit("Workloads/Dev")
        assert unit
        assert unit.nested == {DEV1, DEV2}
        assert later.calls == []
    assert [*tmp_path.iterdir()] == []
    assert [*variables] == [VARIABLE]


def test_programs_of_a_fleet_without_rules_get_no_file(tmp_path: Path) -> None:
    found = inputs(6)
    del found.__dict__["_directory"]
    with found.read_once(tmp_path) as variables:
        assert variables == {VARIABLE: ""}  # not one that the user has set
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    found = inputs(6)
    found.resolution(STATES)
    with found.read_once(tmp_path / "missing") as variables:
        assert variables == {VARIABLE: ""}
