"""Access rules are resolved before anything is declared."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import RunError

from components import IdentityCenterFederation, _state
from components._checks import stack_settings
from okta_idc.clients.aws import AwsError
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments, federation
from tests.unit.okta_idc.access_rules.directory import DEV1, DEV2, PROD, MemoryDirectory

Declare = Callable[..., None]
DEV = {"organizational_unit": "Workloads/Dev"}
SET = {"name": "Developer", "groups": ["aws-admins"], "account_selectors": [DEV]}


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> MemoryDirectory:
    found = MemoryDirectory()
    monkeypatch.setattr(stack_settings, "directory", lambda _parent: found)
    return found


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: lines.append(text))
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: lines.append(text))
    return lines


@pytest.fixture
def cloud(cloud: MockCloud) -> MockCloud:
    cloud.mapped, cloud.in_aws = ["00gB", "00gC"], ["aws-admins", "aws-data"]
    return cloud


def deployed(cloud: MockCloud, *accounts: str, group: str = "aws-admins") -> None:
    """The state of an earlier run that assigned a permission set in these accounts."""
    at = {"permissionSetArn": "arn:Developer"}
    cloud.record(
        _state.PERMISSION_SET, "idc-access-Developer-set", arn="arn:Developer", name="Developer"
    )
    for account in accounts:
        name = f"idc-access-Developer-{group}-{account}"
        shown = {"principalId": f"aws-{group}", "targetId": account}
        cloud.record(_state.ACCOUNT_ASSIGNMENT, name, **at, **shown)


def assigned(cloud: MockCloud) -> list[str]:
    return sorted(each["targetId"] for each in cloud.inputs("AccountAssignment"))


@pytest.mark.parametrize("preview", [False, True])
def test_selected_accounts_are_assigned_in_previews_and_updates(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, preview: bool
) -> None:
    declare(federation(account_access__permission_sets=[SET]), preview=preview)
    assert assigned(cloud) == [DEV1, DEV2]


@pytest.mark.parametrize("rules", [True, False])
def test_a_state_that_the_engine_is_writing_is_read_again(
    cloud: MockCloud,
    declare: Declare,
    directory: MemoryDirectory,
    monkeypatch: pytest.MonkeyPatch,
    rules: bool,
) -> None:
    monkeypatch.setattr(_state, "_PAUSES", (0.0, 0.0))
    cloud.unreadable = 1
    lines: list[str] = []
    given = {"account_access__permission_sets": [SET]} if rules else {}

    def program() -> object:
        return IdentityCenterFederation("idc", arguments(**given)).drift.apply(lines.extend)

    declare(program)
    assert not [line for line in lines if "does not return the state" in line]
    assert assigned(cloud) == ([DEV1, DEV2] if rules else [])


def test_without_rules_nothing_is_read(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    plain = {"name": "Developer", "groups": ["aws-admins"], "accounts": [DEV1]}
    declare(federation(account_access__permission_sets=[plain]))
    assert directory.calls == []


def test_the_organization_is_not_read_again_for_selected_accounts(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    declare(federation(account_access__permission_sets=[SET | {"accounts": [PROD]}]))
    [wanted] = cloud.wanted
    assert (wanted.accounts, wanted.active) == ({DEV1, DEV2, PROD}, {DEV1, DEV2})


def test_a_new_account_is_one_line(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, logged: list[str]
) -> None:
    deployed(cloud, DEV1)
    declare(federation(account_access__permission_sets=[SET]))
    assert [line for line in logged if line.startswith("Account ")] == [
        f"Account dev-2 ({DEV2}) is new (organizational unit Workloads/Dev), and gets Developer "
        "for aws-admins."
    ]


def test_a_moved_account_loses_access_with_one_line(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, logged: list[str]
) -> None:
    deployed(cloud, DEV1, DEV2, PROD)
    declare(federation(account_access__permission_sets=[SET]))
    assert assigned(cloud) == [DEV1, DEV2]
    assert [line for line in logged if line.startswith("Account ")] == [
        f"Account prod-1 ({PROD}) is no longer selected, and loses Developer for aws-admins."
    ]


@pytest.mark.parametrize("preview", [False, True])
def test_more_removals_than_the_limit_are_refused_before_anything_is_declared(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, preview: bool
) -> None:
    deployed(cloud, DEV1, PROD, "555555555555")
    access = {"permission_sets": [SET], "max_removed_assignments": 1}
    expected = (
        r"^account_access: 2 account assignments would be removed, and the limit is 1: "
        rf"prod-1 \({PROD}\) \(1\), 555555555555 \(1\)\. .*confirm_removed_accounts.*\[OIC-568\]"
    )
    with pytest.raises(RunError, match=expected):
        declare(federation(account_access=access), preview=preview)
    assert not [each for each in cloud.declared if each.typ.startswith(("okta:", "aws:"))]
    declare(federation(account_access=access | {"confirm_removed_accounts": [PROD]}))
    assert assigned(cloud) == [DEV1, DEV2]


def test_accounts_that_are_removed_from_a_list_are_not_limited(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    deployed(cloud, PROD, group="aws-data")
    sets = [SET, {"name": "Reader"}]
    declare(federation(account_access={"permission_sets": sets, "max_removed_assignments": 0}))
    assert assigned(cloud) == [DEV1, DEV2]


def test_a_suspended_account_keeps_what_it_has(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, logged: list[str]
) -> None:
    deployed(cloud, DEV1)
    directory.states = {DEV1: "SUSPENDED", DEV2: "SUSPENDED"}
    cloud.environment = {"accounts": {DEV1: "SUSPENDED", DEV2: "SUSPENDED"}}
    declare(federation(account_access__permission_sets=[SET]))
    assert assigned(cloud) == [DEV1]
    [warning] = [line for line in logged if "[OIC-569]" in line]
    assert warning.startswith(f"account_access: 'dev-1 ({DEV1})' has the state SUSPENDED.")


def test_groups_are_pushed_and_get_access_because_of_their_names(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    name = f"app_aws_{PROD}_Developer"
    cloud.groups[name] = "00gN"
    cloud.mapped.append("00gN")
    cloud.in_aws.append(name)
    directory.okta = [name]
    declare(
        federation(
            push_group_patterns=["app_aws_{account}_{permission_set}"],
            account_access__permission_sets=[{"name": "Developer"}],
        )
    )
    [assignment] = cloud.inputs("AccountAssignment")
    assert (assignment["principalId"], assignment["targetId"]) == (f"aws-{name}", PROD)
    assert "00gN" in [each["sourceGroupId"] for each in cloud.inputs("PushGroup")]


def test_a_new_group_and_one_that_is_gone_are_one_line_each(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, logged: list[str]
) -> None:
    for key in ("aws-data", "aws-gone", "other-gone"):
        cloud.record(_state.PUSH_MAPPING, f"idc-push-{key}", sourceGroupId="00gX")
    directory.okta = ["aws-admins", "aws-data"]
    declare(federation(push_groups=[], push_group_patterns=["aws-*"]))
    assert [line for line in logged if line.startswith(("Group ", "Account "))] == [
        "Group aws-admins is new (push_group_patterns[0]), and is pushed.",
        "Group aws-gone no longer matches, and its push mapping is removed.",
    ]


def test_a_group_whose_name_gives_access_is_one_line(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, logged: list[str]
) -> None:
    deployed(cloud, DEV1)
    cloud.record(_state.PUSH_MAPPING, "idc-push-aws-data", sourceGroupId="00gC")
    name = "app_aws_prod-1_Developer"
    cloud.groups[name], directory.okta = "00gN", [name]
    cloud.in_aws.append(name)
    cloud.mapped.append("00gN")
    patterns = ["app_aws_{account}_{permission_set}"]
    declare(federation(push_group_patterns=patterns, account_access__permission_sets=[SET]))
    assert (
        f"Account prod-1 ({PROD}) is new (the name of group {name}), and gets Developer for "
        in ("\n".join(logged))
    )
    assert not [line for line in logged if line.startswith("Group ")]


def test_a_problem_names_the_rule_as_written(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory
) -> None:
    missing = SET | {"account_selectors": [{"organizational_unit": "Workloads/Gone"}]}
    path = r"account_access\.permission_sets\[0\]\.account_selectors\[0\]\.organizational_unit"
    with pytest.raises(RunError, match=rf"^{path}: 'Workloads/Gone' is not .*\[OIC-562\]"):
        declare(federation(account_access__permission_sets=[missing]))
    cloud.environment = {"owner": DEV2}  # the management account, and the caller is another one
    path = r"account_access\.permission_sets\[0\]\.account_selectors\[0\]"
    with pytest.raises(RunError, match=rf"{path}: '{DEV2}' is the management account"):
        declare(federation(account_access__permission_sets=[SET]))


def test_what_cannot_be_read_stops_the_run_and_names_the_permission(
    cloud: MockCloud, declare: Declare, directory: MemoryDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied() -> Any:
        raise AwsError("organizations:ListAccounts: AccessDeniedException: no", "organizations:x")

    monkeypatch.setattr(directory, "accounts", denied)
    with pytest.raises(RunError, match=r"cannot be read: organizations:ListAccounts: AccessDenied"):
        declare(federation(account_access__permission_sets=[SET]))
    cloud.state = None
    with pytest.raises(RunError, match="cannot read the stack's state"):
        declare(federation(account_access__permission_sets=[SET]))
