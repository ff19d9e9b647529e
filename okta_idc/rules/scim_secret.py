"""1xx, the JSON secret in AWS Secrets Manager with the SCIM endpoint and token.

No finding contains a value of the secret other than the endpoint and the dates.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from okta_idc.rules.endpoints import endpoint_fault, normalize_endpoint
from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, doctor_rule, expiry, rule

SHAPE = '{"endpoint": "…", "token": "…", "token_id": "…", "created": "…", "expires": "…"}'
_EXAMPLE = {
    "endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/"
    "scim/v2",
    "token_id": "1",
    "created": "2026-01-01T00:00:00Z",
    "expires": "2027-01-01T00:00:00Z",
}
_WORDS = r"[A-Za-z0-9]{0,40}(?:[/_+=.@-][A-Za-z0-9]{0,40})*"
SECRETS_MANAGER_NAME = rf"(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:)?{_WORDS}"
"""Name or ARN of a secret: the characters that AWS allows in a name. A name has no random text, so
that more than 40 letters and digits in a row are taken for a token in the wrong place."""
SECRETS_MANAGER_NAME_LENGTH = 512
SECRETS_MANAGER_NAME_FORM = (
    "the name or ARN of a secret: 1 to 512 letters, digits, and /_+=.@-, without a token"
)
_SCHEME = re.compile(r"\s*(?:authorization:\s*)?bearer(?:\s|$)", re.IGNORECASE)
_TAG_KEYS = ("endpoint", "token_id", "created", "expires")
_TEXT_KEYS = ("token", *_TAG_KEYS)
ROTATE = (
    "Run `okta-idc token rotate`, which shows and verifies each step: generate a token in IAM "
    "Identity Center → Settings → Automatic provisioning; give it to Okta (in mode `api`, run "
    "`pulumi up`; in mode `console`, enter it in the app → Provisioning → Integration, choose Test "
    "API Credentials, then Save); and only then delete the old token in AWS."
)
"""How to replace the token. Until Okta has the new token, it needs the old one."""
_EXPOSED = "is the token, or looks like it. Everybody who may list secrets can read this ID."
_SOON, _URGENT = timedelta(days=90), timedelta(days=15)
_MAX_LIFETIME = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ScimSecret:
    """The parsed secret. Times are aware; `endpoint` has no trailing slash."""

    endpoint: str
    token: str = field(repr=False)
    token_id: str
    created: datetime
    expires: datetime


@rule(
    "OIC-102",
    "The secret lacks the endpoint, the token, the token ID or a date",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="This kit reads one format. AWS has no API for the expiry of a token, so the secret "
    "records it",
    remedy=f"Store one JSON object {SHAPE} with ISO 8601 dates, for example with `okta-idc "
    "token store`.",
    good=json.dumps({**_EXAMPLE, "token": "t"}),
    bad=json.dumps({"endpoint": _EXAMPLE["endpoint"], "SCIMEndpointAccessToken": "t"}),
)
def secret_document(text: str) -> Iterator[Violation]:
    """Subject: the SecretString."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield "", None, "is not JSON."
        return
    if not isinstance(document, dict):
        yield "", None, "is not a JSON object."
        return
    values = cast(dict[str, Any], document)
    yield from _problems(values, _TEXT_KEYS)
    token_id = values.get("token_id")
    same = isinstance(token_id, str) and token_id.strip() and token_id == values.get("token")
    if same and not looks_like_token(str(token_id)):
        yield "token_id", None, _EXPOSED


def _problems(values: Mapping[str, Any], keys: Iterable[str]) -> Iterator[Violation]:
    for key in keys:
        value = values.get(key)
        if value is None:
            yield key, None, "is missing."
        elif not isinstance(value, str) or not value.strip():
            yield key, None, "must be a non-empty string."
        elif key in ("created", "expires") and parse_time(value) is None:
            yield key, None, "is not an ISO 8601 date."
        elif key == "token" and _SCHEME.match(value):
            yield key, None, "starts with `Bearer`. Store the token alone."
        elif key == "token" and re.search(r"\s", value):
            yield key, None, "contains white space. Store the token alone."
        elif key == "token_id" and looks_like_token(value):
            yield key, None, _EXPOSED
        elif key == "endpoint" and (fault := endpoint_fault(normalize_endpoint(value))):
            yield key, None, fault  # without the value: the token may be in this field


def is_secret_name(text: str) -> bool:
    """Whether the text has the form of a secret's name or ARN, and is no token."""
    return 0 < len(text) <= SECRETS_MANAGER_NAME_LENGTH and bool(
        re.fullmatch(SECRETS_MANAGER_NAME, text)
    )


def looks_like_token(text: str) -> bool:
    """Whether the text contains more than 40 letters and digits in a row, or is as long as a token
    (docs/research/scim.md#access-tokens)."""
    return len(text) >= 500 or bool(re.search(r"[A-Za-z0-9]{41}", text))


def token_id_fault(token_id: str, token: str | None = None) -> str:
    """Why an ID cannot be stored next to the token, "" if it can: the ID becomes a tag."""
    same = token is not None and token in token_id
    return _EXPOSED if same or looks_like_token(token_id) else ""


def read_secret(text: str) -> ScimSecret:
    """Parse a SecretString for which `secret_document` has no finding."""
    document: dict[str, str] = json.loads(text)
    created, expires = parse_time(document["created"]), parse_time(document["expires"])
    if created is None or expires is None:
        raise ValueError("created and expires must be ISO 8601 dates")
    return ScimSecret(
        normalize_endpoint(document["endpoint"]),
        document["token"],
        document["token_id"],
        created,
        expires,
    )


@rule(
    "OIC-103",
    "The SCIM token has expired",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="AWS User Guide, automatic provisioning: a token is valid for one year. AWS then "
    "rejects all SCIM requests, and users who leave keep their access",
    remedy=ROTATE,
    good=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_expired(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: the expiry time and the current time."""
    expires, now = subject
    if expires <= now:
        yield "expires", None, f"{expiry(expires, now)}; AWS rejects the token."


def expires_soon(expires: datetime, now: datetime) -> bool:
    """Whether the token expires within 90 days, or has expired."""
    return expires - now <= _SOON


@doctor_rule(
    "OIC-104",
    "The SCIM token expires within 90 days",
    severity=Severity.ADVISORY,
    source="docs/research/scim.md#access-tokens",
    remedy=ROTATE,
    good=(datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_expiring_in_90_days(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: the expiry time and the current time. OIC-105 covers the last 15 days."""
    expires, now = subject
    if _URGENT < expires - now <= _SOON:
        yield "expires", None, f"{expiry(expires, now)}."


@doctor_rule(
    "OIC-105",
    "The SCIM token expires within 15 days",
    source="docs/research/scim.md#access-tokens",
    remedy=ROTATE,
    good=(datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
    bad=(datetime(2026, 6, 8, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
)
def token_not_expiring_in_15_days(subject: tuple[datetime, datetime]) -> Iterator[Violation]:
    """Subject: the expiry time and the current time. OIC-103 covers expired tokens."""
    expires, now = subject
    if timedelta(0) < expires - now <= _URGENT:
        yield "expires", None, f"{expiry(expires, now)}."


@dataclass(frozen=True, slots=True)
class TokenDates:
    """When the token was created and expires, according to the secret, and the current time."""

    created: datetime
    expires: datetime
    now: datetime


_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
_TIME_ZONES = timedelta(days=1)
"""How far in the future a date can be without being wrong: where the day begins first."""


@rule(
    "OIC-106",
    "The token's dates are more than a year apart, or in the future",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="AWS User Guide, automatic provisioning: a token is valid for one year. No API returns "
    "its expiry, so a wrong date in the secret suppresses the warning",
    remedy="Set `created` in the secret to the day on which the token was generated, and "
    "`expires` to one year later.",
    good=TokenDates(_CREATED, datetime(2027, 1, 1, tzinfo=UTC), _CREATED),
    bad=TokenDates(_CREATED, datetime(2028, 1, 1, tzinfo=UTC), _CREATED),
)
def token_dates(dates: TokenDates) -> Iterator[Violation]:
    """Subject: the secret's dates and the current time."""
    created, expires = dates.created, dates.expires
    if created - dates.now > _TIME_ZONES:
        yield "created", created.date().isoformat(), "is in the future."
    if expires <= created:
        yield "expires", expires.date().isoformat(), "is not after `created`."
    elif expires - created > _MAX_LIFETIME:
        days = (expires - created).days
        yield "expires", expires.date().isoformat(), f"is {days:,} days after `created`."


@dataclass(frozen=True, slots=True)
class ScimResponse:
    """The SCIM endpoint's response: HTTP status, and the request."""

    status: int
    request: str
    expires: datetime
    """According to the secret."""


_REFUSED = {
    403: "does not allow the token to read (403).",
    404: "has no SCIM service (404): its tenant or Region is wrong.",
}


@rule(
    "OIC-117",
    "IAM Identity Center rejects the token at its endpoint",
    enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR),
    source="docs/research/scim.md#errors; docs/research/scim.md#credential-test",
    remedy=f"The endpoint and the token must come from the same dialog. {ROTATE}",
    good=ScimResponse(200, "GET /ServiceProviderConfig", datetime(2027, 1, 1, tzinfo=UTC)),
    bad=ScimResponse(401, "GET /ServiceProviderConfig", datetime(2027, 1, 1, tzinfo=UTC)),
)
def token_accepted(subject: ScimResponse) -> Iterator[Violation]:
    """Subject: the response. Status 0 means that there is none, and has no finding."""
    if subject.status == 401 and not subject.request.startswith("GET"):
        yield "token", None, f"cannot be sent: {subject.request}."
    elif subject.status == 401:
        day = subject.expires.date().isoformat()
        yield (
            "token",
            None,
            f"is rejected (401), although it expires on {day}: it was deleted, its dates are "
            "wrong, or it belongs to another endpoint (disabling and enabling automatic "
            "provisioning creates one).",
        )
    elif subject.status not in (0, 200):
        problem = _REFUSED.get(subject.status, f"returns {subject.status} for {subject.request}.")
        yield "endpoint", None, problem


@doctor_rule(
    "OIC-109",
    "The secret lacks tags for its endpoint, token ID, or dates",
    severity=Severity.ADVISORY,
    source="docs/research/identity-center.md#secret-of-the-scim-token",
    remedy="Tag the secret with `endpoint`, `token_id`, `created` and `expires`, with the values "
    "in the secret.",
    good=_EXAMPLE,
    bad={"expires": "next year"},
)
def secret_tags(tags: Mapping[str, str]) -> Iterator[Violation]:
    """Subject: the secret's tags by key; other keys are ignored."""
    return _problems(tags, _TAG_KEYS)


def parse_time(text: str) -> datetime | None:
    """The time of an ISO 8601 date, in UTC unless it has an offset; None for any other text."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
