"""`pushed_members_group`, with the real engine: group rules assign all members of push groups."""

import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import ANY

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

PUSHED_MEMBERS = "aws-identity-center-assigned"
NEW = "sam.taylor@example.com"  # in no push group


@pytest.fixture(scope="module", autouse=True)
def sandbox(kit: Kit) -> Iterator[None]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        yield


@pytest.fixture(scope="module")
def deployed(kit: Kit) -> None:
    """A stack that assigns the members of all push groups."""
    new = {"create": "aws-data-people", "rule": 'user.department == "Data"'}
    kit.change(
        assignments={"pushed_members_group": {}},
        push_groups=["aws-admins", "aws-finance", new],
        account_access={},
    )
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    kit.settle()


@pytest.fixture(scope="module")
def joined(kit: Kit, deployed: None) -> None:
    """NEW joins a push group."""
    ids = {u["profile"]["login"]: u["id"] for u in kit.okta("GET", "/api/v1/users?limit=200")}
    assert NEW not in members(kit, PUSHED_MEMBERS)
    kit.okta("PUT", f"/api/v1/groups/{group(kit, 'aws-finance')['id']}/users/{ids[NEW]}")
    kit.settle()


def group(kit: Kit, name: str) -> dict[str, Any]:
    found = kit.okta("GET", f"/api/v1/groups?search=profile.name eq %22{name}%22")
    [match] = [each for each in found if each["type"] == "OKTA_GROUP"]
    return match


def members(kit: Kit, name: str) -> set[str]:
    users = kit.okta("GET", f"/api/v1/groups/{group(kit, name)['id']}/users?limit=200")
    return {user["profile"]["login"] for user in users}


def test_the_example_stack_assigns_pushed_members() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.example.yaml").read_text())["config"]
    assert config["okta-identity-center:federation"]["assignments"] == {"pushed_members_group": {}}


def test_without_group_rules_the_error_names_the_alternative(kit: Kit) -> None:
    refusal = {"errorCode": "E0000015", "errorSummary": "No permission to access the feature."}
    kit.okta(
        "POST", "/sandbox/faults",
        {"method": "POST", "path": "/groups/rules", "status": 401, "body": refusal, "times": None},
    )  # fmt: skip
    kit.change(
        assignments={"pushed_members_group": {}},
        push_groups=["aws-admins", "aws-finance"],
        account_access={},
    )
    done = kit.run("up", "--yes", "--skip-preview")
    kit.okta("DELETE", "/sandbox/faults")
    assert done.code != 0
    assert "No permission to access the feature" in done.text, done.text
    assert "pushed_members_group requires group rules" in done.text
    assert "list groups under assignments.groups" in done.text


@pytest.mark.usefixtures("deployed")
def test_one_group_contains_all_members_of_push_groups(kit: Kit) -> None:
    pushed = members(kit, "aws-admins") | members(kit, "aws-finance")
    data = members(kit, "aws-data-people")
    assert data
    assert not data <= pushed
    assert members(kit, PUSHED_MEMBERS) == pushed | data
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    [assigned] = kit.okta("GET", f"/api/v1/apps/{app['id']}/groups?limit=200")
    assert assigned["id"] == group(kit, PUSHED_MEMBERS)["id"]
    # AWS rejects the user without a display name, and the suspended user is not provisioned.
    not_provisioned = {"nora.lind@example.com", "vera.holm@example.com"}
    assert kit.groups()["aws-data-people"] == data - not_provisioned


@pytest.mark.usefixtures("deployed")
def test_a_second_up_changes_nothing(kit: Kit) -> None:
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


@pytest.mark.usefixtures("joined")
def test_a_new_member_of_a_push_group_is_assigned_and_provisioned(kit: Kit) -> None:
    assert NEW in members(kit, PUSHED_MEMBERS)
    assert kit.users()[NEW]["UserStatus"] == "ENABLED"
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


@pytest.mark.usefixtures("joined")
def test_the_next_push_adds_the_membership(kit: Kit) -> None:
    """The change of membership was pushed before the user was provisioned
    (docs/research/group-push.md#order-of-changes)."""
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    path = f"/api/v1/apps/{app['id']}/group-push/mappings"
    source = group(kit, "aws-finance")["id"]
    [mapping] = [m for m in kit.okta("GET", path) if m["sourceGroupId"] == source]
    for status in ("INACTIVE", "ACTIVE"):
        kit.okta("PATCH", f"{path}/{mapping['id']}", {"status": status})
    kit.settle()
    assert NEW in kit.groups()["aws-finance"]


def rule(kit: Kit, name: str) -> dict[str, Any]:
    [found] = [r for r in kit.okta("GET", "/api/v1/groups/rules?limit=200") if r["name"] == name]
    return found


def test_a_deactivated_rule_is_drift_until_a_refresh(kit: Kit, joined: None) -> None:
    found = rule(kit, "aws-data-people")
    kit.okta("POST", f"/api/v1/groups/rules/{found['id']}/lifecycle/deactivate")
    preview = kit.run("preview")
    assert "OIC-607" in preview.text, preview.text
    done = kit.run("up", "--yes", "--skip-preview", "--refresh")
    assert done.code == 0, done.text
    assert "OIC-607" not in done.text, done.text
    assert rule(kit, "aws-data-people") == {**found, "lastUpdated": ANY}


def test_the_printed_command_replaces_an_invalid_rule(kit: Kit, joined: None) -> None:
    extra = {"create": "aws-extra", "rule": 'user.department == "Finance"'}
    kit.change(assignments={"pushed_members_group": {}, "groups": [extra]})
    assert kit.run("up", "--yes", "--skip-preview").code == 0
    before = group(kit, "aws-extra")
    kit.okta("DELETE", f"/api/v1/groups/{before['id']}")
    assert rule(kit, "aws-extra")["status"] == "INVALID"
    preview = kit.run("preview")
    assert "OIC-608" in preview.text, preview.text
    [urn] = {*re.findall(r"Run: pulumi up --refresh --replace '([^']+)'", preview.text)}
    done = kit.run("up", "--yes", "--skip-preview", "--refresh", "--replace", urn)
    assert done.code == 0, done.text
    assert rule(kit, "aws-extra")["status"] == "ACTIVE"
    assert group(kit, "aws-extra")["id"] != before["id"]


@pytest.mark.usefixtures("joined")
def test_a_deleted_group_is_created_again(kit: Kit) -> None:
    kit.okta("DELETE", f"/api/v1/groups/{group(kit, PUSHED_MEMBERS)['id']}")
    kit.settle()
    preview = kit.run("preview")
    assert preview.code == 0, preview.text
    assert "Run `pulumi up --refresh`" in preview.text
    healed = kit.run("up", "--refresh", "--yes", "--skip-preview")
    assert healed.code == 0, healed.text
    kit.settle()
    assert NEW in members(kit, PUSHED_MEMBERS)
    assert kit.users()[NEW]["UserStatus"] == "ENABLED"


@pytest.mark.usefixtures("joined")
def test_destroy_works_after_the_group_was_deleted(kit: Kit) -> None:
    kit.okta("DELETE", f"/api/v1/groups/{group(kit, PUSHED_MEMBERS)['id']}")
    kit.settle()
    destroyed = kit.run("destroy", "--refresh", "--yes", "--skip-preview")
    assert destroyed.code == 0, destroyed.text
    assert kit.okta("GET", "/api/v1/apps?limit=200") == []
