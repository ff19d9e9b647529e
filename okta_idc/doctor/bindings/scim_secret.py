"""1xx: the tags of the SCIM token's secret, with endpoint and dates. Never reads its value."""

from datetime import datetime

from okta_idc.clients.json_path import get_text
from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory
from okta_idc.rules import endpoints, identity_store_drift, scim_secret
from okta_idc.rules.binding import Location, Unavailable, known

_SECRET, _CONNECTION = "the secret", "the app's connection"
_TOKEN = {"expires": Location("SCIM token")}
_NO_BASE_URL = "Okta's API does not show this app's Base URL (app → Provisioning → Integration)."


def _tag(found: Inventory, key: str) -> str:
    if value := known(found.secret).get(key, "").strip():
        return value
    raise Unavailable(f"the secret has no tag {key} (OIC-109).")


def _time(found: Inventory, key: str) -> datetime:
    if time := scim_secret.parse_time(_tag(found, key)):
        return time
    raise Unavailable(f"the secret's tag {key} is not a date (OIC-109).")


def _base_url(found: Inventory) -> str:
    if url := get_text(known(found.connection), "baseUrl"):
        return url
    raise Unavailable(_NO_BASE_URL, applicable=False)


def _expiry(found: Inventory) -> tuple[datetime, datetime]:
    return _time(found, "expires"), found.now


BINDINGS = (
    single(endpoints.scim_endpoint, _base_url, _CONNECTION, "Base URL"),
    single(endpoints.endpoint_region, lambda found: endpoints.EndpointInRegion(
        _tag(found, "endpoint"), known(found.primary_region)), _SECRET),
    single(endpoints.endpoint_of_token,
           lambda found: endpoints.BothEndpoints(_base_url(found), _tag(found, "endpoint")),
           parts={"in_okta": Location(_CONNECTION, "Base URL")}),
    single(scim_secret.token_not_expired, _expiry, parts=_TOKEN),
    single(scim_secret.token_not_expiring_in_90_days, _expiry, parts=_TOKEN),
    single(scim_secret.token_not_expiring_in_15_days, _expiry, parts=_TOKEN),
    single(scim_secret.secret_tags, lambda found: known(found.secret), _SECRET),
    single(identity_store_drift.token_logged, lambda found: _time(found, "created"), _SECRET),
)  # fmt: skip
