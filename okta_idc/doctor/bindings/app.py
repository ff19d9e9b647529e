"""1xx and 6xx, the app: addresses, certificate, provisioning, and drift."""

from collections.abc import Iterable
from functools import partial

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory, Json
from okta_idc.inventory.session_tags import statements_of
from okta_idc.rules import app_drift, certificates, endpoints, user_names
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known, numbered

_APP = "the app"
_MANUAL = "Okta's API does not show the connection of this app (app → Provisioning → Integration)."
_LICENSE_UNKNOWN = (
    "No provisioning feature of the app is on, and Okta's API shows no licenses. In the Okta Admin "
    "Console, check that the app has the tab Provisioning: an org without Lifecycle Management may "
    "not show it."
)
_CERTIFICATE = {"certificate": Location("SAML signing certificate")}


def _setting(key: str, app: Json) -> str:
    return get_text(app, "settings", "app", key)


def _address(key: str, found: Inventory) -> str:
    return _setting(key, known(found.app))


_acs_url, _issuer_url = partial(_address, "acsURL"), partial(_address, "entityID")


def _username_format(app: Json) -> str:
    return get_text(app, "credentials", "userNameTemplate", "template")


def _connection(found: Inventory) -> str:
    status = get_text(known(found.connection), "status")
    if status == "UNKNOWN" and found.declared.mode != "api":
        # Okta reports UNKNOWN for a connection created in the Admin Console.
        raise Unavailable(_MANUAL, applicable=False)
    return status


def _features(found: Inventory, *, push: bool = False) -> app_drift.Features:
    wanted, on = found.declared.features, known(found.app).get("features") or ()
    group_push = ("GROUP_PUSH",) if push and known(found.pushes) else ()
    return app_drift.Features((*wanted, *group_push), tuple(map(str, on)))


def _outbound_provisioning(found: Inventory) -> app_drift.OutboundProvisioning:
    on = tuple(map(str, known(found.app).get("features") or ()))
    error = found.feature.code if isinstance(found.feature, Unavailable) else ""
    subject = app_drift.OutboundProvisioning(on, error)
    if not subject.decided:
        raise Unavailable(_LICENSE_UNKNOWN)
    return subject


def _settings(found: Inventory) -> app_drift.Setting:
    app = known(found.app)
    actual = {name: str(value) for name, value in get_object(app, "settings", "app").items()}
    actual |= {"label": get_text(app, "label"), "userNameTemplate": _username_format(app)}
    return app_drift.Setting(known(found.declared.settings), actual)


def _policy(found: Inventory) -> app_drift.SignOnPolicy:
    declared, link = known(found.declared.policy), ("_links", "accessPolicy", "href")
    actual = get_text(known(found.app), *link).rpartition("/")[2]
    if not actual:  # Classic orgs have none (docs/research/okta-api.md#classic-orgs)
        raise Unavailable("Okta does not show the app's sign-on policy.")
    return app_drift.SignOnPolicy(declared, actual)


def _active_apps(found: Inventory) -> Iterable[Subject]:
    apps = tuple(
        app_drift.AppInstance(name, _setting("acsURL", app), _setting("entityID", app))
        for name, app in known(found.apps).items()
        if get_text(app, "status") == "ACTIVE"
    )
    yield Subject(apps, parts=numbered(app.name for app in apps))


BINDINGS = (
    single(endpoints.acs_url, _acs_url, _APP, "acsURL"),
    single(endpoints.issuer_url, _issuer_url, _APP, "entityID"),
    single(endpoints.saml_domains_known,
           lambda found: endpoints.SamlAddresses(_acs_url(found), _issuer_url(found)),
           parts={"acs_url": Location(_APP, "acsURL"), "issuer_url": Location(_APP, "entityID")}),
    single(endpoints.one_region,
           lambda found: endpoints.SamlAddresses(_acs_url(found), _issuer_url(found)), _APP),
    single(endpoints.issuer_of_store,
           lambda found: endpoints.IssuerOfStore(_issuer_url(found), found.store_id),
           parts={"issuer_url": Location(_APP, "entityID")}),
    single(certificates.certificate_length, lambda found: known(found.certificate).pem,
           parts=_CERTIFICATE),
    single(certificates.metadata_length, lambda found: known(found.metadata), _APP),
    single(certificates.certificate_not_expiring_soon,
           lambda found: (known(found.certificate).ends, found.now), parts=_CERTIFICATE),
    single(user_names.user_name_template, lambda found: _username_format(known(found.app)), _APP,
           "userNameTemplate"),
    single(app_drift.connection_known, _connection, _APP),
    single(app_drift.connection_enabled, _connection, _APP),
    single(app_drift.features_on, _features, _APP),
    single(app_drift.group_push_on, partial(_features, push=True), _APP),
    single(app_drift.provisioning_licensed, _outbound_provisioning, _APP),
    single(app_drift.password_sync_disabled, lambda found: get_text(
        known(found.feature), "capabilities", "update", "password", "status"), _APP),
    single(app_drift.settings_as_declared, _settings, _APP),
    single(app_drift.statements_as_declared, lambda found: app_drift.Statements(
        known(found.declared.statements), statements_of(known(found.app))), _APP),
    single(app_drift.policy_as_declared, _policy, _APP),
    Binding(app_drift.one_app, _active_apps),
    single(app_drift.app_active, lambda found: get_text(known(found.app), "status"), _APP),
)  # fmt: skip
