"""EventBridge and SNS through boto3: refused requests, and no delivery."""

import json
import socket
import threading
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.notifications import is_schedule
from tests.sandbox.aws.conftest import Client, refused

HEALTH = {
    "source": ["aws.health"],
    "detail": {
        "service": ["IAMIDENTITYCENTER"],
        "eventTypeCode": ["AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"],
    },
}


def event(service: str = "IAMIDENTITYCENTER") -> str:
    """An AWS Health event in EventBridge's envelope."""
    code = f"AWS_{service}_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"
    return json.dumps({
        "version": "0", "id": str(uuid.uuid4()), "detail-type": "AWS Health Event",
        "source": "aws.health", "account": "123456789012", "time": "2026-11-25T07:00:00Z",
        "region": "us-east-1", "resources": [],
        "detail": {"service": service, "eventTypeCode": code},
    })  # fmt: skip


@pytest.fixture
def events(client: Client) -> Any:
    return client("events")


@pytest.fixture
def sns(client: Client) -> Any:
    return client("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    return sns.create_topic(Name=f"topic-{uuid.uuid4().hex[:8]}")["TopicArn"]


def test_a_rule_with_its_target_is_created_and_deleted(events: Any, topic: str) -> None:
    created = events.put_rule(
        Name="life", EventPattern=json.dumps(HEALTH), Tags=[{"Key": "a", "Value": "b"}]
    )
    found = events.describe_rule(Name="life")
    assert (found["Arn"], found["State"], found["EventBusName"]) == (
        created["RuleArn"], "ENABLED", "default",
    )  # fmt: skip
    assert json.loads(found["EventPattern"]) == HEALTH
    tags = events.list_tags_for_resource(ResourceARN=created["RuleArn"])
    assert tags["Tags"] == [{"Key": "a", "Value": "b"}]
    target = {
        "Id": "t", "Arn": topic,
        "InputTransformer": {"InputPathsMap": {"a": "$.detail"}, "InputTemplate": '"<a>"'},
    }  # fmt: skip
    assert events.put_targets(Rule="life", Targets=[target])["FailedEntryCount"] == 0
    assert events.list_targets_by_rule(Rule="life")["Targets"] == [target]
    refused(events.delete_rule, "ValidationException", Name="life")
    events.remove_targets(Rule="life", Ids=["t"])
    events.delete_rule(Name="life")
    refused(events.describe_rule, "ResourceNotFoundException", Name="life")


@pytest.mark.parametrize(
    "given",
    [
        {"Name": "with space"}, {"Name": "x" * 65}, {"ScheduleExpression": "every tuesday"},
        {"ScheduleExpression": "cron(0 9 15 10 * 2026)"}, {"Description": "x" * 513},
    ],
)  # fmt: skip
def test_an_invalid_rule_is_refused(events: Any, given: dict[str, str]) -> None:
    params = {"Name": "fine", "ScheduleExpression": "rate(1 day)", **given}
    refused(events.put_rule, "ValidationException", **params)


def test_a_pattern_is_matched_as_eventbridge_does(events: Any) -> None:
    def matches(**params: Any) -> bool:
        return events.test_event_pattern(EventPattern=json.dumps(HEALTH), **params)["Result"]

    assert matches(Event=event())
    assert not matches(Event=event("EC2"))
    refused(
        events.test_event_pattern, "InvalidEventPatternException",
        EventPattern='{"source": "x"}', Event=event(),
    )  # fmt: skip
    refused(matches, "InvalidEventPatternException", Event="{")


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 day)", "rate(5 minutes)", "rate(12 hours)", "cron(0 9 15 10 ? 2026)",
        "cron(0 9 ? * MON *)", "cron(0/15 8-17 ? * MON-FRI *)", "cron(0 12 1,15 * ? *)",
        "cron(0 10 L * ? *)", "cron(0 10 ? * 6L 2026)", "cron(0 10 ? * MON#1 2026-2027)",
        "cron(0 10 3W * ? 2026)",
    ],
)  # fmt: skip
def test_schedules_of_the_user_guide_are_accepted(expression: str) -> None:
    assert is_schedule(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 days)", "rate(5 minute)", "rate(0 days)", "rate(1 week)", "rate(-1 day)",
        "cron(0 9 * * * *)", "cron(0 9 ? * ? *)", "cron(0 9 15 10 ?)", "cron(60 9 15 10 ? 2026)",
        "cron(0 24 15 10 ? 2026)", "cron(0 9 32 10 ? 2026)", "cron(0 9 15 13 ? 2026)",
        "cron(0 9 ? * 8 *)", "cron(0 9 15 10 ? 2200)", "cron(0 9 15 10 ? 1969)", "at(2026-10-15)",
        "cron(0 9 15 10 ? 2026", "0 9 15 10 ? 2026",
    ],
)  # fmt: skip
def test_an_invalid_schedule_is_refused(expression: str) -> None:
    assert not is_schedule(expression)


@given(st.datetimes())
def test_every_date_is_a_valid_schedule(at: Any) -> None:
    expression = f"cron({at.minute} {at.hour} {at.day} {at.month} ? {at.year})"
    assert is_schedule(expression) == (1970 <= at.year <= 2199)


def test_an_email_subscription_awaits_confirmation(sns: Any, topic: str) -> None:
    created = sns.subscribe(
        TopicArn=topic, Protocol="email", Endpoint="a@example.com", ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    found = sns.get_subscription_attributes(SubscriptionArn=created)["Attributes"]
    assert found["PendingConfirmation"] == "true"
    assert "pending confirmation" in refused(
        sns.unsubscribe, "InvalidParameter", SubscriptionArn=created
    )
    sns.delete_topic(TopicArn=topic)
    refused(sns.get_subscription_attributes, "NotFound", SubscriptionArn=created)


def test_only_some_protocols_receive_raw_messages(sns: Any, topic: str) -> None:
    raw = {"RawMessageDelivery": "true"}
    email = {"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.com"}
    assert "[email]" in refused(sns.subscribe, "InvalidParameter", **email, Attributes=raw)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    created = sns.subscribe(**email, ReturnSubscriptionArn=True)["SubscriptionArn"]
    change = {"AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    refused(sns.set_subscription_attributes, "InvalidParameter", SubscriptionArn=created, **change)
    url = {"Protocol": "https", "Endpoint": "https://example.com"}
    sns.subscribe(TopicArn=topic, **url, Attributes=raw)


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [("emial", "a@example.com"), ("email", "nobody"), ("https", "http://example.com")],
)
def test_an_invalid_subscription_is_refused(
    sns: Any, topic: str, protocol: str, endpoint: str
) -> None:
    refused(sns.subscribe, "InvalidParameter", TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def test_messages_are_not_delivered(sns: Any, topic: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        reached = threading.Event()

        def accept() -> None:
            with listening.accept()[0]:
                reached.set()

        threading.Thread(target=accept, daemon=True).start()
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{port}/")
        sns.publish(TopicArn=topic, Message="x")
        assert not reached.wait(0.5)
        socket.create_connection(("127.0.0.1", port)).close()
        assert reached.wait(60)


def test_a_topic_policy_must_be_json(sns: Any, topic: str) -> None:
    put = {"TopicArn": topic, "AttributeName": "Policy"}
    refused(sns.set_topic_attributes, "InvalidParameter", **put, AttributeValue="nonsense")
    sns.set_topic_attributes(**put, AttributeValue=json.dumps({"Statement": []}))
    found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    assert json.loads(found) == {"Statement": []}


def test_a_failure_inside_moto_is_an_immediate_json_error(client: Client) -> None:
    message = refused(
        client("events").describe_event_source, "InternalFailure", Name="aws.partner/a/b"
    )
    assert message.startswith("The sandbox failed in events:DescribeEventSource (")


def test_topics_are_listed_in_pages_of_100(sns: Any) -> None:
    made = {sns.create_topic(Name=f"many-{number}")["TopicArn"] for number in range(101)}
    first = sns.list_topics()
    assert len(first["Topics"]) == 100
    pages = sns.get_paginator("list_topics").paginate()
    assert made <= {each["TopicArn"] for page in pages for each in page["Topics"]}
    refused(sns.list_topics, "InvalidParameter", NextToken="100")
    for arn in made:
        sns.delete_topic(TopicArn=arn)


def test_a_topic_without_an_arn_is_refused(sns: Any) -> None:
    message = refused(sns.get_topic_attributes, "InvalidParameter", TopicArn="a:b")
    assert message == (
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2"
    )
    refused(sns.publish, "InvalidParameter", Message="m")
