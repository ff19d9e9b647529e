"""What an update changes for people: who gains and who loses what, and how many it affects."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from okta_idc.access_map.changes import Changes
from okta_idc.access_map.impact import Impact, Row, holders, impact
from okta_idc.access_map.plan import Plan
from okta_idc.rules.affected_people import Affected

_DIGITS = 12


@dataclass(frozen=True)
class SetRow:
    """A permission set whose policies or settings change, how, and the people who have it before
    and after. `new`: the update creates it."""

    name: str
    changes: tuple[str, ...]
    people: int
    new: bool = False


@dataclass(frozen=True)
class AffectedPerson:
    """A person, with the number of places that they gain and lose, each with its permission set.
    `note`: whether they lose all access, or get their first."""

    name: str
    gained: int
    lost: int
    note: str = ""


@dataclass(frozen=True)
class Review:
    """The review. Groups have their names. `changed`: people who keep a permission set that
    changes; `interrupted`: people whose assignments are deleted and created again; `affected`: all
    of them, each once. `unknown`: why the numbers may be too small."""

    gaining: int
    losing: int
    changed: int
    interrupted: int
    affected: int
    gains: tuple[Row, ...]
    losses: tuple[Row, ...]
    accounts: dict[str, tuple[int, int]]
    sets: tuple[SetRow, ...]
    people: tuple[AffectedPerson, ...]
    digest: str
    unknown: tuple[str, ...] = field(default=())

    def subject(self, limit: int | None, approved: str) -> Affected:
        """The subject of the rule on the number of affected people."""
        return Affected(self.affected, self.digest, limit, approved, more=bool(self.unknown))


def review(changes: Changes, planned: Plan) -> Review:
    """The review of a planned update."""
    found = impact(planned.before, planned.after)
    texts: dict[str, dict[str, None]] = {}
    new: set[str] = set()
    for each in changes.set_changes:
        name = planned.set_names.get(each.key) or each.key
        texts.setdefault(name, {})[each.text] = None
        if not each.key.startswith("arn:"):
            new.add(name)
    holding = {name: holders(planned.before, name) & holders(planned.after, name) for name in texts}
    changed = frozenset[str]().union(*holding.values())
    none = frozenset[str]()
    interrupted = none.union(
        *(planned.before.members.get(group, none) & planned.after.members.get(group, none)
          for group in planned.interrupted)
    )  # fmt: skip
    people = {each.id for each in found.people}
    return Review(
        gaining=found.gaining,
        losing=found.losing,
        changed=len(changed),
        interrupted=len(interrupted),
        affected=len(people | changed | interrupted),
        gains=_named(found.gains, planned),
        losses=_named(found.losses, planned),
        accounts=dict(found.accounts),
        sets=tuple(SetRow(n, tuple(texts[n]), len(holding[n]), n in new) for n in sorted(texts)),
        people=_people(found, planned),
        digest=_digest(changes),
        unknown=tuple(planned.unknown),
    )


def _named(rows: tuple[Row, ...], planned: Plan) -> tuple[Row, ...]:
    return tuple(
        Row(planned.group_names.get(row.group, row.group), row.permission_set, row.places,
            row.people)
        for row in rows
    )  # fmt: skip


def _people(found: Impact, planned: Plan) -> tuple[AffectedPerson, ...]:
    notes = {(True, False): "loses all access", (False, True): "had no access"}
    return tuple(
        AffectedPerson(planned.people_names.get(each.id, each.id), each.gained, each.lost,
                       notes.get((each.before, each.after), ""))
        for each in found.people
    )  # fmt: skip


def _digest(changes: Changes) -> str:
    """A digest of what the preview changes, without what is read live: members come and go, and an
    approval stays valid for the same change."""

    def texts(listed: Iterable[object]) -> list[str]:
        return sorted(map(repr, listed))

    document = {
        "granted": texts(changes.granted), "revoked": texts(changes.revoked),
        "pushed": texts(changes.pushed), "unpushed": texts(changes.unpushed),
        "assigned": [sorted(changes.assigned_groups), sorted(changes.assigned_users)],
        "unassigned": [sorted(changes.unassigned_groups), sorted(changes.unassigned_users)],
        "sets": texts(changes.set_changes), "app": changes.app_removed,
        "unknown": sorted(changes.unknown), "details": sorted(changes.details),
    }  # fmt: skip
    text = json.dumps(document, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
