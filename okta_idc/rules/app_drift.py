"""6xx, the app in Okta: provisioning, and differences from the declared configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, rule

drift_rule = partial(rule, enforced_by=(EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR))
REFRESH = "Run `pulumi up --refresh`; a plain `pulumi up` does not detect drift."
_TO_APP = ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION")


@drift_rule(
    "OIC-610",
    "Okta's API does not manage the provisioning connection",
    source="docs/research/okta-api.md#unsupported-apps",
    remedy="Set `provisioning.mode` to console, and enable the API integration in the Okta Admin "
    "Console (app → Provisioning → Integration); the next run shows the steps.",
    good="ENABLED",
    bad="UNKNOWN",
)
def connection_known(status: str) -> Iterator[Violation]:
    """Subject: the connection's status. Does not apply in mode console, where Okta always reports
    UNKNOWN."""
    if status == "UNKNOWN":
        yield "connection", status, "means that Okta's API does not manage the connection."


@drift_rule(
    "OIC-611",
    "The provisioning connection is not enabled",
    source="docs/research/aws-setup-page.md#step-2",
    remedy="In Okta, open the app → Provisioning → Integration and enable it, or run `pulumi up "
    "--refresh`.",
    good="ENABLED",
    bad="DISABLED",
)
def connection_enabled(status: str) -> Iterator[Violation]:
    """Subject: the connection's status. OIC-610 covers UNKNOWN."""
    if status not in ("ENABLED", "UNKNOWN"):
        yield "connection", status, "is not ENABLED."


@dataclass(frozen=True, slots=True)
class Features:
    """Okta's names of the requested features, and those in the app's features list."""

    wanted: tuple[str, ...]
    on: tuple[str, ...]


@drift_rule(
    "OIC-612",
    "A configured provisioning feature is off",
    source="docs/research/aws-setup-page.md#step-2; docs/research/okta-api.md#features-of-the-app",
    remedy="In Okta, open the app → Provisioning → To App → Edit, and enable the feature.",
    good=Features(_TO_APP, on=(*_TO_APP, "GROUP_PUSH")),
    bad=Features(_TO_APP, on=("PUSH_NEW_USERS",)),
)
def features_on(features: Features) -> Iterator[Violation]:
    """Subject: the app. OIC-613 covers GROUP_PUSH, which is not listed under To App."""
    for name in features.wanted:
        if name != "GROUP_PUSH" and name not in features.on:
            yield "features", name, "is off."


@drift_rule(
    "OIC-613",
    "The app does not push groups",
    severity=Severity.ADVISORY,
    source="docs/research/okta-api.md#features-of-the-app",
    remedy="In Okta, open the app → Push Groups; if the tab is missing, enable the API "
    "integration (Provisioning → Integration).",
    good=Features(("GROUP_PUSH",), on=("GROUP_PUSH",)),
    bad=Features(("GROUP_PUSH",), on=_TO_APP),
)
def group_push_on(features: Features) -> Iterator[Violation]:
    """Subject: the app."""
    if "GROUP_PUSH" in features.wanted and "GROUP_PUSH" not in features.on:
        yield "features", "GROUP_PUSH", "is not among the app's features."


@dataclass(frozen=True, slots=True)
class OutboundProvisioning:
    """The app's features list, and the code of Okta's error for the app's provisioning feature; ""
    if Okta returned the feature, or another error."""

    on: tuple[str, ...]
    error: str = ""

    @property
    def proven(self) -> bool:
        """Whether a provisioning feature is on, which proves the license."""
        return bool(set(_TO_APP) & set(self.on))

    @property
    def decided(self) -> bool:
        """Whether Okta shows if the org has outbound provisioning."""
        return self.proven or self.error == NOT_LICENSED


NOT_LICENSED = "E0000015"
"""Okta's error code for a feature that the org does not have."""


@rule(
    "OIC-646",
    "The Okta org does not have outbound provisioning",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/okta-api.md#license-for-provisioning",
    remedy="Contact Okta about a license with Lifecycle Management, or an equivalent that includes "
    "outbound provisioning.",
    good=OutboundProvisioning(_TO_APP),
    bad=OutboundProvisioning((), error=NOT_LICENSED),
)
def provisioning_licensed(provisioning: OutboundProvisioning) -> Iterator[Violation]:
    """Subject: the app, if Okta shows a provisioning feature or the error. Otherwise nothing shows
    whether the license includes provisioning: an enforcement point reports `unknown`."""
    if provisioning.error == NOT_LICENSED and not provisioning.proven:
        yield "features", provisioning.error, "is Okta's error for a feature that an org lacks."


@rule(
    "OIC-614",
    "Passwords are synchronized",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/scim.md#attributes",
    remedy="Turn off Sync Password (Provisioning → To App), or set capabilities.update.password "
    "to DISABLED.",
    good="DISABLED",
    bad="ENABLED",
)
def password_sync_disabled(status: str) -> Iterator[Violation]:
    """Subject: capabilities.update.password.status of the app's USER_PROVISIONING feature."""
    if status == "ENABLED":
        yield "capabilities.update.password", status, "sends passwords, which AWS does not support."


@dataclass(frozen=True, slots=True)
class Setting:
    """Settings of the app by name (acsURL, entityID, label, userNameTemplate): declared and actual.
    Settings that are not declared are ignored."""

    declared: Mapping[str, str]
    actual: Mapping[str, str | None]


@drift_rule(
    "OIC-615",
    "The app's settings differ from the declared ones",
    source="docs/research/okta-provider.md#failed-updates",
    remedy=REFRESH,
    good=Setting({"acsURL": "https://a.example"}, {"acsURL": "https://a.example", "x": None}),
    bad=Setting({"acsURL": "https://a.example"}, {"acsURL": "https://b.example"}),
)
def settings_as_declared(setting: Setting) -> Iterator[Violation]:
    """Subject: the app."""
    for name, value in setting.declared.items():
        actual = setting.actual.get(name)
        if actual != value:
            yield name, actual, "is not the declared value.", Related("", value)


@dataclass(frozen=True, slots=True)
class Statements:
    """Attribute statements of the app: declared and actual, in any order."""

    declared: tuple[Statement, ...]
    actual: tuple[Statement, ...]


@drift_rule(
    "OIC-616",
    "The app's attribute statements differ from the declared ones",
    source="docs/research/okta-provider.md#dropped-attribute-statements",
    remedy=REFRESH,
    good=Statements((Statement("a", ("user.a",)),), (Statement("a", ("user.a",)),)),
    bad=Statements((Statement("a", ("user.a",)),), (Statement("a", ("user.b",)),)),
)
def statements_as_declared(statements: Statements) -> Iterator[Violation]:
    """Subject: the app."""
    declared = {each.name: each for each in statements.declared}
    actual = {each.name: each for each in statements.actual}
    for name, each in declared.items():
        if name not in actual:
            yield "attribute_statements", name, "is declared, but not in the app."
        elif each != actual[name]:
            values = Related("", ", ".join(actual[name].values))
            yield "attribute_statements", name, "has another value in the app.", values
    for name in actual:
        if name not in declared:
            yield "attribute_statements", name, "is in the app, but not declared."


@dataclass(frozen=True, slots=True)
class SignOnPolicy:
    """ID of the app's sign-on policy: declared and actual."""

    declared: str
    actual: str


@rule(
    "OIC-617",
    "The app's sign-on policy differs from the declared one",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="docs/research/okta-provider.md#sign-on-policy-of-an-app",
    remedy="Set `authentication_policy` on the app, or `skip_authentication_policy` to manage the "
    "policy outside this stack; then assign the policy again.",
    good=SignOnPolicy(declared="rst1", actual="rst1"),
    bad=SignOnPolicy(declared="rst1", actual="rst2"),
)
def policy_as_declared(policy: SignOnPolicy) -> Iterator[Violation]:
    """Subject: the app."""
    if policy.actual != policy.declared:
        yield ("policy", policy.actual, "is not the declared policy.", Related("", policy.declared))


@dataclass(frozen=True, slots=True)
class AppInstance:
    """An instance of the catalog app amazon_aws_sso, or a custom app for IAM Identity Center. The
    addresses are empty until they are entered."""

    name: str
    acs_url: str = ""
    issuer_url: str = ""


_US, _EU = (
    AppInstance(
        name,
        f"https://{region}.sso.signin.aws/platform/saml/acs/{tenant}",
        f"https://{region}.signin.aws.amazon.com/platform/saml/d-{tenant}",
    )
    for name, region, tenant in (
        ("AWS", "us-east-1", "9067642ac7"),
        ("AWS (EU)", "eu-central-1", "9967642ac8"),
    )
)


@rule(
    "OIC-618",
    "Several active apps are for the same instance of IAM Identity Center",
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="docs/research/identity-center.md#saml",
    remedy="Keep one app per instance: deactivate the others, or correct their ACS URL and issuer "
    "URL.",
    good=(_US, _EU),
    bad=(_US, replace(_US, name="AWS (old)")),
)
def one_app(apps: tuple[AppInstance, ...]) -> Iterator[Violation]:
    """Subject: all active apps. Apps with addresses of different instances have no finding, and
    neither has an app without addresses."""
    for index, app in enumerate(apps):
        for first, other in enumerate(apps[:index]):
            shared = {app.acs_url, app.issuer_url} & {other.acs_url, other.issuer_url} - {""}
            if shared:
                same = Related(f"[{first}]", other.name)
                yield f"[{index}]", app.name, "has the addresses of another app.", same
                break


@drift_rule(
    "OIC-619",
    "The app is not active",
    source="Okta API, applications: an INACTIVE app provides neither sign-in nor provisioning",
    remedy="In Okta, open the app → Inactive → Activate.",
    good="ACTIVE",
    bad="INACTIVE",
)
def app_active(status: str) -> Iterator[Violation]:
    """Subject: the app's status."""
    if status != "ACTIVE":
        yield "status", status, "is not ACTIVE."
