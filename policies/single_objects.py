"""Binding of OIC-644: resources that declare an object which Okta or AWS has once.

OIC-204, OIC-230 and OIC-535 cover group assignments, push groups and account assignments.
"""

from collections.abc import Callable, Iterator
from functools import partial

from okta_idc.rules.binding import Location
from okta_idc.rules.conflicting_resources import Declares, declared_once

from .account_access import (
    ATTRIBUTES,
    BOUNDARY,
    CUSTOMER,
    INLINE,
    MANAGED,
    policy_path,
    set_of,
)
from .app import APP_SETTINGS
from .binding import Subjects, all_parts, of_stack
from .groups import APP_USER
from .properties import Inputs
from .provisioning import CONNECTION, FEATURES, mappings_to_apps
from .stack_graph import OTHER_APPS, Resource, Stack

_OF_APPS = (
    (CONNECTION, "provisioning connection", "idProperty", ()),
    (FEATURES, "feature", "appId", ("name",)),
    (APP_SETTINGS, "app settings", "appId", ()),
    (APP_USER, "user assignment", "appId", ("userId",)),
)
"""Type, object, the property with the app's ID, and the other properties that identify it."""


def _customer_policy(attachment: Inputs) -> tuple[str, ...]:
    return (policy_path(attachment.inner("customerManagedPolicyReference")),)


_OF_SETS: dict[str, tuple[str, Callable[[Inputs], tuple[str | None, ...]]]] = {
    INLINE: ("inline policy", lambda _: ()),
    BOUNDARY: ("permissions boundary", lambda _: ()),
    MANAGED: ("managed policy", lambda values: (values.text("managedPolicyArn"),)),
    CUSTOMER: ("customer managed policy", _customer_policy),
}
"""By type: the object, and what identifies it in the permission set."""


@of_stack(declared_once, config=OTHER_APPS)
def objects(stack: Stack) -> Subjects:
    return all_parts(_declared(stack))


def _declared(stack: Stack) -> Iterator[tuple[Location, Callable[[], Declares | None]]]:
    for type_, kind, owner, names in _OF_APPS:
        for app, each in stack.of_apps(type_, name=owner):
            yield each.location, partial(_of_app, kind, app, each.values, names)
    for app, each in mappings_to_apps(stack):
        yield each.location, partial(_of_app, "profile mapping", app, each.values, ("sourceId",))
    for each in stack.of(*_OF_SETS):
        yield each.location, partial(_of_set, stack, each)
    for each in stack.of(ATTRIBUTES):
        yield each.location, partial(_of_instance, each.values)


def _of_app(kind: str, app: str, values: Inputs, names: tuple[str, ...]) -> Declares | None:
    return _declares(kind, app, *map(values.text, names))


def _of_set(stack: Stack, resource: Resource) -> Declares | None:
    kind, identify = _OF_SETS[resource.type]
    return _declares(kind, set_of(stack, resource), *identify(resource.values))


def _of_instance(values: Inputs) -> Declares | None:
    return _declares("attributes for access control", values.text("instanceArn"))


def _declares(kind: str, *key: str | None) -> Declares | None:
    """None where a property that identifies the object is absent: the provider rejects it."""
    known = tuple(part for part in key if part is not None)
    return Declares(kind, known) if len(known) == len(key) else None
