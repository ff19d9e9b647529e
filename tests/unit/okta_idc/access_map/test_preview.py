"""Previews of the real engine (tests/data/previews), and documents that are no preview."""

import json
from typing import Any

import pytest

from okta_idc.access_map.changes import Changes, changes_of
from okta_idc.access_map.preview import (
    UNKNOWN_VALUES,
    InvalidPreviewError,
    is_unknown,
    read_preview,
    review_settings,
)
from okta_idc.settings import SettingsError
from okta_idc.settings.review import ReviewSettings
from tests.paths import DATA
from tests.unit.okta_idc.access_map.sample import preview, step

PROJECT = "okta-identity-center"
FILES = sorted((DATA / "previews").glob("*.json"))


def recorded(name: str) -> Changes:
    text = (DATA / "previews" / f"{name}.json").read_text(encoding="utf-8")
    return changes_of(read_preview(json.loads(text)))


def test_the_recordings_exist() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recording_is_read_without_unknowns(file: Any) -> None:
    found = recorded(file.stem)
    assert found.unknown == []
    assert bool(found) is (file.stem != "nothing")


def test_a_new_push_group_and_its_permission_set() -> None:
    found = recorded("push-group-added")
    [push] = found.pushed
    assert (push.source[:3], push.target, push.deletes) == ("00g", "aws-admins", False)
    [grant] = found.granted
    assert (grant.principal, grant.set_arn, grant.place) == ("", "", "210987654321")
    assert found.sets[grant.set_urn] == "Admin"
    [change] = found.set_changes
    assert change.text.startswith("adds the AWS managed policy arn:aws:iam::aws:policy/Admin")


def test_a_removed_push_group() -> None:
    found = recorded("push-group-removed")
    [push] = found.unpushed
    assert push.target == "aws-finance"
    assert {each.place for each in found.revoked} == {"210987654321", "321098765432"}


def test_changed_accounts() -> None:
    found = recorded("accounts")
    assert [each.place for each in found.granted] == ["321098765432"] * 2
    assert [each.place for each in found.revoked] == ["210987654321"]


@pytest.mark.parametrize("name", ["policies", "policies-diff"])
def test_changed_policies_with_and_without_details(name: str) -> None:
    texts = {each.text for each in recorded(name).set_changes}
    assert texts == {
        "session duration: PT1H → PT4H",
        "changes the inline policy",
        "adds the AWS managed policy arn:aws:iam::aws:policy/ReadOnlyAccess",
        "removes the AWS managed policy arn:aws:iam::aws:policy/PowerUserAccess",
    }


def test_a_removed_group_assignment_and_an_assigned_user() -> None:
    [group] = recorded("assignment-removed").unassigned_groups
    [user] = recorded("user-assigned").assigned_users
    assert (group[:3], user[:3]) == ("00g", "00u")


def test_a_replaced_assignment_is_deleted_and_created_with_the_same_values() -> None:
    found = recorded("assignment-replaced")
    [old], [new] = found.revoked, found.granted
    assert (old.principal, old.set_arn, old.place) == (new.principal, new.set_arn, new.place)


@pytest.mark.parametrize(
    "document",
    [
        None, [], {}, {"steps": None}, {"deployment": {}},
        {"steps": [], "changeSummary": {"create": 2}},
        {"steps": [{"op": "explode", "urn": "u"}]},
        {"steps": ["x"]},
        {"steps": {"op": "delete"}},
        {"steps": "[secret]"},
        {"steps": [{"op": "create", "urn": "u"}]},
        {"steps": [{"op": "delete", "urn": "u", "oldState": "[secret]"}]},
        {"steps": [{"op": "replace", "urn": "u", "newState": {"type": "t"}}]},
        {"steps": [], "diagnostics": [{"severity": "error", "message": "x"}]},
        {"steps": [], "maybeCorrupt": True},
    ],
)  # fmt: skip
def test_what_is_no_complete_preview_is_rejected(document: Any) -> None:
    if document == {"steps": None}:
        assert read_preview(document) == []
        return
    with pytest.raises(InvalidPreviewError):
        read_preview(document)


def test_every_unknown_value_is_recognized_at_any_depth() -> None:
    for value in UNKNOWN_VALUES:
        assert is_unknown({"a": [{"b": value}]})
    assert not is_unknown({"a": ["04da6b54", None, 1]})


@pytest.mark.parametrize("value", [None, 1, [], {}, {"x": 1}, "\ud800"])
def test_a_state_with_any_values_is_read(value: Any) -> None:
    for kind in ("aws:ssoadmin/accountAssignment:AccountAssignment", "okta:app/user:User",
                 "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
                 "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment",
                 "okta:app/groupAssignments:GroupAssignments",
                 "okta:index/pushGroup:PushGroup"):  # fmt: skip
        inputs = dict.fromkeys(
            ("principalId", "targetId", "permissionSetArn", "userId", "inlinePolicy", "groups",
             "permissionsBoundary", "sourceGroupId"), value,
        )  # fmt: skip
        changes_of(read_preview(preview(step("create", kind, "x", **inputs))))


def configured(**keys: object) -> dict[str, Any]:
    config = {f"{PROJECT}:{key}": json.dumps(value) for key, value in keys.items()}
    return {"config": config}


def test_the_reviews_settings_are_in_the_previews_configuration() -> None:
    given = configured(review={"max_affected": 50, "approved": "120-abc"}, federation={})
    found = ReviewSettings(max_affected=50, approved="120-abc")
    assert review_settings(given, PROJECT) == found
    for none in ({}, configured(review={}), configured(federation={}, other={})):
        assert review_settings(none, PROJECT) == ReviewSettings()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (50, "review: is a number: must be a mapping"),
        ([], "review: is a list: must be a mapping"),
        ({"max_affected": "50"}, "review.max_affected: '50' is not valid: must be a whole number"),
        ({"max_affected": True}, "review.max_affected: true is not valid: must be a whole number"),
        ({"max_affected": -1}, "review.max_affected: -1 is not valid: must be at least 0"),
        ({"max_affectd": 5}, "review.max_affectd: unknown key. Did you mean 'max_affected'?"),
        ({"Approved": "1-a"}, "review.Approved: unknown key. Did you mean 'approved'?"),
        ({"approved": 5}, "review.approved: 5 is not valid: must be text"),
    ],
)
def test_invalid_settings_of_the_review_are_rejected(given: object, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        review_settings(configured(review=given), PROJECT)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["{", "max_affected: 5", None])
def test_settings_of_the_review_that_are_no_json_are_rejected(text: object) -> None:
    with pytest.raises(SettingsError, match=f"{PROJECT}:review"):
        review_settings({"config": {f"{PROJECT}:review": text}}, PROJECT)


def test_a_misspelled_key_of_the_review_is_not_ignored() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'review'"):
        review_settings(configured(reviews={"max_affected": 5}), PROJECT)


@pytest.mark.parametrize("name", ReviewSettings.model_fields)
def test_a_setting_of_the_review_at_the_top_is_not_ignored(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"Write it as {PROJECT}:review\.{name}\."):
        review_settings({"config": {f"{PROJECT}:{name}": "50"}}, PROJECT)
