"""Of AWS: permission sets and their policies, who is assigned, the instance's own attributes.

Limits of permission sets and assignments hold on any instance, also one without Okta.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from okta_idc.rules import account_access, instance_attributes, permission_sets, policy_tags
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.instance_attributes import Feeds, InstanceAttribute
from okta_idc.rules.permission_sets import PermissionSet
from okta_idc.rules.policy_tags import PolicyAndTags
from okta_idc.rules.registry import Rule

from .app import keys_sent
from .binding import Ask, Asks, known, numbered, of_resource, of_stack, together
from .properties import Inputs, Place
from .stack_graph import Resource, Stack

SET = "aws:ssoadmin/permissionSet:PermissionSet"
INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
ATTRIBUTES = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
MANAGED = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
CUSTOMER = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
OTHER_KEYS: Mapping[str, Mapping[str, Any]] = {
    "otherKeys": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Keys of session tags that are sent, but declared in another stack.",
    }
}


# Each of these rules looks at one field, so that one which is not known yet holds up no other.
_FIELDS: tuple[tuple[str, str, Rule[PermissionSet], Callable[[str], PermissionSet]], ...] = (
    (SET, "name", permission_sets.set_name, PermissionSet),
    (SET, "description", permission_sets.set_description, lambda t: PermissionSet("", t)),
    (
        SET, "sessionDuration", permission_sets.session_duration,
        lambda t: PermissionSet("", session_duration=t),
    ),
    (SET, "relayState", permission_sets.relay_state, lambda t: PermissionSet("", relay_state=t)),
    (
        INLINE, "inlinePolicy", permission_sets.inline_policy_size,
        lambda t: PermissionSet("", inline_policy=t),
    ),
    (
        INLINE, "inlinePolicy", permission_sets.inline_policy_json,
        lambda t: PermissionSet("", inline_policy=t),
    ),
)  # fmt: skip


def _field(name: str, make: Callable[[str], object], inputs: Inputs) -> Asks:
    def subject() -> object:
        text = inputs.text(name)
        return None if text is None else make(text)

    yield Ask(subject)


for _type, _name, _rule, _make in _FIELDS:
    of_resource(_rule, types=[_type])(partial(_field, _name, _make))


@of_resource(policy_tags.deny_holds, types=[INLINE])
def deny(inputs: Inputs) -> Asks:
    """Which tags are sent does not matter to this rule."""
    yield from _field("inlinePolicy", lambda text: PolicyAndTags(text, ()), inputs)


@of_resource(instance_attributes.instance_source, types=[ATTRIBUTES])
def instance_attribute(inputs: Inputs) -> Asks:
    for each in inputs.each("attributes"):
        for value in each.each("values"):
            for source in value.texts("sources"):
                yield Ask(partial(_instance_attribute, each, source), Place(each.place))


def _instance_attribute(inputs: Inputs, source: str) -> InstanceAttribute | None:
    key = inputs.text("key")
    return None if key is None else InstanceAttribute(key, source)


@of_resource(account_access.account_id, types=[ASSIGNMENT])
def account(inputs: Inputs) -> Asks:
    yield from _field("targetId", lambda text: Assignment("", "", text), inputs)


@of_resource(account_access.principal_id, types=[ASSIGNMENT])
def principal(inputs: Inputs) -> Asks:
    yield from _field("principalId", lambda text: Assignment(text, "", ""), inputs)


@of_resource(account_access.given_to_groups, types=[ASSIGNMENT])
def principal_type(inputs: Inputs) -> Asks:
    def subject() -> Assignment | None:
        kind = inputs.text("principalType")
        shown = inputs.peek("principalId") or "not known yet"
        return None if kind is None else Assignment(shown, "", "", principal_type=kind)

    yield Ask(subject)


@of_stack(account_access.assigned_once)
def assignments(stack: Stack) -> Asks:
    found, undecided = known(
        (each.here, partial(_assignment, stack, each)) for each in stack.of(ASSIGNMENT)
    )
    yield from undecided
    yield together(found)


def _assignment(stack: Stack, each: Resource) -> Assignment | None:
    given = (
        each.values.text("principalId"),
        _set_of(stack, each),
        each.values.text("targetId"),
        each.values.text("principalType") or "GROUP",
    )
    return None if None in given else Assignment(*cast(tuple[str, str, str, str], given))


@of_stack(permission_sets.set_names_differ)
def set_names(stack: Stack) -> Asks:
    found, undecided = known((each.here, partial(_named, each)) for each in stack.of(SET))
    yield from undecided
    by_instance: dict[str, list[tuple[str, Place]]] = {}
    for (instance, name), place in found:
        by_instance.setdefault(instance, []).append((name, place))
    yield from (together(names) for names in by_instance.values())


def _named(each: Resource) -> tuple[str, str] | None:
    """Instance and name of a permission set."""
    instance, name = each.values.text("instanceArn"), each.values.text("name")
    return None if instance is None or name is None else (instance, name)


@of_stack(permission_sets.managed_policies)
def attachments(stack: Stack) -> Asks:
    found, undecided = known(
        (each.here, partial(_set_of, stack, each)) for each in stack.of(MANAGED, CUSTOMER)
    )
    yield from undecided
    by_set: dict[str, list[Place]] = {}
    for arn, place in found:
        by_set.setdefault(arn, []).append(place)
    for places in by_set.values():
        policies = PermissionSet("", managed_policies=tuple(place.text for place in places))
        yield Ask(lambda policies=policies: policies, places[-1])


@of_stack(instance_attributes.one_feed)
def feeds(stack: Stack) -> Asks:
    saml, instance = _saml_keys(stack), _instance_keys(stack)
    keys = Feeds(tuple(key for key, _ in saml), tuple(instance))
    yield Ask(lambda: keys, parts=numbered(saml, "saml"))


@of_stack(policy_tags.tags_are_sent, config=OTHER_KEYS)
def tags(stack: Stack) -> Asks:
    """Asked where the stack declares what is sent; a stack of permission sets alone cannot say."""
    if not [*stack.federating(), *stack.of(ATTRIBUTES)]:
        return
    sent = (
        *(key for key, _ in _saml_keys(stack)),
        *_instance_keys(stack),
        *stack.told("otherKeys"),
    )
    for each in stack.of(INLINE):
        yield Ask(partial(_policy, each, sent), each.at("inlinePolicy"))


def _policy(inline: Resource, sent: tuple[str, ...]) -> PolicyAndTags | None:
    text = inline.values.text("inlinePolicy")
    return None if text is None else PolicyAndTags(text, sent)


def _saml_keys(stack: Stack) -> list[tuple[str, Place]]:
    return [
        (key, Place(place, saml.urn))
        for saml in stack.federating()
        for key, place in keys_sent(saml.values)
    ]


def _instance_keys(stack: Stack) -> list[str]:
    each = (e.text("key") for r in stack.of(ATTRIBUTES) for e in r.values.each("attributes"))
    return [key for key in each if key is not None]


def _set_of(stack: Stack, resource: Resource) -> str | None:
    return stack.belongs(resource, "permissionSetArn", [SET])
