"""Faults of AWS affect the named operations, in the format of each protocol."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.__main__ import main
from sandbox.aws.limits import LOW, MAX_OUTSTANDING
from sandbox.aws.throttle import RATE
from sandbox.client import SandboxClient
from sandbox.faults import ASYNCHRONOUS
from tests.sandbox.aws.conftest import INSTANCE, ORG, STORE
from tests.sandbox_process import sandbox_process

ACCOUNT = ORG.aws.members[0].id
CHANGES = Config(retries={"total_max_attempts": 1})


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture
def control(addresses: dict[str, Any]) -> Iterator[SandboxClient]:
    client = SandboxClient(addresses["okta"])
    yield client
    client.clear_faults()
    client.settings(clock="real")


@pytest.fixture
def aws(addresses: dict[str, Any]) -> Any:
    """Connects to a service, without retries."""

    def connect(service: Any) -> Any:
        return boto3.client(
            service, region_name="us-east-1", endpoint_url=addresses["aws"], config=CHANGES,
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip

    return connect


@pytest.fixture
def sso(aws: Any) -> Any:
    return aws("sso-admin")


@pytest.fixture
def wanted(aws: Any, sso: Any, request: pytest.FixtureRequest) -> dict[str, str]:
    """The parameters of an assignment of a new group, with a new permission set."""
    name = f"n{abs(hash(request.node.name))}"[:20]
    made = sso.create_permission_set(InstanceArn=INSTANCE, Name=name)
    group = aws("identitystore").create_group(IdentityStoreId=STORE, DisplayName=name)
    return {
        "InstanceArn": INSTANCE, "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"],
        "PrincipalId": group["GroupId"], "PrincipalType": "GROUP", "TargetId": ACCOUNT,
        "TargetType": "AWS_ACCOUNT",
    }  # fmt: skip


def refusal(call: Any, **parameters: Any) -> tuple[int, str, str]:
    """Status, error code and message of a refused call."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer: Any = caught.value.response
    error = answer["Error"]
    return answer["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def assigned(sso: Any, wanted: dict[str, str]) -> bool:
    found = sso.list_account_assignments(
        InstanceArn=INSTANCE, AccountId=ACCOUNT, PermissionSetArn=wanted["PermissionSetArn"]
    )["AccountAssignments"]
    return wanted["PrincipalId"] in {each["PrincipalId"] for each in found}


def creation(sso: Any, started: Any) -> dict[str, Any]:
    return sso.describe_account_assignment_creation_status(
        InstanceArn=INSTANCE,
        AccountAssignmentCreationRequestId=started["AccountAssignmentCreationStatus"]["RequestId"],
    )["AccountAssignmentCreationStatus"]


def test_a_throttled_operation_fails_as_often_as_requested(
    control: SandboxClient, sso: Any, aws: Any
) -> None:
    control.inject_fault("aws-throttled", operation="ListPermissionSets", times=2)
    assert sso.list_instances()["Instances"]
    for _ in range(2):
        found = refusal(sso.list_permission_sets, InstanceArn=INSTANCE)
        assert found == (400, "ThrottlingException", "Rate exceeded")
    assert "PermissionSets" in sso.list_permission_sets(InstanceArn=INSTANCE)


def test_a_denied_operation_names_its_iam_action(control: SandboxClient, aws: Any) -> None:
    control.inject_fault("aws-denied", operation="secretsmanager:.*")
    _, code, message = refusal(
        aws("secretsmanager").get_secret_value, SecretId="okta-identity-center/scim"
    )
    assert code == "AccessDeniedException"
    assert "not authorized to perform: secretsmanager:GetSecretValue" in message
    assert aws("identitystore").list_users(IdentityStoreId=STORE)


def test_a_status_gets_the_error_code_of_aws(control: SandboxClient, sso: Any) -> None:
    control.inject_fault("server-error", server="aws")
    assert refusal(sso.list_instances)[:2] == (500, "InternalServerException")
    control.inject_fault("gone", operation="DescribeInstance", times=1)
    found = refusal(sso.describe_instance, InstanceArn=INSTANCE)
    assert found[:2] == (404, "ResourceNotFoundException")
    control.inject_fault(server="aws", status=400, body={"__type": "OtherException"})
    assert refusal(sso.list_instances)[1] == "OtherException"


def test_the_query_protocol_gets_its_errors_as_xml(control: SandboxClient, aws: Any) -> None:
    control.inject_fault(operation="Publish|CreateTopic", code="AuthorizationError", status=403)
    assert refusal(aws("sns").create_topic, Name="t")[:2] == (403, "AuthorizationError")


@pytest.mark.parametrize(
    ("service", "call", "params", "throttled", "denied"),
    [
        ("accessanalyzer", "validate_policy",
         {"policyDocument": "{}", "policyType": "IDENTITY_POLICY"},
         "ThrottlingException", "AccessDeniedException"),
        ("events", "list_rules", {}, "ThrottlingException", "AccessDeniedException"),
        ("iam", "list_roles", {}, "Throttling", "AccessDenied"),
        ("identitystore", "list_users", {"IdentityStoreId": STORE},
         "ThrottlingException", "AccessDeniedException"),
        ("organizations", "list_accounts", {},
         "TooManyRequestsException", "AccessDeniedException"),
        ("secretsmanager", "list_secrets", {}, "ThrottlingException", "AccessDeniedException"),
        ("sns", "list_topics", {}, "Throttling", "AuthorizationError"),
        ("sso-admin", "list_instances", {}, "ThrottlingException", "AccessDeniedException"),
        ("sts", "get_caller_identity", {}, "Throttling", "AccessDenied"),
    ],
)  # fmt: skip
def test_each_service_spells_its_own_error_codes(
    control: SandboxClient, aws: Any, service: str, call: str, params: dict[str, Any],
    throttled: str, denied: str,
) -> None:  # fmt: skip
    operation = getattr(aws(service), call)
    control.inject_fault("aws-throttled", times=1)
    assert refusal(operation, **params) == (400, throttled, "Rate exceeded")
    control.inject_fault("aws-denied", times=1)
    status, code, message = refusal(operation, **params)
    assert (status, code) == (400, denied)
    assert "is not authorized to perform" in message
    operation(**params)


def test_contains_selects_calls_by_their_parameters(control: SandboxClient, sso: Any) -> None:
    control.inject_fault("aws-denied", operation="CreatePermissionSet", contains='"Blocked"')
    assert sso.create_permission_set(InstanceArn=INSTANCE, Name="Allowed")
    found = refusal(sso.create_permission_set, InstanceArn=INSTANCE, Name="Blocked")
    assert found[1] == "AccessDeniedException"


def test_a_slow_operation_answers_after_its_delay(control: SandboxClient, sso: Any) -> None:
    control.inject_fault("slow", operation="ListInstances", delay=0.3)
    began = time.monotonic()
    assert sso.list_instances()["Instances"]
    assert time.monotonic() - began >= 0.29


def test_a_broken_connection_prevents_the_operation(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault("broken", operation="CreateAccountAssignment")
    with pytest.raises(ConnectionClosedError):
        sso.create_account_assignment(**wanted)
    assert not assigned(sso, wanted)


def test_an_operation_completes_although_its_answer_is_lost(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault("lost", server="aws")
    assert sso.list_instances()["Instances"]  # operations that read are not affected
    seen = control.request_log("aws")[-1]["seq"]
    with pytest.raises(ConnectionClosedError):
        sso.create_account_assignment(**wanted)
    assert assigned(sso, wanted)
    [lost] = control.request_log("aws", seen)[:1]
    assert (lost["operation"], lost["status"]) == ("sso:CreateAccountAssignment", 0)


def test_a_slow_assignment_takes_effect_when_its_time_is_over(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault("provisioning-slow", in_progress=60)
    started = sso.create_account_assignment(**wanted)
    assert creation(sso, started)["Status"] == "IN_PROGRESS"
    assert not assigned(sso, wanted)
    control.advance(61)
    assert creation(sso, started)["Status"] == "SUCCEEDED"
    assert assigned(sso, wanted)
    control.clear_faults()
    control.settings(clock="jump")
    control.inject_fault("provisioning-slow", in_progress=60)
    sso.delete_account_assignment(**wanted)
    assert not assigned(sso, wanted)


def test_a_failed_assignment_states_the_reason_and_changes_nothing(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault("provisioning-failed", failure="no role is left")
    found = creation(sso, sso.create_account_assignment(**wanted))
    assert (found["Status"], found["FailureReason"]) == ("FAILED", "no role is left")
    assert not assigned(sso, wanted)
    assert creation(sso, sso.create_account_assignment(**wanted))["Status"] == "SUCCEEDED"


def test_the_provisioning_of_a_permission_set_can_be_slow_and_fail(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault("provisioning-failed", in_progress=60)
    started = sso.provision_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=wanted["PermissionSetArn"],
        TargetType="ALL_PROVISIONED_ACCOUNTS",
    )["PermissionSetProvisioningStatus"]  # fmt: skip

    def status() -> str:
        return sso.describe_permission_set_provisioning_status(
            InstanceArn=INSTANCE, ProvisionPermissionSetRequestId=started["RequestId"]
        )["PermissionSetProvisioningStatus"]["Status"]

    assert status() == "IN_PROGRESS"
    control.advance(61)
    assert status() == "FAILED"


def test_status_requests_complete_a_request_that_counts_them(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.inject_fault(operation="CreateAccountAssignment", polls=2)
    started = sso.create_account_assignment(**wanted)
    states = [creation(sso, started)["Status"] for _ in range(4)]
    assert states == ["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED", "SUCCEEDED"]
    control.inject_fault(operation="DeleteAccountAssignment", polls=1, failure="no role is left")
    request = sso.delete_account_assignment(**wanted)["AccountAssignmentDeletionStatus"]

    def deletion() -> Any:
        return sso.describe_account_assignment_deletion_status(
            InstanceArn=INSTANCE, AccountAssignmentDeletionRequestId=request["RequestId"]
        )["AccountAssignmentDeletionStatus"]

    assert deletion()["Status"] == "IN_PROGRESS"
    assert deletion()["FailureReason"] == "no role is left"
    assert assigned(sso, wanted)


def test_a_conflict_and_an_exceeded_quota_spare_operations_that_read(
    control: SandboxClient, sso: Any, aws: Any
) -> None:
    control.inject_fault("aws-conflict")
    assert sso.list_instances()["Instances"]
    found = refusal(sso.create_permission_set, InstanceArn=INSTANCE, Name="Conflict")
    assert found[:2] == (400, "ConflictException")
    control.inject_fault("aws-conflict", operation="DeleteGroup")
    identity_store = aws("identitystore")
    group = identity_store.create_group(IdentityStoreId=STORE, DisplayName="conflict")["GroupId"]
    with pytest.raises(identity_store.exceptions.ConflictException) as caught:
        identity_store.delete_group(IdentityStoreId=STORE, GroupId=group)
    assert caught.value.response["Reason"] == "CONCURRENT_MODIFICATION"
    control.inject_fault("aws-quota")
    secrets = aws("secretsmanager")
    with pytest.raises(secrets.exceptions.LimitExceededException):
        secrets.create_secret(Name="above", SecretString="x")
    assert secrets.list_secrets()["SecretList"]


def test_calls_above_the_rate_are_throttled(control: SandboxClient, sso: Any, aws: Any) -> None:
    control.settings(aws_throttle="on", clock="still")
    try:
        control.advance(1)
        for _ in range(int(RATE)):
            assert sso.list_instances()["Instances"]
        assert refusal(sso.list_instances) == (400, "ThrottlingException", "Rate exceeded")
        assert aws("secretsmanager").list_secrets()["SecretList"]
        control.advance(1)
        assert sso.list_instances()["Instances"]
    finally:
        control.settings(aws_throttle="off")


def test_assignments_above_the_limit_in_creation_are_throttled(
    control: SandboxClient, sso: Any, wanted: dict[str, str]
) -> None:
    control.settings(aws_throttle="on", clock="still")
    control.inject_fault("provisioning-slow", in_progress=60)
    try:
        for _ in range(MAX_OUTSTANDING):
            sso.create_account_assignment(**wanted)
            control.advance(1)
        assert refusal(sso.create_account_assignment, **wanted)[1] == "ThrottlingException"
        control.advance(60)
        assert sso.create_account_assignment(**wanted)
    finally:
        control.settings(aws_throttle="off")
        control.clear_faults()
        control.advance(120)


def test_a_lowered_quota_refuses_the_next_object(control: SandboxClient, sso: Any) -> None:
    names = [f"Quota-{number}" for number in range(LOW + 1)]
    for name in names[:-1]:
        sso.create_permission_set(InstanceArn=INSTANCE, Name=name)
    control.settings(quotas="low")
    try:
        with pytest.raises(sso.exceptions.ServiceQuotaExceededException):
            sso.create_permission_set(InstanceArn=INSTANCE, Name=names[-1])
    finally:
        control.settings(quotas="documented")
    assert sso.create_permission_set(InstanceArn=INSTANCE, Name=names[-1])


def test_a_full_secret_accepts_what_adds_no_version(control: SandboxClient, aws: Any) -> None:
    secrets = aws("secretsmanager")
    full = secrets.create_secret(Name="full", SecretString="0", ClientRequestToken="0" * 32)
    for number in range(1, LOW):
        secrets.put_secret_value(SecretId="full", SecretString=str(number))
    control.settings(quotas="low")
    try:
        for ident in ("full", full["ARN"]):
            secrets.update_secret(SecretId=ident, Description="Still writable")
            repeated = {"SecretString": "0", "ClientRequestToken": "0" * 32}
            secrets.put_secret_value(SecretId=ident, **repeated)
            with pytest.raises(secrets.exceptions.LimitExceededException):
                secrets.update_secret(SecretId=ident, SecretString="new")
    finally:
        control.settings(quotas="documented")


def test_the_command_line_injects_a_fault_of_aws(
    control: SandboxClient, addresses: dict[str, Any], sso: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = ["fault", "--url", addresses["okta"]]
    assert main([*fault, "aws-denied", "--operation", "ListPermissionSets"]) == 0
    assert main([*fault, "--failure", "no role", "--in-progress", "5"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "aws any method ListPermissionSets: status 400 AccessDeniedException (until cleared)",
        "aws any method any operation: in progress for 5 s, failed: no role (1 more)",
    ]
    assert refusal(sso.list_permission_sets, InstanceArn=INSTANCE)[1] == "AccessDeniedException"


def test_asynchronous_operations_are_operations_of_aws(aws: Any) -> None:
    assert set(ASYNCHRONOUS) <= set(aws("sso-admin").meta.service_model.operation_names)


def test_a_waiting_call_does_not_delay_the_end_of_the_sandbox(tmp_path: Path) -> None:
    with sandbox_process(tmp_path) as found:
        SandboxClient(found["okta"]).inject_fault("slow", server="aws", delay=600)
        client = boto3.client(
            "sso-admin", region_name="us-east-1", endpoint_url=found["aws"], config=CHANGES,
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        errors: list[str] = []

        def call() -> None:
            try:
                client.list_instances()
            except Exception as error:
                errors.append(type(error).__name__)

        waiting = threading.Thread(target=call, daemon=True)
        waiting.start()
        while SandboxClient(found["okta"]).faults():
            assert waiting.is_alive(), errors
            time.sleep(0.02)
    waiting.join(60)
    assert errors
