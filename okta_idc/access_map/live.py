"""The live side of the access map, from an inventory."""

from collections.abc import Mapping, Sequence

from okta_idc.access_map.model import Access, AccessMap, Pair
from okta_idc.inventory.joined_access import Shared, by_set, names_of
from okta_idc.inventory.model import Inventory, Part, PushGroup
from okta_idc.inventory.unavailable import Unavailable, known

PARTS = (
    Part.APP | Part.PUSH_MAPPINGS | Part.GROUP_NAMES | Part.GROUP_ACCESS | Part.APPLICATIONS
    | Part.STORE_USERS | Part.STORE_GROUPS | Part.STORE_MEMBERS
)  # fmt: skip
_NOT_READ = Unavailable("its members were not read.")


def live_map(found: Inventory) -> AccessMap:
    """The access of the push groups in AWS. People are the members that AWS shows. A declared group
    has its declared name, any other group the name in Okta."""
    unknown: dict[str, None] = {}
    pushed: Sequence[PushGroup] | None = None
    try:
        pushed = found.pushed()
    except Unavailable as reason:
        unknown[reason.text] = None
    names = names_of(found, pushed or ())
    people: dict[str, frozenset[str]] = {}
    for each in pushed or ():
        try:
            people[names[each.source]] = members_in_aws(found, each)
        except Unavailable as reason:
            unknown[reason.text] = None
    access = Access(
        _accounts(found, pushed, names, unknown), _applications(found, pushed, names, unknown)
    )
    groups = None if pushed is None else frozenset(names.values())
    return AccessMap(access, groups, people, tuple(unknown))


def members_in_aws(found: Inventory, group: PushGroup) -> frozenset[str]:
    """Usernames of the members in AWS; none if AWS does not have the group. Raises Unavailable."""
    if not group.aws_id:
        return frozenset()
    users = known(found.store_users)
    members = known(found.store_members.get(group.aws_id, _NOT_READ))
    return frozenset(users[each].user_name if each in users else each for each in members)


def _accounts(
    found: Inventory, pushed: Sequence[PushGroup] | None, names: Mapping[str, str],
    unknown: dict[str, None],
) -> dict[Pair, frozenset[str]] | None:  # fmt: skip
    if pushed is None:
        return None
    if isinstance(access := found.group_access, Unavailable):
        unknown[access.text] = None
        return None
    sets, shared = {arn: each.name for arn, each in access.sets.items()}, Shared()
    return {
        (names[each.source], name): places
        for each in pushed
        for name, places in by_set(access.by_group.get(each.aws_id, ()), sets, shared).items()
    }


def _applications(
    found: Inventory, pushed: Sequence[PushGroup] | None, names: Mapping[str, str],
    unknown: dict[str, None],
) -> dict[str, frozenset[str]] | None:  # fmt: skip
    if pushed is None:
        return None
    if isinstance(listed := found.applications, Unavailable):
        unknown[listed.text] = None
        return None
    return {names[each.source]: frozenset(listed.get(each.aws_id, ())) for each in pushed}
