"""`assign: pushed`, with the real engine: everybody who is pushed is assigned, by a rule."""

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.places import ROOT

pytestmark = pytest.mark.e2e

EVERYBODY = "aws-identity-center-assigned"
NEW = "sam.taylor@example.com"  # in aws-support alone, once it is left


def group(kit: Kit, name: str) -> dict[str, Any]:
    [found] = kit.okta("GET", f"/api/v1/groups?search=profile.name eq %22{name}%22")
    return found


def members(kit: Kit, name: str) -> set[str]:
    users = kit.okta("GET", f"/api/v1/groups/{group(kit, name)['id']}/users?limit=200")
    return {user["profile"]["login"] for user in users}


def test_the_example_stack_starts_with_it() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.example.yaml").read_text())["config"]
    assert config["okta-identity-center:federation"]["assign"] == "pushed"


def test_one_group_is_made_and_filled_with_everybody_who_is_pushed(kit: Kit) -> None:
    assert kit.toolchain("up", "--port", "0").code == 0
    done = kit.toolchain("down", "--keep-sandbox")
    assert done.code == 0, done.text
    new = {"create": "aws-data-people", "rule": 'user.department == "Data"'}
    kit.change(assign="pushed", push=["aws-admins", "aws-finance", new], access={})
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    kit.settle()
    pushed = members(kit, "aws-admins") | members(kit, "aws-finance")
    data = members(kit, "aws-data-people")
    assert data
    assert not data <= pushed
    assert members(kit, EVERYBODY) == pushed | data
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    [assigned] = kit.okta("GET", f"/api/v1/apps/{app['id']}/groups?limit=200")
    assert assigned["id"] == group(kit, EVERYBODY)["id"]
    # Of the new group stand there whom AWS takes: the org's person without a display name does not.
    assert kit.groups()["aws-data-people"] == data - {"nora.lind@example.com"}


def test_a_second_up_changes_nothing(kit: Kit) -> None:
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_who_joins_a_pushed_group_is_assigned_and_arrives_in_it(kit: Kit) -> None:
    ids = {u["profile"]["login"]: u["id"] for u in kit.okta("GET", "/api/v1/users?limit=200")}
    assert NEW not in members(kit, EVERYBODY)
    kit.okta("PUT", f"/api/v1/groups/{group(kit, 'aws-finance')['id']}/users/{ids[NEW]}")
    kit.settle()
    assert NEW in members(kit, EVERYBODY)
    assert kit.users()[NEW]["UserStatus"] == "ENABLED"
    assert NEW in kit.groups()["aws-finance"]
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text
