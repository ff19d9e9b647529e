"""The errors that botocore's models declare, for every operation of the sandbox's services.

A fault returns each of them. Those that the sandbox returns without a fault are observed: with
requests from the models, conflicts, and lowered quotas. The page sandbox-aws.md lists the others by
name, with the reason.
"""

import asyncio
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.session import Session

from sandbox.aws.fault_injection import inject_faults
from sandbox.aws.limits import LOW, THROTTLED, Limits
from sandbox.aws.operations import SERVICES, declared_errors
from sandbox.aws.paging import LIMITS, TOKENS
from sandbox.aws.request_recorder import CALL
from sandbox.aws.service_models import answered_operations, hold_to_models
from sandbox.aws.throttle import RATE
from sandbox.client import SandboxClient
from sandbox.clock import Clock
from sandbox.faults import PRESETS, Call, Faults, parse_fault
from sandbox.settings import Settings
from tests.paths import ROOT
from tests.sandbox.aws.conftest import INSTANCE, ORG, STORE
from tests.sandbox.aws.model_samples import sample
from tests.sandbox.aws.test_service_models import invalid_enums
from tests.sandbox_process import sandbox_process

KNOWN = {"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "SecretId": "no-such-secret"}
UNKNOWN = {
    "InstanceArn": INSTANCE[:-4] + "0000", "IdentityStoreId": "d-0000000000",
    "TopicArn": "arn:aws:sns:us-east-1:123456789012:nothing",
    "SubscriptionArn": "arn:aws:sns:us-east-1:123456789012:nothing:0",
}  # fmt: skip
STRICT = ("sso-admin", "identitystore", "secretsmanager")
"""Services whose operations the page names one by one."""
SIGNATURES = {model: name for name, model in SERVICES.items()}
MEMBER = ORG.aws.members[0].id
Run = Callable[..., Any]


def operations(*services: str) -> list[tuple[str, OperationModel]]:
    found: list[tuple[str, OperationModel]] = []
    for service in services or sorted(SERVICES.values()):
        model = Session().get_service_model(service)
        names = answered_operations(service)
        found += [(service, model.operation_model(n)) for n in model.operation_names if n in names]
    return found


def environ(service: str, operation: OperationModel) -> dict[str, Any]:
    """A request of an operation, in the protocol of its service."""
    protocol = operation.service_model.metadata["protocol"]
    kinds: dict[str, dict[str, str]] = {
        "json": {"HTTP_X_AMZ_TARGET": f"Service.{operation.name}"},
        "query": {"CONTENT_TYPE": "application/x-www-form-urlencoded"}, "rest-json": {},
    }  # fmt: skip
    call = Call("aws", "POST", f"{SIGNATURES[service]}:{operation.name}", "{}")
    return {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": io.BytesIO(b"{}"),
            CALL: call, **kinds[protocol]}  # fmt: skip


def parsed(app: Any, service: str, operation: OperationModel) -> Any:
    """The answer of an application as boto3 reads it."""
    started: list[Any] = []
    body = b"".join(app(environ(service, operation), lambda *given: started.append(given)))
    [(status, headers)] = started
    answer = {"status_code": int(status.split()[0]), "headers": dict(headers), "body": body}
    parser: Any = create_parser(operation.service_model.metadata["protocol"])
    return parser.parse(answer, operation.output_shape)


def no_backend(*_: Any) -> Any:
    raise AssertionError("the operation ran")


@pytest.mark.parametrize("service", sorted(SERVICES.values()))
def test_a_fault_returns_each_declared_error_of_each_operation(service: str) -> None:
    faults = Faults(Clock(Settings()))
    app = inject_faults(no_backend, faults, asyncio.new_event_loop())
    for _, operation in operations(service):
        for code in declared_errors(operation):
            faults.active = [parse_fault({"code": code, "operation": operation.name})]
            answer = parsed(app, service, operation)
            assert answer["Error"]["Code"] == code, (operation.name, code)
            assert faults.active == []


@pytest.mark.parametrize("preset", ["aws-conflict", "aws-quota"])
@pytest.mark.parametrize("service", sorted(SERVICES.values()))
def test_a_preset_returns_the_code_that_the_operation_declares(preset: str, service: str) -> None:
    general = PRESETS[preset]["code"]
    own = {
        "ConflictException": re.compile(r"Conflict|Concurrent|Exists|AlreadyExists"),
        "ServiceQuotaExceededException": re.compile(r"Quota|LimitExceeded|Constraint"),
    }[general]
    faults = Faults(Clock(Settings()))
    app = inject_faults(no_backend, faults, asyncio.new_event_loop())
    for _, operation in operations(service):
        faults.active = [parse_fault({"name": preset})]
        code = parsed(app, service, operation)["Error"]["Code"]
        declared = declared_errors(operation)
        if general in declared:
            assert code == general
        elif candidates := {each for each in declared if own.search(each)}:
            assert code in {*candidates, general}
        assert code == general or code in declared


def test_each_operation_of_a_throttled_service_is_throttled() -> None:
    class Stopped(Clock):
        def now(self) -> float:
            return 0.0

    for service in THROTTLED:
        limits = Limits(Settings(aws_throttle="on"), Stopped())
        for _ in range(int(RATE)):
            limits.refuse_rate(service)
        app = hold_to_models(no_backend, limits)
        for _, operation in operations(SERVICES[service]):
            assert "ThrottlingException" in declared_errors(operation)
            error = parsed(app, SERVICES[service], operation)["Error"]
            assert error["Code"] == "ThrottlingException", operation.name
    Limits(Settings(), Stopped()).refuse_rate("sso")


def test_an_error_has_the_status_that_a_query_service_declares() -> None:
    class Full(Limits):
        def refuse_rate(self, service: str) -> None:
            from sandbox.aws.errors import RefusedError

            raise RefusedError("TopicLimitExceeded", "x")

    [(_, operation)] = [each for each in operations("sns") if each[1].name == "CreateTopic"]
    app = hold_to_models(no_backend, Full(Settings(), Clock(Settings())))
    answer = parsed(app, "sns", operation)
    assert declared_errors(operation)["TopicLimitExceeded"] == 403
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403


def probes(operation: OperationModel) -> Iterator[dict[str, Any]]:
    """Requests from the model that AWS refuses."""
    yield {}
    if not (shape := operation.input_shape):
        return
    yield from (params for params, _ in list(invalid_enums(shape))[:1])
    least = sample(shape, KNOWN)
    yield least
    yield sample(shape, {**KNOWN, **UNKNOWN})
    yield from ({**least, token: "bm8="} for token in TOKENS if token in shape.members)
    yield from ({**least, limit: 0} for limit in LIMITS if limit in shape.members)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox"), "--clock", "real") as found:
        yield found


@pytest.fixture(scope="module")
def run(addresses: dict[str, Any]) -> Run:
    """Runs an operation, and returns its answer, or the code of the error."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    clients: dict[str, Any] = {}

    def call(service: Any, operation: str, **params: Any) -> Any:
        if service not in clients:
            clients[service] = boto3.client(
                service, region_name="us-east-1", endpoint_url=addresses["aws"], config=config,
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip
        names = {v: k for k, v in clients[service].meta.method_to_api_mapping.items()}
        try:
            return getattr(clients[service], names[operation])(**params)
        except ClientError as error:
            answer: Any = error.response
            return answer["Error"]["Code"]

    return call


@pytest.fixture(scope="module")
def observed(addresses: dict[str, Any], run: Run) -> dict[tuple[str, str], set[str]]:
    """The codes of the errors that each operation returned without a fault."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def record(service: str, operation: str, **params: Any) -> Any:
        answer = run(service, operation, **params)
        if isinstance(answer, str):
            found[service, operation].add(answer)
        return answer

    for service, operation in operations():
        for params in probes(operation):
            record(service, operation.name, **params)
    control = SandboxClient(addresses["okta"])
    record("cloudtrail", "LookupEvents", StartTime=2, EndTime=1)
    conflicts(record)
    permissions = [permission_set(run, f"many-{number}") for number in range(LOW + 1)]
    control.settings(quotas="low")
    quotas(record, permissions)
    control.settings(quotas="documented")
    for service in map(SERVICES.__getitem__, THROTTLED):
        for _, operation in operations(service):  # the test of throttled services
            found[service, operation.name].add("ThrottlingException")
    return found


def permission_set(run: Run, name: str) -> dict[str, str]:
    made = run("sso-admin", "CreatePermissionSet", InstanceArn=INSTANCE, Name=name)
    return {"InstanceArn": INSTANCE, "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"]}


def assignment(permission: dict[str, str], group: str) -> dict[str, str]:
    return {**permission, "PrincipalId": group, "PrincipalType": "GROUP", "TargetId": MEMBER,
            "TargetType": "AWS_ACCOUNT"}  # fmt: skip


def user(name: str) -> dict[str, Any]:
    return {"IdentityStoreId": STORE, "UserName": name, "DisplayName": name,
            "Name": {"GivenName": "A", "FamilyName": "B"}}  # fmt: skip


def conflicts(run: Run) -> None:
    """Create everything twice, change outdated revisions, and delete what is in use."""
    at, old = {"IdentityStoreId": STORE}, {"Revision": "999"}
    people = [run("identitystore", "CreateUser", **user("twice"))["UserId"]]
    groups = [run("identitystore", "CreateGroup", **at, DisplayName="twice")["GroupId"]]
    run("identitystore", "CreateUser", **user("twice"))
    run("identitystore", "CreateGroup", **at, DisplayName="twice")
    member = {**at, "GroupId": groups[0], "MemberId": {"UserId": people[0]}}
    for _ in range(2):
        run("identitystore", "CreateGroupMembership", **member)
    change = [{"AttributePath": "displayName", "AttributeValue": "x"}]
    for kind, ident in (("User", people[0]), ("Group", groups[0])):
        one = {**at, f"{kind}Id": ident, **old}
        run("identitystore", f"Update{kind}", **one, Operations=change)
        run("identitystore", f"Delete{kind}", **one)
        gone = {**at, f"{kind}Id": "9067642ac7-00000000-0000-0000-0000-000000000000"}
        run("identitystore", f"Update{kind}", **gone, Operations=change)
    permission = permission_set(run, "twice")
    run("sso-admin", "CreatePermissionSet", InstanceArn=INSTANCE, Name="twice")
    run("sso-admin", "CreateAccountAssignment", **assignment(permission, groups[0]))
    run("sso-admin", "DeletePermissionSet", **permission)
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    reference = {"CustomerManagedPolicyReference": {"Name": "custom"}}
    configuration = {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": []}}
    for _ in range(2):
        run(
            "sso-admin", "AttachManagedPolicyToPermissionSet", **permission, ManagedPolicyArn=policy
        )
        run("sso-admin", "AttachCustomerManagedPolicyReferenceToPermissionSet", **permission,
            **reference)  # fmt: skip
        run("sso-admin", "CreateInstanceAccessControlAttributeConfiguration", InstanceArn=INSTANCE,
            **configuration)  # fmt: skip
        run("secretsmanager", "CreateSecret", Name="twice", SecretString="x")
    token = "a" * 32
    for text in ("one", "two"):
        value = {"SecretId": "twice", "ClientRequestToken": token, "SecretString": text}
        run("secretsmanager", "PutSecretValue", **value)
        run("secretsmanager", "UpdateSecret", **value)
    run("secretsmanager", "DeleteSecret", SecretId="twice")
    run("secretsmanager", "GetSecretValue", SecretId="twice")
    for name in ("PutSecretValue", "UpdateSecret"):
        run("secretsmanager", name, SecretId="twice", SecretString="x")


def quotas(run: Run, permissions: list[dict[str, str]]) -> None:
    """Create one object more than a lowered quota allows. Some exist from the start."""
    [group] = run("identitystore", "ListGroups", IdentityStoreId=STORE, MaxResults=1)["Groups"]
    for permission in permissions:
        run("sso-admin", "CreateAccountAssignment", **assignment(permission, group["GroupId"]))
    for number in range(LOW + 1):
        name = f"quota-{number}"
        run("identitystore", "CreateUser", **user(name))
        run("identitystore", "CreateGroup", IdentityStoreId=STORE, DisplayName=name)
        run("secretsmanager", "CreateSecret", Name=name, SecretString=name)
        run("events", "PutRule", Name=name, ScheduleExpression="rate(1 day)")
        run("sns", "CreateTopic", Name=name)
    for number in range(LOW + 1):
        for name in ("PutSecretValue", "UpdateSecret"):
            run("secretsmanager", name, SecretId=ORG.aws.secret, SecretString=f"{name}-{number}")
        target = {"Id": str(number), "Arn": "arn:aws:sns:us-east-1:123456789012:quota-0"}
        run("events", "PutTargets", Rule="quota-0", Targets=[target])
        topic = run("sns", "CreateTopic", Name="quota-0")["TopicArn"]
        run("sns", "Subscribe", TopicArn=topic, Protocol="email", Endpoint=f"a{number}@example.com")
        run("sns", "TagResource", ResourceArn=topic, Tags=[{"Key": str(number), "Value": "x"}])
    run("sso-admin", "CreatePermissionSet", InstanceArn=INSTANCE, Name="quota")
    tags = [{"Key": str(number), "Value": "x"} for number in range(LOW + 1)]
    run("sso-admin", "TagResource", InstanceArn=INSTANCE, ResourceArn=INSTANCE, Tags=tags)
    document = json.dumps({"Statement": ["x" * 10_240]})
    run("sso-admin", "PutInlinePolicyToPermissionSet", **permissions[0], InlinePolicy=document)
    for number in range(LOW + 1):
        run("sso-admin", "AttachCustomerManagedPolicyReferenceToPermissionSet", **permissions[0],
            CustomerManagedPolicyReference={"Name": f"policy-{number}"})  # fmt: skip
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    run("sso-admin", "AttachManagedPolicyToPermissionSet", **permissions[0],
        ManagedPolicyArn=policy)  # fmt: skip


def listed() -> dict[str, set[str]]:
    """The errors that the page lists, with the operations that it names, if it names any."""
    page = (ROOT / "docs/reference/sandbox-aws.md").read_text()
    table = page.split("\n## Errors that only a fault returns\n")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return {
        error: {*re.findall(r"\w+", names)}
        for row in rows
        for error, names in re.findall(r"`([a-z-]+:\w+)`(?: \(([\w, ]+)\))?", row)
    }


def only_by_a_fault(observed: dict[tuple[str, str], set[str]]) -> dict[str, set[str]]:
    """The declared errors that some operations did not return, with these operations if the
    others returned it."""
    found: defaultdict[str, list[set[str]]] = defaultdict(lambda: [set(), set()])
    for service, operation in operations():
        for code in declared_errors(operation):
            seen = code in observed[service, operation.name]
            found[f"{service}:{code}"][seen].add(operation.name)
    return {
        error: missing if seen and error.split(":")[0] in STRICT else set()
        for error, (missing, seen) in found.items()
        if missing
    }


def test_the_page_lists_each_declared_error_that_only_a_fault_returns(
    observed: dict[tuple[str, str], set[str]],
) -> None:
    assert listed() == only_by_a_fault(observed)
