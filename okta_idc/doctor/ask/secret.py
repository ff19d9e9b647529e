"""1xx, what the secret's tags say: endpoint and dates. Its value is never read."""

from collections.abc import Iterator
from datetime import UTC, datetime

from okta_idc.clients.documents import text_inside
from okta_idc.doctor.ask.question import Case, Question
from okta_idc.doctor.evidence import Evidence
from okta_idc.doctor.gap import Gap, known
from okta_idc.rules import endpoints, secret, store_drift

WHO = "the secret"
_NO_BASE_URL = "Okta's API does not show this app's Base URL (app → Provisioning → Integration)."


def _tag(found: Evidence, key: str) -> str:
    if value := known(found.secret).get(key, "").strip():
        return value
    raise Gap(f"the secret has no tag {key} (OIC-109).")


def _time(found: Evidence, key: str) -> datetime:
    try:
        time = datetime.fromisoformat(_tag(found, key))
    except ValueError:
        raise Gap(f"the secret's tag {key} is no date (OIC-109).") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _base_url(found: Evidence) -> str:
    if url := text_inside(known(found.connection), "baseUrl"):
        return url
    raise Gap(_NO_BASE_URL, wanted=False)


def _expiry(found: Evidence) -> Iterator[Case]:
    yield Case((_time(found, "expires"), found.now), WHO)


def _endpoint(found: Evidence) -> Iterator[Case]:
    yield Case(_base_url(found), "the app's connection", "Base URL")


def _in_region(found: Evidence) -> Iterator[Case]:
    subject = endpoints.EndpointInRegion(_tag(found, "endpoint"), known(found.primary_region))
    yield Case(subject, WHO)


def _twice(found: Evidence) -> Iterator[Case]:
    subject = endpoints.EndpointTwice(_base_url(found), _tag(found, "endpoint"))
    yield Case(subject, "the app's connection", "Base URL")


def _tags(found: Evidence) -> Iterator[Case]:
    yield Case(known(found.secret), WHO)


def _created(found: Evidence) -> Iterator[Case]:
    yield Case(_time(found, "created"), WHO)


QUESTIONS = (
    Question(endpoints.scim_endpoint, _endpoint),
    Question(endpoints.endpoint_region, _in_region),
    Question(endpoints.endpoint_of_token, _twice),
    Question(secret.token_not_expired, _expiry),
    Question(secret.token_not_ending, _expiry),
    Question(secret.token_not_ending_now, _expiry),
    Question(secret.secret_tags, _tags),
    Question(store_drift.token_logged, _created),
)
