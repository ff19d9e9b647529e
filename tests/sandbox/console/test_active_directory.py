"""Groups of Active Directory in the Okta console."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.org_file import Group
from tests.sandbox.console.running_sandbox import ORG, RunningSandbox, running_sandbox

FINANCE = Group("Corp finance", "", ("ada.berg@example.com",), "corp.example.com")


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The bundled org with an imported group."""
    with running_sandbox(org=replace(ORG, groups=(*ORG.groups, FINANCE))) as found:
        found.connect("create_users", "update_users", "deactivate_users")
        yield found


def test_an_imported_group_is_assigned_like_a_group_of_okta(sandbox: RunningSandbox) -> None:
    group, page = sandbox.group(FINANCE.name), f"{sandbox.root}/assignments/groups"
    shown = sandbox.get(f"{page}/assign")
    assert "CORP\\Corp finance" in shown
    sandbox.post(f"{page}/assign/{group}")
    sandbox.settled()
    assert FINANCE.name in sandbox.get(page)
    assert [user["UserName"] for user in sandbox.store.users.values()] == ["ada.berg@example.com"]


def test_the_apps_own_groups_are_not_offered(sandbox: RunningSandbox) -> None:
    group, pushing = sandbox.group(FINANCE.name), f"{sandbox.root}/push-groups"
    shown = sandbox.get(f"{pushing}/by-name?q=finance")
    assert "aws-finance" in shown
    assert "CORP\\Corp finance" in shown
    sandbox.post(f"{pushing}/by-name", group=group, action="create", immediately="on")
    sandbox.settled()
    assert "Active" in sandbox.get(pushing)
    candidates = sandbox.get(f"{sandbox.root}/assignments/groups/assign?q=corp")
    assert candidates.count("<tr>") == 1
    assert group in candidates
    assert "or the group is already pushed" in sandbox.get(f"{pushing}/by-name?q=corp")
