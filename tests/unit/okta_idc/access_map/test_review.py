"""What each kind of change means for people."""

from dataclasses import replace
from typing import Any

import pytest

from okta_idc.access_map.plan import wanted
from okta_idc.access_map.review import Review
from okta_idc.clients.aws import AwsError
from okta_idc.clients.group_access import GroupAccess
from okta_idc.inventory.further_access import FurtherAccess
from okta_idc.inventory.model import StoreGroup, StoreUser
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.recovery import kinds
from tests.unit.okta_idc.access_map.sample import (
    ADMIN,
    APP,
    ASSIGNED,
    DEV,
    PROD,
    READ,
    UNKNOWN,
    app_user,
    assigned,
    assignment,
    changes,
    inventory,
    people,
    pushed,
    reviewed,
    step,
    user_assigned,
)


def test_a_created_assignment_is_a_gain_of_the_members() -> None:
    found = reviewed(assignment("create", "g-devs", READ, PROD))
    assert people(found) == {"ada": (1, 0), "ben": (1, 0), "cleo": (1, 0)}
    [row] = found.gains
    assert (row.group, row.permission_set, row.places, row.people) == ("devs", "Read", {PROD}, 3)
    assert found.accounts == {PROD: (3, 0)}
    assert (found.gaining, found.losing, found.affected, found.unknown) == (3, 0, 3, ())


def test_a_deleted_assignment_is_a_loss_of_the_members() -> None:
    found = reviewed(assignment("delete", "g-devs", READ, DEV))
    assert people(found) == {"ada": (0, 1), "ben": (0, 1), "cleo": (0, 1)}
    notes = {each.name: each.note for each in found.people}
    assert notes["ben@example.com"] == "loses all access"
    assert notes["ada@example.com"] == ""


def test_access_through_another_group_is_not_lost() -> None:
    given = inventory().group_access
    access = replace(given, by_group={"g-admins": ((READ, DEV),), "g-devs": ((READ, DEV),)})  # type: ignore[type-var]
    found = reviewed(assignment("delete", "g-devs", READ, DEV), group_access=access)
    assert people(found) == {"ben": (0, 1), "cleo": (0, 1)}


def test_an_assignment_that_is_gone_already_is_no_loss() -> None:
    assert not people(reviewed(assignment("delete", "g-devs", ADMIN, PROD)))


def test_a_replaced_assignment_interrupts_access() -> None:
    old, new = (assignment(op, "g-devs", READ, DEV) for op in ("delete-replaced", "create"))
    both = {**old, "op": "replace", "newState": new["newState"]}
    created = {**both, "op": "create-replacement"}
    found = reviewed(created, both, old)
    assert not people(found)
    assert (found.interrupted, found.affected) == (3, 3)


def test_an_assignment_that_is_replaced_by_one_elsewhere_moves() -> None:
    old, new = assignment("delete", "g-devs", READ, DEV), assignment("create", "x", READ, PROD)
    new["newState"]["inputs"]["principalId"] = "g-devs"
    found = reviewed({**old, "op": "replace", "newState": new["newState"]})
    assert people(found) == {"ada": (1, 1), "ben": (1, 1), "cleo": (1, 1)}
    assert found.interrupted == 0


def test_all_assignments_in_an_account_that_is_removed_are_lost() -> None:
    found = reviewed(
        assignment("delete", "g-devs", READ, DEV), assignment("delete", "g-admins", ADMIN, DEV)
    )
    assert found.accounts == {DEV: (0, 3)}
    assert people(found) == {"ada": (0, 2), "ben": (0, 1), "cleo": (0, 1)}


def test_an_application_assignment_counts_as_well() -> None:
    kind = kinds.APPLICATION_ASSIGNMENT
    inputs = {"principalId": "g-devs", "principalType": "GROUP", "applicationArn": APP}
    found = reviewed(step("create", kind, "access-apl-1-devs", **inputs))
    assert people(found) == {"ben": (1, 0), "cleo": (1, 0)}  # Ada has it through admins


def test_an_individual_assignment_in_aws_counts_as_well() -> None:
    found = reviewed(assignment("create", "u-dan", READ, PROD, kind="USER"))
    assert people(found) == {"dan": (1, 0)}
    found = reviewed(assignment("delete", "u-dan", READ, PROD, kind="USER"))
    assert people(found) == {"dan": (0, 1)}


def test_a_removed_group_assignment_is_a_loss_of_those_without_another() -> None:
    found = reviewed(assigned("delete", "00gA"))
    assert people(found) == {"ada": (0, 4), "ben": (0, 1)}  # Cleo is assigned individually
    assert {each.note for each in found.people} == {"loses all access"}


def test_a_group_assignment_that_another_group_replaces_is_no_loss() -> None:
    assert not people(reviewed(assigned("delete", "00gA"), assigned("create", "00gD")))


def test_a_removed_assignment_that_okta_retains_is_no_loss() -> None:
    assert not people(reviewed(assigned("delete", "00gA", retainAssignment=True)))


def test_a_removed_individual_assignment_is_a_loss() -> None:
    assert people(reviewed(user_assigned("delete", "00ucleo"))) == {"cleo": (0, 1)}


def test_a_new_assignment_is_a_gain_of_the_push_groups_access() -> None:
    given = inventory()
    given.members.by_group["00gD"] |= {"00ueve"}  # type: ignore[operator]
    parts: dict[str, Any] = {"members": given.members}
    assert people(reviewed(assigned("create", "00gX"), **parts)) == {"eve": (1, 0)}
    assert people(reviewed(user_assigned("create", "00ueve"), **parts)) == {"eve": (1, 0)}


def test_an_assigned_user_who_is_deactivated_gains_nothing() -> None:
    given = inventory()
    given.members.by_group["00gD"] |= {"00ueve"}  # type: ignore[operator]
    given.members.inactive["00ueve"] = "SUSPENDED"
    for step_of in (assigned("create", "00gX"), user_assigned("create", "00ueve")):
        assert not people(reviewed(step_of, members=given.members))


def test_a_user_who_waits_for_provisioning_gains_by_an_assignment() -> None:
    users = inventory().users
    users.by_id["00ueve"] = app_user("eve", "waiting")  # type: ignore[union-attr]
    given = inventory(users=users)
    given.members.by_group["00gD"] |= {"00ueve"}  # type: ignore[operator]
    found = reviewed(assigned("create", "00gX"), users=users, members=given.members)
    assert people(found) == {"eve": (1, 0)}


def test_the_groups_of_a_plural_assignment_are_compared() -> None:
    kind = "okta:app/groupAssignments:GroupAssignments"
    old = step("delete", kind, "all", groups=[{"id": "00gA"}, {"id": "00gD"}])
    new = step("create", kind, "all", groups=[{"id": "00gD"}])
    update = {**old, "op": "update", "newState": new["newState"]}
    assert changes(update).unassigned_groups == ["00gA"]
    both = {"00gA": None, "00gD": None}
    assert not people(reviewed(update, assigned=both))  # all of them are in the other group


def test_a_new_push_group_brings_its_members_what_is_assigned_to_it() -> None:
    urn = "urn:pulumi:prod::kit::aws:ssoadmin/permissionSet:PermissionSet::access-Ops-set"
    new_set = step("create", kinds.PERMISSION_SET, "access-Ops-set", name="Ops")
    new_set["urn"] = new_set["newState"]["urn"] = urn
    found = reviewed(
        pushed("create", "00gO", "ops"), new_set,
        assignment("create", UNKNOWN, UNKNOWN, PROD, name=f"access-Ops-ops-{PROD}",
                   depends_on={"permissionSetArn": [urn]}),
        step("create", kinds.MANAGED_POLICY, "access-Ops-X", {"permissionSetArn": [urn]},
             permissionSetArn=UNKNOWN, managedPolicyArn="arn:aws:iam::aws:policy/X"),
    )  # fmt: skip
    assert people(found) == {"dan": (1, 0)}
    [row] = found.gains
    assert (row.group, row.permission_set) == ("ops", "Ops")
    [changed] = found.sets
    assert (changed.name, changed.new, changed.people) == ("Ops", True, 0)
    assert found.unknown == ()


def test_members_who_are_not_assigned_gain_nothing_by_a_push_group() -> None:
    found = reviewed(
        pushed("create", "00gX", "guests"),
        assignment("create", UNKNOWN, READ, PROD, name=f"access-Read-guests-{PROD}"),
    )
    assert not people(found)


def test_a_new_push_group_gets_the_access_that_its_group_in_aws_has() -> None:
    groups = {**inventory().store_groups, "g-ops": StoreGroup("ops", True)}  # type: ignore[dict-item]
    further = FurtherAccess(GroupAccess({"g-ops": ((READ, PROD),)}))
    found = changes(pushed("create", "00gO", "ops"))
    assert wanted(found, inventory(store_groups=groups)).store_groups == {"g-ops"}
    given = reviewed(pushed("create", "00gO", "ops"), store_groups=groups, further=further)
    assert people(given) == {"dan": (1, 0)}


def test_a_removed_push_group_keeps_its_access() -> None:
    found = reviewed(pushed("delete", "00gD", "devs"))
    assert not people(found)


def test_a_retired_push_group_loses_its_access() -> None:
    found = reviewed(pushed("delete", "00gD", "devs", deletes=True))
    assert people(found) == {"ada": (0, 1), "ben": (0, 1), "cleo": (0, 1)}


def test_a_changed_policy_counts_those_who_have_the_permission_set() -> None:
    old = step("delete", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy="{}")
    new = step("create", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy='{"a":1}')
    found = reviewed({**old, "op": "update", "newState": new["newState"]})
    assert (found.changed, found.affected, people(found)) == (3, 3, {})
    [row] = found.sets
    assert (row.name, row.changes, row.people) == ("Read", ("changes the inline policy",), 3)


def test_an_equivalent_policy_is_no_change() -> None:
    old = step("delete", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy='{"a": 1}')
    new = step("create", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy='{"a":1}')
    assert not reviewed({**old, "op": "update", "newState": new["newState"]}).sets


@pytest.mark.parametrize(
    ("kind", "inputs", "text"),
    [
        (kinds.MANAGED_POLICY, {"managedPolicyArn": "arn:x"}, "adds the AWS managed policy arn:x"),
        (
            kinds.CUSTOMER_POLICY,
            {"customerManagedPolicyReference": {"name": "n", "path": "/p/"}},
            "adds the customer managed policy p/n",
        ),
        (
            kinds.BOUNDARY,
            {"permissionsBoundary": {"customerManagedPolicyReference": {"name": "n"}}},
            "adds the permissions boundary n",
        ),
        (
            kinds.BOUNDARY,
            {"permissionsBoundary": {"managedPolicyArn": "arn:x"}},
            "adds the permissions boundary arn:x",
        ),
        (kinds.INLINE_POLICY, {"inlinePolicy": "{}"}, "adds the inline policy"),
        (
            kinds.INLINE_POLICY,
            {"inlinePolicy": UNKNOWN},
            "adds the inline policy (known only to the update)",
        ),
    ],
)
def test_each_kind_of_policy_is_described(kind: str, inputs: Any, text: str) -> None:
    [row] = reviewed(step("create", kind, "p", permissionSetArn=READ, **inputs)).sets
    assert (row.changes, row.people) == ((text,), 3)


def test_a_deleted_app_is_a_loss_of_everyone() -> None:
    found = reviewed(step("delete", kinds.APP, "app"))
    assert people(found) == {"ada": (0, 4), "ben": (0, 1), "cleo": (0, 1)}


def test_a_resource_that_is_retained_changes_nothing() -> None:
    given = assignment("delete", "g-devs", READ, DEV)
    given["oldState"]["retainOnDelete"] = True
    assert not people(reviewed(given))


def test_refreshes_reads_and_imports_change_nothing() -> None:
    for op in ("refresh", "read", "import", "same"):
        assert not people(reviewed(assignment(op, "g-devs", READ, PROD)))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (assignment("create", UNKNOWN, READ, PROD, name="a"), "the group is known only"),
        (assignment("create", "g-devs", UNKNOWN, PROD, name="a"), "the permission set is known"),
        (assignment("create", "g-devs", READ, UNKNOWN, name="a"), "the account is known only"),
        (assigned("create", UNKNOWN), "the group is known only"),
        (user_assigned("create", UNKNOWN), "the user is known only"),
        (pushed("create", UNKNOWN, "x"), "its group in Okta is known only"),
        (step("create", kinds.RULE, "r"), "group rule"),
        (step("update", kinds.RULE, "r") | {"oldState": {"type": kinds.RULE}}, "group rule"),
    ],
)
def test_what_only_the_update_knows_is_unknown(given: Any, reason: str) -> None:
    [text] = reviewed(given).unknown
    assert reason in text


def test_a_name_that_fits_two_groups_is_unknown() -> None:
    found = reviewed(
        pushed("create", "00gO", "ops"), pushed("create", "00gX", "aws-ops"),
        assignment("create", UNKNOWN, READ, PROD, name=f"access-Read-aws-ops-{PROD}"),
    )  # fmt: skip
    assert people(found) == {}  # `-Read-aws-ops` fits one group, whose members are not assigned
    found = reviewed(
        pushed("create", "00gO", "ops"), pushed("create", "00gX", "ops"),
        assignment("create", UNKNOWN, READ, PROD, name=f"access-Read-ops-{PROD}"),
    )  # fmt: skip
    assert len(found.unknown) == 1


@pytest.mark.parametrize(
    "part", ["pushes", "groups", "group_access", "applications", "store_groups", "store_users",
             "users"],
)  # fmt: skip
def test_a_part_that_cannot_be_read_makes_the_review_unknown(part: str) -> None:
    reason = "it is denied. Needs okta.apps.read."
    found = reviewed(assignment("create", "g-devs", READ, PROD), **{part: Unavailable(reason)})
    assert reason in found.unknown


def test_members_that_cannot_be_read_make_the_review_unknown() -> None:
    given = inventory()
    given.members.by_group["00gO"] = Unavailable("denied. Needs okta.groups.read.")
    [text] = reviewed(pushed("create", "00gO", "ops"), members=given.members).unknown
    assert text == "the members of ops in Okta: denied. Needs okta.groups.read."
    members = {"g-devs": Unavailable("denied."), "g-admins": frozenset[str]()}
    [text] = reviewed(assignment("create", "g-devs", READ, PROD), store_members=members).unknown
    assert text == "the members of devs in AWS: denied."


def test_further_access_that_cannot_be_read_makes_the_review_unknown() -> None:
    error = AwsError("AccessDenied", "AccessDeniedException", "sso:ListAccountAssignments")
    further = FurtherAccess(GroupAccess(error), Unavailable("denied."))
    assert len(reviewed(pushed("create", "00gO", "ops"), further=further).unknown) == 2


def test_disabled_users_in_aws_are_not_counted() -> None:
    users = {
        f"u-{name}": StoreUser(f"{name}@example.com", name != "ben", "", True) for name in ASSIGNED
    }
    found = reviewed(assignment("create", "g-devs", READ, PROD), store_users=users)
    assert set(people(found)) == {"ada", "cleo"}


def test_only_what_the_changes_need_is_read() -> None:
    given = inventory()
    assert wanted(changes(), given).okta_groups == frozenset()
    needed = wanted(changes(assignment("create", "g-other", "arn:x", PROD)), given)
    assert (needed.store_groups, needed.sets) == ({"g-other"}, {"arn:x"})
    assert wanted(changes(assigned("delete", "00gA")), given).okta_groups == {"00gA"}
    needed = wanted(changes(assigned("create", "00gX")), given)
    assert needed.okta_groups == {"00gX", "00gB", "00gD"}


def test_the_digest_is_of_the_changes_alone() -> None:
    one = assignment("create", "g-devs", READ, PROD)
    assert reviewed(one).digest == reviewed(one, store_members={}).digest
    assert reviewed(one).digest != reviewed(assignment("create", "g-devs", READ, DEV)).digest
    policies = [
        step("create", kinds.INLINE_POLICY, "p", permissionSetArn=READ, inlinePolicy=text)
        for text in ("{}", '{"a":1}')
    ]
    assert reviewed(policies[0]).digest != reviewed(policies[1]).digest


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("okta:group/rule:Rule", "expressionValue"),
        ("okta:group/memberships:Memberships", "users"),
        (kinds.APP, "attributeStatements"),
        (kinds.ACCESS_CONTROL, "attributes"),
    ],
)
def test_an_approval_is_for_the_values_of_a_change_of_unknown_effect(kind: str, key: str) -> None:
    def update(value: str) -> Review:
        given = step("update", kind, "x", **{key: [value]})
        given["oldState"] = {**given["newState"], "inputs": {key: ["old"]}}
        return reviewed(given)

    assert update("a").unknown
    assert update("a").subject(50, "").more
    assert update("a").digest == update("a").digest != update("b").digest


@pytest.mark.parametrize(("before", "after", "unknown"), [("a", "a", 0), ("a", "b", 1)])
def test_only_other_session_tags_make_an_update_of_the_app_unknown(
    before: str, after: str, unknown: int
) -> None:
    given = step("update", kinds.APP, "app", attributeStatements=[after], label="new")
    given["oldState"] = {
        **given["newState"], "inputs": {"attributeStatements": [before], "label": "old"}
    }  # fmt: skip
    found = reviewed(given).unknown
    assert len(found) == unknown
    assert all("the session tags change" in each for each in found)


def test_removed_attribute_statements_change_session_tags() -> None:
    given = step("update", kinds.APP, "app")
    outputs = {"attributeStatements": ["a"]}  # the engine keeps those of the last update
    given["newState"]["outputs"] = outputs
    given["oldState"] = {**given["newState"], "inputs": outputs}
    assert reviewed(given).unknown
