"""What access rules are resolved against: accounts, organizational units, tags, and group names."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from okta_idc.clients.organization import Account, Unit


@dataclass(frozen=True)
class OktaGroup:
    """A group in Okta that can be pushed."""

    id: str
    name: str


class Directory(Protocol):
    """Reads on demand, and each part once; `okta_idc.clients.organization` is one side of it.

    Its methods raise AwsError or OktaError for what cannot be read, so that no selection is
    incomplete."""

    def accounts(self) -> Mapping[str, Account]:
        """All accounts of the organization by ID."""
        ...

    def unit(self, name: str) -> Unit | None:
        """The accounts of an organizational unit; None if it does not exist."""
        ...

    def known_units(self) -> Iterable[str]:
        """Paths of organizational units, to suggest one instead of one that does not exist."""
        ...

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Tags of these accounts, by account ID."""
        ...

    def groups(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        """The groups in Okta whose names begin with one of the prefixes."""
        ...
