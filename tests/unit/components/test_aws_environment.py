"""What AWS would refuse during `up` is reported before anything is created."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceOptions, RunError

from components import IdentityCenterFederation, _clients, _state
from components._checks import aws_environment
from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_environment import Wanted
from okta_idc.clients.identity_store import StoreNetwork
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import arguments

Declare = Callable[..., None]
Run = Callable[..., list[str]]
ONE, TWO = "123456789012", "210987654321"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
SETS: list[dict[str, Any]] = [
    {"name": "Admin", "accounts": [ONE, TWO], "managed_policies": [POLICY]},
    {"name": "Reader", "accounts": [TWO], "permissions_boundary": BOUNDARY},
]
FIRST = "account_access.permission_sets[0]"


@pytest.fixture
def run(cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program; return the warnings, and the lines in the output `drift`."""
    cloud.in_aws, cloud.mapped = ["aws-admins", "aws-data"], ["00gB", "00gC"]
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_args, **_opts: lines.append(text))
    lines: list[str] = []

    def run(preview: bool = True, **given: Any) -> list[str]:
        access = {"account_access": {"permission_sets": SETS}} | given

        def program() -> None:
            IdentityCenterFederation("idc", arguments(**access))

        declare(program, preview=preview)
        return lines

    return run


def refused(run: Run, **given: Any) -> str:
    with pytest.raises(RunError) as error:
        run(**given)
    return str(error.value)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"accounts": {ONE: "ACTIVE", "210987654312": "ACTIVE"}},
         f"{FIRST}.accounts[1]: '{TWO}' is not an account of the organization. Did you mean "
         "'210987654312'? (account_access.permission_sets[1].accounts[0]). "),
        ({"accounts": {ONE: "ACTIVE", TWO: "CLOSED"}},
         f"{FIRST}.accounts[1]: '{TWO}' has the state CLOSED "
         "(account_access.permission_sets[1].accounts[0])."),
        ({"caller": TWO}, f"{FIRST}.accounts[0]: '{ONE}' is the management account, and the "
         f"credentials belong to account {TWO}."),
        ({"permission_sets": False}, "account_access.permission_sets: are not enabled"),
        ({"policies": frozenset({BOUNDARY, "arn:aws:iam::aws:policy/x/ReadOnlyAccess"})},
         f"{FIRST}.managed_policies[0]: '{POLICY}' is not an AWS managed policy. Did you mean "
         "'arn:aws:iam::aws:policy/x/ReadOnlyAccess'?"),
        ({"policies": frozenset({POLICY})},
         f"account_access.permission_sets[1].permissions_boundary: '{BOUNDARY}' is not an AWS"),
    ],
)  # fmt: skip
def test_what_aws_would_refuse_is_reported_before_anything_is_created(
    cloud: MockCloud, run: Run, environment: dict[str, Any], expected: str, preview: bool
) -> None:
    cloud.environment = environment
    assert expected in refused(run, preview=preview)
    assert cloud.inputs("app/saml:Saml") == []
    assert cloud.inputs(":PermissionSet") == []


def test_all_problems_are_reported_together(cloud: MockCloud, run: Run) -> None:
    cloud.environment = {"accounts": {}, "policies": frozenset(), "permission_sets": False}
    text = refused(run)
    assert [rule for rule in range(539, 544) if f"OIC-{rule}" in text] == [539, 542, 543]


def test_a_sound_environment_has_no_warning(cloud: MockCloud, run: Run) -> None:
    assert [line for line in run() if "OIC-5" in line or "unknown:" in line] == []
    policies = frozenset({POLICY, BOUNDARY})
    assert cloud.wanted == [Wanted(True, True, frozenset({ONE, TWO}), policies)]


def test_what_the_state_has_is_not_looked_up(cloud: MockCloud, run: Run) -> None:
    cloud.state = {}
    at = {"permissionSetArn": "arn:Admin"}
    cloud.record(_state.PERMISSION_SET, "set", arn="arn:Admin", name="Admin")
    cloud.record(_state.MANAGED_POLICY, "m", **at, managedPolicyArn=POLICY)
    cloud.record(_state.BOUNDARY, "b", **at, permissionsBoundary={"managedPolicyArn": BOUNDARY})
    cloud.record(_state.ACCOUNT_ASSIGNMENT, "a", **at, principalId="g-1", targetId=ONE)
    run()
    assert cloud.wanted == [Wanted(True, True, frozenset({TWO}))]


def test_a_stack_without_permission_sets_looks_up_the_network_only(
    cloud: MockCloud, run: Run
) -> None:
    run(account_access={})
    assert cloud.wanted == [Wanted(network=True)]


@pytest.mark.parametrize(
    ("network", "rule", "expected"),
    [
        (StoreNetwork(True), "OIC-544", "SCIM from no IP address"),
        (StoreNetwork(True, ("203.0.113.0/24",)), "OIC-545", "from 203.0.113.0/24 only"),
    ],
)
def test_network_restrictions_are_warnings(
    cloud: MockCloud, run: Run, network: StoreNetwork, rule: str, expected: str
) -> None:
    cloud.environment = {"network": network}
    assert any(f"[{rule}]" in line and expected in line for line in run())
    assert cloud.inputs(":PermissionSet") != []


def test_each_part_that_cannot_be_read_is_unknown_once(cloud: MockCloud, run: Run) -> None:
    denied = AwsError("AccessDenied", "organizations:ListAccounts", "AccessDeniedException")
    cloud.environment = dict.fromkeys(
        ("owner", "permission_sets", "caller", "network", "accounts", "policies"), denied
    )
    lines = [line for line in run() if "unknown:" in line]
    assert len(lines) == 5
    assert "unknown: whether new accounts exist and are active: AccessDenied. Needs " in lines[3]
    assert lines[3].endswith("Needs organizations:ListAccounts.")
    assert cloud.inputs(":PermissionSet") != []


def test_unknown_parts_are_in_the_output(cloud: MockCloud, declare: Declare) -> None:
    cloud.in_aws, cloud.mapped = ["aws-admins", "aws-data"], ["00gB", "00gC"]
    cloud.environment = {"network": AwsError("not allowed")}
    outputs: list[list[str]] = []
    declare(lambda: IdentityCenterFederation("idc", arguments()).drift.apply(outputs.append))
    assert "unknown: whether the identity store restricts networks: not allowed." in outputs[0]


def test_an_explicit_provider_makes_the_environment_unknown(
    cloud: MockCloud, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_environment, "environment_reader", _clients.environment_reader)
    cloud.in_aws, cloud.mapped = ["aws-admins", "aws-data"], ["00gB", "00gC"]
    outputs: list[list[str]] = []

    def program() -> object:
        import pulumi_aws as aws

        opts = ResourceOptions(providers=[aws.Provider("other", region="us-east-1")])
        return IdentityCenterFederation("idc", arguments(), opts).drift.apply(outputs.append)

    declare(program)
    [[line]] = outputs
    assert line.startswith("unknown: AWS was not checked before the run: ")
    assert line.endswith("the credentials of an explicit AWS provider cannot be read.")
