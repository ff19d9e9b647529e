"""1xx, what the secret's tags say: endpoint and dates. Its value is never read."""

from collections.abc import Iterator
from datetime import UTC, datetime

from okta_idc.clients.json_path import get_text
from okta_idc.doctor.bindings.binding import Case, Question
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import endpoints, identity_store_drift, scim_secret

WHO = "the secret"
_NO_BASE_URL = "Okta's API does not show this app's Base URL (app → Provisioning → Integration)."


def _tag(found: Inventory, key: str) -> str:
    if value := known(found.secret).get(key, "").strip():
        return value
    raise Unavailable(f"the secret has no tag {key} (OIC-109).")


def _time(found: Inventory, key: str) -> datetime:
    try:
        time = datetime.fromisoformat(_tag(found, key))
    except ValueError:
        raise Unavailable(f"the secret's tag {key} is no date (OIC-109).") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _base_url(found: Inventory) -> str:
    if url := get_text(known(found.connection), "baseUrl"):
        return url
    raise Unavailable(_NO_BASE_URL, wanted=False)


def _expiry(found: Inventory) -> Iterator[Case]:
    yield Case((_time(found, "expires"), found.now), WHO)


def _endpoint(found: Inventory) -> Iterator[Case]:
    yield Case(_base_url(found), "the app's connection", "Base URL")


def _in_region(found: Inventory) -> Iterator[Case]:
    subject = endpoints.EndpointInRegion(_tag(found, "endpoint"), known(found.primary_region))
    yield Case(subject, WHO)


def _twice(found: Inventory) -> Iterator[Case]:
    subject = endpoints.EndpointTwice(_base_url(found), _tag(found, "endpoint"))
    yield Case(subject, "the app's connection", "Base URL")


def _tags(found: Inventory) -> Iterator[Case]:
    yield Case(known(found.secret), WHO)


def _created(found: Inventory) -> Iterator[Case]:
    yield Case(_time(found, "created"), WHO)


QUESTIONS = (
    Question(endpoints.scim_endpoint, _endpoint),
    Question(endpoints.endpoint_region, _in_region),
    Question(endpoints.endpoint_of_token, _twice),
    Question(scim_secret.token_not_expired, _expiry),
    Question(scim_secret.token_not_ending, _expiry),
    Question(scim_secret.token_not_ending_now, _expiry),
    Question(scim_secret.secret_tags, _tags),
    Question(identity_store_drift.token_logged, _created),
)
