"""Bindings of AWS resources: permission sets, account assignments, attributes for access control.

Their limits apply to every instance, with or without Okta.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from okta_idc.rules import (
    account_access,
    conflicting_resources,
    instance_attributes,
    permission_sets,
    policy_conditions,
    policy_grammar,
    policy_tags,
)
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.binding import NOWHERE, Location, Subject, Unavailable, numbered
from okta_idc.rules.instance_attributes import (
    AccessControlDeclared,
    InstanceAttribute,
    KeySources,
)
from okta_idc.rules.permission_sets import PermissionSet
from okta_idc.rules.policy_tags import PolicyAndTags
from okta_idc.rules.registry import Rule

from .app import keys_sent
from .binding import (
    Subjects,
    all_parts,
    competing,
    of_resource,
    of_stack,
    read_parts,
    subject,
    together,
)
from .properties import UNKNOWN, Inputs
from .stack_graph import Resource, Stack, grouped, list_of_strings

T = TypeVar("T")

SET = "aws:ssoadmin/permissionSet:PermissionSet"
INLINE = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
ASSIGNMENT = "aws:ssoadmin/accountAssignment:AccountAssignment"
ATTRIBUTES = "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes"
MANAGED = "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
CUSTOMER = "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment"
MANAGED_EXCLUSIVE = (
    "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive"
)
CUSTOMER_EXCLUSIVE = (
    "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:"
    "CustomerManagedPolicyAttachmentsExclusive"
)
ATTACHED = (MANAGED, CUSTOMER, MANAGED_EXCLUSIVE, CUSTOMER_EXCLUSIVE)
BOUNDARY = "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment"
OTHER_KEYS = list_of_strings("otherKeys", "Keys of session tags that another stack declares.")

# Each of these rules reads one property, so that an unknown property does not delay the others.
_FIELDS: tuple[tuple[str, str, Callable[[str], object], *tuple[Rule[Any], ...]], ...] = (
    (SET, "name", PermissionSet, permission_sets.set_name),
    (SET, "description", lambda t: PermissionSet("", t), permission_sets.set_description),
    (SET, "sessionDuration", lambda t: PermissionSet("", session_duration=t),
     permission_sets.session_duration),
    (SET, "relayState", lambda t: PermissionSet("", relay_state=t), permission_sets.relay_state),
    (INLINE, "inlinePolicy", lambda t: PermissionSet("", inline_policy=t),
     permission_sets.inline_policy_size, permission_sets.inline_policy_json),
    (ASSIGNMENT, "targetId", lambda t: Assignment("", "", t), account_access.account_id),
    (ASSIGNMENT, "principalId", lambda t: Assignment(t, "", ""), account_access.principal_id),
)  # fmt: skip


def _field(name: str, make: Callable[[str], T], inputs: Inputs) -> T | None:
    text = inputs.text(name)
    return None if text is None else make(text)


def _of_field(name: str, make: Callable[[str], object], inputs: Inputs) -> Subjects:
    return subject(partial(_field, name, make, inputs))


for _type, _name, _make, *_rules in _FIELDS:
    of_resource(*_rules, types=[_type])(partial(_of_field, _name, _make))


@of_resource(*policy_grammar.RULES, *policy_conditions.RULES, types=[INLINE])
def inline_policies(inputs: Inputs) -> Subjects:
    yield from _text(inputs, "inlinePolicy")


@of_resource(policy_tags.deny_covers_missing_tag, policy_tags.allow_requires_tag, types=[INLINE])
def policies_on_tags(inputs: Inputs) -> Subjects:
    read = partial(_field, "inlinePolicy", partial(PolicyAndTags, keys=()), inputs)
    yield from subject(read, Location(path=inputs.at("inlinePolicy")))


@of_resource(permission_sets.aws_managed_policy, types=[MANAGED, MANAGED_EXCLUSIVE, BOUNDARY])
def managed_policies(inputs: Inputs) -> Subjects:
    for index, arn in enumerate(inputs.texts("managedPolicyArns")):
        yield Subject(arn, Location(path=inputs.at(f"managedPolicyArns[{index}]")))
    yield from _text(inputs, "managedPolicyArn")
    yield from _text(_inner(inputs, "permissionsBoundary"), "managedPolicyArn")


@of_resource(
    permission_sets.customer_managed_policy, types=[CUSTOMER, CUSTOMER_EXCLUSIVE, BOUNDARY]
)
def customer_managed_policies(inputs: Inputs) -> Subjects:
    for each in inputs.each("customerManagedPolicyReferences"):
        yield from _text(each, "name")
    reference = "customerManagedPolicyReference"
    yield from _text(_inner(inputs, reference), "name")
    yield from _text(_inner(_inner(inputs, "permissionsBoundary"), reference), "name")


def _text(inputs: Inputs, name: str) -> Subjects:
    return subject(partial(inputs.text, name), Location(path=inputs.at(name)))


def _inner(inputs: Inputs, name: str) -> Inputs:
    """An object. If it is not known, its properties raise Unavailable when they are read."""
    try:
        return inputs.inner(name)
    except Unavailable:
        return Inputs(UNKNOWN, inputs.at(name))


@of_resource(instance_attributes.instance_source, types=[ATTRIBUTES])
def instance_attribute(inputs: Inputs) -> Subjects:
    for each in inputs.each("attributes"):
        for value in each.each("values"):
            for source in value.texts("sources"):
                make = partial(InstanceAttribute, source=source)
                yield from subject(partial(_field, "key", make, each), Location(each.path))


@of_resource(account_access.assigned_to_groups, types=[ASSIGNMENT])
def principal_type(inputs: Inputs) -> Subjects:
    principal = inputs.peek("principalId") or "not known yet"
    return _of_field("principalType", partial(Assignment, principal, "", ""), inputs)


@of_stack(account_access.assigned_once)
def assignments(stack: Stack) -> Subjects:
    return all_parts(
        (each.location, partial(_assignment, stack, each)) for each in stack.of(ASSIGNMENT)
    )


def _assignment(stack: Stack, each: Resource) -> Assignment | None:
    values = (
        each.values.text("principalId"),
        set_of(stack, each),
        each.values.text("targetId"),
        each.values.text("principalType") or "GROUP",
    )
    return None if None in values else Assignment(*cast(tuple[str, str, str, str], values))


@of_stack(permission_sets.set_names_differ)
def set_names(stack: Stack) -> Subjects:
    named = ((each.location, partial(_named, each)) for each in stack.of(SET))
    found = read_parts(named, stack.missing)
    by_instance = grouped((instance, (name, at)) for (instance, name), at in found)
    yield from map(together, by_instance.values())


def _named(each: Resource) -> tuple[str, str] | None:
    """Instance and name of a permission set."""
    instance, name = each.values.text("instanceArn"), each.values.text("name")
    return None if instance is None or name is None else (instance, name)


@of_stack(permission_sets.managed_policies)
def attachments(stack: Stack) -> Subjects:
    each = ((at.location, partial(_attached, stack, at)) for at in stack.of(*ATTACHED))
    pairs = ((to, (names, at)) for (to, names), at in read_parts(each, stack.missing))
    for parts in grouped(pairs).values():
        names = dict.fromkeys(name for named, _ in parts for name in named)
        yield Subject(PermissionSet("", managed_policies=tuple(names)), parts[-1][1])


@of_stack(conflicting_resources.one_attachment_resource_type)
def attachment_resource_types(stack: Stack) -> Subjects:
    for every, single in ((MANAGED_EXCLUSIVE, MANAGED), (CUSTOMER_EXCLUSIVE, CUSTOMER)):
        yield from competing(_by_set(stack, every), _by_set(stack, single))


def _by_set(stack: Stack, type_: str) -> list[tuple[str, Resource]]:
    """The resources of a type, each with its permission set."""
    found = stack.of(type_)
    sets = ((Location(urn=each.urn), partial(set_of, stack, each)) for each in found)
    by_urn = {at.urn: owner for owner, at in read_parts(sets, stack.missing)}
    return [(by_urn[each.urn], each) for each in found if each.urn in by_urn]


def _attached(stack: Stack, resource: Resource) -> tuple[str, list[str]] | None:
    """The permission set, and the policies that the resource attaches to it. Raises Unavailable."""
    owner, values = set_of(stack, resource), resource.values
    if owner is None:
        return None
    if resource.type == MANAGED_EXCLUSIVE:
        return owner, values.texts("managedPolicyArns")
    if resource.type == CUSTOMER_EXCLUSIVE:
        return owner, [*map(policy_path, values.each("customerManagedPolicyReferences"))]
    if resource.type == CUSTOMER:
        return owner, [policy_path(values.inner("customerManagedPolicyReference"))]
    return owner, [values.text("managedPolicyArn") or ""]


def policy_path(reference: Inputs) -> str:
    """Path and name of a customer managed policy. Raises Unavailable."""
    return f"{reference.text('path') or '/'}{reference.text('name') or ''}"


@of_stack(instance_attributes.one_source_per_key)
def key_sources(stack: Stack) -> Subjects:
    saml, instance = _saml_keys(stack), _instance_keys(stack)
    keys = KeySources(tuple(key for key, _ in saml), tuple(instance))
    yield Subject(keys, parts=numbered((at for _, at in saml), "saml"))


@of_stack(instance_attributes.access_control_declared)
def enabled_attributes(stack: Stack) -> Subjects:
    enabled = bool(stack.of(ATTRIBUTES))
    saml = _saml_keys(stack)
    declared = AccessControlDeclared(tuple(key for key, _ in saml), enabled)
    yield Subject(declared, saml[0][1] if saml else NOWHERE)


@of_stack(policy_tags.tags_are_sent, config=OTHER_KEYS)
def tags(stack: Stack) -> Subjects:
    """Applies where the stack declares session tags; a stack of permission sets alone does not."""
    if not [*stack.federating(), *stack.of(ATTRIBUTES)]:
        return
    sent = (
        *(key for key, _ in _saml_keys(stack)),
        *_instance_keys(stack),
        *stack.setting("otherKeys"),
    )
    for each in stack.of(INLINE):
        read = partial(_field, "inlinePolicy", partial(PolicyAndTags, keys=sent), each.values)
        yield from subject(read, Location(path=each.values.at("inlinePolicy"), urn=each.urn))


def _saml_keys(stack: Stack) -> list[tuple[str, Location]]:
    return [
        (key, Location(path, urn=saml.urn))
        for saml in stack.federating()
        for key, path in keys_sent(saml.values)
    ]


def _instance_keys(stack: Stack) -> list[str]:
    each = (e.text("key") for r in stack.of(ATTRIBUTES) for e in r.values.each("attributes"))
    return [key for key in each if key is not None]


def set_of(stack: Stack, resource: Resource) -> str | None:
    """The ARN of the permission set that a resource belongs to. Raises Unavailable."""
    return stack.reference(resource, "permissionSetArn", [SET])
