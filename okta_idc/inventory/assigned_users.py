"""Everybody who is assigned to the app: judged page by page, kept as ids and names only.

A page is forgotten once it is judged, so that memory holds of each person a few names, whatever
their profiles hold.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from okta_idc.clients.json_path import get_object
from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.inventory import app_user
from okta_idc.inventory.session_tags import Tagger
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Rule, attributes, profiles
from okta_idc.rules.attributes import Attribute

Json = dict[str, Any]

STREAMED: tuple[Rule[Any], ...] = (
    *profiles.PER_PROFILE, attributes.session_tags, attributes.no_empty_tag,
)  # fmt: skip
"""The rules that are asked of one person at a time, while the pages come."""

_TAG_RULES = (attributes.session_tags, attributes.no_empty_tag)
_TOO_MANY_TO_BE_TRUE = 5
"""An attribute that so many people, and all of them, lack is rather hidden than empty."""


@dataclass(slots=True)
class Person:
    """What is kept of an app user. `login` is the Okta login, `user_name` the app's."""

    login: str
    user_name: str
    email: str
    status: str
    """In Okta: ACTIVE, SUSPENDED, …"""
    kind: str
    """`there`, `refused`, `inactive` or `waiting` (app_user)."""
    app_status: str
    scope: str


class People:
    """Filled by `see`, page after page; asked when all have been seen."""

    def __init__(self, sent: Iterable[Attribute] | Unavailable) -> None:
        """`sent`: the attributes for access control that the app sends."""
        self.persons: dict[str, Person] = {}
        """By the Okta user's id."""
        self._sent = sent if isinstance(sent, Unavailable) else None
        self._tags = Tagger(()) if isinstance(sent, Unavailable) else Tagger(sent)
        self._found: list[DoctorFinding] = []
        self._blank: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()

    def see(self, page: Iterable[Json]) -> None:
        """Judge these app users and keep their names. Somebody seen twice counts once."""
        for each in page:
            ident = str(each.get("id"))
            if ident in self.persons:
                continue
            own, profile = get_object(each, "profile"), app_user.okta_profile(each)
            person = self._keep(each, own, profile)
            self.persons[sys.intern(ident)] = person
            self._judge(person, own, profile)

    def _keep(self, each: Json, own: Json, profile: Json | None) -> Person:
        name, status = _interned(app_user.user_name(each)), app_user.okta_status(each)
        return Person(
            login=_interned((profile or {}).get("login")) or name,
            user_name=name,
            email=_interned(own.get("email")),
            status=_interned(status),
            kind=app_user.kind(each, status),
            app_status=_interned(each.get("status")),
            scope=_interned(each.get("scope")),
        )

    def _judge(self, person: Person, own: Json, profile: Json | None) -> None:
        for finding in profiles.judge({**own, "userName": person.user_name}):
            if finding.rule is profiles.required_names:
                self._blank[finding.path] += 1
            self._found.append(DoctorFinding(person.login, finding))
        tags = self._tags.of(profile, own)
        for rule in _TAG_RULES:
            for finding in rule(tags.known):
                tag = replace(finding, path=f"attribute {finding.path}")
                self._found.append(DoctorFinding(person.login, tag))
        for key, reason in tags.unknown.items():
            self._untold[f"attribute {key}: {reason}"] += 1

    def tell(self, report: Report, mapped: frozenset[str] | Unavailable) -> None:
        """Everything that was found of single people. `mapped`: the attributes that the app's
        profile mapping fills."""
        hidden = set(self._hidden(mapped))
        for place in sorted(hidden):
            text = (
                f"{place} is empty for all {len(self.persons):,} people: nobody has one, or the "
                "admin role may not see it. Needs a role that can see the attribute."
            )
            report.mark_unknown(profiles.required_names, Unavailable(text))
        for each in self._found:
            if not (each.rule is profiles.required_names and each.finding.path in hidden):
                report.found.append(each)
        report.checked |= {rule.id for rule in profiles.PER_PROFILE}
        for rule in _TAG_RULES:
            if self._sent:
                report.mark_unknown(rule, self._sent)
                continue
            report.checked.add(rule.id)
            for reason, people in self._untold.items():
                report.mark_unknown(rule, Unavailable(f"{reason.rstrip('.')} ({people:,} people)."))

    def _hidden(self, mapped: frozenset[str] | Unavailable) -> Iterator[str]:
        """Attributes that an admin role hides from us, by all appearances
        (docs/research/okta-api.md#hidden-attributes). One that is not mapped is really empty."""
        for place, count in self._blank.items():
            sent = isinstance(mapped, Unavailable) or place in mapped
            if count == len(self.persons) >= _TOO_MANY_TO_BE_TRUE and sent:
                yield place


def _interned(value: object) -> str:
    """A text, kept once however often it comes; empty for anything else."""
    return sys.intern(value) if isinstance(value, str) else ""
