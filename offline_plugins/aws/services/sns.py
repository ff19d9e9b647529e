"""SNS: topics, their policies, and who is told.

A message of AWS's says what a topic or a subscription is by a map of texts.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from offline_plugins.aws.calls import doing, retag, tag_list, tags_read
from offline_plugins.aws.declared import FIXED, OPTIONAL, Declared, Input
from offline_plugins.aws.documents import is_same_policy, kept, normal_json, not_json
from offline_plugins.aws.registry import resource
from offline_plugins.aws.service import RefusedError, Service
from offline_plugins.provider_server import Properties

POLICY = Input(required=True, same=is_same_policy, normal=normal_json, wrong=not_json)
TOPIC = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId"}
PENDING = "Cannot unsubscribe a subscription that is pending confirmation"


@resource
class Topic(Declared):
    """Standard topics only; a policy is declared by TopicPolicy."""

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
        with doing(f"creating SNS Topic ({wanted['name']})"):
            return aws.call("CreateTopic", Name=wanted["name"], Tags=tags)["TopicArn"]

    def settle(self, aws: Service, id: str, wanted: Properties) -> None:
        for ours, theirs in TOPIC.items():
            if wanted.get(ours):
                self._put(aws, id, theirs, wanted[ours])

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with doing(f"reading SNS Topic ({id})"):
            found = aws.call("GetTopicAttributes", TopicArn=id)["Attributes"]
        with doing(f"listing tags for SNS Topic ({id})"):
            tags = aws.call("ListTagsForResource", ResourceArn=id)["Tags"]
        return {
            **{ours: found.get(theirs) or None for ours, theirs in TOPIC.items()},
            **tags_read(tags),
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
        for ours, theirs in TOPIC.items():
            if olds.get(ours) and not wanted.get(ours):
                self._put(aws, id, theirs, "")
        with doing(f"updating tags for SNS Topic ({id})"):
            retag(aws, olds, wanted, ResourceArn=id)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with doing(f"deleting SNS Topic ({id})"):
            aws.call("DeleteTopic", TopicArn=id)

    def _put(self, aws: Service, arn: str, name: str, value: str) -> None:
        with doing(f"setting SNS Topic ({arn}) attribute ({name})"):
            aws.call("SetTopicAttributes", TopicArn=arn, AttributeName=name, AttributeValue=value)


@resource
class TopicPolicy(Declared):
    kind = "aws:sns/topicPolicy:TopicPolicy"
    service = "sns"
    computed = ("owner",)
    inputs: ClassVar = {"arn": FIXED, "policy": POLICY}

    def make(self, aws: Service, wanted: Properties) -> str:
        self._put(aws, wanted["arn"], wanted["policy"])
        return wanted["arn"]

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with doing(f"reading SNS Topic Policy ({id})"):
            found = aws.call("GetTopicAttributes", TopicArn=id)["Attributes"]
        policy = kept(known.get("policy"), normal_json(found["Policy"]), is_same_policy)
        return {"arn": found["TopicArn"], "owner": found["Owner"], "policy": policy}

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        self._put(aws, id, wanted["policy"])

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        """A policy cannot be deleted: the one that every topic begins with is put back."""
        self._put(aws, id, json.dumps(_first_policy(id, olds["owner"])))

    def _put(self, aws: Service, arn: str, policy: str) -> None:
        with doing(f"setting SNS Topic ({arn}) attribute (Policy)"):
            aws.call(
                "SetTopicAttributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy
            )


@resource
class TopicSubscription(Declared):
    """A person confirms one by mail; until then it cannot be taken away, and AWS forgets it."""

    kind = "aws:sns/topicSubscription:TopicSubscription"
    service = "sns"
    computed = (
        "arn", "confirmationWasAuthenticated", "filterPolicyScope", "ownerId",
        "pendingConfirmation",
    )  # fmt: skip
    inputs: ClassVar = {
        "confirmationTimeoutInMinutes": Input(default=1),
        "endpoint": FIXED,
        "endpointAutoConfirms": Input(default=False),
        "protocol": FIXED,
        "rawMessageDelivery": Input(default=False),
        "topic": FIXED,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        raw = {"RawMessageDelivery": "true"} if wanted.get("rawMessageDelivery") else {}
        with doing("creating SNS Topic Subscription"):
            return aws.call(
                "Subscribe", TopicArn=wanted["topic"], Protocol=wanted["protocol"],
                Endpoint=wanted["endpoint"], Attributes=raw, ReturnSubscriptionArn=True,
            )["SubscriptionArn"]  # fmt: skip

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        with doing(f"reading SNS Topic Subscription ({id})"):
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
        with doing(f"setting SNS Topic Subscription ({id}) attribute (RawMessageDelivery)"):
            aws.call(
                "SetSubscriptionAttributes", SubscriptionArn=id,
                AttributeName="RawMessageDelivery", AttributeValue=raw,
            )  # fmt: skip

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        try:
            with doing(f"deleting SNS Topic Subscription ({id})"):
                aws.call("Unsubscribe", SubscriptionArn=id)
        except RefusedError as refused:
            if PENDING not in refused.message:
                raise


def _first_policy(arn: str, owner: str) -> dict[str, Any]:
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
