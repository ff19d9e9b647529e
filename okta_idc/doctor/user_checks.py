"""Checks each assigned user while pages arrive, so that no profile is kept in memory.

Pass an instance to `read_inventory` as `on_user`, then call `report`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from okta_idc.clients.json_path import get_object
from okta_idc.doctor import mapping_checks
from okta_idc.doctor.mapping_checks import MappingChecks
from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.inventory.assigned_users import AssignedUser, okta_profile
from okta_idc.inventory.model import Inventory, Json
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.okta_expression import Unknown, evaluate, parse
from okta_idc.rules import RULES, Rule, attributes, profiles
from okta_idc.rules.characters import unjudged
from okta_idc.rules.registry import count as counted

_TAG_RULES = (attributes.session_tags, attributes.no_empty_tag)
USER_RULES: tuple[Rule[Any], ...] = (*profiles.PER_PROFILE, *_TAG_RULES, *mapping_checks.RULES)
"""The rules that check one user at a time."""
_MIN_USERS_FOR_HIDDEN = 5
"""With at least this many users, an attribute that all of them lack is presumed hidden."""


class UserChecks:
    """Findings about single users."""

    def __init__(self) -> None:
        self._tags: dict[str, Any] | None = None  # parsed expressions by key
        self._found: list[DoctorFinding] = []
        self._blank: Counter[str] = Counter()
        self._unknown_tags: Counter[str] = Counter()
        self._unjudged: Counter[tuple[str, str]] = Counter()  # rule ID and reason
        self._mapping = MappingChecks()

    def __call__(self, inventory: Inventory, user: AssignedUser, app_user: Json) -> None:
        """Check one user; `app_user` comes from Okta's API."""
        profile = get_object(app_user, "profile")
        self._check_profile(user, {**profile, "userName": user.user_name})
        self._mapping(inventory, user, app_user)
        if self._tags is None:
            sent = attributes_of(statements_of(get_object(inventory.app)))
            self._tags = {each.key: parse(each.value) for each in sent}
        shown, tags = okta_profile(app_user), dict[str, str]()
        for key, expression in self._tags.items():
            value = evaluate(expression, shown, profile)
            if isinstance(value, Unknown):
                self._unknown_tags[f"attribute {key}: {value.reason}"] += 1
            elif not attributes.is_plain_tag(value):
                tags[key] = value
        if tags:
            self._check_tags(user, tags)

    def _check_profile(self, user: AssignedUser, profile: Json) -> None:
        if profiles.is_clean(profile):
            return
        for finding in profiles.judge(profile):
            if finding.rule is profiles.required_names:
                self._blank[finding.path] += 1
            self._found.append(DoctorFinding(user.login, finding))
        self._note_unjudged(profiles.hidden_characters, dict(profiles.sent_texts(profile)))

    def _check_tags(self, user: AssignedUser, tags: Mapping[str, str]) -> None:
        named = {f"attribute {key}": value for key, value in tags.items()}
        self._note_unjudged(attributes.session_tags, named)
        for rule in _TAG_RULES:
            for finding in rule(tags):
                tag = replace(finding, path=f"attribute {finding.path}")
                self._found.append(DoctorFinding(user.login, tag))

    def _note_unjudged(self, rule: Rule[Any], texts: dict[str, str]) -> None:
        for attribute, value in texts.items():
            if reason := unjudged(value):
                self._unjudged[rule.id, f"{attribute} {reason}"] += 1

    def report(self, inventory: Inventory, report: Report) -> None:
        """Add the findings, and what could not be checked, to a report."""
        self._mapping.report(inventory, report)
        if isinstance(inventory.users, Unavailable):
            for rule in (*profiles.PER_PROFILE, *_TAG_RULES):
                report.mark_unknown(rule, inventory.users)
            return
        report.checked |= {rule.id for rule in (*profiles.PER_PROFILE, *_TAG_RULES)}
        count = len(inventory.users.by_id)
        hidden = sorted(self._hidden(inventory, count))
        for attribute in hidden:
            text = (
                f"{attribute} is empty for all {count:,} users: no user has a value, or the admin "
                "role cannot see it. Needs a role that can see the attribute."
            )
            report.mark_unknown(profiles.required_names, Unavailable(text))
        report.found += (
            each
            for each in self._found
            if each.rule is not profiles.required_names or each.finding.path not in hidden
        )
        for (rule, reason), users in self._unjudged.items():
            text = f"{reason} ({counted(users, 'user')})"
            report.mark_unknown(RULES[rule], Unavailable(text))
        for reason, users in self._unknown_tags.items():
            for rule in _TAG_RULES:
                report.mark_unknown(rule, Unavailable(f"{reason.rstrip('.')} ({users:,} users)."))

    def _hidden(self, inventory: Inventory, users: int) -> Iterator[str]:
        """Required attributes that an admin role seems to hide
        (docs/research/okta-api.md#hidden-attributes). An unmapped attribute is indeed empty."""
        mapping = inventory.mapping
        for attribute, count in self._blank.items():
            mapped = isinstance(mapping, Unavailable) or (
                attribute in mapping and mapping[attribute].expression
            )
            if mapped and count == users >= _MIN_USERS_FOR_HIDDEN:
                yield attribute
