"""The stack traces that the state keeps of each resource."""

import sys
import traceback
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components._stack_traces import FRAMES, shorten_stack_traces
from components.aws.account_access import AccountAccess
from components.okta.group_assignments import GroupAssignments
from components.okta.push_groups import PushGroups
from components.okta.user_assignments import UserAssignments

Declare = Callable[..., None]
ACCESS: Any = {
    "instance_arn": "arn:aws:sso:::instance/ssoins-1",
    "group_ids": {"aws-admins": "g-1"},
    "push_groups": ["aws-admins"],
    "permission_sets": [
        {"name": "Admin", "groups": ["aws-admins"], "accounts": ["123456789012"],
         "managed_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    ],
}  # fmt: skip
PUSHED: Any = {
    "app_id": "0oa1", "identity_store_id": "d-9067642ac7", "propagation_timeout_minutes": 0,
    "groups": [
        {"name": "aws-admins", "source_group_id": "00gB", "source_group_name": "aws-admins"}
    ],
}  # fmt: skip
ASSIGNED: Any = {"app_id": "0oa1", "groups": [{"name": "aws-access", "group_id": "00gA"}]}
USERS: Any = {"app_id": "0oa1", "users": [{"name": "a", "user_id": "00u1", "username": "a"}]}


@pytest.mark.parametrize(
    ("component", "args", "kinds"),
    [
        (AccountAccess, ACCESS,
         {"PermissionSet", "ManagedPolicyAttachment", "AccountAssignment"}),
        (PushGroups, PUSHED, {"PushGroup"}),
        (GroupAssignments, ASSIGNED, {"GroupAssignment"}),
        (UserAssignments, USERS, {"User"}),
    ],
)  # fmt: skip
def test_a_resource_records_where_it_is_declared_and_at_most_two_frames(
    declare: Declare,
    monkeypatch: pytest.MonkeyPatch,
    component: Any,
    args: Any,
    kinds: set[str],
) -> None:
    recorded: dict[str, list[str]] = {}
    register = mocks.MockMonitor.RegisterResource

    def collect(self: mocks.MockMonitor, request: Any) -> Any:
        frames = request.stackTrace.frames
        recorded[request.type.rpartition(":")[2]] = [frame.pc.uri for frame in frames]
        return register(self, request)

    monkeypatch.setattr(mocks.MockMonitor, "RegisterResource", collect)
    declare(lambda: component("kit", args))
    assert kinds <= set(recorded)
    for kind in kinds:
        frames = recorded[kind]
        assert 1 <= len(frames) <= 2
        assert frames[0].endswith(f"{component.__module__.replace('.', '/')}.py")


class Failing(pulumi.ComponentResource):
    @shorten_stack_traces
    def __init__(self, depth: int) -> None:
        if depth:
            return self.__init__(depth - 1)
        raise ValueError(len(traceback.extract_stack()))


def test_an_error_of_a_constructor_has_its_complete_traceback() -> None:
    with pytest.raises(ValueError, match=rf"^{FRAMES}$") as caught:
        Failing(2 * FRAMES)
    assert len(traceback.extract_tb(caught.value.__traceback__)) > 2 * FRAMES
    assert not hasattr(sys, "tracebacklimit")


def test_the_limit_of_the_program_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "tracebacklimit", 3, raising=False)
    with pytest.raises(ValueError, match=rf"^{FRAMES}$"):
        Failing(FRAMES)
    assert sys.tracebacklimit == 3
