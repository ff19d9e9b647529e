"""1xx: the SCIM token's secret, AWS's response to the token, and Okta's provisioning attempts."""

from collections.abc import Collection, Iterator
from datetime import datetime

from okta_idc.clients.admin_console import INTEGRATION, app_page
from okta_idc.clients.json_path import Json, get_text
from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory
from okta_idc.rules import endpoints, identity_store_drift, scim_attempts, scim_secret
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known
from okta_idc.rules.token_holder import SETTLE, TokenHolder, token_holder

_SECRET, _CONNECTION, PROVISIONING = "the secret", "the app's connection", "Provisioning"
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


def attempts(found: Inventory, explained: Collection[str] = ()) -> scim_attempts.ScimAttempts:
    """Okta's latest attempts. `explained`: IDs of users whose failure has a known reason. Raises
    Unavailable."""
    groups = known(found.groups)
    mappings: dict[str, Json] = {groups.name(m["sourceGroupId"]): m for m in known(found.pushes)}
    return known(found.users).log.attempts(mappings, explained)


def _okta_token(found: Inventory) -> Iterator[Subject | Unavailable]:
    yield Subject(attempts(found), Location(PROVISIONING, "SCIM requests"))
    if found.declared.mode == "console" and token_in_okta(found).known is None:
        yield Unavailable(token_of_okta(found), applicable=False)


def token_in_okta(found: Inventory) -> TokenHolder:
    """Which token Okta used at the last check of `okta-idc token rotate`."""
    return token_holder({} if isinstance(found.secret, Unavailable) else found.secret)


def token_of_okta(found: Inventory) -> str:
    """That no API shows the token of a connection made in the console, and how to test it."""
    page = "the app → Provisioning → Integration in the Okta Admin Console"
    if not isinstance(console := found.admin_console, Unavailable):
        page = f"the app's page ({app_page(console, found.app_id, INTEGRATION)})"
    return (
        f"which token Okta uses is unknown: no API shows it. To test it, open {page}, and choose "
        f"Test API Credentials. {SETTLE}"
    )


BINDINGS = (
    single(endpoints.scim_endpoint, _base_url, _CONNECTION, "Base URL"),
    single(endpoints.endpoint_known, lambda found: _tag(found, "endpoint"), _SECRET, "endpoint"),
    single(endpoints.endpoint_region, lambda found: endpoints.EndpointInRegion(
        _tag(found, "endpoint"), known(found.primary_region)), _SECRET),
    single(endpoints.endpoint_of_token,
           lambda found: endpoints.BothEndpoints(_base_url(found), _tag(found, "endpoint")),
           parts={"in_okta": Location(_CONNECTION, "Base URL")}),
    single(scim_secret.token_not_expired, _expiry, parts=_TOKEN),
    single(scim_secret.token_not_expiring_in_90_days, _expiry, parts=_TOKEN),
    single(scim_secret.token_not_expiring_in_15_days, _expiry, parts=_TOKEN),
    single(scim_secret.token_accepted, lambda found: known(found.token), parts={
        "token": Location("SCIM token"), "endpoint": Location("SCIM token", "endpoint")}),
    Binding(scim_attempts.okta_token_accepted, _okta_token),
    single(scim_secret.secret_tags, lambda found: known(found.secret), _SECRET),
    single(identity_store_drift.token_logged, lambda found: _time(found, "created"), _SECRET),
)  # fmt: skip
