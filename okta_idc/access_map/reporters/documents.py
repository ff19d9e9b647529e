"""The map, the difference and the review as JSON documents."""

from dataclasses import asdict
from typing import Any

from okta_idc.access_map.difference import MapDifference
from okta_idc.access_map.impact import APPLICATIONS, Row
from okta_idc.access_map.model import Access, AccessMap
from okta_idc.access_map.review import Review


def map_document(shown: AccessMap, side: str) -> dict[str, Any]:
    """The map by group. `people` is null if the members are not known, or not part of this side."""
    accounts, applications = shown.access.accounts, shown.access.applications
    by_group: dict[str, list[dict[str, Any]]] = {}
    for (group, name), places in sorted((accounts or {}).items()):
        by_group.setdefault(group, []).append({"permission_set": name, "accounts": sorted(places)})
    return {
        "from": side,
        "groups": [
            {
                "name": group,
                "push_group": None if shown.groups is None else group in shown.groups,
                "people": sorted(shown.people[group]) if group in shown.people else None,
                "access": None if accounts is None else by_group.get(group, []),
                "applications": None
                if applications is None
                else sorted(applications.get(group, ())),
            }
            for group in shown.all_groups
        ],
        "unknown": [*shown.unknown],
    }


def difference_document(found: MapDifference) -> dict[str, Any]:
    """What is declared and not there (`missing`), and what is there and not declared (`extra`)."""
    return {
        "from": "difference",
        "missing": _access(found.missing, found.missing_groups),
        "extra": _access(found.extra, found.extra_groups),
        "unknown": [*found.unknown],
    }


def _access(access: Access, groups: frozenset[str]) -> dict[str, Any]:
    return {
        "push_groups": sorted(groups),
        "access": [
            {"group": group, "permission_set": name, "accounts": sorted(places)}
            for (group, name), places in sorted((access.accounts or {}).items())
        ],
        "applications": [
            {"group": group, "applications": sorted(places)}
            for group, places in sorted((access.applications or {}).items())
        ],
    }


def review_document(found: Review, approval: str, findings: list[str]) -> dict[str, Any]:
    """The whole review, with every person. `approval` is the text that approves this change."""
    return {
        "affected": found.affected,
        "gaining": found.gaining,
        "losing": found.losing,
        "changed": found.changed,
        "interrupted": found.interrupted,
        "approval": approval,
        "findings": findings,
        "gains": [_row(each) for each in found.gains],
        "losses": [_row(each) for each in found.losses],
        "accounts": [
            {"place": place, "gaining": gaining, "losing": losing}
            for place, (gaining, losing) in found.accounts.items()
        ],
        "permission_sets": [asdict(each) for each in found.sets],
        "people": [asdict(each) for each in found.people],
        "unknown": [*found.unknown],
    }


def _row(row: Row) -> dict[str, Any]:
    kind = "applications" if row.permission_set == APPLICATIONS else "accounts"
    name = row.permission_set or None
    places = sorted(row.places)
    return {"group": row.group, "permission_set": name, kind: places, "people": row.people}
