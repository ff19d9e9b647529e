"""1xx, the secret: the JSON in AWS Secrets Manager that holds the SCIM endpoint and token.

Nothing here ever puts a value of the secret into a finding.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from okta_idc.rules.endpoints import SCIM_ENDPOINT, normalise_endpoint
from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, doctor_rule, rule

SHAPE = '{"endpoint": "…", "token": "…", "token_id": "…", "created": "…", "expires": "…"}'
_TAG_KEYS = ("endpoint", "token_id", "created", "expires")
_TEXT_KEYS = ("token", *_TAG_KEYS)
_ROTATE = (
    "generate a new token in IAM Identity Center → Settings → Automatic provisioning, store it in "
    "the secret with its dates, run again, then delete the old token."
)
_SOON, _AT_ONCE = timedelta(days=90), timedelta(days=15)
_LONGEST = timedelta(days=366)


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
    "The secret lacks the endpoint, the token, the token ID or a date",
    enforced_by=(EnforcementPoint.COMPONENT,),
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
def secret_document(text: str) -> Iterator[Violation]:
    """Subject: the SecretString."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
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
    "The SCIM token has expired",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="AWS User Guide, automatic provisioning: a token lives one year. Then all SCIM calls "
    "are refused and existing users stay, so people who left keep their access",
    remedy=_ROTATE,
    good=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_expired(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: when the token expires, and now."""
    expires, now = subject
    if expires <= now:
        yield "expires", None, f"expired on {expires.date()}: AWS refuses the token."


@doctor_rule(
    "OIC-104",
    "The SCIM token expires within 90 days",
    severity=Severity.ADVISORY,
    source="AWS User Guide, automatic provisioning: AWS begins to remind 90 days before the "
    "token's end (docs/research/scim.md#access-tokens)",
    remedy=_ROTATE,
    good=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_ending(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: when the token expires, and now. Silent in the last 15 days (OIC-105)."""
    expires, now = subject
    if _AT_ONCE < expires - now <= _SOON:
        yield "expires", None, f"expires in {(expires - now).days} days, on {expires.date()}."


@doctor_rule(
    "OIC-105",
    "The SCIM token expires within 15 days",
    source="AWS User Guide, automatic provisioning: in the last 15 days AWS reminds daily "
    "(docs/research/scim.md#access-tokens). It is blocking, though provisioning still works, since "
    "a pipeline that fails on blocking findings only would stay green until everything stops",
    remedy=_ROTATE,
    good=(datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 6, 8, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_ending_now(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: when the token expires, and now. Silent afterwards (OIC-103)."""
    expires, now = subject
    if timedelta(0) < expires - now <= _AT_ONCE:
        yield "expires", None, f"expires in {(expires - now).days} days, on {expires.date()}."


@rule(
    "OIC-106",
    "The token's dates are more than a year apart",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="AWS User Guide, automatic provisioning: a token lives one year. No API tells its "
    "expiry, so a wrong date in the secret is a warning that never comes",
    remedy="write into the secret when the token was generated (created) and one year later "
    "(expires).",
    good=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    bad=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
)
def token_dates(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: when the token was created, and when it expires (both aware)."""
    created, expires = subject
    if expires <= created:
        yield "expires", expires.date().isoformat(), "is not after created."
    elif expires - created > _LONGEST:
        days = (expires - created).days
        yield "expires", expires.date().isoformat(), f"is {days} days after created."


@dataclass(frozen=True, slots=True)
class ScimAnswer:
    """What the SCIM endpoint answers to its token: HTTP status, and what was asked."""

    status: int
    asked: str
    expires: datetime
    """As the secret says it."""


_REFUSED = {
    403: "is forbidden to read (403).",
    404: "leads to no SCIM service (404): the tenant or the region in the endpoint is wrong.",
}


@rule(
    "OIC-117",
    "IAM Identity Center rejects the token at its endpoint",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="AWS, SCIM developer guide, common errors: 401 for a token that is wrong or has "
    "expired; for another tenant's too (docs/research/scim.md#errors). Asked by three reads before "
    "Okta gets the token (docs/research/scim.md#credential-test)",
    remedy="copy endpoint and token anew from one «Inbound automatic provisioning» dialog: "
    "IAM Identity Center → Settings → Automatic provisioning → Generate token; store them with "
    "`okta-idc store-token`.",
    good=ScimAnswer(200, "GET /ServiceProviderConfig", datetime(2027, 1, 1, tzinfo=UTC)),
    bad=ScimAnswer(401, "GET /ServiceProviderConfig", datetime(2027, 1, 1, tzinfo=UTC)),
)
def token_taken(subject: ScimAnswer) -> Iterator[Violation]:
    """Subject: the answer; 0 for none, of which nothing is said here."""
    if subject.status == 401 and not subject.asked.startswith("GET"):
        yield "token", None, f"cannot be sent: {subject.asked}."
    elif subject.status == 401:
        day = subject.expires.date().isoformat()
        yield (
            "token",
            None,
            f"is refused (401), though by its dates it is good until {day}: it was deleted, its "
            "dates are wrong, or it belongs to another tenant (switching automatic provisioning "
            "off and on makes a new endpoint).",
        )
    elif subject.status not in (0, 200):
        problem = _REFUSED.get(subject.status, f"answers {subject.status} to {subject.asked}.")
        yield "endpoint", None, problem


@doctor_rule(
    "OIC-109",
    "The secret lacks tags for the parts that are not secret",
    severity=Severity.ADVISORY,
    source="this kit: whoever needs only the endpoint or the days left reads the tags, and never "
    "sees the token (docs/research/identity-center.md#secret-of-the-scim-token)",
    remedy="tag the secret with endpoint, token_id, created and expires, the same texts as in it.",
    good={
        "endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/"
        "scim/v2",
        "token_id": "1",
        "created": "2026-01-01T00:00:00Z",
        "expires": "2027-01-01T00:00:00Z",
    },
    bad={"expires": "next year"},
)
def secret_tags(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: the secret's tags, key → value; others among them are nobody's business."""
    for key in _TAG_KEYS:
        value = tags.get(key, "")
        if not value.strip():
            yield key, None, "is missing."
        elif key in ("created", "expires") and _time(value) is None:
            yield key, None, "is not an ISO-8601 date."
        elif key == "endpoint" and not SCIM_ENDPOINT.fullmatch(normalise_endpoint(value)):
            yield key, value, "is not a SCIM endpoint of IAM Identity Center."


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
