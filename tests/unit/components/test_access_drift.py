"""Account access in AWS is compared with the declaration in every preview and `up`."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _clients, _state
from components._checks import access_drift
from okta_idc.clients.aws import AwsError
from okta_idc.clients.group_access import MAX_CALLS_OF_A_RUN, calls_for
from okta_idc.clients.identity_center import PermissionSetDetails
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments

Declare = Callable[..., None]
Find = Callable[..., list[str]]
ONE, TWO = "123456789012", "210987654321"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
APPLICATION = f"arn:aws:sso::{ONE}:application/ssoins-1111111111111111/apl-1111111111111111"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "ce:Get*"], "Resource": "*"}],
}
SAME_POLICY = (
    '{"Statement": {"Resource": ["*"], "Action": ["CE:Get*", "s3:Get*"], "Effect": "Allow"}, '
    '"Version": "2012-10-17"}'
)
ACCESS: dict[str, Any] = {
    "permission_sets": [
        {
            "name": "Admin",
            "session_duration": "PT8H",
            "managed_policies": [READ_ONLY],
            "inline_policy": POLICY,
            "groups": ["aws-admins"],
            "accounts": [ONE],
        }
    ],
    "applications": [{"arn": APPLICATION, "groups": ["aws-data"]}],
}
CONTROL = {"attributes": {"Team": "${path:userType}"}}


@pytest.fixture
def find(cloud: MockCloud, declare: Declare) -> Find:
    """Run the program and return the lines about account access in its `drift` output."""
    cloud.in_aws, cloud.mapped = ["aws-admins", "aws-data"], ["00gB", "00gC"]
    cloud.aws_ids = {"aws-admins": "g-1", "aws-data": "g-2"}

    def run(preview: bool = False, **changes: Any) -> list[str]:
        cloud.declared.clear()  # of an earlier run
        outputs: list[list[str]] = []
        given = {"account_access": ACCESS, "access_control_attributes": CONTROL, **changes}

        def program() -> object:
            return IdentityCenterFederation("idc", arguments(**given)).drift.apply(outputs.append)

        declare(program, preview=preview)
        return outputs[0] if outputs else []

    return run


def record_access(cloud: MockCloud, **admin: Any) -> None:
    """The state after ACCESS and CONTROL were deployed, with other properties of the set."""
    at = {"permissionSetArn": "arn:Admin"}
    shown = {"arn": "arn:Admin", "name": "Admin", "sessionDuration": "PT8H", **admin}
    cloud.state = {}
    cloud.record(_state.PUSH_GROUPS, "p", group_ids={"aws-admins": "g-1", "aws-data": "g-2"})
    cloud.record(_state.PERMISSION_SET, "set", **shown)
    cloud.record(_state.MANAGED_POLICY, "m", **at, managedPolicyArn=READ_ONLY)
    cloud.record(_state.INLINE_POLICY, "i", **at, inlinePolicy=SAME_POLICY)
    cloud.record(_state.ACCOUNT_ASSIGNMENT, "a", **at, principalId="g-1", targetId=ONE)
    cloud.record(_state.APPLICATION_ASSIGNMENT, "b", principalId="g-2", applicationArn=APPLICATION)
    cloud.record(
        _state.CONTROL_ATTRIBUTES,
        "c",
        attributes=[{"key": "Team", "values": [{"sources": ["${path:userType}"]}]}],
    )


def record_second_account(cloud: MockCloud) -> None:
    cloud.record(
        _state.ACCOUNT_ASSIGNMENT, "z",
        permissionSetArn="arn:Admin", principalId="g-1", targetId=TWO,
    )  # fmt: skip


def test_access_as_declared_has_no_findings(cloud: MockCloud, find: Find) -> None:
    cloud.center.changed = {"arn:Admin": {"inline_policy": SAME_POLICY}}
    assert find() == []


def test_a_preview_of_access_as_deployed_has_no_findings(cloud: MockCloud, find: Find) -> None:
    record_access(cloud)
    warnings = warnings_of(lambda: find(preview=True))
    assert warnings == []
    assert {"permission_set", "access_of_group", "access_control"} <= {*cloud.center.calls}


def warnings_of(run: Callable[[], object]) -> list[str]:
    """The warnings about account access. A preview may not know the output."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi.log, "warn", lambda text, *_args, **_opts: found.append(text))
        run()
    rules = [f"OIC-{number}" for number in range(632, 640)]
    return [line for line in found if "unknown:" in line or any(rule in line for rule in rules)]


def change(**parts: Any) -> Callable[[MockCloud], None]:
    def apply(cloud: MockCloud) -> None:
        for name, value in parts.items():
            setattr(cloud.center, name, value)

    return apply


def admin(**properties: Any) -> Callable[[MockCloud], None]:
    return change(changed={"arn:Admin": properties})


OTHER_POLICY = SAME_POLICY.replace("s3:Get*", "s3:*")
CHANGES: list[tuple[str, Callable[[MockCloud], None], list[str]]] = [
    ("OIC-632", change(changed={"arn:Admin": None}), ["Admin", "--refresh"]),
    ("OIC-633", admin(session_duration="PT1H"), ["session_duration", "PT1H", "PT8H", "--refresh"]),
    ("OIC-633", admin(description="x"), ["description", "'x'", "not set"]),
    ("OIC-634", admin(managed_policies=(READ_ONLY, ADMINISTRATOR)), [ADMINISTRATOR, "Remove"]),
    ("OIC-634", admin(customer_managed_policies=("team/Own",)), ["team/Own"]),
    ("OIC-635", admin(managed_policies=()), [READ_ONLY, "--refresh"]),
    ("OIC-635", admin(inline_policy=OTHER_POLICY), ["inline_policy", "differs"]),
    ("OIC-635", admin(inline_policy=""), ["inline_policy", "missing"]),
    ("OIC-636", admin(permissions_boundary=READ_ONLY), ["permissions_boundary", READ_ONLY]),
    ("OIC-638", change(more_access={"g-1": [("arn:Admin", TWO)]}), ["aws-admins", "Admin", TWO]),
    ("OIC-638", change(more_access={"g-2": [("arn:Hand", TWO)]},
                       more_sets={"arn:Hand": PermissionSetDetails(
                           "Breakglass", managed_policies=(ADMINISTRATOR,))}),
     ["aws-data", "Breakglass", TWO, ADMINISTRATOR, "declare it"]),
    ("OIC-638", change(more_applications={"g-1": [APPLICATION]}), ["aws-admins", APPLICATION]),
    ("OIC-639", change(attributes={"Team": "${path:title}"}), ["Team", "${path:title}"]),
    ("OIC-639", change(attributes={}), ["Team", "not in AWS"]),
    ("OIC-639", change(attributes={"Team": "${path:userType}", "X": "${path:title}"}), ["'X'"]),
]  # fmt: skip


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
@pytest.mark.parametrize(("rule", "apply", "fragments"), CHANGES)
def test_each_difference_is_one_warning_with_a_remedy(
    cloud: MockCloud,
    find: Find,
    rule: str,
    apply: Callable[[MockCloud], None],
    fragments: list[str],
    preview: bool,
) -> None:
    record_access(cloud)
    apply(cloud)
    [line] = warnings_of(lambda: find(preview=preview))
    assert line.endswith(f"[{rule}]")
    for fragment in fragments:
        assert fragment in line


def test_a_deleted_assignment_is_reported(
    cloud: MockCloud, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_access(cloud)
    monkeypatch.setattr(cloud.center, "access_of_group", lambda *_: ())
    for preview in (False, True):
        [line] = warnings_of(lambda preview=preview: find(preview=preview))
        assert "aws-admins: is not assigned to the permission set Admin" in line
        assert ONE in line
        assert "[OIC-637]" in line


def test_a_preview_does_not_report_what_its_run_changes(cloud: MockCloud, find: Find) -> None:
    """The set, its policies, the assignments and the attributes are changed by this run."""
    record_access(cloud, sessionDuration="PT2H", description="old")
    record_second_account(cloud)
    cloud.center.changed = {
        "arn:Admin": {
            "session_duration": "PT2H",
            "description": "old",
            "managed_policies": (ADMINISTRATOR,),  # replaced by READ_ONLY
        }
    }
    cloud.record(
        _state.MANAGED_POLICY, "m", permissionSetArn="arn:Admin", managedPolicyArn=ADMINISTRATOR
    )
    cloud.center.more_access = {"g-1": [("arn:Admin", TWO)]}
    cloud.record(_state.CONTROL_ATTRIBUTES, "c", attributes=[])
    cloud.center.attributes = {}
    assert warnings_of(lambda: find(preview=True)) == []


def test_an_up_does_not_report_what_the_engine_deletes_afterwards(
    cloud: MockCloud, find: Find
) -> None:
    record_access(cloud)
    record_second_account(cloud)
    cloud.center.more_access = {"g-1": [("arn:Admin", TWO)]}
    assert find() == []
    cloud.state = {}
    assert "OIC-638" in find()[0]


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
def test_without_the_state_the_access_is_unknown(
    cloud: MockCloud, find: Find, preview: bool
) -> None:
    cloud.state = None
    lines = [w for w in warnings_of(lambda: find(preview=preview)) if "account access" in w]
    [line] = lines
    assert line.startswith("unknown: account access in AWS was not compared: the state")
    assert cloud.center.calls == []


def test_an_update_that_aws_refused_is_reported_though_the_state_has_it(
    cloud: MockCloud, find: Find
) -> None:
    record_access(cloud, sessionDuration="PT8H")
    cloud.center.changed = {"arn:Admin": {"session_duration": "PT4H"}}
    [line] = warnings_of(lambda: find(preview=True))
    assert "Admin.session_duration: 'PT4H' is not the declared value ('PT8H')" in line


def test_blocking_differences_fail_an_up_in_enforce_mode(cloud: MockCloud, find: Find) -> None:
    cloud.center.changed = {"arn:Admin": {"description": "x"}}
    assert "OIC-633" in find(drift="enforce")[0]  # advisory
    cloud.center.changed = {"arn:Admin": {"managed_policies": (READ_ONLY, ADMINISTRATOR)}}
    with pytest.raises(RunError, match=r"AWS differs from the declared[\s\S]*OIC-634"):
        find(drift="enforce")


def test_a_missing_permission_makes_its_part_unknown_and_names_the_action(
    cloud: MockCloud, find: Find
) -> None:
    action = "sso:ListApplicationAssignmentsForPrincipal"
    denied = AwsError(f"{action}: AccessDeniedException: no", action, "AccessDeniedException")
    cloud.center.errors = {"applications_of_group": denied}
    cloud.center.changed = {"arn:Admin": {"session_duration": "PT1H"}}
    first, second = find()
    assert "OIC-633" in first
    assert second == (
        f"unknown: application assignments were not compared: {action}: AccessDeniedException: "
        f"no. Needs {action}."
    )


def test_the_calls_are_within_the_budget(cloud: MockCloud, find: Find) -> None:
    cloud.center.more_access = {"g-2": [("arn:Hand", TWO)]}
    cloud.center.more_sets = {"arn:Hand": PermissionSetDetails("Breakglass")}
    find()
    calls = {name: cloud.center.calls.count(name) for name in cloud.center.calls}
    assert calls == {
        "access_control": 1, "access_of_group": 2, "applications_of_group": 2, "permission_set": 2,
    }  # fmt: skip


def test_above_the_limit_nothing_is_read_and_the_numbers_are_named(
    cloud: MockCloud, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = calls_for(2, 1, applications=True) - 1
    monkeypatch.setattr(access_drift, "MAX_CALLS_OF_A_RUN", limit)
    expected = (
        "unknown: 1 permission set and 2 push groups were not compared. Run `okta-idc doctor`."
    )
    assert find() == [expected]
    assert cloud.center.calls == ["access_control"]
    monkeypatch.setattr(access_drift, "MAX_CALLS_OF_A_RUN", limit + 1)
    cloud.center.more_access = {"g-2": [("arn:Hand", TWO)]}
    undeclared, unknown = find()
    assert "arn:Hand" in undeclared
    assert unknown.startswith("unknown: 1 permission set of push groups")


def test_an_up_spends_about_a_minute_at_most() -> None:
    assert MAX_CALLS_OF_A_RUN / 15 <= 60


def test_a_federation_without_account_access_makes_no_call(cloud: MockCloud, find: Find) -> None:
    assert find(account_access={}, access_control_attributes=None) == []
    assert cloud.center.calls == []


def test_with_an_explicit_provider_the_access_is_unknown(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_drift, "aws_client", _clients.aws_client)
    cloud.in_aws, cloud.mapped = ["aws-admins", "aws-data"], ["00gB", "00gC"]
    outputs: list[list[str]] = []

    def program() -> object:
        import pulumi_aws as aws

        opts = ResourceOptions(providers=[aws.Provider("other", region="us-east-1")])
        made = IdentityCenterFederation("idc", arguments(account_access=ACCESS), opts)
        return made.drift.apply(outputs.append)

    declare(program)
    [[line]] = outputs
    assert line.startswith("unknown: account access in AWS was not compared")
    assert "explicit AWS provider" in line


def test_the_client_has_the_configuration_of_the_default_provider(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def program() -> None:
        pulumi.runtime.set_all_config({
            "aws:accessKey": "AKIA1", "aws:secretKey": "TOPSECRET",
            "aws:endpoints": '[{"ssoadmin": "http://127.0.0.1:1"}]',
        })  # fmt: skip
        parent = pulumi.ComponentResource("a:b:C", "c")
        made.append(_clients.aws_client(parent, "eu-west-1"))

    declare(program)
    pulumi.runtime.set_all_config({})
    [client] = made
    assert client.region == "eu-west-1"
    assert client._client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client._client._request_signer._credentials.access_key == "AKIA1"
