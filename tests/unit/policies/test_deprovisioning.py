"""OIC-210: policies do not see what an update deletes; a setting lists what is assigned now."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.groups import GROUP_ASSIGNMENTS
from tests.unit.policies.engine import UNKNOWN, Answer, Declared, ask
from tests.unit.policies.rendered import APP, assignment, push

NOW = {"00g1": 250, "00g2": 7, "00u1": 1}


def unassigning(*resources: Declared, **config: Any) -> Answer:
    return ask("oic-210", resources, {"assigned": NOW, **config})


def test_without_the_setting_nothing_is_checked() -> None:
    answer = ask("oic-210", [assignment("00g2")])
    assert (answer.findings, answer.undecided) == ([], "")


def test_users_of_groups_that_are_no_longer_assigned_are_counted() -> None:
    [text] = unassigning(assignment("00g2")).texts
    assert "00g1, 00u1: '251' users would lose access; the limit is 10." in text


def test_a_change_within_the_limit_passes() -> None:
    assert unassigning(assignment("00g1")).findings == []  # 8 people
    assert unassigning(assignment("00g1"), limit=8.0).findings == []
    assert unassigning(assignment("00g1"), limit=7.0).findings


def test_every_way_to_be_assigned_counts() -> None:
    many = Declared(
        GROUP_ASSIGNMENTS, {"appId": APP, "groups": [{"id": "00g1"}, {"id": "00g2"}]}, "many"
    )
    person = Declared("okta:app/user:User", {"appId": APP, "userId": "00u1"}, "ada")
    assert unassigning(many, person, limit=0.0).findings == []


def test_a_group_that_is_pushed_is_not_assigned() -> None:
    assert unassigning(push("00g1"), assignment("00g2")).findings


def test_an_unknown_assignment_may_be_the_missing_one() -> None:
    answer = unassigning(assignment(UNKNOWN, "later"))
    assert answer.findings == []
    assert "later.groupId" in answer.undecided


@given(st.dictionaries(st.text("ab", min_size=1), st.integers(0, 50)), st.sets(st.text("ab")))
def test_exactly_the_unassigned_users_are_counted(now: dict[str, int], still: set[str]) -> None:
    resources = [assignment(group, f"a{i}") for i, group in enumerate(still)]
    answer = ask("oic-210", resources, {"assigned": now, "limit": 0.0})
    gone = sum(count for group, count in now.items() if group not in still)
    assert [f"'{gone}'" in text for text in answer.texts] == ([True] if gone else [])
