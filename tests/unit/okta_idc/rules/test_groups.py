"""Assignment groups and push groups."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import assignments, groups
from okta_idc.rules import push_mappings as push
from okta_idc.rules.groups import (
    GroupRoles,
    MemberStatus,
    PushedMembers,
    WantedGroups,
)
from okta_idc.rules.push_mappings import PushMapping
from okta_idc.rules.registry import Related

TENANT = "11111111111-2222-3333-4444-555555555555"


def test_a_group_cannot_be_both_assigned_and_pushed() -> None:
    [finding] = groups.one_role_per_group(GroupRoles(("a", "b"), ("c", "b")))
    assert (finding.path, finding.value) == ("push_groups[1]", "b")
    assert finding.related == (Related("assignments.groups[1]"),)
    assert finding.text("federation").startswith(
        "federation.push_groups[1]: 'b' is also an assignment group "
        "(federation.assignments.groups[1])."
    )


def test_a_repeated_group_is_named_with_both_places() -> None:
    roles = GroupRoles(("x",), ("a", "b", "a", "a"))
    found = groups.listed_once(roles)
    assert [(f.path, f.related) for f in found] == [
        ("push_groups[2]", (Related("push_groups[0]"),)),
        ("push_groups[3]", (Related("push_groups[0]"),)),
    ]


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_exactly_the_groups_in_both_roles_are_found(assign: list[str], push: list[str]) -> None:
    found = {f.value for f in groups.one_role_per_group(GroupRoles(tuple(assign), tuple(push)))}
    assert found == set(assign) & set(push)


def test_a_group_that_only_shares_a_prefix_is_not_a_match() -> None:
    [finding] = groups.group_exists(
        WantedGroups({"push[0]": "aws-admin"}, {"aws-admins": ["00g1"]})
    )
    assert "Did you mean 'aws-admins'?" in finding.message


def test_an_ambiguous_group_name_is_rejected() -> None:
    assert groups.group_exists(WantedGroups({"push[0]": "a"}, {"a": ["00g1", "00g2"]}))


def test_every_unassigned_member_is_named() -> None:
    pushed = PushedMembers("aws-admins", frozenset({"b", "a", "c"}), {"c"})
    found = groups.members_are_assigned(pushed)
    assert [(f.path, f.value) for f in found] == [("aws-admins", "a"), ("aws-admins", "b")]


@pytest.mark.parametrize("name", ["", "x" * 1_025, "a\u200bb", "a\x07", "a\u2003b"])
def test_a_name_that_aws_rejects_is_found(name: str) -> None:
    assert groups.group_name(name)


@pytest.mark.parametrize("name", ["x" * 1_024, "Büro 漢 – 🙂", "a\tb", "aws:admins"])
def test_a_name_that_aws_accepts_is_valid(name: str) -> None:
    assert groups.group_name(name) == []


def test_names_that_differ_only_in_case_conflict() -> None:
    [finding] = groups.group_names_differ(("a", "b", "A"))
    assert (finding.path, finding.value) == ("[2]", "A")
    assert groups.group_names_differ(("a", "a")) == []  # reported by OIC-204


@pytest.mark.parametrize("status", ["SUSPENDED", "DEPROVISIONED", "STAGED", "ANYTHING"])
def test_an_inactive_member_is_reported(status: str) -> None:
    subject = MemberStatus("g", {"00u1": status, "00u2": "LOCKED_OUT"})
    assert [f.value for f in groups.members_are_active(subject)] == ["00u1"]


def test_an_update_may_deprovision_up_to_the_limit() -> None:
    assert assignments.deprovisioning_within_limit(assignments.Deprovisioning(5, limit=5)) == []
    assert assignments.deprovisioning_within_limit(assignments.Deprovisioning(6, limit=5))


def test_a_mapping_with_provider_defaults_is_reported_as_deleting_its_target() -> None:
    assert push.keeps_target_group(PushMapping())
    assert push.keeps_target_group(PushMapping(delete_target_group_on_destroy=False)) == []


def test_a_mapping_without_a_target_is_valid() -> None:
    assert push.one_target(PushMapping()) == []
