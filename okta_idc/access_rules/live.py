"""What access rules are resolved against: the organization in AWS, and the Okta org."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from okta_idc.access_rules.directory import OktaGroup
from okta_idc.clients.json_path import get_object, get_text
from okta_idc.clients.okta import Okta
from okta_idc.clients.organization import Account, Organization, Unit

_PER_CALL = 25  # keeps the URL well under the usual 8 kB
_OF_DIRECTORIES = frozenset(("dn", "windowsDomainQualifiedName"))
"""Attributes of groups that Okta imported from a directory
(docs/research/okta-api.md#groups-of-active-directory)."""


class LiveDirectory:
    """Creates a client when a rule first needs it. Its methods raise AwsError, OktaError, and
    CredentialsError."""

    def __init__(self, organization: Callable[[], Organization], okta: Callable[[], Okta]) -> None:
        self._create, self._okta = organization, okta

    @cached_property
    def _organization(self) -> Organization:
        return self._create()

    def accounts(self) -> Mapping[str, Account]:
        return self._organization.accounts()

    def unit(self, name: str) -> Unit | None:
        return self._organization.unit(name)

    def known_units(self) -> Iterable[str]:
        return self._organization.unit_names

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        return self._organization.tags(accounts)

    def groups(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        """Those of Okta itself and of directories; of two with one name, the one of Okta."""
        if not prefixes:
            return ()
        # A program's event loop is running, so the calls need a loop of their own.
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(lambda: asyncio.run(self._search(prefixes))).result()

    async def _search(self, prefixes: Collection[str]) -> Collection[OktaGroup]:
        own: dict[str, OktaGroup] = {}
        imported: dict[str, OktaGroup] = {}
        starts = [
            'profile.name sw "{}"'.format(each.replace("\\", "\\\\").replace('"', '\\"'))
            for each in dict.fromkeys(prefixes)
        ]
        async with self._okta() as okta:
            for index in range(0, len(starts), _PER_CALL):
                named = " or ".join(starts[index : index + _PER_CALL])
                search = f'(type eq "OKTA_GROUP" or type eq "APP_GROUP") and ({named})'
                for each in await okta.every("/api/v1/groups", search=search, limit=200):
                    profile = get_object(each, "profile")
                    group = OktaGroup(str(each["id"]), get_text(profile, "name"))
                    if get_text(each, "type") == "OKTA_GROUP":
                        own.setdefault(group.name, group)
                    elif _OF_DIRECTORIES & profile.keys():
                        imported.setdefault(group.name, group)
        return [*{**imported, **own}.values()]
