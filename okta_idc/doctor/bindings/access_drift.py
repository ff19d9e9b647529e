"""6xx, account access: the declared permission sets, assignments and attributes, and AWS's."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.unavailable import unavailable
from okta_idc.rules import access_drift
from okta_idc.rules.access_drift import DeclaredAccess, Grants, PermissionSets, PermissionSetState
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known

_NONE: frozenset[str] = frozenset()
_NO_ACCESS = Unavailable("the stack declares no account access.", applicable=False)
_NO_ATTRIBUTES = Unavailable(
    "the stack declares no attributes for access control.", applicable=False
)


def _declared(found: Inventory) -> DeclaredAccess:
    declared = known(found.declared.access)
    if not declared.is_managed:
        raise _NO_ACCESS
    return declared


def _sets(keys: tuple[str, ...], found: Inventory) -> Iterator[Subject | Unavailable]:
    """Each declared permission set; for properties that could not be read, why."""
    declared_sets = _declared(found).sets
    actual = {each.name: each for each in known(found.access).sets}
    for declared in declared_sets:
        shown, name = actual.get(declared.name), f"permission set {declared.name}"
        for key in keys if shown else ():
            if shown and (error := shown.unread.get(key)):
                yield unavailable(error)
        state = PermissionSetState.of(shown.name, **shown.properties()) if shown else None
        parts = {f"{declared.name}.{key}": Location(name, key) for key in keys}
        parts |= {declared.name: Location(name)}
        yield Subject(PermissionSets(declared, state), parts=parts)


def _accounts(found: Inventory) -> Iterator[Subject]:
    declared, access = _declared(found), known(found.access)
    sets = {each.name: each for each in access.sets}
    ours = {each.name for each in declared.sets}
    declared_of: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for (key, name), places in declared.accounts.items():
        declared_of[key][name] = places
    assigned: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in access.assignments:
        assigned[each.principal][each.permission_set].add(each.account)
    keys = _keys(found)
    for group in found.pushed():
        if not group.aws_id:
            continue  # OIC-623
        wanted: dict[str, frozenset[str]] = {}
        for key in keys[group.source]:
            wanted |= declared_of.get(key, {})
        actual = assigned.get(group.aws_id, {})
        for name in sorted({*wanted, *actual}):
            policies = () if name in ours else access_drift.policies_shown(sets[name].properties())
            accounts = frozenset(actual.get(name, ()))
            grants = Grants(group.name, name, wanted.get(name, _NONE), accounts, policies=policies)
            yield Subject(grants, parts={group.name: Location(group.name, "account assignments")})


def _applications(found: Inventory) -> Iterator[Subject]:
    declared, assigned, keys = _declared(found), known(found.applications), _keys(found)
    for group in found.pushed():
        if group.aws_id in assigned:
            of_group = (declared.applications.get(key, _NONE) for key in keys[group.source])
            wanted = _NONE.union(*of_group)
            grants = Grants(group.name, "", wanted, frozenset(assigned[group.aws_id]))
            at = Location(group.name, "application assignments")
            yield Subject(grants, parts={group.name: at})


def _assignments(found: Inventory) -> Iterator[Subject | Unavailable]:
    """Account assignments and application assignments, each as far as it could be read."""
    for read in (_accounts, _applications):
        try:
            yield from read(found)
        except Unavailable as reason:
            yield reason


def _keys(found: Inventory) -> dict[str, set[str]]:
    """How settings may refer to each push group, by its ID in Okta: the ID, the name, and the name
    as of the last `up`."""
    keys = {group.source: {group.source, group.name} for group in found.pushed()}
    declared = found.declared.push
    for each in () if isinstance(declared, Unavailable) else declared:
        if each.id in keys:
            keys[each.id].add(each.name)
    return keys


def _attributes(found: Inventory) -> access_drift.ControlAttributes:
    declared = known(found.declared.access).attributes
    if declared is None:
        raise _NO_ATTRIBUTES
    return access_drift.ControlAttributes(declared, dict(known(found.access_control)[1]))


BINDINGS = (
    Binding(access_drift.set_missing, partial(_sets, ())),
    Binding(access_drift.settings_as_declared, partial(_sets, access_drift.SETTINGS)),
    Binding(access_drift.policies_are_declared, partial(_sets, access_drift.POLICIES)),
    Binding(access_drift.policies_exist, partial(_sets, access_drift.POLICIES)),
    Binding(access_drift.boundary_as_declared, partial(_sets, (access_drift.BOUNDARY,))),
    Binding(access_drift.assignments_exist, _assignments),
    Binding(access_drift.assignments_are_declared, _assignments),
    single(access_drift.attributes_as_declared, _attributes, "attributes for access control"),
)
