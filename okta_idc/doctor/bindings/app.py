"""1xx and 6xx, the app: its addresses, certificate, provisioning, and what was declared of it."""

from collections.abc import Iterator

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.doctor.bindings.binding import Case, Question
from okta_idc.inventory.model import Inventory, Json
from okta_idc.inventory.session_tags import statements_of
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.rules import app_drift, certificates, endpoints, user_names

WHO = "the app"
_BY_HAND = "Okta's API does not show the connection of this app (app → Provisioning → Integration)."


def _setting(app: Json, key: str) -> str:
    return get_text(app, "settings", "app", key)


def _template(app: Json) -> str:
    return get_text(app, "credentials", "userNameTemplate", "template")


def _acs(found: Inventory) -> Iterator[Case]:
    yield Case(_setting(known(found.app), "acsURL"), WHO, "acsURL")


def _issuer(found: Inventory) -> Iterator[Case]:
    yield Case(_setting(known(found.app), "entityID"), WHO, "entityID")


def _addresses(found: Inventory) -> Iterator[Case]:
    app = known(found.app)
    yield Case(endpoints.SamlAddresses(_setting(app, "acsURL"), _setting(app, "entityID")), WHO)


def _issuer_of_store(found: Inventory) -> Iterator[Case]:
    issuer = _setting(known(found.app), "entityID")
    yield Case(endpoints.IssuerOfStore(issuer, found.store_id), WHO, "entityID")


def _certificate(found: Inventory) -> Iterator[Case]:
    yield Case(known(found.certificate).pem, WHO)


def _certificate_end(found: Inventory) -> Iterator[Case]:
    yield Case((known(found.certificate).ends, found.now), WHO)


def _metadata(found: Inventory) -> Iterator[Case]:
    yield Case(known(found.metadata), WHO)


def _user_name_template(found: Inventory) -> Iterator[Case]:
    yield Case(_template(known(found.app)), WHO, "userNameTemplate")


def _connection(found: Inventory) -> Iterator[Case]:
    status = get_text(known(found.connection), "status")
    if status == "UNKNOWN" and found.declared.mode != "api":
        # A person connects the app in the console: then UNKNOWN is what Okta answers.
        raise Unavailable(_BY_HAND, wanted=False)
    yield Case(status, WHO)


def _features(found: Inventory, *more: str) -> app_drift.Features:
    on = tuple(str(feature) for feature in known(found.app).get("features") or ())
    return app_drift.Features((*found.declared.features, *more), on)


def _to_app(found: Inventory) -> Iterator[Case]:
    yield Case(_features(found), WHO)


def _group_push(found: Inventory) -> Iterator[Case]:
    wanted = ("GROUP_PUSH",) if known(found.pushes) else ()
    yield Case(_features(found, *wanted), WHO)


def _password(found: Inventory) -> Iterator[Case]:
    feature = known(found.feature)
    yield Case(get_text(feature, "capabilities", "update", "password", "status"), WHO)


def _settings(found: Inventory) -> Iterator[Case]:
    app = known(found.app)
    there = {name: str(value) for name, value in get_object(app, "settings", "app").items()}
    there |= {"label": get_text(app, "label"), "userNameTemplate": _template(app)}
    yield Case(app_drift.Setting(known(found.declared.settings), there), WHO)


def _statements(found: Inventory) -> Iterator[Case]:
    declared, there = known(found.declared.statements), statements_of(known(found.app))
    yield Case(app_drift.Statements(declared, there), WHO)


def _policy(found: Inventory) -> Iterator[Case]:
    meant, link = known(found.declared.policy), ("_links", "accessPolicy", "href")
    there = get_text(known(found.app), *link).rpartition("/")[2]
    if not there:  # Classic orgs have none (docs/research/okta-api.md#classic-orgs)
        raise Unavailable("Okta does not show the app's sign-on policy.")
    yield Case(app_drift.SignOnPolicy(meant, there), WHO)


def _apps(found: Inventory) -> Iterator[Case]:
    yield Case(app_drift.Apps(known(found.apps)))


def _status(found: Inventory) -> Iterator[Case]:
    yield Case(get_text(known(found.app), "status"), WHO)


QUESTIONS = (
    Question(endpoints.acs_url, _acs),
    Question(endpoints.issuer_url, _issuer),
    Question(endpoints.one_region, _addresses),
    Question(endpoints.issuer_of_store, _issuer_of_store),
    Question(certificates.certificate_length, _certificate),
    Question(certificates.metadata_length, _metadata),
    Question(certificates.certificate_not_ending, _certificate_end),
    Question(user_names.user_name_template, _user_name_template),
    Question(app_drift.connection_known, _connection),
    Question(app_drift.connection_enabled, _connection),
    Question(app_drift.features_on, _to_app),
    Question(app_drift.group_push_on, _group_push),
    Question(app_drift.no_password, _password),
    Question(app_drift.settings_as_declared, _settings),
    Question(app_drift.statements_as_declared, _statements),
    Question(app_drift.policy_as_meant, _policy),
    Question(app_drift.one_app, _apps),
    Question(app_drift.app_active, _status),
)
