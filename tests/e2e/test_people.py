"""Who arrives and under which name, with the real engine: one story, told in order."""

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

NORA = "nora.lind@example.com"  # the org's person without a display name
MINA = "mina.park@example.com"
ADA = "ada.berg@example.com"
LOGIN = "${source.login}"
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


def app(**changes: str) -> dict[str, str]:
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    return shipped["okta-identity-center:federation"]["app"] | changes


def refused(kit: Kit, verb: str, *says: str) -> None:
    before = len(kit.okta("GET", "/sandbox/journal"))
    done = kit.run(verb, *(["--yes", "--skip-preview"] if verb == "up" else []))
    assert done.code != 0
    for text in says:
        assert text in done.text, done.text
    assert "Traceback" not in done.text, done.text
    made = kit.okta("GET", "/sandbox/journal")[before:]
    assert {call["method"] for call in made} == {"GET"}


def test_a_new_username_format_is_refused_without_the_word_that_names_the_old_one(kit: Kit) -> None:
    kit.change(app=app(user_name_template=LOGIN))
    refused(kit, "preview", "renames every user", "${source.email}", "OIC-326")
    refused(kit, "up", "renames every user", "OIC-326")


def test_with_the_word_people_are_renamed_and_stay_who_they_are(kit: Kit) -> None:
    [mina] = kit.okta("GET", f"/api/v1/users?search=profile.login eq %22{MINA}%22")
    kit.okta("POST", f"/api/v1/users/{mina['id']}", {"profile": {"email": "mina@example.com"}})
    kit.settle()
    before = kit.users()["mina@example.com"]["UserId"]
    kit.change(app=app(user_name_template=LOGIN, rename_users_from="${source.email}"))
    up(kit)
    # When Okta sends the new names is not published: here with a person's next change.
    kit.okta("POST", f"/api/v1/users/{mina['id']}", {"profile": {"title": "Lead"}})
    kit.settle()
    assert kit.users()[MINA]["UserId"] == before
    assert "mina@example.com" not in kit.users()


def test_a_person_is_assigned_by_name_and_arrives(kit: Kit) -> None:
    """As one of no assignment group, under the name that the format makes."""
    ids = {u["profile"]["login"]: u["id"] for u in kit.okta("GET", "/api/v1/users?limit=200")}
    [group] = kit.okta("GET", "/api/v1/groups?search=profile.name eq %22aws-access%22")
    kit.okta("DELETE", f"/api/v1/groups/{group['id']}/users/{ids[ADA]}")
    kit.settle()
    assert kit.users()[ADA]["UserStatus"] == "DISABLED"
    kit.change(app=app(user_name_template=LOGIN), assign_people=[ADA.title()])
    up(kit)
    assert kit.users()[ADA]["UserStatus"] == "ENABLED"
    up(kit, "--expect-no-changes")


def test_somebody_whom_okta_does_not_know_is_named(kit: Kit) -> None:
    kit.change(app=app(user_name_template=LOGIN), assign_people=["nobody@example.com"])
    refused(kit, "up", "assign_people[0]: 'nobody@example.com' is nobody's login", "OIC-213")


def test_an_assignment_whose_removal_takes_many_is_refused_with_their_number(kit: Kit) -> None:
    kit.change(app=app(user_name_template=LOGIN), assign_people=[ADA], assign=[])
    refused(kit, "preview", "aws-access: '33' people lose AWS", "OIC-210")
    refused(kit, "up", "aws-access: '33' people lose AWS", "OIC-210")


def test_with_the_word_they_go_and_who_is_assigned_otherwise_stays(kit: Kit) -> None:
    kit.change(
        app=app(user_name_template=LOGIN), assign_people=[ADA], assign=[], unassign=["aws-access"]
    )
    assert "33 people lose AWS" in up(kit)
    enabled = {name for name, user in kit.users().items() if user["UserStatus"] == "ENABLED"}
    assert enabled == {ADA}


def test_a_plain_destroy_needs_no_word(kit: Kit) -> None:
    done = kit.run("destroy", "--yes", "--skip-preview")
    assert done.code == 0, done.text
