"""Reads one user on both sides: about ten calls, whatever the size of the org."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import IdentityCenter
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import Json, get_object, get_text
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_error import OktaError
from okta_idc.inventory.model import Inventory
from okta_idc.inventory.okta_groups import APPS
from okta_idc.inventory.unavailable import Unavailable, attempt, unavailable

T = TypeVar("T")
_USERS = "okta.users.read, and an admin role that can see the user"
_NOT_SHOWN = Unavailable(f"Okta does not show the user. Needs {_USERS}.")


@dataclass(frozen=True)
class Candidate:
    """An Okta user whom a text names. `user` is empty if only the app shows the user."""

    login: str
    id: str
    email: str
    status: str
    user: Json | None = field(default=None, repr=False)
    app_user: Json | None = field(default=None, repr=False)


Roles = Mapping[str, tuple[tuple[str, str], ...]]
"""Pairs of permission set ARN and account ID by principal (user or group), as in
`PushGroupAccess.by_group`."""


@dataclass
class InAws:
    """The user in AWS. `user` is None if the Identity Store has none with this name; `groups` are
    IDs; `names` are the permission sets' names by ARN."""

    user: Json | Unavailable | None
    groups: frozenset[str] | Unavailable
    roles: Roles | Unavailable
    names: dict[str, str] | Unavailable


async def find_users(okta: Okta, app_id: str, text: str) -> list[Candidate]:
    """The users whose ID, login, or email is this text, in any case. Without the right to search
    users, those who are assigned to the app. Raises OktaError."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    search = " or ".join(f'{key} eq "{quoted}"' for key in ("id", "profile.login", "profile.email"))
    try:
        found = await okta.every("/api/v1/users", search=search, limit=200)
    except OktaError as error:
        if error.status != 403 or not app_id:
            raise
        return await _assigned(okta, app_id, text)
    return _sorted(map(_candidate, found))


async def _assigned(okta: Okta, app_id: str, text: str) -> list[Candidate]:
    path, found = f"/api/v1/apps/{app_id}/users", list[Candidate]()
    async for page in okta.pages(path, q=text, limit=500, expand="user"):
        for each in page:
            user = get_object(each, "_embedded", "user")
            one = _candidate({**user, "id": each["id"]}, each)
            if text.casefold() in map(str.casefold, (one.id, one.login, one.email)):
                found.append(one)
    return _sorted(found)


def _sorted(users: Iterable[Candidate]) -> list[Candidate]:
    return sorted(users, key=lambda user: (user.login, user.id))


def _candidate(user: Json, app_user: Json | None = None) -> Candidate:
    login, email = (get_text(user, "profile", key) for key in ("login", "email"))
    if app_user:
        login = login or get_text(app_user, "credentials", "userName")
        email = email or get_text(app_user, "profile", "email")
    return Candidate(login, str(user["id"]), email, get_text(user, "status"), user, app_user)


async def read_app_user(okta: Okta, app_id: str, user: Candidate) -> Json | Unavailable | None:
    """The user of the app; None if the user is not assigned."""
    if user.app_user:
        return user.app_user
    try:
        return await okta.get(f"/api/v1/apps/{app_id}/users/{quote(user.id)}", expand="user")
    except OktaError as error:
        return None if error.status == 404 else unavailable(error, APPS)


async def read_groups_of(okta: Okta, user: Candidate) -> dict[str, str] | Unavailable:
    """The names of the user's groups in Okta by ID."""
    listed = await attempt(okta.every(f"/api/v1/users/{quote(user.id)}/groups", limit=200), _USERS)
    if isinstance(listed, Unavailable):
        return listed
    return {str(each["id"]): get_text(each, "profile", "name") for each in listed}


async def read_in_aws(
    found: Inventory, user_name: str | Unavailable, groups: Collection[str]
) -> InAws:
    """The user with this name in AWS, with the roles that they have, and those of further groups
    (Identity Store IDs)."""
    source = found.source
    if not found.store_id:
        reason = found.instance if isinstance(found.instance, Unavailable) else _NOT_SHOWN
        return InAws(reason, reason, reason, {})
    store = IdentityStore(found.store_id, source.region, source.endpoint, source.aws)
    user: Json | Unavailable | None
    user = (
        await _attempt(partial(store.user, user_name)) if isinstance(user_name, str) else user_name
    )
    own: frozenset[str] | Unavailable = frozenset()
    principals: dict[str, str] = {}
    if isinstance(user, Unavailable):
        own = user
    elif user:
        ident = str(user["UserId"])
        own = await _attempt(lambda: frozenset(store.groups_of(ident)))
        principals[ident] = "USER"
    for each in (*(() if isinstance(own, Unavailable) else sorted(own)), *groups):
        principals.setdefault(each, "GROUP")
    if isinstance(found.instance, Unavailable):
        return InAws(user, own, found.instance, {})
    center, instance = IdentityCenter(source.region, source.endpoint, source.aws), found.instance
    roles = await _attempt(lambda: _roles(center, instance, principals))
    names: dict[str, str] | Unavailable = {}
    if not isinstance(roles, Unavailable):
        names = await _attempt(lambda: _names(center, instance, roles))
    return InAws(user, own, roles, names)


def _roles(center: IdentityCenter, instance: str, principals: dict[str, str]) -> Roles:
    """Each role once: AWS may list the roles of a user's groups with those of the user."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for principal, kind in principals.items():
        for each in center.assignments_of(instance, principal, kind):
            holder = str(each.get("PrincipalId") or principal)
            found.setdefault(holder, {})[each["PermissionSetArn"], each["AccountId"]] = None
    return {holder: tuple(pairs) for holder, pairs in found.items()}


def _names(center: IdentityCenter, instance: str, roles: Roles) -> dict[str, str]:
    arns = dict.fromkeys(arn for pairs in roles.values() for arn, _ in pairs)
    return {arn: center.name_of_permission_set(instance, arn) for arn in arns}


async def _attempt(read: Callable[[], T]) -> T | Unavailable:
    try:
        return await asyncio.to_thread(read)
    except AwsError as error:
        return unavailable(error)
