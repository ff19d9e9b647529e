"""Drift between the declaration, Okta and the Identity Store."""

import pytest

from okta_idc.rules import app_drift, identity_store_drift, push_drift
from okta_idc.rules.app_drift import AppInstance, Features, Setting, Statements
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.identity_store_drift import ExternalIds, Members, Sides
from okta_idc.rules.push_drift import FoundMapping, Groups


class TestPush:
    """Push mappings and assignments in Okta."""

    @pytest.mark.parametrize(
        ("status", "found"),
        [("ACTIVE", []), ("ERROR", ["OIC-601"]), ("INACTIVE", ["OIC-604"]), ("NEW", ["OIC-604"])],
    )
    def test_each_mapping_status_is_reported_by_one_rule(
        self, status: str, found: list[str]
    ) -> None:
        mapping = FoundMapping("g", status)
        rules = (push_drift.mapping_in_error, push_drift.mapping_inactive)
        assert [f.rule.id for rule in rules for f in rule(mapping)] == found

    def test_a_mapping_error_includes_oktas_reason(self) -> None:
        [finding] = push_drift.mapping_in_error(FoundMapping("g", "ERROR", "Duplicate name."))
        assert finding.message == "is no longer pushed (Duplicate name)."

    def test_missing_and_unmanaged_groups_are_distinguished(self) -> None:
        groups = Groups(frozenset({"a", "b"}), frozenset({"b", "c"}))
        for missing, unmanaged in (
            (push_drift.mapping_missing, push_drift.mapping_unmanaged),
            (push_drift.assignment_missing, push_drift.assignment_unmanaged),
        ):
            assert [f.value for f in missing(groups)] == ["a"]
            assert [f.value for f in unmanaged(groups)] == ["c"]


class TestApp:
    """The app in Okta."""

    @pytest.mark.parametrize(
        ("status", "found"),
        [("ENABLED", []), ("UNKNOWN", ["OIC-610"]), ("DISABLED", ["OIC-611"]), ("", ["OIC-611"])],
    )
    def test_each_connection_status_is_reported_by_one_rule(
        self, status: str, found: list[str]
    ) -> None:
        rules = (app_drift.connection_known, app_drift.connection_enabled)
        assert [f.rule.id for rule in rules for f in rule(status)] == found

    def test_unknown_features_are_ignored(self) -> None:
        features = Features(("PUSH_NEW_USERS",), on=("PUSH_NEW_USERS", "AUTO_CONFIRM_IMPORTS"))
        assert app_drift.features_on(features) == []
        assert app_drift.group_push_on(features) == []

    def test_settings_added_by_okta_are_ignored(self) -> None:
        assert app_drift.settings_as_declared(Setting({"a": "1"}, {"a": "1", "b": "2"})) == []
        [finding] = app_drift.settings_as_declared(Setting({"a": "1"}, {}))
        assert (finding.path, finding.value) == ("a", None)

    def test_statements_are_compared_by_name_in_any_order(self) -> None:
        a, b, c = (Statement(name, (f"user.{name}",)) for name in "abc")
        assert app_drift.statements_as_declared(Statements((a, b), (b, a))) == []
        other = Statement("a", ("user.x",))
        found = app_drift.statements_as_declared(Statements((a, b), (other, c)))
        assert [f.value for f in found] == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("apps", "reported"),
        [
            ((), []),
            ((AppInstance("a"), AppInstance("b")), []),  # created, but not set up
            ((AppInstance("a", "acs-1", "d-1"), AppInstance("b", "acs-2", "d-2")), []),
            ((AppInstance("a", "acs-1", "d-1"), AppInstance("b", "acs-1")), ["b"]),
            ((AppInstance("a", "acs-1", "d-1"), AppInstance("b", "acs-2", "d-1")), ["b"]),
            ((AppInstance("a", "acs"), AppInstance("b"), AppInstance("c", "acs")), ["c"]),
        ],
    )
    def test_only_apps_for_the_same_instance_are_reported(
        self, apps: tuple[AppInstance, ...], reported: list[str]
    ) -> None:
        assert [found.value for found in app_drift.one_app(apps)] == reported


class TestStore:
    """The Identity Store compared with Okta."""

    def test_missing_and_extra_members_are_distinguished(self) -> None:
        members = Members("g", frozenset({"a", "b"}), frozenset({"b", "c"}))
        assert [f.value for f in identity_store_drift.member_missing(members)] == ["a"]
        assert [f.value for f in identity_store_drift.extra_member(members)] == ["c"]

    def test_usernames_are_compared_case_insensitively(self) -> None:
        same = Sides(("Ada@example.com",), ("ada@EXAMPLE.com",))
        assert identity_store_drift.user_missing(same) == []
        assert identity_store_drift.unassigned_user_enabled(same) == []
        assert identity_store_drift.unmanaged_user_conflict(same)

    def test_external_ids_are_compared_for_users_on_both_sides(self) -> None:
        ids = ExternalIds({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "x"})
        [finding] = identity_store_drift.external_id(ids)
        assert finding.value == "b"
