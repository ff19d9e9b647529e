"""What Okta shows: the app, its connection, schema and mapping, and everybody assigned to it.

The calls below one app share one scarce bucket, group members another
(docs/research/okta-api.md#rate-limits), so people and members are read side by side.
"""

import asyncio
import contextlib
import textwrap
from datetime import UTC, datetime

from okta_idc.clients.documents import inside, object_inside, text_inside
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.doctor.assertion import attributes_of, statements_of
from okta_idc.doctor.evidence import Certificate, Evidence, Json
from okta_idc.doctor.gap import Gap
from okta_idc.doctor.look.okta_groups import APPS, GROUPS, read_all_members, read_groups
from okta_idc.doctor.look.seen import seen
from okta_idc.doctor.people import People
from okta_idc.doctor.watch import Watch
from okta_idc.rules.mapping import Mapped, ProfileMapping

CATALOG_APP = "amazon_aws_sso"
_SCHEMAS = "okta.schemas.read"
_TYPES = "okta.userTypes.read"
_MAPPINGS = "okta.profileMappings.read, and an admin role that can see profile mappings"
_NOT_SHOWN = "Okta's API does not show this app's provisioning settings (app → Provisioning)."


async def find_app(okta: Okta, app_id: str, found: Evidence) -> None:
    """The app that is meant, and all of its kind. Raises OktaError where Okta lets nobody in."""
    apps: list[Json] = []
    try:
        apps = await okta.every("/api/v1/apps", filter=f'name eq "{CATALOG_APP}"', limit=200)
        # A role that cannot see apps gets an empty list too.
        found.apps = {f"{app['label']} ({app['id']})": str(app.get("status")) for app in apps} or (
            Gap(f"Okta shows no app {CATALOG_APP}: there is none, or it is hidden. Needs {APPS}.")
        )
    except OktaError as error:
        if error.status in (0, 401):
            raise
        found.apps = Gap.of(error, APPS)
    if app_id:
        found.app = await seen(okta.get(f"/api/v1/apps/{app_id}"), APPS)
        if not isinstance(found.app, Gap) and (name := found.app.get("name")) != CATALOG_APP:
            found.app = Gap(f"{app_id} is an app {name}, not {CATALOG_APP}.")
        if isinstance(found.app, Gap) and not isinstance(found.apps, Gap):
            found.app = Gap(f"{found.app.text} The org has {', '.join(found.apps)}.")
    elif isinstance(found.apps, Gap):
        found.app = found.apps
    else:
        active = [app for app in apps if app.get("status") == "ACTIVE"] or apps
        several = f"which app is meant is not known: give --app, one of {', '.join(found.apps)}."
        found.app = active[0] if len(active) == 1 else Gap(several)


async def look_at_okta(
    okta: Okta, found: Evidence, pushed: asyncio.Future[None], watch: Watch
) -> None:
    """Fill in Okta's half. `pushed` is set when the push groups' names are known."""
    if isinstance(found.app, Gap):
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


async def _feature(okta: Okta, root: str) -> Json | Gap:
    try:
        return await okta.get(f"{root}/features/USER_PROVISIONING")
    except OktaError as error:
        if error.status == 400:  # not enabled (docs/research/okta-api.md#unsupported-apps)
            return Gap(_NOT_SHOWN, wanted=False)
        return Gap.of(error, APPS)


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
    return text_inside(app, "credentials", "signing", "kid")


async def _attributes(okta: Okta, found: Evidence) -> None:
    """The names in the schemas of all user types; of the default one, if others are hidden."""
    found.attributes = await seen(_schema(okta, "default"), _SCHEMAS)
    if isinstance(found.attributes, Gap):
        return
    types = await seen(okta.every("/api/v1/meta/types/user"), _TYPES)
    names = set(found.attributes)
    if isinstance(types, Gap):
        found.all_types = types
        return
    for each in types:
        link = text_inside(each, "_links", "schema", "href")
        if not each.get("default") and (schema := link.rpartition("/")[2]):
            more = await seen(_schema(okta, schema), _SCHEMAS)
            if isinstance(more, Gap):
                found.all_types = more
                return
            names |= more
    found.attributes = frozenset(names)


async def _schema(okta: Okta, ident: str) -> frozenset[str]:
    schema = await okta.get(f"/api/v1/meta/schemas/user/{ident}")
    parts = object_inside(schema, "definitions").values()
    return frozenset(name for part in parts for name in object_inside(part, "properties"))


async def _mapping(okta: Okta, app_id: str) -> ProfileMapping:
    """Of several user types, the first mapping: each has one."""
    listed = await okta.every("/api/v1/mappings", targetId=app_id, limit=200)
    if not listed:
        raise OktaError("GET /api/v1/mappings: no mapping to this app is shown", 403)
    found = await okta.get(f"/api/v1/mappings/{listed[0]['id']}")
    return {
        name: Mapped(text_inside(each, "expression"), inside(each, "pushStatus") == "PUSH")
        for name, each in object_inside(found, "properties").items()
    }


async def _people(okta: Okta, root: str, everybody: People, watch: Watch) -> People:
    async for page in okta.pages(f"{root}/users", limit=500, expand="user"):
        everybody.see(page)
        watch.more("people", len(page))
    watch.done("people")
    return everybody


def _doubt_emptiness(found: Evidence) -> None:
    """An empty list that a role may have emptied is not «none»."""
    assigned = () if isinstance(found.assigned, Gap) else found.assigned
    pushes = () if isinstance(found.pushes, Gap) else found.pushes
    if assigned and not isinstance(found.people, Gap) and not found.people.persons:
        found.people = Gap(
            "Okta shows nobody assigned, though groups are: they are empty, or their people are "
            f"hidden. Needs {APPS} and its users."
        )
    if (assigned or pushes) and not isinstance(found.groups, Gap) and not found.groups.names:
        found.groups = Gap(
            "Okta shows none of the groups that are assigned or pushed: they are hidden. "
            f"Needs {GROUPS}."
        )
