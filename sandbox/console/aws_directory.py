"""AWS: the Users and Groups pages."""

from typing import Any

from aiohttp import web

from ..aws.store import IdentityStore, NotFoundError, Record
from ..okta.errors import not_found
from ..okta.http import Route
from .applications import MAX_ROWS
from .pages import Pages


class Directory:
    def __init__(self, pages: Pages, store: IdentityStore) -> None:
        self.pages, self.store = pages, store

    def routes(self) -> list[Route]:
        users, groups = "/aws-console/users", "/aws-console/groups"
        return [
            ("GET", users, self.users),
            ("GET", users + "/{id}", self.user),
            ("GET", groups, self.groups),
            ("GET", groups + "/{id}", self.group),
        ]

    def _show(self, template: str, page: str, **context: Any) -> web.Response:
        return self.pages.show(
            f"aws/{template}.html", page=page, created_by=self._created_by, **context
        )

    def _created_by(self, record: Record) -> str:
        """SCIM or Manual: records that SCIM wrote carry its issuer
        (docs/research/identity-center.md#users-and-groups-outside-scim)."""
        issuers = [item["Issuer"] for item in record.get("ExternalIds", [])]
        return "SCIM" if self.store.issuer in issuers else "Manual"

    async def users(self, request: web.Request) -> web.Response:
        with self.store.lock:
            found = list(self.store.users.values())
        rows, more, query = _search(request, found, "UserName", "DisplayName")
        return self._show("users", "users", rows=rows, more=more, q=query)

    async def groups(self, request: web.Request) -> web.Response:
        with self.store.lock:
            found = list(self.store.groups.values())
            count = {group["GroupId"]: len(self.store.members(group["GroupId"])) for group in found}
        rows, more, query = _search(request, found, "DisplayName")
        return self._show("groups", "groups", rows=rows, more=more, q=query, count=count)

    async def user(self, request: web.Request) -> web.Response:
        ident = request.match_info["id"]
        with self.store.lock:
            user = _lookup(self.store.user, ident)
            groups = [group for group in self.store.groups.values()
                      if self.store.find_membership(group["GroupId"], ident)]  # fmt: skip
        return self._show("user", "users", user=user, groups=groups)

    async def group(self, request: web.Request) -> web.Response:
        ident = request.match_info["id"]
        with self.store.lock:
            group = _lookup(self.store.group, ident)
            members = [self.store.user(user) for user in self.store.members(ident)]
        return self._show("group", "groups", group=group, members=members)


def _lookup(lookup: Any, ident: str) -> Record:
    try:
        return lookup(ident)
    except NotFoundError as error:
        raise not_found(ident, str(error)) from None


def _search(
    request: web.Request, records: list[Record], *keys: str
) -> tuple[list[Record], int, str]:
    query = request.query.get("q", "")
    found = [
        record
        for record in records
        if any(query.casefold() in str(record.get(key, "")).casefold() for key in keys)
    ]
    return found[:MAX_ROWS], len(found[MAX_ROWS:]), query
