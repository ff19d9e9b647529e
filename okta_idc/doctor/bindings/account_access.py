"""5xx, account access: permission sets, their policies, and account assignments."""

from collections import Counter
from collections.abc import Iterator

from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.doctor.bindings.single import single
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.inventory.unavailable import unavailable
from okta_idc.rules import (
    account_access,
    permission_sets,
    policy_conditions,
    policy_grammar,
    policy_tags,
)
from okta_idc.rules.binding import Binding, Location, Subject, Unavailable, known


def _sets(found: Inventory) -> Iterator[Subject | Unavailable]:
    for each in known(found.access).sets:
        yield from _unread(each, "managed_policies", "customer_managed_policies")
        policies = (*each.managed_policies, *each.customer_managed_policies)
        subject = permission_sets.PermissionSet(each.name, managed_policies=policies)
        yield Subject(subject, Location(f"permission set {each.name}"))


def _unread(shown: PermissionSetDetails, *keys: str) -> Iterator[Unavailable]:
    """Why properties of a permission set could not be read."""
    return (unavailable(error) for key in keys if (error := shown.unread.get(key)))


def _inline(found: Inventory) -> Iterator[PermissionSetDetails | Unavailable]:
    """The permission sets with an inline policy."""
    for each in known(found.access).sets:
        yield from _unread(each, "inline_policy")
        if each.inline_policy:
            yield each


def _inline_policies(found: Inventory) -> Iterator[Subject | Unavailable]:
    for each in _inline(found):
        if isinstance(each, Unavailable):
            yield each
            continue
        name = f"permission set {each.name}"
        subject = permission_sets.PermissionSet(each.name, inline_policy=each.inline_policy)
        yield Subject(subject, Location(name))


def _inline_texts(found: Inventory) -> Iterator[Subject | Unavailable]:
    for each in _inline(found):
        if isinstance(each, Unavailable):
            yield each
        else:
            at = Location(f"permission set {each.name}", "inline_policy")
            yield Subject(each.inline_policy, at)


def _policies(found: Inventory) -> Iterator[Subject | Unavailable]:
    sets: list[PermissionSetDetails] = []
    for each in _inline(found):
        if isinstance(each, Unavailable):
            yield each
        else:
            sets.append(each)
    if not sets:
        return
    sent = attributes_of(statements_of(known(found.app)))
    _, pairs = known(found.access_control)
    keys = (*(attribute.key for attribute in sent), *(key for key, _ in pairs))
    for each in sets:
        subject = policy_tags.PolicyAndTags(each.inline_policy, keys)
        yield Subject(subject, Location(f"permission set {each.name}", "inline_policy"))


def _assignments(found: Inventory) -> Iterator[Subject]:
    users = found.store_users
    for each in known(found.access).assignments:
        user = None if isinstance(users, Unavailable) else users.get(each.principal)
        name = user.user_name if user else each.principal
        at = Location(name, f"{each.permission_set} in {each.account}")
        yield Subject(each, parts={"principal": at})


def _principals(found: Inventory) -> account_access.Principals:
    actual = {*known(found.store_users), *known(found.store_groups)}
    principals = {
        f"{a.permission_set} in {a.account}, {a.principal_type.lower()} {a.principal}": a.principal
        for a in known(found.access).assignments
    }
    return account_access.Principals(principals, actual)


def _groups_per_user(found: Inventory) -> Iterator[Subject | Unavailable]:
    groups, users = known(found.store_groups), known(found.store_users)
    if len(groups) <= (limit := account_access.MAX_GROUPS_PER_USER):
        return  # no user can exceed the limit
    counts: Counter[str] = Counter()
    for ident in groups:
        members = found.store_members.get(ident, Unavailable("its members were not read."))
        if isinstance(members, Unavailable):
            yield members
        else:
            counts.update(members)
    exceeding = [user for user, number in counts.items() if number > limit]
    yield Subject({users[user].user_name: counts[user] for user in exceeding if user in users})


BINDINGS = (
    Binding(permission_sets.inline_policy_size, _inline_policies),
    Binding(permission_sets.inline_policy_json, _inline_policies),
    Binding(permission_sets.managed_policies, _sets),
    *(Binding(rule, _inline_texts) for rule in (*policy_grammar.RULES, *policy_conditions.RULES)),
    Binding(policy_tags.tags_are_sent, _policies),
    Binding(policy_tags.deny_covers_missing_tag, _policies),
    Binding(policy_tags.allow_requires_tag, _policies),
    Binding(account_access.assigned_to_groups, _assignments),
    single(account_access.principal_exists, _principals),
    Binding(account_access.groups_per_user, _groups_per_user),
    single(
        account_access.permission_sets_per_account,
        lambda found: account_access.Provisioned(known(found.access).sets_of_accounts),
    ),
)
