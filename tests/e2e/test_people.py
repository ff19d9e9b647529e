"""Who arrives and under which name, with the real engine: one story, told in order."""

import pytest

from tests.e2e.conftest import Kit

pytestmark = pytest.mark.e2e

NORA = "nora.lind@example.com"  # the org's person without a display name
NAME = 'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName'


def up(kit: Kit, *more: str) -> str:
    done = kit.run("up", "--yes", "--skip-preview", *more)
    assert done.code == 0, done.text
    kit.settle()
    return done.text


def mapped(kit: Kit) -> dict[str, dict[str, str]]:
    [mapping] = kit.okta("GET", "/api/v1/mappings?limit=200")
    return kit.okta("GET", f"/api/v1/mappings/{mapping['id']}")["properties"]


def test_without_a_mapping_who_has_no_display_name_is_refused(kit: Kit) -> None:
    done = kit.toolchain("up", "--port", "0")
    assert done.code == 0, done.text
    kit.settle()
    assert NORA not in kit.users()


def test_a_mapping_is_added_without_touching_the_assignments(kit: Kit) -> None:
    kit.change(mappings={"displayName": NAME})
    done = kit.run("preview")
    assert done.code == 0, done.text
    assert "+ 2 to create" in done.text
    assert "replace" not in done.text


def test_with_the_mapping_she_arrives_though_she_was_assigned_before(kit: Kit) -> None:
    up(kit)
    assert kit.users()[NORA]["DisplayName"] == "Nora Lind"


def test_with_the_mapping_nothing_changes_any_more(kit: Kit) -> None:
    up(kit, "--expect-no-changes")
    done = kit.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_a_mapping_that_is_not_declared_any_more_stays_and_empties_nothing(kit: Kit) -> None:
    before = mapped(kit)
    kit.change()
    assert "- 2 deleted" in up(kit)
    assert mapped(kit) == before
    assert len(before) > 20
    assert kit.users()[NORA]["DisplayName"] == "Nora Lind"
