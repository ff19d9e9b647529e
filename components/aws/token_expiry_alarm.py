"""Alerts before the SCIM token expires; after that, Okta can no longer deprovision users.

Manages an SNS topic and the EventBridge rules that publish to it: one for the events that AWS
Health sends from 90 days before the expiry, and one per notification date. The dates are computed
from the expiry in the secret (AWS has no API for it); each is a cron expression that matches once.
"""

import json
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from okta_idc.rules.scim_secret import ROTATE
from okta_idc.settings import Problem
from okta_idc.settings.models import TokenExpiryAlarm as Settings
from okta_idc.settings.rules import alarm_findings

from .._args import check_args
from .._errors import ValidationError, raise_found
from .._options import child_of

HEALTH_EVENT = {
    "source": ["aws.health"],
    "detail-type": ["AWS Health Event"],
    "detail": {
        "service": ["IAMIDENTITYCENTER"],
        "eventTypeCode": ["AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"],
    },
}
"""What AWS Health sends on every support plan (docs/research/scim.md#access-tokens)."""
HOUR = 9  # UTC


class TokenExpiryAlarmArgs(TypedDict):
    expires: Input[str]
    """When the token expires, ISO 8601."""
    secret: Input[str]
    """Name of the secret, for the message."""
    emails: NotRequired[list[str]]
    """Recipients; each must confirm the subscription."""
    days_before: NotRequired[list[int]]
    """Days before the expiry on which a notification is sent. Default: 60, 30, 14, 7 and 1."""


class TokenExpiryAlarm(pulumi.ComponentResource):
    """Notifications about the token's expiry, through Amazon SNS."""

    topic_arn: Output[str]
    """ARN of the topic; subscribe further recipients to it."""

    def __init__(
        self, name: str, args: TokenExpiryAlarmArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:TokenExpiryAlarm", name, {}, opts)
        raise_found(alarm_findings(check_args(TokenExpiryAlarmArgs, args, Settings)))
        child = child_of(self, opts)
        topic = aws.sns.Topic(f"{name}-topic", opts=child)
        aws.sns.TopicPolicy(
            f"{name}-policy", arn=topic.arn, policy=topic.arn.apply(_topic_policy), opts=child
        )

        def notify(event: str, text: Output[str] | None = None, **when: Any) -> None:
            rule = aws.cloudwatch.EventRule(f"{name}-{event}", **when, opts=child)
            target = f"{name}-{event}-target"
            aws.cloudwatch.EventTarget(
                target, rule=rule.name, arn=topic.arn, input=text, opts=child
            )

        notify("health", event_pattern=json.dumps(HEALTH_EVENT, sort_keys=True))
        expires, secret = Output.from_input(args["expires"]), Output.from_input(args["secret"])
        for days in map(int, args.get("days_before", Settings().days_before)):
            text = secret.apply(lambda name, days=days: json.dumps(message(name, days)))
            at = expires.apply(lambda expires, days=days: cron(expires, days))
            notify(f"{days}-days", text, schedule_expression=at)
        for email in args.get("emails", ()):
            aws.sns.TopicSubscription(
                f"{name}-{email}", topic=topic.arn, protocol="email", endpoint=email, opts=child
            )
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})


def cron(expires: str, days_before: int) -> str:
    """The cron expression for 09:00 UTC, `days_before` days before the expiry. Raises
    ValidationError for an invalid date."""
    try:
        at = datetime.fromisoformat(expires) - timedelta(days=days_before)
    except ValueError:
        problem = Problem("expires", f"{expires!r} is not a date in ISO 8601.")
        raise ValidationError(problem) from None
    return f"cron(0 {HOUR} {at.day} {at.month} ? {at.year})"


def message(secret: str, days: int) -> str:
    when = "tomorrow" if days == 1 else f"in {days} days"
    return (
        f"The SCIM token of IAM Identity Center (secret {secret}) expires {when}. After that, "
        f"users who leave keep their access. {ROTATE}"
    )


def _topic_policy(topic_arn: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic_arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
