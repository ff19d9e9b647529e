"""What Okta shows: the app, its connection, schema and mapping, and everybody assigned to it.

The calls below one app share one scarce bucket, group members another
(docs/research/okta-api.md#rate-limits), so people and members are read side by side.
"""

import asyncio
import contextlib
import textwrap
from datetime import UTC, datetime

from okta_idc.clients.json_path import get_object, get_path, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.inventory.assigned_users import People
from okta_idc.inventory.attempt import seen
from okta_idc.inventory.model import Certificate, Inventory, Json
from okta_idc.inventory.okta_groups import APPS, GROUPS, read_all_members, read_groups
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.session_tags import attributes_of, statements_of
from okta_idc.inventory.unavailable import Unavailable, unavailable
from okta_idc.rules.profile_mappings import Mapped, ProfileMapping

CATALOG_APP = "amazon_aws_sso"
_SCHEMAS = "okta.schemas.read"
_TYPES = "okta.userTypes.read"
_MAPPINGS = "okta.profileMappings.read, and an admin role that can see profile mappings"
_NOT_SHOWN = "Okta's API does not show this app's provisioning settings (app → Provisioning)."


async def find_app(okta: Okta, app_id: str, found: Inventory) -> None:
    """The app that is meant, and all of its kind. Raises OktaError where Okta lets nobody in."""
    apps: list[Json] = []
    try:
        apps = await okta.every("/api/v1/apps", filter=f'name eq "{CATALOG_APP}"', limit=200)
        # A role that cannot see apps gets an empty list too.
        found.apps = {f"{app['label']} ({app['id']})": str(app.get("status")) for app in apps} or (
            Unavailable(
                f"Okta shows no app {CATALOG_APP}: there is none, or it is hidden. Needs {APPS}."
            )
        )
    except OktaError as error:
        if error.status in (0, 401):
            raise
        found.apps = unavailable(error, APPS)
    if app_id:
        found.app = await seen(okta.get(f"/api/v1/apps/{app_id}"), APPS)
        if (
            not isinstance(found.app, Unavailable)
            and (name := found.app.get("name")) != CATALOG_APP
        ):
            found.app = Unavailable(f"{app_id} is an app {name}, not {CATALOG_APP}.")
        if isinstance(found.app, Unavailable) and not isinstance(found.apps, Unavailable):
            found.app = Unavailable(f"{found.app.text} The org has {', '.join(found.apps)}.")
    elif isinstance(found.apps, Unavailable):
        found.app = found.apps
    else:
        active = [app for app in apps if app.get("status") == "ACTIVE"] or apps
        several = f"which app is meant is not known: give --app, one of {', '.join(found.apps)}."
        found.app = active[0] if len(active) == 1 else Unavailable(several)


async def look_at_okta(
    okta: Okta, found: Inventory, pushed: asyncio.Future[None], watch: ProgressListener
) -> None:
    """Fill in Okta's half. `pushed` is set when the push groups' names are known."""
    if isinstance(found.app, Unavailable):
        found.nothing_in_okta(found.app)
        pushed.set_result(None)
        return
    app, root = found.app, f"/api/v1/apps/{found.app['id']}"

    async def small_parts() -> None:
        found.connection = await seen(okta.get(f"{root}/connections/default"), APPS)
        found.feature = await _feature(okta, root)
        found.certificate = await seen(_certificate(okta, root, app), APPS)
        found.metadata = await seen(_metadata(okta, root, app), APPS)
        found.mapping = await seen(_mapping(okta, app["id"]), _MAPPINGS)
        await _attributes(okta, found)

    async def groups() -> None:
        try:
            await read_groups(okta, root, found)
        finally:  # AWS's half waits for it, come what may
            pushed.set_result(None)
        await read_all_members(okta, found, watch)

    async def people() -> None:
        everybody = People(attributes_of(statements_of(app)))
        found.people = await seen(_people(okta, root, everybody, watch), APPS)

    async with asyncio.TaskGroup() as tasks:
        for part in (small_parts(), groups(), people()):
            tasks.create_task(part)
    _doubt_emptiness(found)


async def _feature(okta: Okta, root: str) -> Json | Unavailable:
    try:
        return await okta.get(f"{root}/features/USER_PROVISIONING")
    except OktaError as error:
        if error.status == 400:  # not enabled (docs/research/okta-api.md#unsupported-apps)
            return Unavailable(_NOT_SHOWN, wanted=False)
        return unavailable(error, APPS)


async def _certificate(okta: Okta, root: str, app: Json) -> Certificate:
    kid = _kid(app)
    for key in await okta.get(f"{root}/credentials/keys"):
        if key.get("kid") == kid or not kid:
            with contextlib.suppress(KeyError, ValueError, TypeError, IndexError):
                body = "\n".join(textwrap.wrap(key["x5c"][0], 64))
                ends = datetime.fromisoformat(key["expiresAt"])
                frame = "-----{} CERTIFICATE-----\n"
                pem = f"{frame.format('BEGIN')}{body}\n{frame.format('END')}"
                return Certificate(pem, ends if ends.tzinfo else ends.replace(tzinfo=UTC))
    raise OktaError(f"{root}/credentials/keys: the app's signing certificate is not shown", 404)


async def _metadata(okta: Okta, root: str, app: Json) -> str:
    kid = {"kid": kid} if (kid := _kid(app)) else {}
    return await okta.text(f"{root}/sso/saml/metadata", "application/xml", **kid)


def _kid(app: Json) -> str:
    return get_text(app, "credentials", "signing", "kid")


async def _attributes(okta: Okta, found: Inventory) -> None:
    """The names in the schemas of all user types; of the default one, if others are hidden."""
    found.attributes = await seen(_schema(okta, "default"), _SCHEMAS)
    if isinstance(found.attributes, Unavailable):
        return
    types = await seen(okta.every("/api/v1/meta/types/user"), _TYPES)
    names = set(found.attributes)
    if isinstance(types, Unavailable):
        found.all_types = types
        return
    for each in types:
        link = get_text(each, "_links", "schema", "href")
        if not each.get("default") and (schema := link.rpartition("/")[2]):
            more = await seen(_schema(okta, schema), _SCHEMAS)
            if isinstance(more, Unavailable):
                found.all_types = more
                return
            names |= more
    found.attributes = frozenset(names)


async def _schema(okta: Okta, ident: str) -> frozenset[str]:
    schema = await okta.get(f"/api/v1/meta/schemas/user/{ident}")
    parts = get_object(schema, "definitions").values()
    return frozenset(name for part in parts for name in get_object(part, "properties"))


async def _mapping(okta: Okta, app_id: str) -> ProfileMapping:
    """Of several user types, the first mapping: each has one."""
    listed = await okta.every("/api/v1/mappings", targetId=app_id, limit=200)
    if not listed:
        raise OktaError("GET /api/v1/mappings: no mapping to this app is shown", 403)
    found = await okta.get(f"/api/v1/mappings/{listed[0]['id']}")
    return {
        name: Mapped(get_text(each, "expression"), get_path(each, "pushStatus") == "PUSH")
        for name, each in get_object(found, "properties").items()
    }


async def _people(okta: Okta, root: str, everybody: People, watch: ProgressListener) -> People:
    async for page in okta.pages(f"{root}/users", limit=500, expand="user"):
        everybody.see(page)
        watch.more("people", len(page))
    watch.done("people")
    return everybody


def _doubt_emptiness(found: Inventory) -> None:
    """An empty list that a role may have emptied is not «none»."""
    assigned = () if isinstance(found.assigned, Unavailable) else found.assigned
    pushes = () if isinstance(found.pushes, Unavailable) else found.pushes
    if assigned and not isinstance(found.people, Unavailable) and not found.people.persons:
        found.people = Unavailable(
            "Okta shows nobody assigned, though groups are: they are empty, or their people are "
            f"hidden. Needs {APPS} and its users."
        )
    if (
        (assigned or pushes)
        and not isinstance(found.groups, Unavailable)
        and not found.groups.names
    ):
        found.groups = Unavailable(
            "Okta shows none of the groups that are assigned or pushed: they are hidden. "
            f"Needs {GROUPS}."
        )
