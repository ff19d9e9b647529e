"""Reads Okta's part: the app, its connection, schemas and profile mapping, groups and users.

Calls below one app share a scarce rate limit and group members another
(docs/research/okta-api.md#rate-limits), so users and members are read in parallel.
"""

import asyncio
import contextlib
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime

from okta_idc.clients.admin_console import admin_console
from okta_idc.clients.json_path import get_object, get_path, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.user_schema import other_schemas, read_attributes
from okta_idc.inventory.assigned_users import AssignedUser, AssignedUsers
from okta_idc.inventory.model import Certificate, Inventory, Json, Part
from okta_idc.inventory.okta_groups import APPS, GROUPS, read_groups, read_push_members
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.unavailable import Unavailable, attempt, unavailable
from okta_idc.rules.profile_mappings import Mapped, ProfileMapping

CATALOG_APP = "amazon_aws_sso"
_SCHEMAS = "okta.schemas.read"
_TYPES = "okta.userTypes.read"
_MAPPINGS = "okta.profileMappings.read, and an admin role that can see profile mappings"
_NOT_SHOWN = "Okta's API does not show this app's provisioning settings (app → Provisioning)."


async def read_app(okta: Okta, found: Inventory) -> None:
    """Read the chosen app, and all instances of the catalog app. Raises OktaError if Okta rejects
    the credentials or does not respond."""
    apps: list[Json] = []
    try:
        apps = await okta.every("/api/v1/apps", filter=f'name eq "{CATALOG_APP}"', limit=200)
        # A role that cannot see apps gets an empty list too.
        found.apps = {f"{app['label']} ({app['id']})": app for app in apps} or (
            Unavailable(
                f"Okta shows no app {CATALOG_APP}: there is none, or it is hidden. Needs {APPS}."
            )
        )
    except OktaError as error:
        if error.status in (0, 401):
            raise
        found.apps = unavailable(error, APPS)
    if found.app_id:
        found.app = await attempt(_app(okta, found.app_id), APPS)
        if isinstance(found.app, Unavailable) and not isinstance(found.apps, Unavailable):
            found.app = Unavailable(f"{found.app.text} The org has {', '.join(found.apps)}.")
    elif isinstance(found.apps, Unavailable):
        found.app = found.apps
    else:
        active = [app for app in apps if app.get("status") == "ACTIVE"] or apps
        several = f"the org has several apps. Pass --app with one of {', '.join(found.apps)}."
        found.app = active[0] if len(active) == 1 else Unavailable(several)
    if not isinstance(found.app, Unavailable):
        found.app_id = str(found.app["id"])


async def _app(okta: Okta, app_id: str) -> Json | Unavailable:
    app = await okta.get(f"/api/v1/apps/{app_id}")
    if (name := app.get("name")) != CATALOG_APP:
        return Unavailable(f"{app_id} is an instance of {name}, not of {CATALOG_APP}.")
    return app


async def read_okta(
    okta: Okta,
    found: Inventory,
    parts: Part,
    groups_read: asyncio.Event,
    progress: ProgressListener,
    on_user: Callable[[AssignedUser, Json], None],
) -> None:
    """Read the chosen parts. Sets `groups_read` when the push groups are known or unavailable."""
    if Part.APP in parts and isinstance(found.app, Unavailable):
        found.mark_app_unavailable(found.app)
        groups_read.set()
        return
    root = f"/api/v1/apps/{found.app_id}"

    async def groups() -> None:
        try:
            await read_groups(okta, root, found, parts)
        finally:
            groups_read.set()
        if Part.GROUP_MEMBERS in parts:
            await read_push_members(okta, found, progress)

    async def app_settings() -> None:
        try:
            await _read_mappings(okta, found)
        finally:
            mappings_read.set()
        await _read_app_settings(okta, root, found)

    async def users() -> None:
        await mappings_read.wait()  # `on_user` compares each user with the mapping
        users = AssignedUsers(on_user, since=found.now.strftime("%Y-%m-%dT%H:%M:%S"))
        found.users = await attempt(_users(okta, root, users, progress), APPS)

    mappings_read = asyncio.Event()
    if Part.APP_SETTINGS not in parts:
        mappings_read.set()

    async with asyncio.TaskGroup() as tasks:
        if Part.CONNECTION in parts:
            tasks.create_task(_read_connection(okta, root, found))
        if Part.APP_SETTINGS in parts:
            tasks.create_task(app_settings())
        tasks.create_task(groups())
        if Part.ASSIGNED_USERS in parts:
            tasks.create_task(users())
    _mark_hidden_lists(found)


async def _read_connection(okta: Okta, root: str, found: Inventory) -> None:
    found.connection = await attempt(okta.get(f"{root}/connections/default"), APPS)
    if found.declared.mode == "console":
        found.admin_console = await attempt(admin_console(okta), "")


async def _read_app_settings(okta: Okta, root: str, found: Inventory) -> None:
    kid = get_text(found.app, "credentials", "signing", "kid")
    found.feature = await _feature(okta, root)
    found.certificate = await attempt(_certificate(okta, root, kid), APPS)
    query = {"kid": kid} if kid else {}
    metadata = okta.text(f"{root}/sso/saml/metadata", "application/xml", **query)
    found.metadata = await attempt(metadata, APPS)
    await _read_attributes(okta, found)


async def _feature(okta: Okta, root: str) -> Json | Unavailable:
    try:
        return await okta.get(f"{root}/features/USER_PROVISIONING")
    except OktaError as error:
        if error.status == 400:  # not enabled (docs/research/okta-api.md#unsupported-apps)
            return Unavailable(_NOT_SHOWN, applicable=False)
        return unavailable(error, APPS)


async def _certificate(okta: Okta, root: str, kid: str) -> Certificate:
    for key in await okta.every(f"{root}/credentials/keys"):
        if key.get("kid") == kid or not kid:
            with contextlib.suppress(KeyError, ValueError, TypeError, IndexError):
                body = "\n".join(textwrap.wrap(key["x5c"][0], 64))
                ends = datetime.fromisoformat(key["expiresAt"])
                frame = "-----{} CERTIFICATE-----\n"
                pem = f"{frame.format('BEGIN')}{body}\n{frame.format('END')}"
                return Certificate(pem, ends if ends.tzinfo else ends.replace(tzinfo=UTC))
    raise OktaError(f"{root}/credentials/keys: the app's signing certificate is not shown", 404)


async def _read_attributes(okta: Okta, found: Inventory) -> None:
    """Attribute names of all user types, or of the default type if the others are hidden."""
    found.attributes = await attempt(read_attributes(okta), _SCHEMAS)
    if isinstance(found.attributes, Unavailable):
        return
    schemas = await attempt(other_schemas(okta), _TYPES)
    if isinstance(schemas, Unavailable):
        found.all_types = schemas
        return
    for schema in schemas:
        others = await attempt(read_attributes(okta, schema), _SCHEMAS)
        if isinstance(others, Unavailable):
            found.all_types = others
            return
        found.attributes |= others


async def _read_mappings(okta: Okta, found: Inventory) -> None:
    """The profile mappings to the app: an org has one for each user type."""
    listed = await attempt(_mappings(okta, found.app_id), _MAPPINGS)
    if isinstance(listed, Unavailable):
        found.mapping = listed
        return
    found.mapping = next(iter(listed.values()))
    found.type_mappings = listed if len(listed) > 1 else {}


async def _mappings(okta: Okta, app_id: str) -> dict[str, ProfileMapping]:
    listed = await okta.every("/api/v1/mappings", targetId=app_id, limit=200)
    if not listed:
        raise OktaError("GET /api/v1/mappings: no mapping to this app is shown", 403)
    return {get_text(each, "source", "id"): await _mapping(okta, each["id"]) for each in listed}


async def _mapping(okta: Okta, ident: str) -> ProfileMapping:
    found = await okta.get(f"/api/v1/mappings/{ident}")
    return {
        name: Mapped(get_text(each, "expression"), get_path(each, "pushStatus") == "PUSH")
        for name, each in get_object(found, "properties").items()
    }


async def _users(
    okta: Okta, root: str, users: AssignedUsers, progress: ProgressListener
) -> AssignedUsers:
    async for page in okta.pages(f"{root}/users", limit=500, expand="user"):
        users.add(page)
        progress.more("assigned users", len(page))
    progress.done("assigned users")
    return users


def _mark_hidden_lists(found: Inventory) -> None:
    """Mark empty lists Unavailable if other parts suggest that an admin role hides entries."""
    assigned = not isinstance(found.assigned, Unavailable) and bool(found.assigned)
    pushed = not isinstance(found.pushes, Unavailable) and bool(found.pushes)
    if assigned and not isinstance(found.users, Unavailable) and not found.users.by_id:
        found.users = Unavailable(
            "Okta shows no assigned user, though groups are assigned: they are empty, or their "
            f"users are hidden. Needs {APPS} and its users."
        )
    if (assigned or pushed) and not isinstance(found.groups, Unavailable) and (
        not found.groups.names
    ):  # fmt: skip
        found.groups = Unavailable(
            "Okta shows none of the groups that are assigned or pushed: they are hidden. "
            f"Needs {GROUPS}."
        )
