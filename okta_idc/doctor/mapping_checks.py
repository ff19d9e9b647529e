"""Compares each app user with the result of the profile mapping, while pages arrive."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.doctor.report import DoctorFinding, Report
from okta_idc.inventory.assigned_users import AssignedUser, okta_profile
from okta_idc.inventory.identities import MIN_USERS
from okta_idc.inventory.model import Inventory, Json
from okta_idc.inventory.sent_values import by_attribute
from okta_idc.inventory.unavailable import Unavailable, known
from okta_idc.okta_expression import Reference, Unknown, evaluate, parse
from okta_idc.rules import Rule, identity
from okta_idc.rules.identity import Difference
from okta_idc.rules.profile_mappings import ProfileMapping
from okta_idc.rules.profiles import SENT
from okta_idc.rules.registry import count

RULES: tuple[Rule[Any], ...] = (identity.mapping_applied, identity.mapped_on_creation)
"""The rules that compare an app user with the mapping."""

_Profile = Mapping[str, Any]


class _Mapping:
    """A mapping, prepared for many users: attributes that copy one of the Okta profile are compared
    without evaluating them."""

    def __init__(self, mapping: ProfileMapping) -> None:
        self.expressions = {
            name: parse(each.expression)
            for name, each in mapping.items()
            if name in SENT and name != "userName" and each.expression
        }
        self.pushed = {name for name in self.expressions if mapping[name].push}
        copied = [
            (name, each.attribute)
            for name, each in self.expressions.items()
            if isinstance(each, Reference) and each.profile == "user"
        ]
        self.targets, self.sources = [t for t, _ in copied], [s for _, s in copied]
        self.computed = [name for name in self.expressions if name not in self.targets]

    def suspects(self, okta: _Profile, app: _Profile) -> Iterable[str]:
        """The attributes that must be evaluated."""
        wanted, actual = list(map(okta.get, self.sources)), list(map(app.get, self.targets))
        if wanted == actual:
            return self.computed
        pairs = zip(self.targets, wanted, actual, strict=True)
        different = [name for name, value, other in pairs if (value or "") != (other or "")]
        return [*self.computed, *different]


class MappingChecks:
    """Differences between the mapping's results and the app users' values."""

    def __init__(self) -> None:
        self._mappings: dict[str, _Mapping] = {}
        self._found: list[tuple[str, Rule[Any], Difference]] = []
        self._unknown: Counter[str] = Counter()

    def __call__(self, inventory: Inventory, user: AssignedUser, app_user: Json) -> None:
        """Compare one user; `app_user` comes from Okta's API."""
        mappings = inventory.type_mappings
        kind = get_text(app_user, "_embedded", "user", "type", "id") if mappings else ""
        mapping = mappings.get(kind, inventory.mapping)
        if isinstance(mapping, Unavailable):
            return
        prepared = self._mappings.get(kind)
        if prepared is None:
            prepared = self._mappings[kind] = _Mapping(mapping)
        okta, app = okta_profile(app_user), get_object(app_user, "profile")
        if okta is None:
            self._unknown["the profile of the Okta user is not known."] += 1
            return
        for name in prepared.suspects(okta, app):
            self._compare(user.login, name, prepared, okta, app)

    def _compare(
        self, login: str, name: str, mapping: _Mapping, okta: _Profile, app: _Profile
    ) -> None:
        value = evaluate(mapping.expressions[name], okta, app)
        if isinstance(value, Unknown):
            self._unknown[f"the mapping of {name}: {value.reason}"] += 1
            return
        actual = app.get(name)
        shown = "" if actual is None else str(actual)
        if value != shown:
            pushed = name in mapping.pushed
            rule = identity.mapping_applied if pushed else identity.mapped_on_creation
            self._found.append((login, rule, Difference(name, value, shown)))

    def report(self, inventory: Inventory, report: Report) -> None:
        """Add the findings, and what could not be compared, to a report."""
        for reason in (inventory.users, inventory.mapping):
            if isinstance(reason, Unavailable):
                for rule in RULES:
                    report.mark_unknown(rule, reason)
                return
        report.checked |= {rule.id for rule in RULES}
        hidden = self._hidden(inventory)
        for name in sorted(hidden):
            self._mark(report, hidden_attribute(name, hidden[name]))
        for login, rule, each in self._found:
            if each.okta or each.attribute not in hidden:
                report.found += (DoctorFinding(login, finding) for finding in rule((each,)))
        for why, users in self._unknown.items():
            self._mark(report, f"{why.rstrip('.')} ({count(users, 'user')}).")

    def _hidden(self, inventory: Inventory) -> dict[str, int]:
        """The number of users by attribute that has a value in the app, and in Okta for nobody."""
        empty: dict[str, set[str]] = {}
        for login, _, each in self._found:
            if not each.okta:
                empty.setdefault(each.attribute, set()).add(login)
        seen = {each.attribute for _, _, each in self._found if each.okta}
        candidates = {
            name: logins
            for name, logins in empty.items()
            if len(logins) >= MIN_USERS and name not in seen
        }
        for user in known(inventory.users).by_id.values() if candidates else ():
            sent = by_attribute(user.sent)
            for name in [n for n, logins in candidates.items() if user.login not in logins]:
                if sent[name]:  # equals the result of the mapping, so Okta has a value
                    del candidates[name]
        return {name: len(logins) for name, logins in candidates.items()}

    def _mark(self, report: Report, why: str) -> None:
        for rule in RULES:
            report.mark_unknown(rule, Unavailable(why))


def hidden_attribute(name: str, users: int) -> str:
    """Why an attribute cannot be compared (docs/research/okta-api.md#hidden-attributes)."""
    return (
        f"{name} is empty in Okta for all users, although {users:,} of them have a value in the "
        "app or in AWS: the admin role cannot see it. Needs a role that can see the attribute."
    )
