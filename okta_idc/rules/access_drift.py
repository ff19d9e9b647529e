"""6xx, account access in AWS: differences from the declared permission sets, assignments and
attributes for access control."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from okta_idc.rules.app_drift import REFRESH, drift_rule
from okta_idc.rules.iam_policy import canonical_policy
from okta_idc.rules.permission_sets import duration_seconds
from okta_idc.rules.registry import Related, Severity, Violation, shortened

SETTINGS = ("description", "session_duration", "relay_state")
MANAGED = ("managed_policies", "customer_managed_policies")
POLICIES = (*MANAGED, "inline_policy")
BOUNDARY = "permissions_boundary"
PROPERTIES = (*SETTINGS, *POLICIES, BOUNDARY)
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
_LOST_UPDATES = "docs/research/aws-provider.md#failed-updates"
_OUTSIDE = "docs/research/aws-provider.md#changes-outside-the-stack"
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PermissionSetState:
    """A permission set: each property as a set of texts, empty if it is not set.

    Managed policies are ARNs, customer managed policies `path/name`; other properties have at most
    one text. A property that is not compared, or could not be read, is omitted.
    """

    name: str
    properties: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, name: str, **properties: str | Sequence[str]) -> "PermissionSetState":
        """From the given properties alone; an empty text is not set."""
        found = {
            key: frozenset(filter(None, (value,) if isinstance(value, str) else value))
            for key, value in properties.items()
        }
        return cls(name, {key: _comparable(key, texts) for key, texts in found.items()})

    def unchanged_since(self, before: "PermissionSetState") -> "PermissionSetState":
        """The properties that an update from `before` does not change: of managed policies, those
        on both sides; of other properties, those that are equal."""
        kept = {
            key: texts & before.get(key)
            for key, texts in self.properties.items()
            if key in MANAGED or texts == before.get(key)
        }
        return PermissionSetState(self.name, kept)

    def with_all_of(self, other: "PermissionSetState") -> "PermissionSetState":
        """The properties with the texts of both."""
        keys = {*self.properties, *other.properties}
        return PermissionSetState(self.name, {key: self.get(key) | other.get(key) for key in keys})

    def get(self, key: str) -> frozenset[str]:
        """The texts of a property; empty if it is not set, or not compared."""
        return self.properties.get(key, _NONE)


def _comparable(key: str, texts: frozenset[str]) -> frozenset[str]:
    """The texts in the form in which equivalent values are equal."""
    if key == "inline_policy":
        return frozenset(map(canonical_policy, texts))
    if key in ("customer_managed_policies", BOUNDARY):
        return frozenset(text.strip("/") for text in texts)
    return texts


@dataclass(frozen=True, slots=True)
class DeclaredAccess:
    """What settings declare: permission sets; accounts by group and permission set; applications by
    group; and attributes for access control (source by key; None: not managed)."""

    sets: tuple[PermissionSetState, ...] = ()
    accounts: Mapping[tuple[str, str], frozenset[str]] = field(
        default_factory=dict[tuple[str, str], frozenset[str]]
    )
    applications: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    attributes: Mapping[str, str] | None = None

    @property
    def is_managed(self) -> bool:
        """Whether the stack manages account access at all."""
        return bool(self.sets or self.applications)


@dataclass(frozen=True, slots=True)
class PermissionSets:
    """A permission set, declared and actual (None: AWS has none). `removed`: the set before this
    run, which deletes what is no longer declared only after the check."""

    declared: PermissionSetState
    actual: PermissionSetState | None
    removed: PermissionSetState = PermissionSetState("")

    def pairs(
        self, *keys: str
    ) -> Iterator[tuple[str, frozenset[str], frozenset[str], frozenset[str]]]:
        """The properties that both sides have: name, declared texts, actual texts, and those of
        neither the declaration nor the set before this run."""
        actual = self.actual
        for key in keys:
            if actual and key in self.declared.properties and key in actual.properties:
                declared, found = self.declared.get(key), actual.get(key)
                yield key, declared, found, found - declared - self.removed.get(key)


def _example(**actual: str | tuple[str, ...]) -> PermissionSets:
    declared = PermissionSetState.of(
        "Developer",
        session_duration="PT8H",
        managed_policies=(_READ_ONLY,),
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess",
    )
    changed = PermissionSetState.of("Developer", **actual)
    return PermissionSets(
        declared, replace(changed, properties={**declared.properties, **changed.properties})
    )


@drift_rule(
    "OIC-632",
    "A declared permission set is missing in AWS",
    source=_OUTSIDE,
    remedy=REFRESH,
    good=_example(),
    bad=replace(_example(), actual=None),
)
def set_missing(sets: PermissionSets) -> Iterator[Violation]:
    """Subject: one declared permission set."""
    if sets.actual is None:
        yield sets.declared.name, None, "is declared, but AWS has no such permission set."


@drift_rule(
    "OIC-633",
    "A permission set's settings differ from the declared ones",
    severity=Severity.ADVISORY,
    source=_LOST_UPDATES,
    remedy=REFRESH,
    good=_example(session_duration="PT480M"),
    bad=_example(session_duration="PT1H"),
)
def settings_as_declared(sets: PermissionSets) -> Iterator[Violation]:
    """Subject: one permission set: description, session duration and relay state."""
    for key, declared, actual, _ in sets.pairs(*SETTINGS):
        wanted, found = "".join(declared), "".join(actual)
        seconds = duration_seconds(wanted) if key == "session_duration" else None
        if wanted != found and (seconds is None or seconds != duration_seconds(found)):
            message = "is not the declared value." if found else "is not set in AWS."
            path = f"{sets.declared.name}.{key}"
            yield path, found or None, message, Related("", wanted or "not set")


@drift_rule(
    "OIC-634",
    "A permission set has a policy that is not declared",
    source=_OUTSIDE,
    remedy="Remove the policy from the permission set in IAM Identity Center, or declare it under "
    "`account_access`.",
    good=_example(),
    bad=_example(managed_policies=(_READ_ONLY, _ADMIN)),
)
def policies_are_declared(sets: PermissionSets) -> Iterator[Violation]:
    """Subject: one permission set: policies beyond the declared ones. OIC-635 covers an inline
    policy that replaces the declared one."""
    for key, declared, _, extra in sets.pairs(*POLICIES):
        for policy in sorted(extra):
            path = f"{sets.declared.name}.{key}"
            if key != "inline_policy":
                yield path, policy, "is attached in AWS, but not declared."
            elif not declared:
                yield path, None, "exists in AWS, but is not declared."


@drift_rule(
    "OIC-635",
    "A declared policy is missing from a permission set, or differs",
    source=f"{_LOST_UPDATES}; {_OUTSIDE}",
    remedy=REFRESH,
    good=_example(),
    bad=_example(managed_policies=()),
)
def policies_exist(sets: PermissionSets) -> Iterator[Violation]:
    """Subject: one permission set. Equivalent inline policies are equal: any order of statements,
    actions and resources, and one item or a list of it."""
    for key, declared, actual, _ in sets.pairs(*POLICIES):
        for policy in sorted(declared - actual):
            path = f"{sets.declared.name}.{key}"
            if key != "inline_policy":
                yield path, policy, "is declared, but not attached in AWS."
            else:
                differs = "differs from the declared policy." if actual else "is missing in AWS."
                yield path, None, differs


@drift_rule(
    "OIC-636",
    "A permission set's permissions boundary differs from the declared one",
    source=f"{_LOST_UPDATES}; {_OUTSIDE}",
    remedy=f"{REFRESH} If none is declared, remove the boundary in IAM Identity Center, or declare "
    "it.",
    good=_example(),
    bad=_example(permissions_boundary=""),
)
def boundary_as_declared(sets: PermissionSets) -> Iterator[Violation]:
    """Subject: one permission set."""
    for key, declared, actual, extra in sets.pairs(BOUNDARY):
        path = f"{sets.declared.name}.{key}"
        if declared and declared != actual:
            found = "".join(actual) or None
            message = "is not the declared boundary." if found else "is not set in AWS."
            yield path, found, message, Related("", "".join(declared))
        elif extra:
            yield path, "".join(extra), "is set in AWS, but no boundary is declared."


@dataclass(frozen=True, slots=True)
class Grants:
    """What one push group may use: the accounts in which it has one permission set; without a
    permission set, the ARNs of applications. `removed`: what it had before this run, which removes
    assignments only after the check. `policies`: those of a permission set that is not declared."""

    group: str
    permission_set: str = ""
    declared: frozenset[str] = _NONE
    actual: frozenset[str] = _NONE
    removed: frozenset[str] = _NONE
    policies: tuple[str, ...] = ()


_GRANTED = Grants("aws-admins", "Admin", frozenset({"123456789012"}))


@drift_rule(
    "OIC-637",
    "A declared assignment of a push group is missing in AWS",
    source=_OUTSIDE,
    remedy=REFRESH,
    good=replace(_GRANTED, actual=_GRANTED.declared),
    bad=_GRANTED,
)
def assignments_exist(grants: Grants) -> Iterator[Violation]:
    """Subject: one push group, with one permission set or with the applications."""
    if missing := grants.declared - grants.actual:
        places, name = shortened(sorted(missing)), grants.permission_set
        what = f"the permission set {name} in {places}" if name else f"the application {places}"
        yield grants.group, None, f"is not assigned to {what}, which is declared."


@drift_rule(
    "OIC-638",
    "A push group has an assignment that is not declared",
    source=_OUTSIDE,
    remedy="Remove the assignment in IAM Identity Center, or declare it under `account_access`.",
    good=replace(_GRANTED, actual=_GRANTED.declared),
    bad=replace(_GRANTED, actual=frozenset({"123456789012", "210987654321"})),
)
def assignments_are_declared(grants: Grants) -> Iterator[Violation]:
    """Subject: one push group, with one permission set or with the applications."""
    if extra := grants.actual - grants.declared - grants.removed:
        places, name = shortened(sorted(extra)), grants.permission_set
        what = f"the permission set {name} in {places}" if name else f"the application {places}"
        policies = [Related("policies", ", ".join(grants.policies))] if grants.policies else []
        yield grants.group, None, f"is assigned to {what}, which is not declared.", *policies


def policies_shown(properties: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    """The policies of a permission set, for a finding: ARNs and names, or `inline policy`."""
    found = [policy for key in MANAGED for policy in properties.get(key, ())]
    return (*found, *(("inline policy",) if properties.get("inline_policy") else ()))


@dataclass(frozen=True, slots=True)
class ControlAttributes:
    """Attributes for access control: source by key, declared and actual (empty: turned off)."""

    declared: Mapping[str, str]
    actual: Mapping[str, str]


@drift_rule(
    "OIC-639",
    "Attributes for access control differ from the declared ones",
    source=f"{_LOST_UPDATES}; {_OUTSIDE}",
    remedy=REFRESH,
    good=ControlAttributes({"Team": "${path:title}"}, {"Team": "${path:title}"}),
    bad=ControlAttributes({"Team": "${path:title}"}, {"Team": "${path:userType}"}),
)
def attributes_as_declared(attributes: ControlAttributes) -> Iterator[Violation]:
    """Subject: the instance's attributes for access control."""
    declared, actual = attributes.declared, attributes.actual
    path = "access_control_attributes"
    for key, source in declared.items():
        if key not in actual:
            yield path, key, "is declared, but not in AWS.", Related("", source)
        elif actual[key] != source:
            found = Related("in AWS", actual[key])
            yield path, key, "has another source in AWS.", Related("", source), found
    for key in actual:
        if key not in declared:
            yield path, key, "is in AWS, but not declared.", Related("", actual[key])
