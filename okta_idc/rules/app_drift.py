"""6xx, the app in Okta: whether provisioning is on, and whether the app is as declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.registry import EnforcementPoint, Related, Severity, Violation, rule

_ASKERS = (EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR)
_REFRESH = "run `pulumi up --refresh`: a plain `up` does not look, and leaves it so."
_INTEGRATION = "in Okta open the app → Provisioning → Integration"
_TO_APP = ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION")


@rule(
    "OIC-610",
    "Okta's API does not manage the provisioning connection",
    enforced_by=_ASKERS,
    source="Okta API, application connections: 200 with UNKNOWN means that the API does not manage "
    "the connection of this app; the provider reports success, and nobody is provisioned "
    "(docs/research/okta-api.md#unsupported-apps)",
    remedy="set provisioning.mode to console, and let a person enable the API integration in "
    "Okta's admin console (app → Provisioning → Integration): the next run shows the steps.",
    good="ENABLED",
    bad="UNKNOWN",
)
def connection_known(status: str) -> Iterator[Violation]:
    """Subject: the connection's status. In mode console UNKNOWN is what Okta answers: do not "
    "ask."""
    if status == "UNKNOWN":
        yield "connection", status, "says that Okta's API does not manage the connection."


@rule(
    "OIC-611",
    "The provisioning connection is not enabled",
    enforced_by=_ASKERS,
    source="Okta API, application connections: status DISABLED until it is activated; AWS's page "
    "(docs/research/aws-setup-page.md#step-2): Enable API integration",
    remedy=f"{_INTEGRATION} and enable it, or run `pulumi up --refresh`.",
    good="ENABLED",
    bad="DISABLED",
)
def connection_enabled(status: str) -> Iterator[Violation]:
    """Subject: the connection's status, ENABLED or DISABLED. UNKNOWN is OIC-610's."""
    if status not in ("ENABLED", "UNKNOWN"):
        yield "connection", status, "is not ENABLED."


@dataclass(frozen=True, slots=True)
class Features:
    """Okta's names of the features that are wanted, and the app's own list of those that are on."""

    wanted: tuple[str, ...]
    on: tuple[str, ...]


@rule(
    "OIC-612",
    "A configured provisioning feature is off",
    enforced_by=_ASKERS,
    source="AWS's page (docs/research/aws-setup-page.md#step-2): each feature is enabled by "
    "itself; the app's features list is all that Okta's API shows of it "
    "(docs/research/okta-api.md#features-of-the-app)",
    remedy="in Okta open the app → Provisioning → To App → Edit and enable them.",
    good=Features(_TO_APP, on=(*_TO_APP, "GROUP_PUSH")),
    bad=Features(_TO_APP, on=("PUSH_NEW_USERS",)),
)
def features_on(features: Features) -> Iterator[Violation]:
    """Subject: the app. GROUP_PUSH, which has no box under To App, is OIC-613's."""
    for name in features.wanted:
        if name != "GROUP_PUSH" and name not in features.on:
            yield "features", name, "is off."


@rule(
    "OIC-613",
    "The app does not push groups",
    severity=Severity.ADVISORY,
    enforced_by=_ASKERS,
    source="Okta API, applications: features holds GROUP_PUSH when groups can be pushed. Nobody "
    "has published what this app's list holds in a real org, so its absence is a hint, no proof "
    "(docs/research/okta-api.md#features-of-the-app)",
    remedy="in Okta open the app → Push Groups; if the tab is missing, enable the API integration "
    "(Provisioning → Integration).",
    good=Features(("GROUP_PUSH",), on=("GROUP_PUSH",)),
    bad=Features(("GROUP_PUSH",), on=_TO_APP),
)
def group_push_on(features: Features) -> Iterator[Violation]:
    """Subject: the app."""
    if "GROUP_PUSH" in features.wanted and "GROUP_PUSH" not in features.on:
        yield "features", "GROUP_PUSH", "is not among the app's features."


@rule(
    "OIC-614",
    "Passwords are synchronized",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.POLICY, EnforcementPoint.DOCTOR),
    source="AWS SCIM API: password is not supported; people sign in at Okta "
    "(docs/research/scim.md#attributes). Advisory: no page says whether this app sends one",
    remedy="switch «Sync Password» off (Provisioning → To App), or set "
    "capabilities.update.password to DISABLED.",
    good="DISABLED",
    bad="ENABLED",
)
def no_password(status: str) -> Iterator[Violation]:
    """Subject: capabilities.update.password.status of the app's USER_PROVISIONING feature."""
    if status == "ENABLED":
        yield "capabilities.update.password", status, "sends passwords, which AWS does not take."


@dataclass(frozen=True, slots=True)
class Setting:
    """Settings of the app by name (acsURL, entityID, label, userNameTemplate): as declared, and as
    they are. What Okta has besides is nobody's business."""

    declared: Mapping[str, str]
    there: Mapping[str, str | None]


@rule(
    "OIC-615",
    "The app's settings differ from the declared ones",
    enforced_by=_ASKERS,
    source="Okta provider: an update of app.Saml that failed is recorded as done and never sent "
    "again (docs/research/okta-provider.md#failed-updates)",
    remedy=_REFRESH,
    good=Setting({"acsURL": "https://a.example"}, {"acsURL": "https://a.example", "x": None}),
    bad=Setting({"acsURL": "https://a.example"}, {"acsURL": "https://b.example"}),
)
def settings_as_declared(setting: Setting) -> Iterator[Violation]:
    """Subject: the app."""
    for name, value in setting.declared.items():
        there = setting.there.get(name)
        if there != value:
            yield name, there, "is not the declared value.", Related("", value)


@dataclass(frozen=True, slots=True)
class Statements:
    """Attribute statements of the app: as declared, and as they are; the order does not count."""

    declared: tuple[Statement, ...]
    there: tuple[Statement, ...]


@rule(
    "OIC-616",
    "The app's attribute statements differ from the declared ones",
    enforced_by=_ASKERS,
    source="Okta provider: a lost update, as OIC-615; or dropped statements "
    "(docs/research/okta-provider.md#dropped-attribute-statements)",
    remedy=_REFRESH,
    good=Statements((Statement("a", ("user.a",)),), (Statement("a", ("user.a",)),)),
    bad=Statements((Statement("a", ("user.a",)),), (Statement("a", ("user.b",)),)),
)
def statements_as_declared(statements: Statements) -> Iterator[Violation]:
    """Subject: the app."""
    declared = {each.name: each for each in statements.declared}
    there = {each.name: each for each in statements.there}
    for name, each in declared.items():
        if name not in there:
            yield "attribute_statements", name, "is declared, and not in the app."
        elif each != there[name]:
            values = Related("", ", ".join(there[name].values))
            yield "attribute_statements", name, "has another value in the app.", values
    for name in there:
        if name not in declared:
            yield "attribute_statements", name, "is in the app, and not declared."


@dataclass(frozen=True, slots=True)
class SignOnPolicy:
    """Id of the app's sign-on policy: the one meant, and the one that is there."""

    meant: str
    there: str


@rule(
    "OIC-617",
    "The app has another sign-on policy than the declared one",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="Okta provider: each update of app.Saml assigns the policy of its old state, and undoes "
    "a policy that was set beside it (docs/research/okta-provider.md#sign-on-policy-of-an-app)",
    remedy="set authentication_policy on the app, or skip_authentication_policy to leave it to "
    "whoever sets it; then assign the policy again.",
    good=SignOnPolicy(meant="rst1", there="rst1"),
    bad=SignOnPolicy(meant="rst1", there="rst2"),
)
def policy_as_meant(policy: SignOnPolicy) -> Iterator[Violation]:
    """Subject: the app."""
    if policy.there != policy.meant:
        yield ("policy", policy.there, "is not the declared policy.", Related("", policy.meant))


@dataclass(frozen=True, slots=True)
class Apps:
    """The org's instances of the catalog app amazon_aws_sso: label → status."""

    status: Mapping[str, str]


@rule(
    "OIC-618",
    "The org does not have exactly one active app for IAM Identity Center",
    enforced_by=(EnforcementPoint.DOCTOR,),
    source="this kit: one Okta org, one app, one instance. Of two nobody can say which is meant",
    remedy="install the app (`pulumi up`), or say which is meant (app.label) and deactivate the "
    "other.",
    good=Apps({"AWS IAM Identity Center": "ACTIVE"}),
    bad=Apps({"AWS IAM Identity Center": "ACTIVE", "AWS (old)": "ACTIVE"}),
)
def one_app(apps: Apps) -> Iterator[Violation]:
    """Subject: all instances. Inactive ones beside an active one are nobody's business."""
    active = [label for label, status in apps.status.items() if status == "ACTIVE"]
    if not apps.status:
        yield "apps", None, "has none for IAM Identity Center."
    elif len(active) > 1:
        yield "apps", ", ".join(active), f"are {len(active)} apps for IAM Identity Center."


@rule(
    "OIC-619",
    "The app is not active",
    enforced_by=_ASKERS,
    source="Okta API, applications: nobody signs in through an INACTIVE app, and nothing is "
    "provisioned",
    remedy="activate it: in Okta open the app → Inactive → Activate.",
    good="ACTIVE",
    bad="INACTIVE",
)
def app_active(status: str) -> Iterator[Violation]:
    """Subject: the app's status."""
    if status != "ACTIVE":
        yield "status", status, "is not ACTIVE."
