"""A warning before the SCIM token expires: afterwards nobody is deactivated any more.

Owns a topic in SNS and the EventBridge rules that write to it: one for the events that AWS Health
sends from ninety days on, and one for each of our own dates, worked out from the expiry that the
secret records (AWS has no API for it). EventBridge's rules are enough: a date is a cron expression
that comes true once.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

HEALTH_EVENT = {
    "source": ["aws.health"],
    "detail-type": ["AWS Health Event"],
    "detail": {
        "service": ["IAMIDENTITYCENTER"],
        "eventTypeCode": ["AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"],
    },
}
"""What AWS Health tells on every support plan (docs/research/scim.md#access-tokens)."""
DAYS_BEFORE = (60, 30, 14, 7, 1)
NINE = 9  # o'clock UTC, when the warnings of our own are sent


class TokenExpiryAlarmArgs(TypedDict):
    """Inputs of TokenExpiryAlarm."""

    expires: Input[str]
    """When the token expires, ISO-8601."""
    secret: str
    """The secret's name, for the message."""
    emails: NotRequired[Sequence[str]]
    """Who is told; each must confirm the subscription."""
    days_before: NotRequired[Sequence[int]]
    """Default: 60, 30, 14, 7, 1."""


class TokenExpiryAlarm(pulumi.ComponentResource):
    """Warnings by SNS."""

    topic_arn: Output[str]
    """Where the warnings go; subscribe whatever else should hear them."""

    def __init__(
        self, name: str, args: TokenExpiryAlarmArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:TokenExpiryAlarm", name, {}, opts)
        child = ResourceOptions(parent=self)
        topic = aws.sns.Topic(f"{name}-topic", opts=child)
        aws.sns.TopicPolicy(
            f"{name}-policy", arn=topic.arn, policy=topic.arn.apply(_may_publish), opts=child
        )
        health = aws.cloudwatch.EventRule(
            f"{name}-health", event_pattern=json.dumps(HEALTH_EVENT, sort_keys=True), opts=child
        )
        aws.cloudwatch.EventTarget(
            f"{name}-health-target", rule=health.name, arn=topic.arn, opts=child
        )
        expires = Output.from_input(args["expires"])
        for days in args.get("days_before", DAYS_BEFORE):
            date = aws.cloudwatch.EventRule(
                f"{name}-{days}-days",
                schedule_expression=expires.apply(lambda at, days=days: cron(at, days)),
                opts=child,
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{days}-days-target",
                rule=date.name,
                arn=topic.arn,
                input=json.dumps(message(args["secret"], days)),
                opts=child,
            )
        for email in args.get("emails", ()):
            aws.sns.TopicSubscription(
                f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, opts=child
            )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def cron(expires: str, days_before: int) -> str:
    """The one moment, so many days before, at nine (UTC)."""
    at = datetime.fromisoformat(expires) - timedelta(days=days_before)
    return f"cron(0 {NINE} {at.day} {at.month} ? {at.year})"


def message(secret: str, days: int) -> str:
    when = "tomorrow" if days == 1 else f"in {days} days"
    return (
        f"The SCIM token of IAM Identity Center (secret {secret}) expires {when}. Then people who "
        "leave keep their access. Generate a new one in IAM Identity Center → Settings → Automatic "
        "provisioning, store it with `okta-idc store-token`, give it to Okta (mode api: `pulumi "
        "up`; mode console: the app → Provisioning → Integration), then delete the old one."
    )


def _may_publish(topic_arn: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
