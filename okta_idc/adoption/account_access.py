"""Permission sets that pushed groups have, as settings: groups times accounts.

The settings give every group of a set every account of it. Where people gave more than one such
block, the largest is taken over and the rest is named; it stays as it is.
"""

import json
from collections import defaultdict
from typing import Any

from okta_idc.adoption.discovery import Found, Json
from okta_idc.adoption.items import Item
from okta_idc.rules import policy_tags

_HOUR = "PT1H"
"""AWS's session length where nothing is chosen."""

Access = dict[str, dict[str, frozenset[str]]]
"""By permission set: accounts by what the group is called."""


def access_of(found: Found, push: list[Item]) -> Access:
    """What the groups of these push settings have."""
    access: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for item in push:
        called = item.value.get("name") or item.value["id"]
        for arn, account in found.access.get(item.value.get("aws_group_id", ""), []):
            access[arn][called].add(account)
    return {
        arn: {called: frozenset(accounts) for called, accounts in groups.items()}
        for arn, groups in access.items()
    }


def permission_sets(found: Found, access: Access, keys: list[str]) -> list[Item]:
    """The settings of each; `keys` are those of the session tags that are sent."""
    items = [_item(found, arn, groups, keys) for arn, groups in access.items()]
    return sorted(items, key=lambda item: item.value["name"])


def _item(found: Found, arn: str, groups: dict[str, frozenset[str]], keys: list[str]) -> Item:
    whole = found.sets[arn]
    accounts, chosen = _largest(groups)
    given: Json = {
        "name": str(whole["Name"]),
        "description": whole.get("Description"),
        "session": None if whole.get("SessionDuration") == _HOUR else whole.get("SessionDuration"),
        "relay_state": whole.get("RelayState"),
        "managed": sorted(str(policy["Arn"]) for policy in whole["Managed"]),
        "customer_managed": sorted(map(_path_and_name, whole["CustomerManaged"])),
        "inline": json.loads(whole["InlinePolicy"]) if whole["InlinePolicy"] else None,
        "boundary": _boundary(whole["Boundary"]),
        "groups": chosen,
        "accounts": sorted(accounts),
        "import_id": f"{arn},{found.instance}",
    }
    item = Item({key: value for key, value in given.items() if value})
    rest = [
        f"{called} in {account}"
        for called, theirs in groups.items()
        if called not in chosen
        for account in sorted(theirs)
    ]
    if rest:
        item.problem(
            f"the permission set {whole['Name']} is given to other groups in other accounts, which "
            f"cannot be declared together; not taken over, and left as it is: {', '.join(rest)}."
        )
    if whole["InlinePolicy"]:
        subject = policy_tags.PolicyAndTags(whole["InlinePolicy"], tuple(keys))
        if breaches := policy_tags.tags_are_sent(subject):
            item.left_out = True
            item.breaches(breaches)
    return item


def _largest(groups: dict[str, frozenset[str]]) -> tuple[frozenset[str], list[str]]:
    """The accounts and the groups of the block with the most assignments."""
    blocks: dict[frozenset[str], list[str]] = defaultdict(list)
    for called, accounts in groups.items():
        blocks[accounts].append(called)
    return max(blocks.items(), key=lambda block: (len(block[0]) * len(block[1]), block[1]))


def _path_and_name(reference: Any) -> str:
    return f"{str(reference.get('Path') or '/').strip('/')}/{reference['Name']}".strip("/")


def _boundary(boundary: Json) -> str:
    own = boundary.get("CustomerManagedPolicyReference")
    return _path_and_name(own) if own else str(boundary.get("ManagedPolicyArn") or "")
