"""The Push Groups tab: pushing by name, states, linking and unlinking."""

import html
from typing import Any

import pytest

from tests.sandbox.console.running_sandbox import RunningSandbox


@pytest.fixture
def pushing(sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox with provisioning enabled and all members of the pushed groups assigned."""
    sandbox.connect("create_users", "update_users", "deactivate_users")
    sandbox.api("PUT", f"/apps/{sandbox.app['id']}/groups/{sandbox.group('aws-access')}")
    sandbox.settled()
    return sandbox


def push(sandbox: RunningSandbox, name: str, **fields: str) -> str:
    fields = {"action": "create", "immediately": "on", "save": ""} | fields
    group = sandbox.group(name)
    answer = sandbox.post(f"{sandbox.root}/push-groups/by-name", group=group, **fields)
    sandbox.settled()
    return html.unescape(answer.text)


def mappings(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return sandbox.api("GET", f"/apps/{sandbox.app['id']}/group-push/mappings")


def in_aws(sandbox: RunningSandbox) -> list[str]:
    return [group["DisplayName"] for group in sandbox.store.groups.values()]


def listed(sandbox: RunningSandbox) -> str:
    return html.unescape(sandbox.get(f"{sandbox.root}/push-groups"))


def test_a_group_is_pushed_by_name(pushing: RunningSandbox) -> None:
    page = pushing.get(f"{pushing.root}/push-groups/by-name?q=aws-adm")
    assert "No match found" in page
    assert "Push group memberships immediately" in page
    push(pushing, "aws-admins")
    assert in_aws(pushing) == ["aws-admins"]
    group = next(iter(pushing.store.groups))
    assert pushing.store.members(group)
    assert ">Active<" in listed(pushing)
    assert "No matching group" in pushing.get(f"{pushing.root}/push-groups/by-name?q=aws-admins")


def test_an_exact_match_is_selected(pushing: RunningSandbox) -> None:
    for name in ("aws", "aws-x"):
        pushing.api("POST", "/groups", {"profile": {"name": name, "description": ""}})
    page = pushing.get(f"{pushing.root}/push-groups/by-name?q=aws")
    assert f'name="group" value="{pushing.group("aws")}"' in page
    assert 'name="group"' not in pushing.get(f"{pushing.root}/push-groups/by-name?q=aw")


def test_a_mapping_not_pushed_immediately_is_inactive_until_activated(
    pushing: RunningSandbox,
) -> None:
    push(pushing, "aws-data")
    answer = pushing.post(
        f"{pushing.root}/push-groups/by-name", group=pushing.group("aws-finance"),
        action="create", save="",
    )  # fmt: skip
    assert ">Inactive<" in answer.text
    pushing.settled()
    assert in_aws(pushing) == ["aws-data"]
    mapping = mappings(pushing)[-1]
    pushing.post(f"{pushing.root}/push-groups/mapping/{mapping['id']}", do="activate")
    pushing.settled()
    assert in_aws(pushing)[-1] == "aws-finance"
    pushing.post(f"{pushing.root}/push-groups/mapping/{mapping['id']}", do="deactivate")
    assert mappings(pushing)[-1]["status"] == "INACTIVE"


@pytest.mark.parametrize(("choice", "left"), [("leave", ["aws-admins"]), ("delete", [])])
def test_unlinking_keeps_or_deletes_the_group_in_aws(
    pushing: RunningSandbox, choice: str, left: list[str]
) -> None:
    push(pushing, "aws-admins")
    here = f"{pushing.root}/push-groups/mapping/{mappings(pushing)[0]['id']}/unlink"
    page = pushing.get(here)
    assert 'value="leave" checked' in page  # the default keeps the group
    assert pushing.post(here).status_code == 404
    assert pushing.post(here, target=choice).status_code == 200
    pushing.settled()
    assert mappings(pushing) == []
    assert in_aws(pushing) == left


def test_an_existing_group_is_linked_after_refresh(pushing: RunningSandbox) -> None:
    created = pushing.store.put_group({"DisplayName": "aws-admins"})
    page = push(pushing, "aws-admins")  # not imported yet
    assert "No matching group" not in page
    assert ">Error<" in listed(pushing)
    assert "Unable to push group aws-admins" in listed(pushing)
    pushing.post(
        f"{pushing.root}/push-groups/mapping/{mappings(pushing)[0]['id']}/unlink", target="delete"
    )
    pushing.settled()
    pushing.post(f"{pushing.root}/push-groups/refresh")
    page = pushing.get(f"{pushing.root}/push-groups/by-name?q=aws-admins")
    assert "Match found" in page
    page = push(pushing, "aws-admins")  # refused; the page shows error and form
    assert "aws-admins already exists in the app" in page
    target = next(
        g["id"] for g in pushing.api("GET", "/groups") if g["type"] == "APP_GROUP"
        and g["profile"]["name"] == "aws-admins"
    )  # fmt: skip
    push(pushing, "aws-admins", action="link", target=target)
    assert ">Active<" in listed(pushing)
    assert list(pushing.store.groups) == [created["GroupId"]]
    assert pushing.store.members(created["GroupId"])


def test_push_now_sends_the_members_again(pushing: RunningSandbox) -> None:
    push(pushing, "aws-admins")
    group = next(iter(pushing.store.groups))
    before = pushing.store.members(group)
    pushing.store.remove_member(group, before[0])
    pushing.post(f"{pushing.root}/push-groups/mapping/{mappings(pushing)[0]['id']}", do="push")
    pushing.settled()
    assert sorted(pushing.store.members(group)) == sorted(before)


def test_a_failed_refresh_shows_the_error(pushing: RunningSandbox) -> None:
    pushing.center.tokens.clear()  # deleted in AWS
    answer = pushing.post(f"{pushing.root}/push-groups/refresh")
    assert answer.status_code == 400
    assert "Importing the groups of app AWS IAM Identity Center failed: Unauthorized" in answer.text


def test_without_provisioning_nothing_is_pushed(sandbox: RunningSandbox) -> None:
    assert "Provisioning is not enabled" in listed(sandbox)
    assert "Enter a group to push" not in sandbox.get(f"{sandbox.root}/push-groups/by-name?q=aws")
    answer = sandbox.post(
        f"{sandbox.root}/push-groups/by-name", group=sandbox.group("aws-admins"), action="create"
    )
    assert mappings(sandbox) == []
    assert "Provisioning is not enabled" in answer.text


def test_a_deleted_mapping_is_not_found(pushing: RunningSandbox) -> None:
    for path in ("", "/unlink"):
        answer = pushing.post(f"{pushing.root}/push-groups/mapping/gPmx{path}", target="leave")
        assert answer.status_code == 404
