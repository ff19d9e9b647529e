"""Recorded resources and live objects are compared, and every difference gets its command."""

import asyncio
import json
import shlex
from pathlib import Path
from typing import Any, ClassVar

import pytest

from okta_idc.recovery import kinds
from okta_idc.recovery.checkpoint import Checkpoint
from okta_idc.recovery.commands import commands, unrecorded
from okta_idc.recovery.declared import Declared, declared
from okta_idc.recovery.differences import Comparison, Status, compare
from okta_idc.recovery.import_file import import_file
from okta_idc.recovery.live import Live, LiveObject, _Access, _of_app, _Reader
from okta_idc.recovery.state import InvalidStateError, State, without
from okta_idc.settings import load_settings

FEDERATION = "okta-identity-center:index:IdentityCenterFederation"
SETTINGS: dict[str, Any] = {
    "app": {
        "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a",
        "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067642ac7",
    },
    "scim_token": {"secret": "scim"},
    "push_groups": ["aws-admins"],
    "token_expiry_alarm": {"days_before": [30]},
}
MAPPING = {"id": "gPm1", "appId": "0oa1", "sourceGroupId": "00gB", "status": "ACTIVE",
           "targetGroupId": "00gT"}  # fmt: skip


def urn(kind: str, name: str, component: str = "") -> str:
    types = "$".join(filter(None, [FEDERATION, component, kind]))
    return f"urn:pulumi:prod::kit::{types}::{name}"


def component(name: str) -> str:
    return f"okta-identity-center:index:{name}"


APP_URN = urn(kinds.APP, "identity-center-app-saml", component("SamlApp"))
PUSH_URN = urn(kinds.PUSH_MAPPING, "identity-center-push-aws-admins", component("PushGroups"))
PARENT = urn(component("PushGroups"), "identity-center-push")
ROOT = "urn:pulumi:prod::kit::pulumi:pulumi:Stack::kit-prod"
APP = {"urn": APP_URN, "type": kinds.APP, "id": "0oa1"}
PUSH = {"urn": PUSH_URN, "type": kinds.PUSH_MAPPING, "id": "gPm1"}


def state(*resources: dict[str, Any], pending: tuple[tuple[str, str], ...] = ()) -> State:
    base = [
        {"urn": ROOT, "type": "pulumi:pulumi:Stack"},
        {"urn": PARENT, "type": component("PushGroups")},
    ]
    operations = [
        {"type": kind, "resource": {"urn": each, "type": each.split("::")[2].split("$")[-1]}}
        for kind, each in pending
    ]
    deployment = {"resources": [*base, *resources], "pending_operations": operations}
    return State.of({"deployment": deployment})


def live(**objects: list[LiveObject]) -> Live:
    return Live({getattr(kinds, name): found for name, found in objects.items()})


def mapping(**changes: Any) -> LiveObject:
    document = MAPPING | changes
    return LiveObject(document["id"], ("aws-admins",), f"0oa1/{document['id']}", "", document)


DECLARED = declared(load_settings(SETTINGS))
IMPORT = ["pulumi import --file recover.json"]


def lines(found: Comparison, of: State, **more: Any) -> list[str]:
    return commands(found, of, "prod", IMPORT, **more)


def test_nothing_differs() -> None:
    of = state(APP, PUSH)
    at = live(
        APP=[LiveObject("0oa1", ("AWS IAM Identity Center",), "0oa1")], PUSH_MAPPING=[mapping()]
    )
    found = compare(of, at, DECLARED)
    assert found.found == []
    assert lines(found, of) == []


def test_an_unrecorded_push_mapping_is_imported_with_its_whole_state() -> None:
    of = state(APP)
    found = compare(of, live(PUSH_MAPPING=[mapping()]), DECLARED)
    [difference] = found.found
    assert (difference.status, difference.urn) == (Status.UNRECORDED, PUSH_URN)
    assert lines(found, of) == IMPORT
    document = import_file(unrecorded(found, of), of)
    [resource] = document["resources"]
    assert document["nameTable"][resource["parent"]] == PARENT
    assert resource["outputs"]["deleteTargetGroupOnDestroy"] is False
    assert resource["outputs"]["targetGroupId"] == "00gT"


def test_an_inactive_push_mapping_is_not_imported() -> None:
    """An import would activate it, which pushes the whole group."""
    of = state(APP)
    found = compare(of, live(PUSH_MAPPING=[mapping(status="INACTIVE")]), DECLARED)
    assert [each.status for each in found.found] == [Status.UNRECORDED]
    assert unrecorded(found, of) == []
    assert lines(found, of) == []


def test_what_a_refresh_can_read_is_refreshed_before_the_rest_is_removed() -> None:
    of = state(APP, PUSH)
    found = compare(of, live(APP=[], PUSH_MAPPING=[]), [])
    first, second = map(shlex.split, lines(found, of))
    assert first[:2] == ["pulumi", "refresh"]
    assert first[-2:] == ["--target", APP_URN]
    assert second == ["pulumi", "state", "delete", PUSH_URN, "--force", "--yes", "--stack", "prod"]


USER_URN = urn(kinds.USER_ASSIGNMENT, "identity-center-assign-users-ada")
AFTER = {"urn": urn("pulumi:index:Stash", "identity-center-push-after"),
         "type": "pulumi:index:Stash", "dependencies": [USER_URN]}  # fmt: skip
USER = {"urn": USER_URN, "type": kinds.USER_ASSIGNMENT, "id": "00u1",
        "outputs": {"appId": "0oa1", "userId": "00u1"}}  # fmt: skip
PUSH_AFTER = {**PUSH, "dependencies": [AFTER["urn"]]}


def test_what_depends_on_the_removed_is_removed_before_it() -> None:
    of = state(USER, AFTER, PUSH_AFTER)
    found = compare(of, live(USER_ASSIGNMENT=[], PUSH_MAPPING=[]), [])
    assert [shlex.split(line)[3] for line in lines(found, of)] == [PUSH_URN, AFTER["urn"], USER_URN]


def test_nothing_is_removed_on_which_an_existing_object_depends() -> None:
    of = state(USER, AFTER, PUSH_AFTER)
    found = compare(of, live(USER_ASSIGNMENT=[], PUSH_MAPPING=[mapping()]), [])
    assert [each.urn for each in found.found] == [USER_URN]
    assert lines(found, of) == []


ACCESS_URN = urn(kinds.ACCOUNT_ASSIGNMENT, "identity-center-access-Reports", "AccountAccess")


def access(group: str, **more: Any) -> dict[str, Any]:
    """A recorded account assignment of a group."""
    outputs = {"principalId": group, "principalType": "GROUP"}
    return {"urn": ACCESS_URN, "type": kinds.ACCOUNT_ASSIGNMENT, "id": f"{group},GROUP",
            "outputs": outputs, **more}  # fmt: skip


def access_live(*groups: str) -> Live:
    """Account assignments as AWS has them, of which the group `old` no longer exists."""
    found = live(ACCOUNT_ASSIGNMENT=[LiveObject(f"{g},GROUP", (), f"{g},GROUP") for g in groups])
    found.lost_groups = frozenset({"old"})
    return found


DROP = ["okta-idc recover --state-out state.json; pulumi stack import --file state.json"]


def test_an_assignment_whose_group_is_gone_is_removed_from_the_state() -> None:
    """No refresh drops it, because AWS still has it."""
    of = state(access("old"))
    found = compare(of, access_live("old"), [])
    assert [each.status for each in found.found] == [Status.STRANDED]
    assert lines(found, of, drop_with=DROP) == [
        f"pulumi state delete '{ACCESS_URN}' --force --yes --stack prod"
    ]


@pytest.mark.parametrize("listed", [("old", "new"), ("new",)])
def test_a_replaced_assignment_whose_group_is_gone_is_dropped(listed: tuple[str, ...]) -> None:
    """`pulumi state delete` cannot tell it from its replacement, which has the same URN."""
    of = state(access("new"), access("old", delete=True))
    found = compare(of, access_live(*listed), [])
    assert [(each.status, each.urn) for each in found.found] == [(Status.REPLACED, ACCESS_URN)]
    assert lines(found, of, drop_with=DROP) == DROP


def test_a_replaced_resource_that_can_be_deleted_is_left_to_the_next_run() -> None:
    of = state(access("new"), access("other", delete=True))
    found = compare(of, access_live("new", "other"), [])
    assert found.found == []
    assert lines(found, of, drop_with=DROP) == []


def test_only_the_given_replaced_resources_are_dropped_from_the_state() -> None:
    resources = [access("new"), access("old", delete=True), access("other", delete=True)]
    document = {"version": 3, "deployment": {"resources": resources, "secrets_providers": {}}}
    replaced = [each for each in State.of(document).replaced if each.text("principalId") == "old"]
    kept = without(document, replaced)
    assert kept["deployment"]["resources"] == [resources[0], resources[2]]
    assert kept["version"] == 3
    assert "secrets_providers" in kept["deployment"]


def test_a_push_mapping_that_was_replaced_is_removed_and_imported() -> None:
    of = state(APP, PUSH)
    found = compare(of, live(PUSH_MAPPING=[mapping(id="gPm2")]), DECLARED)
    assert [each.status for each in found.found] == [Status.GONE, Status.UNRECORDED]
    assert ["state" in line for line in lines(found, of)] == [True, False]


def test_a_list_that_could_not_be_read_is_compared_with_nothing() -> None:
    of = state(APP, PUSH)
    at = live(PUSH_MAPPING=[])
    at.unknown[kinds.PUSH_MAPPING] = "403"
    found = compare(of, at, DECLARED)
    assert found.found == []
    assert found.unknown == {kinds.PUSH_MAPPING: "403"}


def test_a_pending_creation_is_cleared_without_a_refresh_of_everything() -> None:
    of = state(pending=(("creating", PUSH_URN),))
    found = compare(of, Live(), [])
    [line] = lines(found, of)
    assert "--clear-pending-creates" in line
    assert shlex.split(line)[-2:] == ["--target", ROOT]


def test_a_second_topic_is_left_to_a_person() -> None:
    name = "identity-center-alarm-topic"
    topic = urn(kinds.TOPIC, name, component("TokenExpiryAlarm"))
    of = state({"urn": topic, "type": kinds.TOPIC, "id": f"arn:{name}-0000000"})
    found_topics = [
        LiveObject(f"arn:{name}-{suffix}", (name,), f"arn:{name}-{suffix}")
        for suffix in ("0000000", "1111111")
    ]
    found = compare(of, live(TOPIC=found_topics), DECLARED)
    assert [(each.status, each.found) for each in found.found] == [
        (Status.AMBIGUOUS, found_topics[1])
    ]
    assert lines(found, of) == []


def test_a_component_that_is_not_recorded_cannot_be_the_parent_of_an_import() -> None:
    of = State.of({"deployment": {"resources": [{"urn": ROOT, "type": "pulumi:pulumi:Stack"}]}})
    found = compare(of, live(PUSH_MAPPING=[mapping()]), DECLARED)
    assert len(found.found) == 1
    assert lines(found, of) == []


@pytest.mark.parametrize("has_component", [True, False])
def test_what_a_destroy_retained_is_no_difference(has_component: bool) -> None:
    """An interrupted run that turned the attributes on has recorded their component before."""
    given = load_settings(SETTINGS | {"access_control_attributes": {}})
    kind = component("AccessControlAttributes")
    parent = {"urn": urn(kind, "identity-center-attributes"), "type": kind}
    of = state(*[parent] * has_component)
    at = live(ACCESS_CONTROL=[LiveObject("arn:aws:sso:::instance/ssoins-1", (), "arn:instance")])
    found = compare(of, at, declared(given)).of(Status.UNRECORDED)
    assert [each.kind for each in found] == [kinds.ACCESS_CONTROL] * has_component


def test_a_lock_of_a_killed_run_is_removed_first() -> None:
    of = state(APP)
    found = compare(of, live(APP=[]), [])
    first, *_ = lines(found, of, locked=True)
    assert first == "pulumi cancel --yes --stack prod"


def test_an_import_uses_the_version_of_the_recorded_default_provider() -> None:
    provider = {
        "urn": "urn:pulumi:prod::kit::pulumi:providers:okta::default_7_0_1",
        "type": "pulumi:providers:okta", "id": "1", "inputs": {"version": "7.0.1"},
    }  # fmt: skip
    of = state(provider)
    found = compare(of, live(PUSH_MAPPING=[mapping()]), DECLARED)
    [resource] = import_file(unrecorded(found, of), of)["resources"]
    assert resource["version"] == "7.0.1"


def test_a_user_whom_only_a_group_assigns_has_no_individual_assignment() -> None:
    class Okta:
        async def every(self, _path: str, **_query: object) -> list[dict[str, str]]:
            return [{"id": "00u1", "scope": "USER"}, {"id": "00u2", "scope": "GROUP"}]

    okta: Any = Okta()
    found = asyncio.run(_of_app(okta, "0oa1", kinds.USER_ASSIGNMENT, "users", {}))
    assert [each.ident for each in found] == ["0oa1/00u1"]


def test_groups_that_no_longer_exist_are_found_without_asking_for_their_assignments() -> None:
    class Center:
        read: ClassVar[list[str]] = []

        def permission_sets(self, _instance: str) -> list[str]:
            return []

        def access_of_group(self, _instance: str, group: str) -> list[tuple[str, str]]:
            self.read.append(group)
            return [("arn:set", "210987654321")]

    center: Any = Center()
    reader = _Reader(Live(), state(access("new"), access("old", delete=True)), [])
    _Access(center, "arn:instance", reader).sets({"new": "aws-admins", "x": "other"}, {})
    assert reader.live.lost_groups == {"old"}
    assert center.read == ["new"]


def test_a_document_without_a_deployment_is_no_state() -> None:
    with pytest.raises(InvalidStateError):
        State.of({"resources": []})


class TestCheckpoint:
    """The files of a file backend."""

    @pytest.fixture
    def checkpoint(self, tmp_path: Path) -> Checkpoint:
        found = Checkpoint(tmp_path, "kit", "prod")
        found.file.parent.mkdir(parents=True)
        for file in (found.file, found.backup):
            file.write_text(json.dumps({"checkpoint": {}}))
        found.attributes.write_text(json.dumps({"md5": "x"}))
        return found

    def test_complete_files_need_no_repair(self, checkpoint: Checkpoint) -> None:
        assert checkpoint.damage() == ""

    @pytest.mark.parametrize("text", ["", '{"checkpoint": {"stack"'])
    def test_a_cut_off_state_names_its_backup(self, checkpoint: Checkpoint, text: str) -> None:
        checkpoint.file.write_text(text)
        assert str(checkpoint.file) in checkpoint.damage()
        first, second = checkpoint.repair()
        assert shlex.split(first) == ["cp", str(checkpoint.backup), str(checkpoint.file)]
        assert shlex.split(second) == ["rm", "-f", str(checkpoint.attributes)]

    def test_without_a_complete_backup_nothing_is_repaired(self, checkpoint: Checkpoint) -> None:
        checkpoint.file.write_text("")
        checkpoint.backup.write_text("{")
        assert checkpoint.repair() == []

    def test_cut_off_checksums_are_removed(self, checkpoint: Checkpoint) -> None:
        checkpoint.attributes.write_text("")
        assert shlex.split(checkpoint.repair()[0]) == ["rm", "-f", str(checkpoint.attributes)]


def test_a_declaration_has_the_urn_of_its_component() -> None:
    group = Declared(kinds.GROUP, "x", ("x",))
    assert group.urn("prod", "kit") == urn(kinds.GROUP, "x")
    assert group.parent("prod", "kit", "idc") == f"urn:pulumi:prod::kit::{FEDERATION}::idc"
