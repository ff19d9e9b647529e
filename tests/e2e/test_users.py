"""Which users are provisioned, and under which name, with the real engine."""

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.e2e.operator import Operator
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

NORA = "nora.lind@example.com"  # has no display name
MINA = "mina.park@example.com"
ADA = "ada.berg@example.com"
LOGIN = "${source.login}"
GROUPS = {"groups": ["aws-access"]}
NAME = 'user.displayName != null ? user.displayName : user.firstName + " " + user.lastName'


def up(kit: Kit, *more: str) -> str:
    done = kit.run("up", "--yes", "--skip-preview", *more)
    assert done.code == 0, done.text
    kit.settle()
    return done.text


def profile_mappings_in_okta(kit: Kit) -> dict[str, dict[str, str]]:
    [mapping] = kit.okta("GET", "/api/v1/mappings?limit=200")
    return kit.okta("GET", f"/api/v1/mappings/{mapping['id']}")["properties"]


@pytest.fixture(scope="module", autouse=True)
def deployed(kit: Kit) -> None:
    """The shipped stack."""
    done = kit.toolchain("up", "--port", "0")
    assert done.code == 0, done.text
    kit.settle()


@pytest.fixture(scope="module")
def with_mapping(kit: Kit, deployed: None) -> None:
    """A profile mapping for the display name, deployed."""
    kit.change(profile_mappings={"displayName": NAME})
    up(kit)


@pytest.fixture(scope="module")
def renamed(kit: Kit, deployed: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Mina's Identity Store ID from before the username format changes to the login, as the guide
    says."""
    [mina] = kit.okta("GET", f"/api/v1/users?search=profile.login eq %22{MINA}%22")
    kit.okta("POST", f"/api/v1/users/{mina['id']}", {"profile": {"email": "mina@example.com"}})
    kit.settle()
    before = kit.users()["mina@example.com"]["UserId"]
    page = Operator(kit, tmp_path_factory.mktemp("operator") / "tools").page("username-format")
    kit.change(app=app(username_format=LOGIN))
    page.run("preview", code=1)
    kit.change(app=app(**page.settings()["app"]))
    page.run("pulumi up")
    kit.settle()
    kit.change(app=app(username_format=LOGIN))
    page.run("--expect-no-changes")
    page.finish()
    # Okta does not document when it sends the new names. The sandbox sends them with a change.
    kit.okta("POST", f"/api/v1/users/{mina['id']}", {"profile": {"title": "Lead"}})
    kit.settle()
    return before


@pytest.fixture(scope="module")
def ada_assigned(kit: Kit, renamed: str) -> None:
    """Ada is in no assignment group, and is assigned individually."""
    ids = {u["profile"]["login"]: u["id"] for u in kit.okta("GET", "/api/v1/users?limit=200")}
    [group] = kit.okta("GET", "/api/v1/groups?search=profile.name eq %22aws-access%22")
    kit.okta("DELETE", f"/api/v1/groups/{group['id']}/users/{ids[ADA]}")
    kit.settle()
    assert kit.users()[ADA]["UserStatus"] == "DISABLED"
    kit.change(app=app(username_format=LOGIN), assignments={**GROUPS, "users": [ADA.title()]})
    up(kit)


def test_a_user_without_display_name_is_rejected_by_aws(kit: Kit) -> None:
    assert NORA not in kit.users()


def test_adding_a_mapping_replaces_nothing(kit: Kit) -> None:
    kit.change(profile_mappings={"displayName": NAME})
    done = kit.run("preview")
    assert done.code == 0, done.text
    assert "+ 2 to create" in done.text
    assert "replace" not in done.text


@pytest.mark.usefixtures("with_mapping")
def test_a_mapping_provisions_an_already_assigned_user(kit: Kit) -> None:
    assert kit.users()[NORA]["DisplayName"] == "Nora Lind"


@pytest.mark.usefixtures("with_mapping")
def test_a_second_up_with_the_mapping_changes_nothing(kit: Kit) -> None:
    up(kit, "--expect-no-changes")
    done = kit.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


@pytest.mark.usefixtures("with_mapping")
def test_a_removed_mapping_stays_in_okta(kit: Kit) -> None:
    before = profile_mappings_in_okta(kit)
    kit.change()
    assert "- 2 deleted" in up(kit)
    assert profile_mappings_in_okta(kit) == before
    assert len(before) > 20
    assert kit.users()[NORA]["DisplayName"] == "Nora Lind"


def app(**changes: str) -> dict[str, str]:
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    return shipped["okta-identity-center:federation"]["app"] | changes


def assert_rejected(kit: Kit, verb: str, *messages: str) -> None:
    before = len(kit.okta("GET", "/sandbox/request-log"))
    done = kit.run(verb, *(["--yes", "--skip-preview"] if verb == "up" else []))
    assert done.code != 0
    for text in messages:
        assert text in done.text, done.text
    assert "Traceback" not in done.text, done.text
    made = kit.okta("GET", "/sandbox/request-log")[before:]
    assert {call["method"] for call in made} == {"GET"}


def test_changing_the_username_format_requires_confirmation(kit: Kit) -> None:
    kit.change(app=app(username_format=LOGIN))
    assert_rejected(kit, "preview", "renames all users", "${source.email}", "OIC-326")
    assert_rejected(kit, "up", "renames all users", "OIC-326")


@pytest.mark.runbook("username-format")
def test_a_confirmed_username_format_renames_users_in_place(kit: Kit, renamed: str) -> None:
    assert kit.users()[MINA]["UserId"] == renamed
    assert "mina@example.com" not in kit.users()


@pytest.mark.usefixtures("ada_assigned")
def test_an_individually_assigned_user_is_provisioned(kit: Kit) -> None:
    """The username format also applies to this user."""
    assert kit.users()[ADA]["UserStatus"] == "ENABLED"
    up(kit, "--expect-no-changes")


@pytest.mark.usefixtures("renamed")
def test_an_unknown_user_is_named(kit: Kit) -> None:
    kit.change(
        app=app(username_format=LOGIN), assignments={**GROUPS, "users": ["nobody@example.com"]}
    )
    assert_rejected(kit, "up", "assignments.users[0]: 'nobody@example.com'", "OIC-213")


@pytest.mark.usefixtures("ada_assigned")
def test_deprovisioning_many_users_requires_confirmation(kit: Kit) -> None:
    kit.change(app=app(username_format=LOGIN), assignments={"users": [ADA]})
    assert_rejected(kit, "preview", "aws-access: 33 users would lose access", "OIC-210")
    assert_rejected(kit, "up", "aws-access: 33 users would lose access", "OIC-210")


@pytest.mark.usefixtures("ada_assigned")
def test_confirmed_deprovisioning_keeps_users_with_another_assignment(kit: Kit) -> None:
    kit.change(
        app=app(username_format=LOGIN),
        assignments={"users": [ADA], "confirm_deprovisioning": ["aws-access"]},
    )
    assert "deprovisions 33 users" in up(kit)
    enabled = {name for name, user in kit.users().items() if user["UserStatus"] == "ENABLED"}
    assert enabled == {ADA}


def test_destroy_needs_no_confirmation(kit: Kit) -> None:
    done = kit.run("destroy", "--yes", "--skip-preview")
    assert done.code == 0, done.text
