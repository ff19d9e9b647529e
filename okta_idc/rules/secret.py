"""1xx, the secret: the JSON in AWS Secrets Manager that holds the SCIM endpoint and token.

Nothing here ever puts a value of the secret into a finding.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from okta_idc.rules.endpoints import SCIM_ENDPOINT, normalise_endpoint
from okta_idc.rules.registry import Draft, rule

SHAPE = '{"endpoint": "…", "token": "…", "token_id": "…", "created": "…", "expires": "…"}'
_TEXT_KEYS = ("endpoint", "token", "token_id", "created", "expires")


@dataclass(frozen=True, slots=True)
class ScimSecret:
    """The secret, read. Times are aware; `endpoint` has no trailing slash."""

    endpoint: str
    token: str = field(repr=False)
    token_id: str
    created: datetime
    expires: datetime


@rule(
    "OIC-102",
    "The secret holds endpoint, token, token id and both dates",
    source="this kit: the one shape it reads. AWS has no API for a token's expiry, so it is known "
    "only if it is recorded",
    remedy=f"store one JSON object {SHAPE} with ISO-8601 dates (README, «Put the token into "
    "Secrets Manager»).",
    good='{"endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-'
    '555555555555/scim/v2/", "token": "t", "token_id": "1", "created": "2026-01-01T00:00:00Z", '
    '"expires": "2027-01-01T00:00:00Z"}',
    bad='{"endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-'
    '555555555555/scim/v2/", "SCIMEndpointAccessToken": "t"}',
)
def secret_document(text: str) -> Iterator[Draft]:
    """Subject: the SecretString."""
    try:
        document = json.loads(text)
    except ValueError:
        yield "", None, "is not JSON."
        return
    if not isinstance(document, dict):
        yield "", None, "is JSON, but not an object."
        return
    for key in _TEXT_KEYS:
        value = cast(dict[str, Any], document).get(key)
        if value is None:
            yield key, None, "is missing."
        elif not isinstance(value, str) or not value.strip():
            yield key, None, "must be a text that is not empty."
        elif key in ("created", "expires") and _time(value) is None:
            yield key, None, "is not an ISO-8601 date."
        elif key == "endpoint" and not SCIM_ENDPOINT.fullmatch(normalise_endpoint(value)):
            yield key, value, "is not a SCIM endpoint of IAM Identity Center."


def read_secret(text: str) -> ScimSecret:
    """Read a SecretString that `secret_document` found nothing wrong with."""
    document: dict[str, str] = json.loads(text)
    created, expires = _time(document["created"]), _time(document["expires"])
    if created is None or expires is None:
        raise ValueError("created and expires must be ISO-8601 dates")
    return ScimSecret(
        normalise_endpoint(document["endpoint"]),
        document["token"],
        document["token_id"],
        created,
        expires,
    )


@rule(
    "OIC-103",
    "The SCIM token has not expired",
    source="AWS User Guide, automatic provisioning: a token lives one year. Then all SCIM calls "
    "are refused and existing users stay, so people who left keep their access",
    remedy="generate a new token in IAM Identity Center → Settings → Automatic provisioning, store "
    "it in the secret with its dates, run again, then delete the old token.",
    good=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_expired(subject: tuple[datetime, datetime]) -> Iterator[Draft]:
    """Subject: when the token expires, and now."""
    expires, now = subject
    if expires <= now:
        yield "expires", expires.date().isoformat(), "is past: AWS refuses the token."


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
