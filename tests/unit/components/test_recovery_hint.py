"""A failed operation that an earlier run explains names `okta-idc recover`; others do not."""

from collections.abc import Callable
from typing import Any

import pytest
from pulumi import ErrorHookArgs, ResourceOptions, ResourceTransformationArgs

from components import _recovery_hint
from components._recovery_hint import hint
from components.okta.pushed_members_group import PushedMembersGroup
from okta_idc.recovery.declared import declared
from okta_idc.recovery.kinds import KINDS
from okta_idc.settings import load_settings
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments

ALL: dict[str, Any] = {
    "assignments": {
        "groups": ["aws-access", {"create": "made", "rule": 'user.department=="A"'}],
        "pushed_members_group": {},
        "users": ["ada@example.com"],
    },
    "push_groups": ["aws-admins", {"create": "new"}],
    "profile_mappings": {"displayName": "user.displayName"},
    "access_control_attributes": {},
    "token_expiry_alarm": {"emails": ["ops@example.com"], "days_before": [30, 7]},
    "account_access": {
        "permission_sets": [
            {
                "name": "Developer",
                "groups": ["aws-admins"],
                "accounts": ["210987654321"],
                "managed_policies": ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
                "customer_managed_policies": ["team/Deploy"],
                "inline_policy": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}],
                },
                "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            }
        ],
        "applications": [
            {
                "arn": f"arn:aws:sso::111122223333:application/ssoins-{'1' * 16}/apl-{'1' * 16}",
                "groups": ["aws-admins"],
            }
        ],
    },
}


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("create", "label: label must not be the same as another existing app"),
        ("create", "An object with this field already exists in the current organization"),
        ("create", "creating SSO Account Assignment for GROUP (1): already exists"),
        ("create", "creating SSO Managed Policy Attachment (a,b,c): already attached"),
        ("create", "ConflictException: PermissionSet with name Developer already exists"),
        ("create", "Error creating Okta Push Group : 400 Bad Request"),
        ("create", "Post https://acme.okta.com/api/v1/apps: EOF"),
        ("delete", "failed to delete push group mapping: : 404 Not Found"),
        ("delete", "the API returned an error: Not found: Resource not found: 00g1 (UserGroup)"),
        ("update", "StatusCode: 400, ResourceNotFoundException: PermissionSet not found"),
        ("delete", "read tcp 10.0.0.1:5000: connection reset by peer"),
    ],
)
def test_an_error_that_an_interrupted_run_explains_names_the_command(
    operation: str, error: str
) -> None:
    assert "`okta-idc recover`" in hint("identity-center-push-aws-data", operation, [error])


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ("create", "403 Forbidden: You do not have permission"),
        ("create", "profile.name: String is too short"),
        ("update", "ThrottlingException: Rate exceeded"),
        ("delete", "AccessDeniedException"),
    ],
)
def test_any_other_error_stands_alone(operation: str, error: str) -> None:
    assert hint("identity-center-push-aws-data", operation, [error]) == ""


def test_every_resource_has_the_hint_and_the_name_that_recovery_expects(
    cloud: MockCloud, declare: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Holds the naming of the components and the table of `okta_idc.recovery` together."""
    from components import IdentityCenterFederation

    hinted: list[object] = []
    hook = _recovery_hint.recovery_hint
    monkeypatch.setattr(
        "components._options.recovery_hint",
        lambda parent: (hinted.append(parent.pulumi_resource_name), hook(parent))[1],
    )
    cloud.okta_users = [{"id": "00u1", "login": "ada@example.com", "status": "ACTIVE"}]
    cloud.in_aws = ["aws-admins", "new"]
    cloud.mapped = ["00gB", "idc-group-new-id"]
    args = arguments(**ALL)
    retained: set[str] = set()

    def record(resource: ResourceTransformationArgs) -> None:
        if resource.opts.retain_on_delete:
            retained.add(resource.type_)

    opts = ResourceOptions(transformations=[record])
    declare(lambda: IdentityCenterFederation("idc", args, opts).push_groups)
    # The mocks show the parent's type in no field: compare types and names.
    made = {(a.typ, a.name) for a in cloud.declared if a.typ in KINDS}
    table = declared(load_settings(arguments(**ALL)), "idc")
    assert {(each.type, each.name) for each in table} == made
    assert {each.type for each in table} == KINDS.keys()
    assert {each.component[1] or "idc" for each in table} <= {*hinted}
    assert retained == {kind for kind, each in KINDS.items() if each.retained}


def test_the_hook_never_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr("pulumi.log.error", lambda text, _parent: logged.append(text))
    failed = ErrorHookArgs(
        "urn", "", "x", "t", failed_operation="create", errors=["already exists"]
    )
    parent: Any = None
    assert _recovery_hint._on_error(failed, parent) is False
    assert "okta-idc recover" in logged[0]


@pytest.mark.parametrize(("error", "shown"), [("403 Forbidden", 1), ("already exists", 0)])
def test_the_alternatives_to_group_rules_are_not_shown_for_a_rule_that_exists(
    error: str, shown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr("pulumi.log.error", lambda text, _parent: logged.append(text))
    failed = ErrorHookArgs("urn", "", "x", "t", failed_operation="create", errors=[error])
    parent: Any = None
    assert PushedMembersGroup._on_error(parent, failed) is False
    assert len(logged) == shown
