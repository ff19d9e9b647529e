"""Every operation of the sandbox's services, walked by botocore's models.

The requests come from the models: an empty one, one with an invalid value for each enum, one with
an invalid token for each list, and one with valid parameters that name nothing that exists. What
differs from the models is in `DEVIATIONS`, by name.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.session import Session

from sandbox.aws.constraints import is_document
from sandbox.aws.paging import LIMITS, TOKENS, paged_list
from sandbox.aws.service_models import SERVICES, answered_operations
from tests.paths import ROOT
from tests.sandbox.aws.conftest import INSTANCE, STORE, agrees
from tests.sandbox.aws.model_samples import sample
from tests.sandbox_process import sandbox_process

REFUSED = {
    "iam": "ValidationError", "organizations": "InvalidInputException", "sns": "InvalidParameter",
    "sts": "ValidationError",
}  # fmt: skip
COMMON = {"ValidationException", "ThrottlingException", "AccessDeniedException"}
"""Errors of every service with a JSON protocol, which the models do not repeat."""
KNOWN = {"InstanceArn": INSTANCE, "IdentityStoreId": STORE, "SecretId": "no-such-secret"}
DEVIATIONS = {
    "events:DescribeEventSource": "fails",
    "events:PutPartnerEvents": "fails",
    "iam:CreateOpenIDConnectProvider": "ValidationError for an invalid URL",
    "iam:CreateServiceLinkedRole": "fails for an unknown service",
    "iam:GetAccessKeyLastUsed": "NoSuchEntity for an unknown key",
    "iam:PutRolePermissionsBoundary": "InvalidParameterValue for an invalid ARN",
    "organizations:CreatePolicy": "IDs of policies are shorter than AWS's",
    "organizations:ListPolicies": "ARN of FullAWSAccess names the account in place of aws",
}
"""Operations whose answer to a sample request differs from their model, with the difference."""
POPULATED = {
    "ListPermissionSets",
    "ListUsers",
    "ListGroups",
    "ListSecrets",
    "ListAccounts",
    "ListRules",
}
"""Lists with at least two members in these tests."""
Call = Callable[[str, OperationModel, dict[str, Any]], Any]


@cache
def model(service: str) -> Any:
    return Session().get_service_model(service)


def operations(answered: bool) -> list[tuple[str, str]]:
    return [
        (service, name)
        for service in sorted(SERVICES.values())
        for name in model(service).operation_names
        if (name in answered_operations(service)) == answered
    ]


ANSWERED = operations(answered=True)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as found:
        yield found


@pytest.fixture(scope="module")
def call(addresses: dict[str, Any]) -> Call:
    """Calls an operation with parameters that boto3 does not check, and returns the answer."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    raw: dict[str, Any] = {}

    @cache
    def connect(service: Any) -> Any:
        created: Any = boto3.client(
            service, region_name="us-east-1", endpoint_url=addresses["aws"], config=config,
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        created.meta.events.register(
            "before-parse.*.*", lambda response_dict, **_: raw.update(response_dict)
        )
        return created

    def run(service: str, operation: OperationModel, params: dict[str, Any]) -> Any:
        raw.clear()
        client = connect(service)
        names = {value: key for key, value in client.meta.method_to_api_mapping.items()}
        try:
            answer = getattr(client, names[operation.name])(**params)
        except ClientError as error:
            answer = error.response
        return {**answer, "raw": dict(raw)}

    return run


@pytest.fixture(scope="module")
def populated(call: Call) -> None:
    for number in (1, 2):
        name, at = f"many-{number}", {"IdentityStoreId": STORE}
        user = {
            "UserName": name,
            "DisplayName": name,
            "Name": {"GivenName": "A", "FamilyName": "B"},
        }
        for service, operation, params in (
            ("sso-admin", "CreatePermissionSet", {"InstanceArn": INSTANCE, "Name": name}),
            ("identitystore", "CreateUser", {**at, **user}),
            ("identitystore", "CreateGroup", {**at, "DisplayName": name}),
            ("secretsmanager", "CreateSecret", {"Name": name, "SecretString": "x"}),
            ("iam", "CreateUser", {"UserName": name}),
            ("iam", "CreateGroup", {"GroupName": name}),
            ("events", "PutRule", {"Name": name, "ScheduleExpression": "rate(1 day)"}),
        ):
            answer = call(service, walk(service, operation), params)
            assert "Error" not in answer, answer


def error(answer: dict[str, Any]) -> tuple[str, str]:
    assert "Error" in answer, answer
    return answer["Error"]["Code"], answer["Error"]["Message"]


def members(operation: OperationModel) -> dict[str, Any]:
    return operation.input_shape.members if operation.input_shape else {}


def walk(service: str, name: str) -> OperationModel:
    return model(service).operation_model(name)


def minimum(operation: OperationModel) -> dict[str, Any]:
    """Valid parameters: all required members, of objects that do not exist."""
    shape = operation.input_shape
    return sample(shape, KNOWN) if shape else {}


@pytest.mark.parametrize(("service", "name"), operations(answered=False))
def test_other_operations_are_unsupported(call: Call, service: str, name: str) -> None:
    operation = walk(service, name)
    params = {
        member: "x" * 20
        for member, shape in members(operation).items()
        if shape.serialization.get("location") == "uri"
    }
    answer = call(service, operation, params)
    assert error(answer)[0] == "UnsupportedOperation"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(("service", "name"), ANSWERED)
def test_each_required_member_is_required(call: Call, service: str, name: str) -> None:
    operation = walk(service, name)
    required = operation.input_shape.required_members if operation.input_shape else []
    if not required:
        return
    code, message = error(call(service, operation, {}))
    assert code == REFUSED.get(service, "ValidationException")
    for member in required:
        assert f"Value null at '{member[0].lower()}{member[1:]}'" in message


def invalid_enums(shape: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[Any, list[str]]]:
    """A value for each enum below the shape, with nothing else, and the values that are valid."""
    if shape.metadata.get("enum"):
        yield "NotAValue", shape.metadata["enum"]
    if shape.name in above or is_document(shape):
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            for value, enum in invalid_enums(member, (*above, shape.name)):
                yield {name: value}, enum
    elif shape.type_name == "list":
        for value, enum in invalid_enums(shape.member, above):
            yield [value], enum


ENUMS = [
    pytest.param(service, name, params, enum, id=f"{service}-{name}-{json.dumps(params)}")
    for service, name in ANSWERED
    if (shape := walk(service, name).input_shape)
    for params, enum in invalid_enums(shape)
]


@pytest.mark.parametrize(("service", "name", "params", "enum"), ENUMS)
def test_each_enum_lists_its_values(
    call: Call, service: str, name: str, params: dict[str, Any], enum: list[str]
) -> None:
    code, message = error(call(service, walk(service, name), params))
    assert code == REFUSED.get(service, "ValidationException")
    assert f"Member must satisfy enum value set: [{', '.join(enum)}]" in message


@pytest.mark.parametrize(("service", "name"), ANSWERED)
def test_nothing_that_does_not_exist_breaks_an_operation(
    call: Call, service: str, name: str
) -> None:
    operation = walk(service, name)
    answer = call(service, operation, minimum(operation))
    if f"{service}:{name}" in DEVIATIONS:
        with pytest.raises(AssertionError):
            check_answer(operation, answer)
    else:
        check_answer(operation, answer)


def check_answer(operation: OperationModel, answer: dict[str, Any]) -> None:
    """Assert that the answer is one that the model declares."""
    raw, protocol = answer["raw"], operation.service_model.metadata["protocol"]
    expected = {"query": "text/xml", "json": "application/x-amz-json-1.1",
                "rest-json": "application/json"}[protocol]  # fmt: skip
    assert raw["headers"]["Content-Type"].startswith(expected)
    if "Error" in answer:
        shapes: Any = operation.error_shapes
        declared = {each.name for each in shapes} | {each.error_code for each in shapes}
        assert error(answer)[0] in declared | COMMON
    elif protocol != "query":
        body = json.loads(raw["body"] or "{}")
        assert operation.output_shape or body == {}
        if operation.output_shape:
            agrees(operation.output_shape, body, operation.name)


LISTS = [(service, name) for service, name in ANSWERED if paged_list(walk(service, name))]
LIMITED = [each for each in LISTS if set(LIMITS) & members(walk(*each)).keys()]


def token_of(operation: OperationModel) -> str:
    return next(each for each in TOKENS if each in members(operation))


@pytest.mark.parametrize(("service", "name"), LISTS)
def test_each_list_refuses_a_token_that_it_did_not_return(
    call: Call, service: str, name: str
) -> None:
    operation = walk(service, name)
    code = {"secretsmanager": "InvalidNextTokenException"}
    for token in ("bm8=", "-5", "abc"):
        params = {**minimum(operation), token_of(operation): token}
        answer = call(service, operation, params)
        expected = code.get(service) or REFUSED.get(service, "ValidationException")
        assert error(answer)[0] == expected
        if service == "organizations":
            assert answer["Reason"] == "INVALID_NEXT_TOKEN"


@pytest.mark.parametrize(("service", "name"), LIMITED)
def test_the_pages_of_each_list_are_the_list(
    call: Call, service: str, name: str, populated: None
) -> None:
    operation = walk(service, name)
    [limit] = [each for each in LIMITS if each in members(operation)]
    key, params, token = paged_list(operation), minimum(operation), token_of(operation)
    found: list[Any] = []
    whole = call(service, operation, params | ({limit: 1000} if limit == "MaxItems" else {}))
    if "Error" in whole:  # its parameters name nothing that exists
        assert name not in POPULATED
        return
    if (service, name) == ("iam", "ListPolicies"):  # of 1,500 policies, the first page
        found = call(service, operation, {**params, limit: 2})[key]
        assert found == whole[key][:2]
        return
    while True:
        page = call(service, operation, {**params, limit: 1})
        assert len(page[key]) <= 1
        assert page.get("IsTruncated", False) == (token in page and service == "iam")
        found += page[key]
        if token not in page:
            break
        params[token] = page[token]
    assert found == whole[key]
    assert len(found) > 1 or name not in POPULATED


def test_the_page_lists_every_deviation() -> None:
    page = (ROOT / "docs/reference/sandbox-aws.md").read_text()
    table = page.split("differ from the models:")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z-]+:\w+)`", table)) == DEVIATIONS.keys()


@pytest.mark.parametrize(
    ("service", "name", "params"),
    [
        ("account", "ListRegions", {}),  # REST, JSON
        ("account-access", "ListApplications", {}),  # a service that moto does not have
        ("cloudwatch", "ListMetricStreams", {}),  # CBOR
        ("ec2", "DescribeIpamPools", {}),
        ("route53", "ListCidrCollections", {}),  # REST, XML
    ],
)
def test_every_protocol_reports_what_is_unsupported(
    call: Call, service: str, name: str, params: dict[str, Any]
) -> None:
    answer = call(service, walk(service, name), params)
    assert error(answer)[0] == "UnsupportedOperation"
    assert "does not support" in error(answer)[1]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
