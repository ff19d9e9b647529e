"""SNS topics, topic policies and subscriptions, whose attributes are maps of strings."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from offline_plugins.aws.calls import (
    aws_name,
    error_context,
    members,
    tag_list,
    tag_outputs,
    update_tags,
)
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, OPTIONAL, POLICY, AwsResourceType, Input
from offline_plugins.aws.service import AwsError, Service
from offline_plugins.provider import Properties

TOPIC = ("displayName", "kmsMasterKeyId")
SAMPLE_RATES = {
    f"{kind}SuccessFeedbackSampleRate": "0"
    for kind in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
}
"""Set at creation by the official plugin, because Terraform does not tell 0 from no value."""
PENDING = "Cannot unsubscribe a subscription that is pending confirmation"


@resource
class Topic(AwsResourceType):
    """A standard topic. Its policy is a separate resource, TopicPolicy."""

    kind = "aws:sns/topic:Topic"
    service = "sns"
    name_length = 256
    computed = (
        "arn", "beginningArchiveTime", "fifoThroughputScope", "maximumMessageSize", "namePrefix",
        "owner", "policy", "signatureVersion", "tagsAll", "tracingConfig",
    )  # fmt: skip
    inputs: ClassVar = {
        "displayName": OPTIONAL,
        "kmsMasterKeyId": OPTIONAL,
        "name": Input(replaces=True),
        "tags": OPTIONAL,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        tags = tag_list(wanted.get("tags"))
        with error_context(f"creating SNS Topic ({wanted['name']})"):
            return aws.call("CreateTopic", Name=wanted["name"], Tags=tags)["TopicArn"]

    def finish(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> Properties:
        """Set the attributes: changed ones, or the given ones and five zeros of a new topic."""
        attributes = {} if olds else dict(SAMPLE_RATES)
        for name in TOPIC:
            if (wanted.get(name) or "") != (olds.get(name) or ""):
                attributes[aws_name(name)] = wanted.get(name) or ""
        for name, value in attributes.items():
            _set_attribute(aws, id, name, value)
        return self.find(aws, id, wanted)

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SNS Topic ({id})"):
            found = aws.call("GetTopicAttributes", TopicArn=id)["Attributes"]
        with error_context(f"listing tags for SNS Topic ({id})"):
            tags = aws.call("ListTagsForResource", ResourceArn=id)["Tags"]
        return {
            **members(found, TOPIC),
            **tag_outputs(tags),
            "arn": found["TopicArn"],
            "beginningArchiveTime": "",
            "fifoThroughputScope": "",
            "maximumMessageSize": int(found.get("MaximumMessageSize") or 0),
            "name": id.rsplit(":", 1)[-1],
            "namePrefix": "",
            "owner": found["Owner"],
            "policy": found["Policy"],
            "signatureVersion": int(found.get("SignatureVersion") or 0),
            "tracingConfig": found.get("TracingConfig") or "",
        }

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with error_context(f"updating tags for SNS Topic ({id})"):
            update_tags(aws, olds, wanted, ResourceArn=id)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting SNS Topic ({id})"):
            aws.call("DeleteTopic", TopicArn=id)


@resource
class TopicPolicy(AwsResourceType):
    kind = "aws:sns/topicPolicy:TopicPolicy"
    service = "sns"
    computed = ("owner",)
    inputs: ClassVar = {"arn": IMMUTABLE, "policy": POLICY}

    def make(self, aws: Service, wanted: Properties) -> str:
        _set_attribute(aws, wanted["arn"], "Policy", wanted["policy"])
        return wanted["arn"]

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SNS Topic Policy ({id})"):
            found = aws.call("GetTopicAttributes", TopicArn=id)["Attributes"]
        return {"arn": found["TopicArn"], "owner": found["Owner"], "policy": found["Policy"]}

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        _set_attribute(aws, id, "Policy", wanted["policy"])

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        """Restore the default policy, because AWS has no call that deletes a topic's policy."""
        _set_attribute(aws, id, "Policy", json.dumps(_default_policy(id, olds["owner"])))


@resource
class TopicSubscription(AwsResourceType):
    """A subscription. Until its recipient confirms it, AWS rejects Unsubscribe and expires it."""

    kind = "aws:sns/topicSubscription:TopicSubscription"
    service = "sns"
    computed = (
        "arn", "confirmationWasAuthenticated", "filterPolicyScope", "ownerId",
        "pendingConfirmation",
    )  # fmt: skip
    inputs: ClassVar = {
        "confirmationTimeoutInMinutes": Input(default=1),
        "endpoint": IMMUTABLE,
        "endpointAutoConfirms": Input(default=False),
        "protocol": IMMUTABLE,
        "rawMessageDelivery": Input(default=False),
        "topic": IMMUTABLE,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        raw = {"RawMessageDelivery": "true"} if wanted.get("rawMessageDelivery") else {}
        with error_context("creating SNS Topic Subscription"):
            return aws.call(
                "Subscribe", TopicArn=wanted["topic"], Protocol=wanted["protocol"],
                Endpoint=wanted["endpoint"], Attributes=raw, ReturnSubscriptionArn=True,
            )["SubscriptionArn"]  # fmt: skip

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with error_context(f"reading SNS Topic Subscription ({id})"):
            found = aws.call("GetSubscriptionAttributes", SubscriptionArn=id)["Attributes"]
        return {
            "arn": found["SubscriptionArn"],
            "confirmationTimeoutInMinutes": known.get("confirmationTimeoutInMinutes") or 1,
            "confirmationWasAuthenticated": found.get("ConfirmationWasAuthenticated") == "true",
            "endpoint": found["Endpoint"],
            "endpointAutoConfirms": known.get("endpointAutoConfirms") or False,
            "filterPolicyScope": found.get("FilterPolicyScope") or "",
            "ownerId": found["Owner"],
            "pendingConfirmation": found["PendingConfirmation"] == "true",
            "protocol": found["Protocol"],
            "rawMessageDelivery": found.get("RawMessageDelivery") == "true",
            "topic": found["TopicArn"],
        }

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        raw = json.dumps(bool(wanted.get("rawMessageDelivery")))
        with error_context(f"setting SNS Topic Subscription ({id}) attribute (RawMessageDelivery)"):
            aws.call(
                "SetSubscriptionAttributes", SubscriptionArn=id,
                AttributeName="RawMessageDelivery", AttributeValue=raw,
            )  # fmt: skip

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        try:
            with error_context(f"deleting SNS Topic Subscription ({id})"):
                aws.call("Unsubscribe", SubscriptionArn=id)
        except AwsError as refused:
            if PENDING not in refused.message:
                raise


def _set_attribute(aws: Service, topic: str, name: str, value: str) -> None:
    with error_context(f"setting SNS Topic ({topic}) attribute ({name})"):
        aws.call("SetTopicAttributes", TopicArn=topic, AttributeName=name, AttributeValue=value)


def _default_policy(arn: str, owner: str) -> dict[str, Any]:
    actions = (
        "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
        "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish",
    )  # fmt: skip
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in actions],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
            }
        ],
    }
