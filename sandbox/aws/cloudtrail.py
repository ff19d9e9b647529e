"""CloudTrail's event history with the calls to the SCIM endpoint, and LookupEvents on it.

An event of a SCIM call has the form that AWS documents (docs/research/scim.md#cloudtrail-events):
bodies are hidden, and `userIdentity.accessKeyId` has a value that AWS does not explain. Assumed: an
event can be looked up at once, a refused caller has no `accessKeyId`, and the message of
LookupEvents about its times.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ..clock import Clock
from ..settings import Settings
from .errors import error_answer

Event = dict[str, Any]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
SOURCE = "identitystore-scim.amazonaws.com"
TARGET = "CloudTrail_20131101.LookupEvents"
DAYS = 90
"""Days for which the event history keeps events (CloudTrail user guide)."""
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_METHODS = {"POST": "Create", "GET": "Get", "PUT": "Put", "PATCH": "Patch", "DELETE": "Delete"}
_ATTRIBUTES: dict[str, Callable[[Event], Any]] = {
    "AccessKeyId": lambda event: event["userIdentity"].get("accessKeyId"),
    "EventId": lambda event: event["eventID"],
    "EventName": lambda event: event["eventName"],
    "EventSource": lambda event: event["eventSource"],
    "ReadOnly": lambda event: json.dumps(event["readOnly"]),
    "ResourceName": lambda _: None,
    "ResourceType": lambda _: None,
    "Username": lambda _: None,
}
"""What LookupEvents compares with an attribute's value."""


class EventHistory:
    """The events of one account. The setting `cloudtrail` says what they show."""

    def __init__(
        self, clock: Clock, settings: Settings, account: str = "123456789012",
        region: str = "us-east-1",
    ) -> None:  # fmt: skip
        self._clock, self._settings = clock, settings
        self._account, self._region = account, region
        self.events: list[Event] = []

    def record(
        self, method: str, path: str, tenant: str, *, request_id: str, token_id: str = "",
        created: str = "", refusal: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Add a call. `token_id`: of the caller's token; `created`: the ID of a new resource;
        `refusal`: the error's code and reason."""
        identity = {"type": "WebIdentityUser", "accountId": self._account}
        if token_id:
            identity["accessKeyId"] = self._key(token_id)
        name, ident = _operation(method, path)
        parameters: Event = {"tenantId": tenant, **({"id": ident} if ident else {})}
        if method not in ("GET", "DELETE"):
            parameters["httpBody"] = {"displayName": _HIDDEN}
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        event: Event = {
            "eventVersion": "1.10", "userIdentity": identity,
            "eventTime": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "eventSource": SOURCE, "eventName": name, "awsRegion": self._region,
            "requestParameters": parameters,
            "responseElements": {"id": created, "displayName": _HIDDEN} if created else None,
            "requestID": request_id, "eventID": str(uuid.uuid4()), "readOnly": method == "GET",
            "eventType": "AwsApiCall", "managementEvent": True,
            "recipientAccountId": self._account, "eventCategory": "Management",
        }  # fmt: skip
        if refusal:
            event["errorCode"], event["errorMessage"] = refusal
        self.events.append(event)

    def lookup(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """The events that LookupEvents answers, the latest first."""
        if self._settings["cloudtrail"] == "off":
            return []
        now = self._clock.now()
        start = max(params.get("StartTime") or 0, now - timedelta(days=DAYS).total_seconds())
        end = params.get("EndTime") or now
        wanted = params.get("LookupAttributes") or []
        found = [
            event
            for event in list(self.events)
            if start <= (time := _seconds(event)) + 1 and time <= end
            if all(_ATTRIBUTES[a["AttributeKey"]](event) == a["AttributeValue"] for a in wanted)
        ]
        return [_view(event) for event in reversed(found)]

    def _key(self, token_id: str) -> str:
        seed = "any token" if self._settings["cloudtrail"] == "same" else token_id
        return f"ASIA{hashlib.sha256(seed.encode()).hexdigest()[:16].upper()}"


def answer_lookups(app: Wsgi, history: EventHistory) -> Wsgi:
    """Wrap the application so that it also answers LookupEvents, which moto lacks."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(TARGET):
            return app(environ, start_response)
        params = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])) or "{}")
        start, end = params.get("StartTime"), params.get("EndTime")
        if start is not None and end is not None and start > end:
            text = "The start time must be before the end time."
            headers, body = error_answer("json", "InvalidTimeRangeException", text)
            start_response("400 Bad Request", list(headers.items()))
            return [body]
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps({"Events": history.lookup(params)}).encode()]

    return answer


def _operation(method: str, path: str) -> tuple[str, str]:
    """The name of the SCIM operation, and the ID in the path. Assumed: the name for
    /ServiceProviderConfig, and for paths that no operation has."""
    found = re.fullmatch(r".*/v2/(\w+?)(?:s)?(?:/([^/]+))?", path)
    kind, ident = (found[1], found[2] or "") if found else ("", "")
    if kind == "ServiceProviderConfig":
        return kind, ""
    if method == "GET" and not ident:
        return f"List{kind}s", ""
    return f"{_METHODS.get(method, method.title())}{kind}", ident


def _seconds(event: Event) -> float:
    return datetime.fromisoformat(event["eventTime"]).timestamp()


def _view(event: Event) -> dict[str, Any]:
    view = {
        "EventId": event["eventID"], "EventName": event["eventName"],
        "ReadOnly": json.dumps(event["readOnly"]), "EventTime": _seconds(event),
        "EventSource": event["eventSource"], "Resources": [],
        "CloudTrailEvent": json.dumps(event),
    }  # fmt: skip
    if key := event["userIdentity"].get("accessKeyId"):
        view["AccessKeyId"] = key
    return view
