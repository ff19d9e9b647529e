"""OIC-210: policies cannot see deletions, so the `assigned` setting lists current assignments."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.groups import GROUP_ASSIGNMENTS
from tests.unit.policies.engine import UNKNOWN, Answer, Declared, run_policy
from tests.unit.policies.rendered import APP, assignment, push

NOW = {"00g1": 250, "00g2": 7, "00u1": 1}


def run_with_assigned(*resources: Declared, **config: Any) -> Answer:
    return run_policy("oic-210", resources, {"assigned": NOW, **config})


def test_nothing_is_checked_without_the_assigned_setting() -> None:
    answer = run_policy("oic-210", [assignment("00g2")])
    assert (answer.findings, answer.undecided) == ([], "")


def test_users_of_removed_assignments_are_counted() -> None:
    [text] = run_with_assigned(assignment("00g2")).texts
    assert "00g1, 00u1: 251 users would lose access; the limit is 10." in text


def test_a_change_within_the_limit_passes() -> None:
    assert run_with_assigned(assignment("00g1")).findings == []  # 8 users
    assert run_with_assigned(assignment("00g1"), limit=8.0).findings == []
    assert run_with_assigned(assignment("00g1"), limit=7.0).findings


def test_all_assignment_resources_are_recognized() -> None:
    many = Declared(
        GROUP_ASSIGNMENTS, {"appId": APP, "groups": [{"id": "00g1"}, {"id": "00g2"}]}, "many"
    )
    person = Declared("okta:app/user:User", {"appId": APP, "userId": "00u1"}, "ada")
    assert run_with_assigned(many, person, limit=0.0).findings == []


def test_a_push_group_is_not_an_assignment() -> None:
    assert run_with_assigned(push("00g1"), assignment("00g2")).findings


def test_an_unknown_assignment_leaves_the_count_undecided() -> None:
    answer = run_with_assigned(assignment(UNKNOWN, "later"))
    assert answer.findings == []
    assert "later.groupId" in answer.undecided


@given(st.dictionaries(st.text("ab", min_size=1), st.integers(0, 50)), st.sets(st.text("ab")))
def test_exactly_the_unassigned_users_are_counted(
    assigned: dict[str, int], remaining: set[str]
) -> None:
    resources = [assignment(group, f"a{i}") for i, group in enumerate(remaining)]
    answer = run_policy("oic-210", resources, {"assigned": assigned, "limit": 0.0})
    removed = sum(count for group, count in assigned.items() if group not in remaining)
    expected = f"{removed:,} user{'' if removed == 1 else 's'} would lose access"
    assert [expected in text for text in answer.texts] == ([True] if removed else [])
