"""What was declared beside what is there."""

import pytest

from okta_idc.rules import app_drift, identity_store_drift, push_drift
from okta_idc.rules.app_drift import Apps, Features, Setting, Statements
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.identity_store_drift import ExternalIds, Members, Sides
from okta_idc.rules.push_drift import FoundMapping, Groups


class TestPush:
    """Mappings and assignments in Okta."""

    @pytest.mark.parametrize(
        ("status", "found"),
        [("ACTIVE", []), ("ERROR", ["OIC-601"]), ("INACTIVE", ["OIC-604"]), ("NEW", ["OIC-604"])],
    )
    def test_each_status_is_one_rules_business(self, status: str, found: list[str]) -> None:
        mapping = FoundMapping("g", status)
        rules = (push_drift.mapping_in_error, push_drift.mapping_inactive)
        assert [f.rule.id for rule in rules for f in rule(mapping)] == found

    def test_oktas_reason_is_told(self) -> None:
        [finding] = push_drift.mapping_in_error(FoundMapping("g", "ERROR", "Duplicate name."))
        assert finding.message == "is no longer pushed (Duplicate name)."

    def test_what_is_gone_and_what_is_more_are_told_apart(self) -> None:
        groups = Groups(frozenset({"a", "b"}), frozenset({"b", "c"}))
        for gone, more in (
            (push_drift.mapping_missing, push_drift.mapping_unmanaged),
            (push_drift.assignment_missing, push_drift.assignment_unmanaged),
        ):
            assert [f.value for f in gone(groups)] == ["a"]
            assert [f.value for f in more(groups)] == ["c"]


class TestApp:
    """The app in Okta."""

    @pytest.mark.parametrize(
        ("status", "found"),
        [("ENABLED", []), ("UNKNOWN", ["OIC-610"]), ("DISABLED", ["OIC-611"]), ("", ["OIC-611"])],
    )
    def test_each_status_of_the_connection_is_one_rules_business(
        self, status: str, found: list[str]
    ) -> None:
        rules = (app_drift.connection_known, app_drift.connection_enabled)
        assert [f.rule.id for rule in rules for f in rule(status)] == found

    def test_features_that_nobody_knows_are_no_finding(self) -> None:
        features = Features(("PUSH_NEW_USERS",), on=("PUSH_NEW_USERS", "AUTO_CONFIRM_IMPORTS"))
        assert app_drift.features_on(features) == []
        assert app_drift.group_push_on(features) == []

    def test_a_setting_that_okta_added_is_nobodys_business(self) -> None:
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
        ("apps", "ok"),
        [
            ({}, False),
            ({"a": "ACTIVE"}, True),
            ({"a": "ACTIVE", "b": "INACTIVE"}, True),
            ({"a": "INACTIVE"}, True),
            ({"a": "ACTIVE", "b": "ACTIVE"}, False),
        ],
    )
    def test_one_app_is_active(self, apps: dict[str, str], ok: bool) -> None:
        assert (app_drift.one_app(Apps(apps)) == []) is ok


class TestStore:
    """The identity store beside Okta."""

    def test_missing_and_left_over_members_are_told_apart(self) -> None:
        members = Members("g", frozenset({"a", "b"}), frozenset({"b", "c"}))
        assert [f.value for f in identity_store_drift.member_missing(members)] == ["a"]
        assert [f.value for f in identity_store_drift.extra_member(members)] == ["c"]

    def test_user_names_are_compared_without_case(self) -> None:
        same = Sides(("Ada@example.com",), ("ada@EXAMPLE.com",))
        assert identity_store_drift.user_missing(same) == []
        assert identity_store_drift.unassigned_user_enabled(same) == []
        assert identity_store_drift.unmanaged_user_conflict(same)

    def test_an_external_id_is_compared_where_both_sides_have_the_person(self) -> None:
        ids = ExternalIds({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "x"})
        [finding] = identity_store_drift.external_id(ids)
        assert finding.value == "b"
