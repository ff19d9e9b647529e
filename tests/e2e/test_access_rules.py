"""Accounts and groups that rules select, with the real engine.

Each test of the story changes Okta or AWS, not the settings.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

KEY = "okta-identity-center:federation"
FEDERATION = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"][KEY]
DEV, PROD = "210987654321", "321098765432"
BY_NAME = f"app_aws_{PROD}_Reader"
RULES: dict[str, Any] = {
    "push_groups": ["aws-developers"],
    "push_group_patterns": ["app_aws_{account}_{permission_set}"],
    "account_access": {
        "permission_sets": [
            {
                "name": "Developer",
                "groups": ["aws-developers"],
                "account_selectors": [{"organizational_unit": "Workloads/Dev"}],
                "excluded_accounts": [{"tags": {"access": "none"}}],
            },
            {"name": "Reader"},
        ],
        "max_removed_assignments": 1,
    },
    "attribute_statements": [],
    "access_control_attributes": None,
}


@pytest.fixture(scope="module")
def deployed(kit: Kit) -> Iterator[Kit]:
    """A stack whose rules select one account, and one group by its name."""
    with kit.running_sandbox("--connections", "supported"):
        organizations = kit.aws("organizations")
        for unit, account in (("Dev", DEV), ("Prod", PROD)):
            make_unit(organizations, "Workloads", unit)
            move(organizations, account, unit)
        kit.okta("POST", "/api/v1/groups", {"profile": {"name": BY_NAME}})
        kit.change(**RULES)
        done = kit.run("up", "--yes", "--skip-preview")
        assert done.code == 0, done.text
        yield kit


def unit_id(organizations: Any, *path: str) -> str:
    """The ID of an organizational unit; "" if it does not exist."""
    parent = organizations.list_roots()["Roots"][0]["Id"]
    for name in path:
        listed = organizations.list_organizational_units_for_parent(ParentId=parent)
        ids = {each["Name"]: each["Id"] for each in listed["OrganizationalUnits"]}
        if not (parent := ids.get(name, "")):
            return ""
    return parent


def make_unit(organizations: Any, *path: str) -> None:
    for end in range(1, len(path) + 1):
        if not unit_id(organizations, *path[:end]):
            above = unit_id(organizations, *path[: end - 1])
            organizations.create_organizational_unit(ParentId=above, Name=path[end - 1])


def move(organizations: Any, account: str, unit: str) -> None:
    [parent] = organizations.list_parents(ChildId=account)["Parents"]
    target = unit_id(organizations, "Workloads", unit)
    organizations.move_account(
        AccountId=account, SourceParentId=parent["Id"], DestinationParentId=target
    )


def assignments(kit: Kit) -> set[tuple[str, str]]:
    """Permission set and account of each account assignment in the state."""
    exported = json.loads(kit.pulumi("stack", "export").text)
    names = (
        each["urn"].rpartition("::")[2]
        for each in exported["deployment"]["resources"]
        if each["type"] == "aws:ssoadmin/accountAssignment:AccountAssignment"
    )
    found = (re.fullmatch(r"identity-center-access-(\w+)-.*-(\d{12})", name) for name in names)
    return {(match[1], match[2]) for match in found if match}


def changed_lines(done: Result) -> set[str]:
    """Pulumi prints each line when it is logged, and again among the diagnostics."""
    return set(re.findall(r"Account \S+ \(\d{12}\) is .*\.", done.text))


def test_rules_deploy_what_they_select_and_the_next_preview_is_empty(deployed: Kit) -> None:
    assert assignments(deployed) == {("Developer", DEV), ("Reader", PROD)}
    assert BY_NAME in deployed.groups()
    again = deployed.run("preview", "--expect-no-changes")
    assert again.code == 0, again.text
    assert changed_lines(again) == set()


def test_lists_in_place_of_rules_change_nothing(deployed: Kit) -> None:
    """So rules can take the place of lists, for example of those that an adoption writes."""
    developer, reader = RULES["account_access"]["permission_sets"]
    listed = {
        "push_groups": ["aws-developers", BY_NAME],
        "push_group_patterns": [],
        "account_access": {
            "permission_sets": [
                {"name": developer["name"], "groups": developer["groups"], "accounts": [DEV]},
                {"name": reader["name"], "groups": [BY_NAME], "accounts": [PROD]},
            ]
        },
    }
    deployed.change(**RULES | listed)
    preview = deployed.run("preview", "--expect-no-changes")
    deployed.change(**RULES)
    assert preview.code == 0, preview.text


def test_a_new_account_is_one_line_and_one_assignment_in_the_preview_and_the_update(
    deployed: Kit,
) -> None:
    move(deployed.aws("organizations"), PROD, "Dev")
    preview = deployed.run("preview")
    done = deployed.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    for result in (preview, done):
        assert changed_lines(result) == {
            f"Account workload-prod ({PROD}) is new (organizational unit Workloads/Dev), and gets "
            "Developer for aws-developers."
        }
        assert re.search(r"\+ 1 (to create|created)", result.text), result.text
    assert assignments(deployed) == {("Developer", DEV), ("Developer", PROD), ("Reader", PROD)}


def test_an_account_that_left_the_unit_loses_access_within_the_guard(deployed: Kit) -> None:
    organizations = deployed.aws("organizations")
    organizations.tag_resource(ResourceId=PROD, Tags=[{"Key": "access", "Value": "none"}])
    done = deployed.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert changed_lines(done) == {
        f"Account workload-prod ({PROD}) is no longer selected, and loses Developer for "
        "aws-developers."
    }
    assert assignments(deployed) == {("Developer", DEV), ("Reader", PROD)}


def test_more_removals_are_refused_until_they_are_confirmed(deployed: Kit) -> None:
    access = RULES["account_access"] | {"max_removed_assignments": 0}
    organizations = deployed.aws("organizations")
    organizations.untag_resource(ResourceId=PROD, TagKeys=["access"])
    assert deployed.run("up", "--yes", "--skip-preview").code == 0
    move(organizations, DEV, "Prod")
    deployed.change(**RULES | {"account_access": access})
    refused = deployed.run("preview")
    assert refused.code != 0
    assert f"workload-dev ({DEV}) (1)" in refused.text
    assert "[OIC-568]" in refused.text
    deployed.change(**RULES | {"account_access": access | {"confirm_removed_accounts": [DEV]}})
    done = deployed.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert assignments(deployed) == {("Developer", PROD), ("Reader", PROD)}


def test_a_deleted_unit_stops_the_run(deployed: Kit) -> None:
    organizations = deployed.aws("organizations")
    before = assignments(deployed)
    move(organizations, PROD, "Prod")
    gone = unit_id(organizations, "Workloads", "Dev")
    organizations.delete_organizational_unit(OrganizationalUnitId=gone)
    refused = deployed.run("up", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "account_selectors[0].organizational_unit: 'Workloads/Dev' is not" in refused.text
    assert assignments(deployed) == before
