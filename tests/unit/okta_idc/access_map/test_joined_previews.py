"""The previews of a fleet's stacks, reviewed as one update."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.access_map.changes import changes_of
from okta_idc.access_map.plan import plan
from okta_idc.access_map.preview import SameStackError, Step, joined, read_preview
from okta_idc.access_map.review import Review, review
from okta_idc.inventory.further_access import FurtherAccess
from okta_idc.recovery import kinds
from tests.unit.okta_idc.access_map.sample import (
    ADMIN,
    DEV,
    PROD,
    READ,
    UNKNOWN,
    assigned,
    assignment,
    inventory,
    preview,
    pushed,
    step,
    user_assigned,
)

STACKS = ["prod", "prod-push-1", "prod-sets-1", "prod-access-1", "prod-access-2"]
STEPS = [
    assignment("create", "g-devs", READ, PROD),
    assignment("create", "g-devs", ADMIN, DEV, name="x"),
    assignment("delete", "g-devs", READ, DEV),
    assignment("delete", "g-admins", ADMIN, PROD),
    assignment("create", "g-admins", UNKNOWN, PROD, name="y"),
    assigned("create", "00gX"),
    assigned("create", UNKNOWN),
    user_assigned("delete", "00ucleo"),
    pushed("create", "00gO", "ops"),
    pushed("delete", "00gD", "devs", deletes=True),
    step("update", kinds.PERMISSION_SET, "set", name="Read", arn=READ, sessionDuration="PT1H"),
    step("create", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy="{}"),
    step("delete", kinds.MANAGED_POLICY, "q", permissionSetArn=ADMIN, managedPolicyArn="arn:x"),
    step("create", kinds.RULE, "rule"),
]


def of_stack(stack: str, *steps: dict[str, Any]) -> list[Step]:
    """The steps of a stack's preview."""
    text = json.dumps(preview(*steps)).replace("urn:pulumi:prod::", f"urn:pulumi:{stack}::")
    return read_preview(json.loads(text))


def reviewed(previews: dict[str, list[Step]]) -> Review:
    found = changes_of(joined(previews))
    return review(found, plan(found, inventory(), FurtherAccess()))


@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(STACKS)), unique_by=str),
    st.permutations(STACKS),
)
def test_the_order_of_the_previews_does_not_matter(
    divided: list[tuple[dict[str, Any], str]], order: list[str]
) -> None:
    previews = {
        stack: of_stack(stack, *(each for each, its_stack in divided if its_stack == stack))
        for stack in STACKS
    }
    expected = reviewed(previews)
    assert reviewed({stack: previews[stack] for stack in order}) == expected
    whole = reviewed({"prod": of_stack("prod", *(each for each, _ in divided))})
    for name in ("gaining", "losing", "changed", "interrupted", "affected", "accounts"):
        assert getattr(whole, name) == getattr(expected, name)


def test_one_preview_is_reviewed_as_it_is() -> None:
    steps = of_stack("prod", *reversed(STEPS))
    assert joined({"one": steps}) == steps


def test_a_person_whom_two_stacks_affect_counts_once() -> None:
    found = reviewed(
        {
            "a": of_stack("prod-access-1", assignment("create", "g-devs", READ, PROD)),
            "b": of_stack("prod-access-2", assignment("delete", "g-devs", READ, DEV)),
        }
    )
    assert (found.gaining, found.losing, found.affected) == (3, 3, 3)
    assert {(each.gained, each.lost) for each in found.people} == {(1, 1)}


def test_access_that_another_stack_gives_is_not_lost() -> None:
    retired = of_stack("prod-push-1", pushed("delete", "00gD", "devs", deletes=True))
    created = of_stack("prod-access-1", assignment("create", "g-admins", READ, DEV))
    assert reviewed({"a": retired}).losing == 3
    assert reviewed({"a": retired, "b": created}).losing == 2  # Ada is an administrator


def new_set(name: str) -> dict[str, Any]:
    return step("create", kinds.PERMISSION_SET, f"access-{name}-set", name=name)


def granted_in(group: str, name: str, place: str = PROD) -> dict[str, Any]:
    """An assignment of a permission set that only another stack's outputs will have."""
    reference = "urn:pulumi:prod::kit::pulumi:pulumi:StackReference::prod-sets-1"
    return assignment("create", group, UNKNOWN, place, name=name,
                      depends_on={"permissionSetArn": [reference]})  # fmt: skip


def test_a_permission_set_that_another_stack_creates_is_found_by_name() -> None:
    push = of_stack("prod-push-1", pushed("create", "00gO", "ops"))
    sets = of_stack("prod-sets-1", new_set("Audit"), new_set("Ops"))
    access = of_stack(
        "prod-access-1",
        granted_in("g-devs", f"access-Audit-devs-{PROD}"),
        granted_in(UNKNOWN, f"access-Ops-ops-{PROD}"),
    )
    found = reviewed({"a": push, "b": sets, "c": access})
    assert found.unknown == ()
    assert {(row.group, row.permission_set, row.people) for row in found.gains} == {
        ("devs", "Audit", 3), ("ops", "Ops", 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "assignment_of"),
    [
        (("Audit",), granted_in("g-devs", f"access-Other-devs-{PROD}")),
        (("Audit", "access-Audit"), granted_in("g-devs", f"x-access-Audit-devs-{PROD}")),
        (("Audit",), granted_in("g-unread", f"access-Audit-unread-{PROD}")),
        (("Audit",), granted_in("g-devs", "access-Audit-devs-", UNKNOWN)),
    ],
)
def test_a_permission_set_that_is_not_certain_is_unknown(
    names: tuple[str, ...], assignment_of: dict[str, Any]
) -> None:
    sets = of_stack("prod-sets-1", *map(new_set, names))
    found = reviewed({"a": sets, "b": of_stack("prod-access-1", assignment_of)})
    [text] = found.unknown
    assert "the permission set" in text
    assert found.affected == 0


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_two_previews_of_a_stack_are_refused(order: list[str]) -> None:
    steps = of_stack("prod-push-1", pushed("create", "00gO", "ops"))
    message = r"^a and b are both previews of the stack prod-push-1\.$"
    with pytest.raises(SameStackError, match=message):
        joined(dict.fromkeys(order, steps))
    assert joined({key: [] for key in order}) == []
