"""EventBridge and SNS: moto with stricter validation.

The sandbox delivers no messages, because a delivery could leave this machine. moto does not forward
events to SNS either.
"""

import json
import re
from itertools import starmap
from typing import Any

from moto.events.models import EventPattern, EventPatternParser
from moto.events.responses import EventsHandler
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription
from moto.sns.responses import SNSResponse

from .errors import RefusedError

PROTOCOLS = (
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
)  # fmt: skip
"""Protocols in botocore's documentation of Subscribe."""
MANUALLY_CONFIRMED = ("http", "https", "email", "email-json")
RAW_DELIVERY = ("http", "https", "sqs", "firehose")
"""Protocols whose endpoints can receive raw messages (SNS developer guide)."""
RATE = re.compile(r"rate\((1 (minute|hour|day)|0*([2-9]|[1-9]\d+) (minutes|hours|days))\)")
MONTH = r"(\d|0\d|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
WEEKDAY = r"([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
CRON_FIELDS = (
    r"(\d|[0-5]\d)", r"(\d|[01]\d|2[0-3])", r"([1-9]|0[1-9]|[12]\d|3[01])W?", MONTH,
    WEEKDAY + r"(#[1-5]|L)?", r"(19[7-9]\d|2[01]\d\d)",
)  # fmt: skip
"""Minutes, hours, day of month, month, day of week, year (EventBridge's user guide, cron)."""
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4
_MOTO_ORIGINALS = {
    cls: dict(vars(cls)) for cls in (EventsHandler, SNSBackend, SNSResponse, Subscription)
}  # the originals, before the sandbox replaces methods


def install() -> None:
    """Make moto refuse the requests that AWS refuses."""
    EventsHandler.put_rule = _put_rule  # type: ignore[method-assign]
    EventsHandler.test_event_pattern = _test_event_pattern  # type: ignore[method-assign]
    SNSBackend.subscribe = _subscribe  # type: ignore[method-assign]
    SNSBackend.unsubscribe = _unsubscribe  # type: ignore[method-assign]
    SNSResponse.subscribe = _subscribe_with_attributes  # type: ignore[method-assign]
    SNSBackend.set_subscription_attributes = _set_subscription_attributes  # type: ignore[method-assign]
    SNSResponse.set_topic_attributes = _set_topic_attributes  # type: ignore[method-assign]
    Subscription.publish = lambda *_, **__: None  # type: ignore[method-assign]


def is_schedule(expression: str) -> bool:
    """Whether EventBridge accepts `rate(…)`, or `cron(…)` with `?` for exactly one day field."""
    if RATE.fullmatch(expression):
        return True
    found = re.fullmatch(r"cron\(([^()]+)\)", expression)
    fields = found[1].split(" ") if found else []
    if len(fields) != len(CRON_FIELDS):
        return False
    if [fields[DAY_OF_MONTH], fields[DAY_OF_WEEK]].count("?") != 1:
        return False
    return all(starmap(_is_field, enumerate(fields)))


def _is_field(number: int, text: str) -> bool:
    value = CRON_FIELDS[number]
    allowed = rf"(\*|{value}(-{value})?)(/\d+)?"
    if text == "?" and number in (DAY_OF_MONTH, DAY_OF_WEEK):
        return True
    if text in ("L", "LW") and number == DAY_OF_MONTH:
        return True
    return all(re.fullmatch(allowed, part) for part in text.split(","))


def _put_rule(self: EventsHandler) -> Any:
    schedule = json.loads(self.body).get("ScheduleExpression")
    if schedule and not is_schedule(schedule):
        raise RefusedError("ValidationException", "Parameter ScheduleExpression is not valid.")
    return _MOTO_ORIGINALS[EventsHandler]["put_rule"](self)


def _test_event_pattern(self: EventsHandler) -> str:
    params = json.loads(self.body)
    pattern = EventPatternParser(params["EventPattern"]).parse()
    try:
        event = json.loads(params["Event"])
    except ValueError:
        raise RefusedError("InvalidEventPatternException", "Event is not valid JSON.") from None
    return json.dumps({"Result": EventPattern(None, pattern).matches_event(event)})


def _subscribe(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
    if protocol not in PROTOCOLS:
        text = f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
        raise SNSInvalidParameter(text)
    if protocol.startswith("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint or ""):
        raise SNSInvalidParameter("Invalid parameter: Email address")
    if protocol.startswith("http") and not (endpoint or "").startswith(f"{protocol}://"):
        raise SNSInvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
    subscription: Subscription = _MOTO_ORIGINALS[SNSBackend]["subscribe"](
        self, topic_arn, endpoint, protocol
    )
    pending = protocol in MANUALLY_CONFIRMED
    subscription.attributes["PendingConfirmation"] = pending
    subscription.attributes["ConfirmationWasAuthenticated"] = not pending
    return subscription


def _unsubscribe(self: SNSBackend, subscription_arn: str) -> None:
    found = self.subscriptions.get(subscription_arn)
    if found and found.attributes["PendingConfirmation"]:
        raise SNSInvalidParameter(
            "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is "
            "pending confirmation"
        )
    _MOTO_ORIGINALS[SNSBackend]["unsubscribe"](self, subscription_arn)


def _subscribe_with_attributes(self: SNSResponse) -> Any:
    _refuse_raw_delivery(self._get_param("Protocol"), self._get_attributes() or {})
    return _MOTO_ORIGINALS[SNSResponse]["subscribe"](self)


def _refuse_raw_delivery(protocol: str, attributes: dict[str, Any]) -> None:
    """Assumed: the message, and that AWS accepts `false`."""
    if attributes.get("RawMessageDelivery") is True and protocol not in RAW_DELIVERY:
        raise SNSInvalidParameter(
            f"Invalid parameter: Delivery protocol [{protocol}] does not support raw message "
            "delivery."
        )


def _set_subscription_attributes(self: SNSBackend, arn: str, name: str, value: Any) -> None:
    if found := self.subscriptions.get(arn):
        _refuse_raw_delivery(found.protocol, {name: value})
    _MOTO_ORIGINALS[SNSBackend]["set_subscription_attributes"](self, arn, name, value)


def _set_topic_attributes(self: SNSResponse) -> Any:
    if self._get_param("AttributeName") == "Policy":
        try:
            valid = isinstance(json.loads(self._get_param("AttributeValue")), dict)
        except (TypeError, ValueError):
            valid = False
        if not valid:
            raise SNSInvalidParameter("Invalid parameter: Policy Error: null")
    return _MOTO_ORIGINALS[SNSResponse]["set_topic_attributes"](self)
