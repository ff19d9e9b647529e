"""Permission sets of the push groups, as settings.

Groups with the same accounts are one block. A permission set lists the largest under `groups` and
`accounts`, and the others under `assignments`.
"""

import json
from collections import defaultdict

from okta_idc.adoption.discovery import Federation
from okta_idc.adoption.items import Item
from okta_idc.inventory.model import Json
from okta_idc.rules import policy_tags

_HOUR = "PT1H"
"""AWS's default session duration."""

Access = dict[str, dict[str, frozenset[str]]]
"""Accounts by permission set ARN and by the group's name (or ID) in the settings."""


def access_of(found: Federation, push: list[Item]) -> Access:
    """The account access of these push groups."""
    access: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for item in push:
        group = item.value.get("name") or item.value["id"]
        for arn, account in found.access.by_group.get(item.value.get("aws_group_id", ""), ()):
            access[arn][group].add(account)
    return {
        arn: {group: frozenset(accounts) for group, accounts in groups.items()}
        for arn, groups in access.items()
    }


def permission_sets(found: Federation, access: Access, keys: list[str]) -> list[Item]:
    """Settings of each permission set. `keys` are the keys of the session tags that are sent."""
    items = [_item(found, arn, groups, keys) for arn, groups in access.items()]
    return sorted(items, key=lambda item: item.value["name"])


def _item(found: Federation, arn: str, groups: dict[str, frozenset[str]], keys: list[str]) -> Item:
    existing = found.access.sets[arn]
    (chosen, accounts), *further = _blocks(groups)
    given: Json = {
        "name": existing.name,
        "description": existing.description,
        "session_duration": "" if existing.session_duration == _HOUR else existing.session_duration,
        "relay_state": existing.relay_state,
        "managed_policies": sorted(existing.managed_policies),
        "customer_managed_policies": sorted(existing.customer_managed_policies),
        "inline_policy": json.loads(existing.inline_policy) if existing.inline_policy else None,
        "permissions_boundary": existing.permissions_boundary,
        "groups": chosen,
        "accounts": accounts,
        "assignments": [{"groups": each, "accounts": places} for each, places in further],
        "import_id": f"{arn},{found.instance}",
    }
    item = Item({key: value for key, value in given.items() if value})
    if existing.inline_policy:
        subject = policy_tags.PolicyAndTags(existing.inline_policy, tuple(keys))
        if breaches := policy_tags.tags_are_sent(subject):
            item.commented_out = True
            item.add_findings(breaches)
    return item


def _blocks(groups: dict[str, frozenset[str]]) -> list[tuple[list[str], list[str]]]:
    """Groups with the same accounts, and these accounts; those with the most assignments first."""
    blocks: dict[frozenset[str], list[str]] = defaultdict(list)
    for group, accounts in groups.items():
        blocks[accounts].append(group)
    found = [(names, sorted(accounts)) for accounts, names in blocks.items()]
    return sorted(found, key=lambda block: (-len(block[0]) * len(block[1]), block))
