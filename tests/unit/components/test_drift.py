"""What is there against what is declared, on every run, without a refresh."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import RunError

from components import IdentityCenterFederation
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import arguments, federation

Declare = Callable[..., None]
ACS = "https://us-east-1.sso.signin.aws/platform/saml/acs/other"


@pytest.fixture
def found(declare: Declare) -> Callable[[], list[str]]:
    """The outputs' list of differences."""

    def run() -> list[str]:
        told: list[list[str]] = []

        def program() -> object:
            made = IdentityCenterFederation("idc", arguments())
            return made.drift.apply(told.append)

        declare(program)
        return told[0]

    return run


def test_nothing_is_told_where_all_is_as_declared(
    world: World, found: Callable[[], list[str]]
) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"appSettingsJson": json.dumps({"acsURL": ACS})}, ["OIC-615", "acsURL", "--refresh"]),
        (
            {"label": "renamed"},
            ["label: 'renamed' is not the declared value ('AWS IAM Identity Center')"],
        ),
        ({"attributeStatements": []}, ["AccessControl:Department", "not in the app", "OIC-616"]),
        ({"status": "INACTIVE"}, ["OIC-619"]),
    ],
)
def test_a_lost_update_of_the_app_is_named_with_what_mends_it(
    world: World, found: Callable[[], list[str]], change: dict[str, Any], says: list[str]
) -> None:
    world.changed = change
    told = "\n".join(found())
    for text in says:
        assert text in told, told


def test_a_mapping_that_was_deleted_is_seen_without_a_refresh(
    world: World, found: Callable[[], list[str]]
) -> None:
    world.gone = ["00gB"]
    [line] = found()
    assert "'aws-admins' is declared, but has no push mapping" in line
    assert "OIC-602" in line


def test_a_mapping_in_error_is_told(world: World, found: Callable[[], list[str]]) -> None:
    world.mapping_status = "ERROR"
    assert all("OIC-601" in line for line in found())


def test_what_was_made_by_hand_is_named(world: World, found: Callable[[], list[str]]) -> None:
    world.by_hand, world.mapped = ["00gX"], ["00gY"]
    told = "\n".join(found())
    assert "'00gX' is assigned to the app, but not declared" in told
    assert "'00gY' is pushed, but not declared" in told
    # a program cannot see what its own run is about to delete
    assert told.count("the engine deletes last") == 2


def test_it_may_be_told_to_fail_the_run(world: World, declare: Declare) -> None:
    world.changed = {"label": "renamed"}
    with pytest.raises(RunError, match=r"differs from the declared configuration[\s\S]*renamed"):
        declare(federation(drift="enforce"))


def test_a_preview_tells_and_does_not_fail(world: World, declare: Declare) -> None:
    world.changed = {"label": "renamed"}
    declare(federation(drift="enforce"), preview=True)


def test_it_costs_one_list_more_than_a_run_reads_anyway(world: World, declare: Declare) -> None:
    world.mapped, world.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    declare(federation())
    asked = [call.token.rsplit(":", 1)[-1] for call in world.asked]
    for once in ("getSaml", "getPushGroups", "getAppGroupAssignments"):
        assert asked.count(once) == 1, once
