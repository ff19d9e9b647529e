"""The organization's accounts, organizational units, and tags of accounts.

Reads only what is wanted, and each part once. Calls: one for every 20 accounts; for an
organizational unit one for each level of its path, and two for each unit inside it; for tags one
for every 100 accounts with the credentials of the management account, else one for each account.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_text

_UNIT_ID = re.compile(r"(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32})")
_TAGGING_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
"""The Region in which a partition's global resources have their tags."""
_WORKERS = 8


@dataclass(frozen=True)
class Account:
    """An account of the organization; `state` is ACTIVE, SUSPENDED, …"""

    id: str
    name: str
    state: str = "ACTIVE"

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


@dataclass(frozen=True)
class Unit:
    """IDs of the accounts in an organizational unit itself, and of those in units inside it."""

    direct: frozenset[str]
    inside: frozenset[str] = frozenset()

    @property
    def nested(self) -> frozenset[str]:
        """All of them."""
        return self.direct | self.inside


class Organization:
    """Reads an organization on demand. The methods raise AwsError."""

    def __init__(
        self, region: str | None, endpoint: str | None = None, config: AwsConfig | None = None
    ) -> None:
        self._at = region, endpoint, config
        self._client = AwsClient("organizations", *self._at)
        self._accounts: dict[str, Account] = {}
        self._owner, self._partition = "", ""
        self._units: dict[str, Unit | None] = {}
        self._children: dict[str, dict[str, str]] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._unit_names: set[str] = set()

    def accounts(self) -> Mapping[str, Account]:
        """All accounts by ID."""
        if not self._accounts:
            for each in self._client.pages("list_accounts", "Accounts"):
                # `Status` is retired, and lacks CLOSED and PENDING_ACTIVATION.
                state = get_text(each, "State") or get_text(each, "Status")
                ident = str(each["Id"])
                self._accounts[ident] = Account(ident, get_text(each, "Name"), state)
                # arn:PARTITION:organizations::MANAGEMENT_ACCOUNT:account/ORGANIZATION/ID
                arn = f"{get_text(each, 'Arn')}:::::".split(":")
                self._partition, self._owner = arn[1], arn[4]
        return self._accounts

    def unit(self, name: str) -> Unit | None:
        """The accounts of an organizational unit, by its ID, or by the path of names from the root
        (`Workloads/Dev`; `/` is the root). None if it does not exist."""
        if name not in self._units:
            ident = self._id_of(name)
            self._units[name] = self._read_unit(ident) if ident else None
        return self._units[name]

    @property
    def unit_names(self) -> list[str]:
        """Paths of the organizational units that were read on the way to others."""
        return sorted(self._unit_names)

    def tags(self, accounts: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Tags of these accounts, by account ID."""
        unread = [each for each in accounts if each not in self._tags]
        if unread and self._is_management:
            self._tags = {each: {} for each in self.accounts()} | dict(self._all_tags())
        elif unread:
            with ThreadPoolExecutor(_WORKERS) as threads:
                self._tags |= zip(unread, threads.map(self._tags_of, unread), strict=True)
        return {each: self._tags[each] for each in accounts}

    def _tags_of(self, account: str) -> dict[str, str]:
        listed = self._client.pages("list_tags_for_resource", "Tags", ResourceId=account)
        return _tags(listed)

    @cached_property
    def _is_management(self) -> bool:
        """Whether the credentials belong to the management account, to which the tags belong."""
        self.accounts()
        caller = AwsClient("sts", *self._at).call("get_caller_identity")
        return get_text(caller, "Account") == self._owner and self._partition in _TAGGING_REGIONS

    def _all_tags(self) -> Iterator[tuple[str, dict[str, str]]]:
        _, endpoint, config = self._at
        region = _TAGGING_REGIONS[self._partition]
        tagging = AwsClient("resourcegroupstaggingapi", region, endpoint, config)
        query: dict[str, Any] = {
            "ResourceTypeFilters": ["organizations:account"],
            "ResourcesPerPage": 100,
        }
        seen: set[str] = set()
        while True:
            page = tagging.call("get_resources", **query)
            for each in page.get("ResourceTagMappingList", []):
                yield get_text(each, "ResourceARN").rpartition("/")[2], _tags(each.get("Tags", []))
            if not (token := get_text(page, "PaginationToken")):
                return
            if token in seen:
                raise AwsError("get_resources: AWS returned the same PaginationToken twice.")
            seen.add(token)
            query["PaginationToken"] = token

    def _id_of(self, name: str) -> str:
        """The ID of an organizational unit; "" if a part of its path does not exist."""
        if _UNIT_ID.fullmatch(name):
            return name
        if (root := next(self._client.pages("list_roots", "Roots"), None)) is None:
            raise AwsError("list_roots: AWS returned no root of the organization.")
        ident, path = str(root["Id"]), ""
        for part in name.strip("/").split("/") if name.strip("/") else ():
            children = self._units_in(ident)
            self._unit_names.update(f"{path}{each}" for each in children)
            ident, path = children.get(part, ""), f"{path}{part}/"
            if not ident:
                return ""
        return ident

    def _units_in(self, parent: str) -> dict[str, str]:
        """IDs of the units in a unit, by name; none if it does not exist."""
        if parent not in self._children:
            operation = "list_organizational_units_for_parent"
            listed = self._listed(operation, "OrganizationalUnits", parent) or ()
            self._children[parent] = {str(each["Name"]): str(each["Id"]) for each in listed}
        return self._children[parent]

    def _read_unit(self, ident: str) -> Unit | None:
        if (direct := self._accounts_in(ident)) is None:
            return None
        inside: set[str] = set()
        waiting, seen = [ident], {ident}
        while waiting:
            new = set(self._units_in(waiting.pop()).values()) - seen
            seen |= new
            waiting += new
            # A unit that was deleted since its parent was read was empty.
            inside.update(*(self._accounts_in(each) or () for each in new))
        return Unit(frozenset(direct), frozenset(inside))

    def _accounts_in(self, ident: str) -> list[str] | None:
        """IDs of the accounts in a unit itself; None if it does not exist."""
        listed = self._listed("list_accounts_for_parent", "Accounts", ident)
        return None if listed is None else [str(each["Id"]) for each in listed]

    def _listed(self, operation: str, member: str, parent: str) -> list[Any] | None:
        try:
            return list(self._client.pages(operation, member, ParentId=parent))
        except AwsError as error:
            if error.code == "ParentNotFoundException":
                return None
            raise


def _tags(listed: Iterable[Mapping[str, object]]) -> dict[str, str]:
    return {str(each["Key"]): str(each["Value"]) for each in listed}
