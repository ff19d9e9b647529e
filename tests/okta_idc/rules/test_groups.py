"""Who is assigned, what is pushed."""

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import groups
from okta_idc.rules.groups import GroupRoles, WantedGroups

TENANT = "11111111111-2222-3333-4444-555555555555"


def test_a_group_cannot_be_both_assigned_and_pushed() -> None:
    [finding] = groups.one_role_per_group(GroupRoles(("a", "b"), ("c", "b")))
    assert (finding.place, finding.value) == ("push[1]", "b")
    assert "assign[1]" in finding.problem


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_findings_are_exactly_the_intersection(assign: list[str], push: list[str]) -> None:
    found = {f.value for f in groups.one_role_per_group(GroupRoles(tuple(assign), tuple(push)))}
    assert found == set(assign) & set(push)


def test_a_lone_prefix_hit_is_not_a_match() -> None:
    [finding] = groups.group_exists(
        WantedGroups({"push[0]": "aws-admin"}, {"aws-admins": ["00g1"]})
    )
    assert "Did you mean 'aws-admins'?" in finding.problem


def test_two_groups_of_one_name_are_refused() -> None:
    assert groups.group_exists(WantedGroups({"push[0]": "a"}, {"a": ["00g1", "00g2"]}))
