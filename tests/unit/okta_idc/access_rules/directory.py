"""An organization and an Okta org in memory."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from okta_idc.access_rules.directory import OktaGroup
from okta_idc.clients.organization import Account, Unit

ACCOUNTS = {
    "111111111111": ("dev-1", "Workloads/Dev"),
    "222222222222": ("dev-2", "Workloads/Dev/Team"),
    "333333333333": ("prod-1", "Workloads/Prod"),
    "444444444444": ("management", ""),
}
DEV1, DEV2, PROD, MANAGEMENT = ACCOUNTS


@dataclass
class MemoryDirectory:
    """What was read is recorded in `calls`."""

    placed: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(ACCOUNTS))
    """Name and organizational unit by account ID."""
    states: dict[str, str] = field(default_factory=dict[str, str])
    tagged: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    okta: list[str] = field(default_factory=list[str])
    """Names of the groups in Okta."""
    calls: list[str] = field(default_factory=list[str])

    def accounts(self) -> Mapping[str, Account]:
        self.calls.append("accounts")
        return {
            ident: Account(ident, name, self.states.get(ident, "ACTIVE"))
            for ident, (name, _) in self.placed.items()
        }

    def unit(self, name: str) -> Unit | None:
        self.calls.append(f"unit {name}")
        path = name.strip("/")
        below = f"{path}/" if path else ""
        direct = {ident for ident, (_, unit) in self.placed.items() if unit == path}
        inside = {i for i, (_, unit) in self.placed.items() if unit.startswith(below)} - direct
        return Unit(frozenset(direct), frozenset(inside)) if direct | inside else None

    def known_units(self) -> Iterable[str]:
        return {unit for _, unit in self.placed.values()}

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        self.calls.append(f"tags {', '.join(accounts)}")
        return {each: self.tagged.get(each, {}) for each in accounts}

    def groups(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        if prefixes:
            self.calls.append(f"groups {', '.join(prefixes)}")
        return [
            OktaGroup(f"00g{name}", name)
            for name in self.okta
            if name.lower().startswith(tuple(each.lower() for each in prefixes))
        ]
