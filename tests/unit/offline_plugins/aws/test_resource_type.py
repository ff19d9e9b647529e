"""The base class of resource types: checks, names, equivalent values and partial failures."""

import json
from typing import Any

import grpc
import pytest
from google.protobuf.any_pb2 import Any as Packed
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2, status_pb2

from offline_plugins.aws.equivalence import (
    is_same_json,
    is_same_policy,
    is_same_set,
    json_object_error,
    keep_equivalent,
    normalize_json,
)
from offline_plugins.property_values import UNKNOWN, from_struct, to_struct
from tests.unit.offline_plugins.aws.conftest import (
    INSTANCE,
    STORE,
    CallError,
    Engine,
    Scripted,
    client,
    urn,
)

PERMISSION_SET = "aws:ssoadmin/permissionSet:PermissionSet"
INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
ATTRIBUTES = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
MANAGED = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
ARN = INSTANCE.replace(":instance/", ":permissionSet/") + "/ps-1111111111111111"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["a:b", "c:d"]}]}


def test_defaults_are_added_and_listed(engine: Engine) -> None:
    assert engine.check(PERMISSION_SET, instanceArn=INSTANCE, name="n") == {
        "instanceArn": INSTANCE, "name": "n", "sessionDuration": "PT1H",
        "__defaults": ["sessionDuration"],
    }  # fmt: skip


def test_an_automatic_name_is_stable_and_not_too_long(engine: Engine) -> None:
    first = engine.check(PERMISSION_SET, instanceArn=INSTANCE)
    assert first["name"].startswith("name-")
    assert len(first["name"]) == len("name-") + 7
    again = engine.check(PERMISSION_SET, first, instanceArn=INSTANCE)
    assert again["name"] == first["name"]
    named = engine.check(PERMISSION_SET, {**first, "__defaults": []}, instanceArn=INSTANCE)
    assert named["name"].startswith("name-")


def test_the_automatic_name_of_a_permission_set_fits_the_limit(engine: Engine) -> None:
    request = provider_pb2.CheckRequest(
        urn=urn(PERMISSION_SET) + "x" * 60, news=to_struct({"instanceArn": INSTANCE})
    )
    name = from_struct(engine.call("Check", request).inputs)["name"]
    assert len(name) == 32
    assert name.startswith("namexxx")


@pytest.mark.parametrize(
    ("kind", "news", "message"),
    [
        (PERMISSION_SET, {}, "Missing required argument. .* needs 'instanceArn'"),
        (PERMISSION_SET, {"instanceArn": INSTANCE, "colour": "x"}, "input 'colour' is not support"),
        (RULE, {"isEnabled": True}, "the input 'isEnabled' is not supported by the replacement"),
        (RULE, {"eventPattern": "{"}, '"eventPattern" contains an invalid JSON'),
        (INLINE, {"instanceArn": INSTANCE, "permissionSetArn": ARN, "inlinePolicy": "x"},
         '"inlinePolicy" contains an invalid JSON policy'),
        (ATTRIBUTES, {"instanceArn": INSTANCE, "attributes": []}, "at least 1 item"),
    ],
)  # fmt: skip
def test_an_invalid_input_is_rejected_by_name(
    engine: Engine, kind: str, news: dict[str, Any], message: str
) -> None:
    with pytest.raises(CallError, match=message):
        engine.check(kind, **news)


def test_an_unknown_input_is_not_validated(engine: Engine) -> None:
    at = {"instanceArn": UNKNOWN, "permissionSetArn": UNKNOWN}
    assert engine.check(INLINE, **at, inlinePolicy=UNKNOWN)["inlinePolicy"] is UNKNOWN


def test_an_equivalent_policy_is_no_change(engine: Engine) -> None:
    at = {"instanceArn": INSTANCE, "permissionSetArn": ARN}
    other = {"Statement": {"Action": ["c:d", "a:b"], "Effect": "Allow"}, "Version": "2012-10-17"}
    olds = {**at, "inlinePolicy": json.dumps(ALLOW, indent=2)}
    news = engine.check(INLINE, **at, inlinePolicy=json.dumps(other))
    assert not engine.diff(INLINE, "id", olds, news).diffs
    denied = {**other, "Statement": {"Action": ["c:d", "a:b"], "Effect": "Deny"}}
    news = engine.check(INLINE, **at, inlinePolicy=json.dumps(denied))
    assert list(engine.diff(INLINE, "id", olds, news).diffs) == ["inlinePolicy"]


def test_the_order_of_attributes_is_ignored(engine: Engine) -> None:
    attributes = [{"key": key, "values": [{"sources": ["${path:title}"]}]} for key in "ab"]
    olds = {"instanceArn": INSTANCE, "attributes": attributes}
    news = engine.check(ATTRIBUTES, instanceArn=INSTANCE, attributes=attributes[::-1])
    assert not engine.diff(ATTRIBUTES, INSTANCE, olds, news).diffs


def test_a_removed_input_is_a_difference(engine: Engine) -> None:
    olds = {"instanceArn": INSTANCE, "name": "n", "description": "d", "sessionDuration": "PT1H",
            "region": "us-east-1", "tags": {"a": "b"}}  # fmt: skip
    news = engine.check(PERMISSION_SET, instanceArn=INSTANCE, name="n")
    difference = engine.diff(PERMISSION_SET, "id", olds, news)
    assert {n: d.Kind.Name(d.kind) for n, d in difference.detailedDiff.items()} == {
        "description": "DELETE", "tags": "DELETE",
    }  # fmt: skip


@pytest.mark.usefixtures("things")
def test_a_duplicate_name_is_reported_after_all_attempts(connected: Engine) -> None:
    inputs = connected.check(PERMISSION_SET, instanceArn=INSTANCE, name="Known")
    with pytest.raises(CallError) as caught:
        connected.create(PERMISSION_SET, **inputs)
    assert f"creating {urn(PERMISSION_SET)}: 1 error occurred" in str(caught.value)
    assert "exceeded maximum number of attempts, 25, https response" in str(caught.value)
    assert "ConflictException: PermissionSet with name Known already exists." in str(caught.value)


@pytest.fixture
def assigned(aws: str) -> dict[str, str]:
    """A new permission set, a new group, and the inputs of an assignment."""
    made = client(aws, "sso-admin").create_permission_set(InstanceArn=INSTANCE, Name="Fresh")
    group = client(aws, "identitystore").create_group(IdentityStoreId=STORE, DisplayName="fresh")
    return {
        "instanceArn": INSTANCE, "permissionSetArn": made["PermissionSet"]["PermissionSetArn"],
        "principalId": group["GroupId"], "principalType": "GROUP", "targetId": "123456789012",
        "targetType": "AWS_ACCOUNT",
    }  # fmt: skip


def test_a_failed_assignment_reports_the_reason(
    connected: Engine, aws: str, assigned: dict[str, str]
) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(CallError) as caught:
        connected.create(ASSIGNMENT, **assigned | {"principalId": nobody})
    assert "unexpected state 'FAILED', wanted target 'SUCCEEDED'" in str(caught.value)
    assert f"last error: Group with id {nobody} was not found" in str(caught.value)
    with pytest.raises(CallError, match="ResourceNotFoundException: Account 999999999999"):
        connected.create(ASSIGNMENT, **assigned | {"targetId": "999999999999"})
    made, outputs = connected.create(ASSIGNMENT, **assigned)
    with pytest.raises(CallError, match="already exists"):
        connected.create(ASSIGNMENT, **assigned)
    connected.delete(ASSIGNMENT, made, outputs)
    at = {"InstanceArn": INSTANCE, "PermissionSetArn": assigned["permissionSetArn"]}
    client(aws, "sso-admin").delete_permission_set(**at)
    client(aws, "identitystore").delete_group(
        IdentityStoreId=STORE, GroupId=assigned["principalId"]
    )
    assert connected.read(ASSIGNMENT, made, outputs, assigned)[0] == ""


@pytest.mark.parametrize(
    ("kind", "given_id", "expected"),
    [
        (PERMISSION_SET, ARN, "PERMISSION_SET_ARN,INSTANCE_ARN"),
        (MANAGED, f"{ARN},{INSTANCE}", "MANAGED_POLICY_ARN,PERMISSION_SET_ARN,INSTANCE_ARN"),
        (ASSIGNMENT, "a,,c,d,e,f", "PRINCIPAL_ID,PRINCIPAL_TYPE,TARGET_ID"),
        (TARGET, "only", "RULENAME/TARGETID"),
    ],
)
def test_an_import_with_an_invalid_id_reports_the_format(
    at_scripted: Engine, scripted: Scripted, kind: str, given_id: str, expected: str
) -> None:
    with pytest.raises(CallError, match=f"unexpected format for ID .*expected .*{expected}"):
        at_scripted.read(kind, given_id, {}, {})
    assert scripted.requests == []


def partial_state(caught: grpc.RpcError) -> Any:
    """The state that an error returns for the engine to record."""
    trailing: Any = caught
    status = status_pb2.Status()
    found = {item.key: item.value for item in trailing.trailing_metadata()}
    status.ParseFromString(found["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    packed: Packed = status.details[0]
    assert packed.Unpack(detail)
    return detail


def test_a_created_permission_set_is_recorded_if_its_read_fails(
    at_scripted: Engine, scripted: Scripted
) -> None:
    def answer(operation: str, _: Any) -> Any:
        if operation == "CreatePermissionSet":
            return {"PermissionSet": {"PermissionSetArn": ARN}}
        return 400, {"__type": "AccessDeniedException", "message": "no"}

    scripted.answer = answer
    inputs = {"instanceArn": INSTANCE, "name": "n"}
    request = provider_pb2.CreateRequest(urn=urn(PERMISSION_SET), properties=to_struct(inputs))
    with pytest.raises(grpc.RpcError) as caught:
        at_scripted.stub.Create(request, timeout=60)
    detail = partial_state(caught.value)
    assert detail.id == f"{ARN},{INSTANCE}"
    assert from_struct(detail.properties)["name"] == "n"
    assert "AccessDeniedException: no" in detail.reasons[0]


def test_a_policy_is_recorded_if_its_provisioning_fails(
    at_scripted: Engine, scripted: Scripted
) -> None:
    def answer(operation: str, _: Any) -> Any:
        if operation == "ProvisionPermissionSet":
            return {"PermissionSetProvisioningStatus": {"RequestId": "r" * 36}}
        if operation == "DescribePermissionSetProvisioningStatus":
            status = {"Status": "FAILED", "FailureReason": "role quota"}
            return {"PermissionSetProvisioningStatus": status}
        return {}

    scripted.answer = answer
    inputs = {"instanceArn": INSTANCE, "permissionSetArn": ARN, "inlinePolicy": json.dumps(ALLOW)}
    request = provider_pb2.CreateRequest(urn=urn(INLINE), properties=to_struct(inputs))
    with pytest.raises(grpc.RpcError) as caught:
        at_scripted.stub.Create(request, timeout=60)
    detail = partial_state(caught.value)
    assert detail.id == f"{ARN},{INSTANCE}"
    assert "last error: role quota" in detail.reasons[0]


SET = {"instanceArn": INSTANCE, "name": "n", "description": "d", "region": "us-east-1",
       "sessionDuration": "PT1H", "arn": ARN}  # fmt: skip
DESCRIBED = {"PermissionSetArn": ARN, "Name": "n", "Description": "d", "SessionDuration": "PT1H",
             "CreatedDate": 1}  # fmt: skip


def rejected_update(
    engine: Engine, kind: str, resource_id: str, olds: dict[str, Any], **changed: Any
) -> Any:
    """The state that the engine records after an update that AWS rejects."""
    request = provider_pb2.UpdateRequest(
        urn=urn(kind), id=resource_id, olds=to_struct(olds), news=to_struct({**olds, **changed})
    )
    with pytest.raises(grpc.RpcError) as caught:
        engine.stub.Update(request, timeout=60)
    return partial_state(caught.value)


@pytest.mark.parametrize(
    "code",
    ["ConflictException", "ValidationException", "ThrottlingException", "AccessDeniedException"],
)
def test_an_update_that_aws_rejects_is_recorded_as_done(
    at_scripted: Engine, scripted: Scripted, code: str
) -> None:
    scripted.answer = lambda _operation, _body: (400, {"__type": code})
    detail = rejected_update(
        at_scripted, PERMISSION_SET, f"{ARN},{INSTANCE}", SET, sessionDuration="PT13H"
    )
    assert detail.id == f"{ARN},{INSTANCE}"
    recorded = from_struct(detail.properties)
    assert recorded == {**SET, "sessionDuration": "PT13H"} | {"tagsAll": {}}
    assert not detail.inputs.fields, "the engine would replace the recorded inputs"
    assert "updating SSO Permission Set" in detail.reasons[0]
    assert code in detail.reasons[0]
    news = at_scripted.check(
        PERMISSION_SET, instanceArn=INSTANCE, name="n", description="d", sessionDuration="PT13H"
    )
    assert not at_scripted.diff(PERMISSION_SET, detail.id, recorded, news).diffs


def test_the_update_after_a_rejected_one_only_reads_the_permission_set(
    at_scripted: Engine, scripted: Scripted
) -> None:
    def answer(operation: str, _: Any) -> Any:
        return (
            {"PermissionSet": DESCRIBED} if operation == "DescribePermissionSet" else {"Tags": []}
        )

    scripted.answer = answer
    recorded = {**SET, "sessionDuration": "PT13H", "tagsAll": {}}
    outputs = at_scripted.update(PERMISSION_SET, f"{ARN},{INSTANCE}", recorded, recorded)
    assert [name for name, _ in scripted.requests] == [
        "DescribePermissionSet", "ListTagsForResource"
    ]  # fmt: skip
    assert outputs["sessionDuration"] == "PT1H"


def test_the_update_after_a_rejected_one_puts_an_inline_policy_again(
    at_scripted: Engine, scripted: Scripted
) -> None:
    policy = {"instanceArn": INSTANCE, "permissionSetArn": ARN, "inlinePolicy": json.dumps(ALLOW)}
    scripted.answer = lambda _operation, _body: (400, {"__type": "AccessDeniedException"})
    other = json.dumps({**ALLOW, "Statement": []})
    detail = rejected_update(at_scripted, INLINE, f"{ARN},{INSTANCE}", policy, inlinePolicy=other)
    recorded = from_struct(detail.properties)
    assert recorded["inlinePolicy"] == other
    scripted.requests.clear()
    with pytest.raises(CallError):
        at_scripted.update(INLINE, detail.id, recorded, recorded)
    assert scripted.requests[0][0] == "PutInlinePolicyToPermissionSet"


def test_a_rejected_schedule_is_recorded_and_not_put_again(
    at_scripted: Engine, scripted: Scripted
) -> None:
    rule = {"name": "r", "eventBusName": "default", "arn": "arn:aws:events:us-east-1:1:rule/r",
            "scheduleExpression": "rate(1 day)", "region": "us-east-1"}  # fmt: skip
    scripted.answer = lambda _operation, _body: (400, {"__type": "ValidationException"})
    detail = rejected_update(at_scripted, RULE, "r", rule, scheduleExpression="cron(bad)")
    recorded = from_struct(detail.properties)
    assert recorded["scheduleExpression"] == "cron(bad)"
    scripted.requests.clear()
    with pytest.raises(CallError):
        at_scripted.update(RULE, "r", recorded, recorded)
    assert "PutRule" not in {name for name, _ in scripted.requests}


APPLICATION = "aws:ssoadmin/applicationAssignment:ApplicationAssignment"
CUSTOMER_MANAGED = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
TOPIC = "aws:sns/topic:Topic"
OF_SET = {"instanceArn": INSTANCE, "permissionSetArn": ARN}
RULE_STATE = {"name": "r", "eventBusName": "default", "scheduleExpression": "rate(1 day)",
              "region": "us-east-1"}  # fmt: skip
RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/r"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:t"
ATTRIBUTES_XML = "".join(
    f"<entry><key>{name}</key><value>{value}</value></entry>"
    for name, value in {"TopicArn": TOPIC_ARN, "Owner": "123456789012", "Policy": "{}"}.items()
)


def answer_for_rules(operation: str, _: Any) -> Any:
    if operation == "DescribeRule":
        return {"Name": "r", "Arn": RULE_ARN, "State": "ENABLED"}
    return {"Tags": []} if operation == "ListTagsForResource" else {"RuleArn": RULE_ARN}


def answer_for_topics(operation: str, _: Any) -> bytes:
    inner = {
        "CreateTopic": f"<TopicArn>{TOPIC_ARN}</TopicArn>",
        "GetTopicAttributes": f"<Attributes>{ATTRIBUTES_XML}</Attributes>",
        "ListTagsForResource": "<Tags/>",
    }.get(operation, "")
    result = f"<{operation}Result>{inner}</{operation}Result>"
    return f"<{operation}Response>{result}</{operation}Response>".encode()


def operations(scripted: Scripted) -> list[str]:
    return [operation for operation, _ in scripted.requests]


def test_a_new_rule_is_read_twice(at_scripted: Engine, scripted: Scripted) -> None:
    scripted.answer = answer_for_rules
    at_scripted.create(RULE, **RULE_STATE)
    assert operations(scripted) == [
        "PutRule", "DescribeRule", "DescribeRule", "ListTagsForResource"
    ]  # fmt: skip
    assert "Tags" not in scripted.requests[0][1]


def test_the_tags_of_a_rule_are_changed_before_the_rule(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = answer_for_rules
    olds = {**RULE_STATE, "arn": RULE_ARN, "tags": {"a": "b"}, "tagsAll": {"a": "b"}}
    news = {**RULE_STATE, "scheduleExpression": "rate(2 days)", "tags": {"c": "d"}}
    at_scripted.update(RULE, "r", olds, news)
    assert operations(scripted) == [
        "UntagResource", "TagResource", "PutRule", "DescribeRule", "ListTagsForResource"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "resource_id", "olds"),
    [
        (RULE, "r", RULE_STATE),
        (TARGET, "r-t", {"eventBusName": "default", "rule": "r", "targetId": "t"}),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_force_is_sent_only_if_it_is_true(
    at_scripted: Engine, scripted: Scripted, kind: str, resource_id: str, olds: Any, force: bool
) -> None:
    at_scripted.delete(kind, resource_id, {**olds, "forceDestroy": force})
    assert scripted.requests[0][1].get("Force") == (True if force else None)


def test_a_permission_set_without_tags_is_created_without_tags(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = lambda operation, _: (
        {"Tags": []} if operation == "ListTagsForResource" else {"PermissionSet": DESCRIBED}
    )
    at_scripted.create(PERMISSION_SET, instanceArn=INSTANCE, name="n", tags={})
    assert scripted.requests[0] == ("CreatePermissionSet", {"InstanceArn": INSTANCE, "Name": "n"})


@pytest.mark.parametrize(
    ("kind", "inputs", "first"),
    [
        (CUSTOMER_MANAGED, {"customerManagedPolicyReference": {"name": "mine", "path": "/"}},
         "AttachCustomerManagedPolicyReferenceToPermissionSet"),
        (MANAGED, {"managedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
         "ListManagedPoliciesInPermissionSet"),
    ],
)  # fmt: skip
def test_only_an_attachment_of_an_aws_managed_policy_is_looked_up_first(
    at_scripted: Engine, scripted: Scripted, kind: str, inputs: dict[str, Any], first: str
) -> None:
    scripted.answer = lambda _operation, _body: (400, {"__type": "AccessDeniedException"})
    with pytest.raises(CallError):
        at_scripted.create(kind, **OF_SET, **inputs)
    assert operations(scripted) == [first]


@pytest.mark.parametrize(
    ("kind", "inputs", "second"),
    [
        (ASSIGNMENT, {"principalId": "00000000-0000-0000-0000-000000000000", "targetId": "1" * 12,
                      "principalType": "GROUP", "targetType": "AWS_ACCOUNT"},
         "CreateAccountAssignment"),
        (MANAGED, {"managedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
         "AttachManagedPolicyToPermissionSet"),
    ],
)  # fmt: skip
def test_an_object_in_a_missing_permission_set_counts_as_missing(
    at_scripted: Engine, scripted: Scripted, kind: str, inputs: dict[str, Any], second: str
) -> None:
    scripted.answer = lambda _operation, _body: (400, {"__type": "ResourceNotFoundException"})
    with pytest.raises(CallError, match=f"{second}, .*ResourceNotFoundException"):
        at_scripted.create(kind, **OF_SET, **inputs)
    assert operations(scripted)[1:] == [second]


def test_a_new_application_assignment_is_not_read(at_scripted: Engine, scripted: Scripted) -> None:
    inputs = {"applicationArn": f"arn:aws:sso::123456789012:application/{'a' * 20}",
              "principalId": "00000000-0000-0000-0000-000000000000",
              "principalType": "GROUP"}  # fmt: skip
    _, outputs = at_scripted.create(APPLICATION, **inputs)
    assert operations(scripted) == ["CreateApplicationAssignment"]
    assert outputs == {**inputs, "region": "us-east-1"}


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("Received a 404 status error: EntitlementItem doesn't exist with the given key", ""),
        ("Account is suspended", "last error: Account is suspended"),
    ],
)
def test_the_failed_deletion_of_a_deleted_assignment_is_no_error(
    at_scripted: Engine, scripted: Scripted, reason: str, message: str
) -> None:
    status = {"Status": "FAILED", "RequestId": "r" * 36, "FailureReason": reason}
    scripted.answer = lambda _operation, _body: {"AccountAssignmentDeletionStatus": status}
    group = "00000000-0000-0000-0000-000000000000"
    resource_id = f"{group},GROUP,{'1' * 12},AWS_ACCOUNT,{ARN},{INSTANCE}"
    if message:
        with pytest.raises(CallError, match=message):
            at_scripted.delete(ASSIGNMENT, resource_id, {})
    else:
        at_scripted.delete(ASSIGNMENT, resource_id, {})


def test_a_new_topic_gets_five_sample_rates_and_its_attributes(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = answer_for_topics
    at_scripted.create(TOPIC, name="t", displayName="T")
    created, *set_ones, read, tags = scripted.requests
    assert created == ("CreateTopic", {"Name": "t", "Version": "2010-03-31"})
    assert {name for name, _ in set_ones} == {"SetTopicAttributes"}
    assert sorted((body["AttributeName"], body["AttributeValue"]) for _, body in set_ones) == [
        ("ApplicationSuccessFeedbackSampleRate", "0"), ("DisplayName", "T"),
        ("FirehoseSuccessFeedbackSampleRate", "0"), ("HTTPSuccessFeedbackSampleRate", "0"),
        ("LambdaSuccessFeedbackSampleRate", "0"), ("SQSSuccessFeedbackSampleRate", "0"),
    ]  # fmt: skip
    assert (read[0], tags[0]) == ("GetTopicAttributes", "ListTagsForResource")


def test_an_update_of_a_topic_sets_tags_and_then_only_changed_attributes(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = answer_for_topics
    olds = {"name": "t", "displayName": "T", "kmsMasterKeyId": "k", "region": "us-east-1"}
    news = {"name": "t", "displayName": "T", "tags": {"a": "b"}}
    at_scripted.update(TOPIC, TOPIC_ARN, olds, news)
    assert operations(scripted) == [
        "TagResource", "SetTopicAttributes", "GetTopicAttributes", "ListTagsForResource"
    ]  # fmt: skip
    assert scripted.requests[1][1]["AttributeName"] == "KmsMasterKeyId"


def test_a_denied_read_does_not_remove_the_resource(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = lambda _operation, _body: (400, {"__type": "AccessDeniedException"})
    with pytest.raises(CallError, match=r"(?s)refreshing .*AccessDeniedException"):
        at_scripted.read(PERMISSION_SET, f"{ARN},{INSTANCE}", {"name": "n"}, {"name": "n"})


def test_a_failed_target_in_a_successful_response_is_an_error(
    at_scripted: Engine, scripted: Scripted
) -> None:
    failed = {"TargetId": "t", "ErrorCode": "LimitExceeded", "ErrorMessage": "too many"}
    scripted.answer = lambda _operation, _body: {"FailedEntryCount": 1, "FailedEntries": [failed]}
    inputs = {"rule": "r", "targetId": "t", "arn": "arn:aws:sns:us-east-1:1:t",
              "eventBusName": "default"}  # fmt: skip
    with pytest.raises(CallError, match="t: LimitExceeded: too many"):
        at_scripted.create(TARGET, **inputs)


def test_each_resource_is_read_in_its_own_region(at_scripted: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: {"PermissionSet": {"PermissionSetArn": ARN}}
    inputs = at_scripted.check(PERMISSION_SET, instanceArn=INSTANCE, name="n", region="eu-west-1")
    with pytest.raises(CallError):  # the response has no description
        at_scripted.create(PERMISSION_SET, **inputs)
    assert "/eu-west-1/sso/" in scripted.headers[0]["Authorization"]


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), documents))
def test_a_normalized_document_is_equivalent(document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=1)
    normal = normalize_json(text)
    assert json.loads(normal) == document
    assert normalize_json(normal) == normal == normalize_json(document)
    assert is_same_json(text, normal)
    assert is_same_policy(text, normal)
    assert not json_object_error(text)


@given(documents, documents)
def test_equal_json_is_an_equal_policy(one: Any, other: Any) -> None:
    texts = json.dumps(one), json.dumps(other)
    sorted_texts = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert is_same_json(*texts) == (sorted_texts[0] == sorted_texts[1])
    if is_same_json(*texts):
        assert is_same_policy(*texts)


@given(st.lists(documents, max_size=4).flatmap(lambda i: st.tuples(st.just(i), st.permutations(i))))
def test_the_order_of_a_set_is_ignored(pair: tuple[list[Any], list[Any]]) -> None:
    assert is_same_set(*pair)
    assert is_same_policy(json.dumps({"Action": pair[0]}), json.dumps({"Action": pair[1]}))
    assert is_same_set(pair[0], [*pair[1], "one more"]) is False


@given(st.text())
def test_text_that_is_not_a_json_object_is_an_error(text: str) -> None:
    try:
        valid = isinstance(json.loads(text), dict)
    except ValueError:
        valid = False
    assert (json_object_error(text) == "") == valid


def test_an_equivalent_known_value_is_kept() -> None:
    assert keep_equivalent('{"a": [1]}', '{"a":1}', is_same_policy) == '{"a": [1]}'
    assert keep_equivalent('{"a": [1]}', '{"a":2}', is_same_policy) == '{"a":2}'
    assert keep_equivalent(None, '{"a":2}', is_same_policy) == '{"a":2}'
