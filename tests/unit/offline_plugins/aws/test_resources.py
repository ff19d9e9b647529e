"""The lifecycle of every resource type in the sandbox, compared with the SDK and AWS's models."""

import inspect
import typing
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest

from offline_plugins.aws.registry import RESOURCES
from offline_plugins.property_values import UNKNOWN
from tests.unit.offline_plugins.aws.conftest import INSTANCE, ORG, STORE, Engine, client
from tests.unit.offline_plugins.aws.schema_checks import assert_matches

SET, GROUP, TOPIC, RULE = "the set's ARN", "the group's id", "the topic's ARN", "the rule's name"
"""Placeholders for values of the running sandbox."""
APPLICATION = (
    f"arn:aws:sso::{ORG.aws.account}:application/{ORG.aws.instance_id}/{ORG.aws.applications[0].id}"
)
OF_SET = {"instanceArn": INSTANCE, "permissionSetArn": SET}
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*"]}]}'
OTHER_POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*"}]}'


@dataclass
class Case:
    """The inputs, their changes, the inputs that cause a replacement, and the AWS calls."""

    inputs: dict[str, Any]
    changed: dict[str, Any] = field(default_factory=dict[str, Any])
    replaces: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])
    import_id: str = "{id}"
    """The format of the import ID, with the ID and the outputs as fields."""


PROVISION = {"ProvisionPermissionSet", "DescribePermissionSetProvisioningStatus"}
CASES = {
    "aws:cloudwatch/eventRule:EventRule": Case(
        {"name": "life", "eventPattern": '{"source": ["aws.health"]}', "tags": {"a": "b"}},
        {"eventPattern": '{"source": ["aws.ec2"]}', "description": "d", "tags": {"c": "d"}},
        {"name", "eventBusName"},
        {"PutRule", "DescribeRule", "ListTagsForResource", "TagResource", "UntagResource",
         "DeleteRule"},
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Case(
        {"rule": RULE, "targetId": "t", "arn": TOPIC, "input": '{"a": 1}'},
        {"input": None, "roleArn": "arn:aws:iam::123456789012:role/r"},
        {"rule", "targetId", "eventBusName"},
        {"PutTargets", "ListTargetsByRule", "RemoveTargets"},
        import_id="{rule}/{targetId}",
    ),
    "aws:sns/topic:Topic": Case(
        {"name": "life", "displayName": "Life", "tags": {"a": "b"}},
        {"displayName": None, "kmsMasterKeyId": "alias/aws/sns", "tags": {"c": "d"}},
        {"name"},
        {"CreateTopic", "GetTopicAttributes", "ListTagsForResource", "SetTopicAttributes",
         "TagResource", "UntagResource", "DeleteTopic"},
    ),
    "aws:sns/topicPolicy:TopicPolicy": Case(
        {"arn": TOPIC, "policy": POLICY}, {"policy": OTHER_POLICY}, {"arn"},
        {"SetTopicAttributes", "GetTopicAttributes"},
    ),
    "aws:sns/topicSubscription:TopicSubscription": Case(
        {"topic": TOPIC, "protocol": "sqs", "endpoint": "arn:aws:sqs:us-east-1:123456789012:q"},
        {"rawMessageDelivery": True}, {"topic", "protocol", "endpoint"},
        {"Subscribe", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"},
    ),
    "aws:ssoadmin/accountAssignment:AccountAssignment": Case(
        {**OF_SET, "principalId": GROUP, "principalType": "GROUP",
         "targetId": ORG.aws.members[0].id, "targetType": "AWS_ACCOUNT"},
        {},
        {"instanceArn", "permissionSetArn", "principalId", "principalType", "targetId",
         "targetType"},
        {"ListAccountAssignments", "CreateAccountAssignment",
         "DescribeAccountAssignmentCreationStatus", "DeleteAccountAssignment",
         "DescribeAccountAssignmentDeletionStatus"},
    ),
    "aws:ssoadmin/applicationAssignment:ApplicationAssignment": Case(
        {"applicationArn": APPLICATION, "principalId": GROUP, "principalType": "GROUP"}, {},
        {"applicationArn", "principalId", "principalType"},
        {"CreateApplicationAssignment", "DescribeApplicationAssignment",
         "DeleteApplicationAssignment"},
    ),
    "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment": Case(
        {**OF_SET, "customerManagedPolicyReference": {"name": "mine"}}, {},
        {"instanceArn", "permissionSetArn", "customerManagedPolicyReference"},
        {"ListCustomerManagedPolicyReferencesInPermissionSet",
         "AttachCustomerManagedPolicyReferenceToPermissionSet",
         "DetachCustomerManagedPolicyReferenceFromPermissionSet", *PROVISION},
    ),
    "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes": Case(
        {"instanceArn": INSTANCE,
         "attributes": [{"key": "A", "values": [{"sources": ["${path:title}"]}]}]},
        {"attributes": [{"key": "B", "values": [{"sources": ["${path:locale}"]}]}]},
        {"instanceArn"},
        {f"{verb}InstanceAccessControlAttributeConfiguration"
         for verb in ("Create", "Describe", "Update", "Delete")},
    ),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": Case(
        {**OF_SET, "managedPolicyArn": READ_ONLY}, {},
        {"instanceArn", "permissionSetArn", "managedPolicyArn"},
        {"ListManagedPoliciesInPermissionSet", "AttachManagedPolicyToPermissionSet",
         "DetachManagedPolicyFromPermissionSet", *PROVISION},
    ),
    "aws:ssoadmin/permissionSet:PermissionSet": Case(
        {"instanceArn": INSTANCE, "name": "Life", "description": "d", "sessionDuration": "PT2H",
         "tags": {"a": "b", "c": "d"}},
        {"description": "e", "relayState": "https://example.com/", "tags": {"a": "x", "e": "f"}},
        {"instanceArn", "name"},
        {"CreatePermissionSet", "DescribePermissionSet", "ListTagsForResource",
         "UpdatePermissionSet", "TagResource", "UntagResource", "DeletePermissionSet", *PROVISION},
    ),
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": Case(
        {**OF_SET, "inlinePolicy": POLICY}, {"inlinePolicy": OTHER_POLICY},
        {"instanceArn", "permissionSetArn"},
        {"PutInlinePolicyToPermissionSet", "GetInlinePolicyForPermissionSet",
         "DeleteInlinePolicyFromPermissionSet", *PROVISION},
    ),
    "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment": Case(
        {**OF_SET,
         "permissionsBoundary": {"customerManagedPolicyReference": {"name": "b", "path": "/x/"}}},
        {}, {"instanceArn", "permissionSetArn", "permissionsBoundary"},
        {"PutPermissionsBoundaryToPermissionSet", "GetPermissionsBoundaryForPermissionSet",
         "DeletePermissionsBoundaryFromPermissionSet", *PROVISION},
    ),
}  # fmt: skip
KINDS = list(CASES)

pytestmark = pytest.mark.usefixtures("things")


@pytest.fixture(scope="module")
def known(aws: str) -> dict[str, str]:
    topic = client(aws, "sns").create_topic(Name="known")["TopicArn"]
    client(aws, "events").put_rule(Name="known", ScheduleExpression="rate(1 day)")
    group = client(aws, "identitystore").create_group(IdentityStoreId=STORE, DisplayName="known")
    made = client(aws, "sso-admin").create_permission_set(InstanceArn=INSTANCE, Name="known")
    return {
        TOPIC: topic, RULE: "known", GROUP: group["GroupId"],
        SET: made["PermissionSet"]["PermissionSetArn"],
    }  # fmt: skip


def filled(inputs: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {n: known.get(v, v) if isinstance(v, str) else v for n, v in inputs.items()}


def sdk_class(kind: str) -> Any:
    home = import_module(f"pulumi_aws.{kind.split(':')[1].split('/')[0]}")
    return getattr(home, kind.rsplit(":", 1)[1])


def sdk_outputs(kind: str) -> dict[str, Any]:
    """The annotations of the outputs, without `Output`."""
    getters = inspect.getmembers(sdk_class(kind), lambda m: isinstance(m, property))
    hints = {
        getattr(getter.fget, "_pulumi_name", name): typing.get_type_hints(getter.fget)["return"]
        for name, getter in getters
        if name not in ("urn", "id", "pulumi_resource_name", "pulumi_resource_type")
    }
    return {name: typing.get_args(hint)[0] for name, hint in hints.items()}


def test_every_resource_type_has_a_case() -> None:
    assert set(CASES) == set(RESOURCES)


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_and_computed_outputs_match_the_sdk(kind: str) -> None:
    home = import_module(f"pulumi_aws.{kind.split(':')[1].split('/')[0]}")
    accepted = inspect.signature(getattr(home, f"{kind.rsplit(':', 1)[1]}Args")).parameters
    names = {"".join([n.split("_")[0], *(w.title() for w in n.split("_")[1:])]) for n in accepted}
    made = RESOURCES[kind]
    assert set(made.inputs) <= names
    needed = {
        "".join([n.split("_")[0], *(w.title() for w in n.split("_")[1:])])
        for n, parameter in accepted.items()
        if parameter.default is inspect.Parameter.empty
    }
    assert {name for name, wanted in made.inputs.items() if wanted.required} == needed
    assert set(made.computed) <= set(sdk_outputs(kind)) - set(made.inputs)
    assert {name for name, wanted in made.inputs.items() if wanted.replaces} == CASES[kind].replaces


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_is_created_read_imported_updated_and_deleted(
    connected: Engine, known: dict[str, str], called: list[tuple[str, str]], kind: str
) -> None:
    case, outputs_of = CASES[kind], sdk_outputs(kind)
    inputs = connected.check(kind, **filled(case.inputs, known))

    _, previewed = connected.create(kind, preview=True, **inputs)
    assert called == []
    assert set(RESOURCES[kind].computed) == {
        n for n, v in previewed.items() if v is UNKNOWN and n not in RESOURCES[kind].inputs
    } | {"tagsAll"} & set(RESOURCES[kind].computed)

    made, outputs = connected.create(kind, **inputs)
    for name, hint in outputs_of.items():
        assert_matches(outputs.get(name), hint, f"{kind} {name}")
    assert set(outputs) <= set(outputs_of)
    assert outputs["region"] == "us-east-1"
    assert not connected.diff(kind, made, outputs, inputs).diffs

    assert connected.read(kind, made, outputs, inputs) == (made, outputs, inputs)

    given = case.import_id.format(id=made, **outputs)
    imported_id, imported, imported_inputs = connected.read(kind, given, {}, {})
    assert (imported_id, set(imported)) == (made, set(outputs))
    again = connected.check(kind, imported_inputs, **filled(case.inputs, known))
    assert not connected.diff(kind, made, imported, again).diffs

    if case.changed:
        news = connected.check(kind, inputs, **filled(case.inputs | case.changed, known))
        difference = connected.diff(kind, made, outputs, news)
        assert set(difference.diffs) == set(case.changed)
        assert not difference.replaces
        assert set(connected.update(kind, made, outputs, news, preview=True)) >= {"region"}
        outputs = connected.update(kind, made, outputs, news)
        assert set(outputs) <= set(outputs_of)
        assert not connected.diff(kind, made, outputs, news).diffs
        assert connected.read(kind, made, outputs, news)[1] == outputs

    before = len(called)
    connected.delete(kind, made, outputs)
    provisioned = "ProvisionPermissionSet" in {operation for _, operation in called[before:]}
    # A removed part of a permission set is removed from its accounts too.
    assert provisioned == (case.calls > PROVISION and "permissionSetArn" in case.inputs)
    if kind != "aws:sns/topicPolicy:TopicPolicy":  # a topic always has a policy
        assert connected.read(kind, made, outputs, inputs)[0] == ""
    connected.delete(kind, made, outputs)
    assert {operation for _, operation in called} == case.calls


@pytest.mark.parametrize("kind", KINDS)
def test_changes_of_these_inputs_replace_the_resource(
    connected: Engine, known: dict[str, str], kind: str
) -> None:
    case = CASES[kind]
    inputs = connected.check(kind, **filled(case.inputs, known))
    olds = {**inputs, "region": "us-east-1"}
    for name in sorted(case.replaces):
        old = inputs.get(name)
        new: Any = {"name": "x", "path": "/"} if isinstance(old, dict) else "changed"
        if name == "permissionsBoundary":
            new = {"managedPolicyArn": READ_ONLY}
        difference = connected.diff(kind, "id", olds, {**inputs, name: new})
        assert list(difference.replaces) == [name]
        # If the program keeps the name, the old object must be deleted first.
        assert difference.deleteBeforeReplace == ("name" in inputs and name != "name")
    unknown = connected.diff(kind, "id", olds, {**inputs, sorted(case.replaces)[0]: UNKNOWN})
    assert list(unknown.replaces) == [sorted(case.replaces)[0]]
    other_region = connected.diff(kind, "id", olds, {**inputs, "region": "eu-west-1"})
    assert list(other_region.replaces) == ["region"]


def test_an_unconfirmed_subscription_is_left_to_expire(
    connected: Engine, known: dict[str, str]
) -> None:
    kind = "aws:sns/topicSubscription:TopicSubscription"
    inputs = connected.check(kind, topic=known[TOPIC], protocol="email", endpoint="a@example.com")
    made, outputs = connected.create(kind, **inputs)
    assert (outputs["pendingConfirmation"], outputs["confirmationWasAuthenticated"]) == (
        True,
        False,
    )
    connected.delete(kind, made, outputs)
    assert connected.read(kind, made, outputs, inputs)[0] == made
