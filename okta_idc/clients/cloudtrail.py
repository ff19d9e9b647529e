"""AWS CloudTrail's event history, read with boto3: the calls to the SCIM endpoint.

`accessKeyId` may differ between two tokens: AWS does not document what it identifies
(docs/research/scim.md#cloudtrail-events).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from okta_idc.clients.aws import AwsClient
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_text

SOURCE = "identitystore-scim.amazonaws.com"


@dataclass(frozen=True)
class ScimEvent:
    """A SCIM call. A text that CloudTrail does not show is empty."""

    name: str
    request_id: str
    key: str
    """`accessKeyId` of the caller."""
    created: str
    """ID of the resource that the call created."""


class EventHistory(AwsClient):
    """The event history of one account and Region."""

    def __init__(
        self, region: str, endpoint: str | None = None, config: AwsConfig | None = None
    ) -> None:
        super().__init__("cloudtrail", region, endpoint, config)

    def scim_events(self, since: datetime) -> Iterator[ScimEvent]:
        """The SCIM calls since this time. Events arrive minutes after the call. Raises AwsError."""
        source = {"AttributeKey": "EventSource", "AttributeValue": SOURCE}
        found = self.pages("lookup_events", "Events", LookupAttributes=[source], StartTime=since)
        for each in found:
            yield _event(get_text(each, "CloudTrailEvent"))


def _event(text: str) -> ScimEvent:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        document = {}
    return ScimEvent(
        get_text(document, "eventName"),
        get_text(document, "requestID"),
        get_text(document, "userIdentity", "accessKeyId"),
        get_text(document, "responseElements", "id"),
    )
