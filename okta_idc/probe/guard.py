"""What must hold before anything is created: the confirmed org, an empty one, and the rights.

Only reads, and requests that Okta refuses because their body is empty.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from okta_idc.clients.admin_console import METADATA
from okta_idc.clients.aws import AwsError
from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.clients.okta import Okta
from okta_idc.probe.access import Access, Aws
from okta_idc.probe.contract import Experiment, Need
from okta_idc.probe.journal import MARK

MOST = {"users": 20, "groups": 20, "apps": 15, "users in AWS": 20, "groups in AWS": 20}
"""The most of each that a throw-away org has, besides what a run left behind."""
SCOPES = (
    "okta.apps.manage", "okta.groups.manage", "okta.users.manage", "okta.policies.manage",
    "okta.profileMappings.read",
)  # fmt: skip
"""The rights of a complete run."""
_CATALOG_APP = "amazon_aws_sso"
_RIGHTS: tuple[tuple[Need | None, str, str, str], ...] = (
    (None, "okta.apps.manage", "POST", "/api/v1/apps"),
    (None, "okta.groups.manage", "POST", "/api/v1/groups"),
    (Need.RULES, "okta.groups.manage (group rules)", "POST", "/api/v1/groups/rules"),
    (Need.USERS, "okta.users.manage", "POST", "/api/v1/users"),
    (Need.POLICIES, "okta.policies.manage", "POST", "/api/v1/policies"),
    (Need.MAPPINGS, "okta.profileMappings.read", "GET", "/api/v1/mappings?limit=1"),
)


class RefusedError(Exception):
    """The run may not start. Nothing was created."""


async def org_name(okta: Okta) -> str:
    """The name to confirm: the first label of the org's own address, or an IP address."""
    host = urlsplit(
        get_text(await okta.get(METADATA), "_links", "organization", "href")
    ).hostname or ""  # fmt: skip
    return host if host.replace(".", "").isdigit() else host.partition(".")[0]


async def check_confirmation(okta: Okta, confirmed: str) -> None:
    """Raises RefusedError unless the org's name was confirmed."""
    name = await org_name(okta)
    if not confirmed:
        raise RefusedError(
            f"--confirm: is missing. The experiments create and delete objects in {name!r}. Pass "
            f"--confirm {name} if it is a throw-away org."
        )
    if confirmed != name:
        raise RefusedError(
            f"--confirm: {confirmed!r} is not the name of this org, {name!r}. Check --okta-org."
        )


async def check_rights(access: Access, chosen: Iterable[Experiment]) -> None:
    """Raises RefusedError if a right is missing."""
    needs = {need for each in chosen for need in each.needs}
    missing: list[str] = []
    for need, right, method, path in _RIGHTS:
        if need is not None and need not in needs:
            continue
        answer = await access.okta.answer(method, path, {} if method == "POST" else None)
        if answer.status == 403:
            missing.append(right)
        elif method == "POST" and answer.status < 300:
            raise RefusedError(f"{method} {path}: Okta accepts an empty body. Stopped.")
    if aws := access.aws:
        missing += await _missing_in_aws(aws)
    if missing:
        raise RefusedError(
            f"missing rights: {', '.join(missing)}. Grant them to the credentials, or choose other "
            "experiments with --only. Nothing was created."
        )


async def _missing_in_aws(aws: Aws) -> list[str]:
    missing: list[str] = []
    for listed in (aws.store.users, aws.store.groups):
        try:
            await asyncio.to_thread(_first, listed)
        except AwsError as error:
            if not error.is_denied:
                raise
            missing.append(error.action)
    try:
        await aws.scim.call("GET", "/Users", count=1)
    except AwsError as error:
        if error.code != "401":
            raise
        missing.append("SCIM (AWS rejects the token in the secret)")
    return missing


async def check_instance(access: Access) -> None:
    """Raises RefusedError if the token is of another instance than the named identity store, as far
    as users show it."""
    if aws := access.aws:
        _, page = await aws.scim.call("GET", "/Users", count=1)
        ids = {get_text(each, "id") for each in get_list(page, "Resources")}
        stored = await asyncio.to_thread(lambda: {get_text(e, "UserId") for e in aws.store.users()})
        if not ids <= stored:
            raise RefusedError(
                f"--identity-store: {aws.store.id!r} lacks a user of the SCIM tenant that the "
                "secret names. Pass the identity store of this tenant. Nothing was created."
            )


async def check_emptiness(access: Access) -> None:
    """Raises RefusedError if the org or the instance looks like one in use."""
    found: list[str] = []
    for kind, path in (("users", "users"), ("groups", "groups"), ("apps", "apps")):
        count = 0
        async for page in access.okta.pages(f"/api/v1/{path}", limit=200):
            named = ("profile", "login") if kind == "users" else ("profile", "name")
            keys = ("label",) if kind == "apps" else named
            for each in page:
                own = get_text(each, *keys).startswith(MARK)
                count += not own
                if kind == "apps" and not own and each.get("name") == _CATALOG_APP:
                    found.append("an app for IAM Identity Center exists")
            if count > MOST[kind]:
                break
        found += _excess(kind, count)
    if aws := access.aws:
        for kind, listed, key in (
            ("users in AWS", aws.store.users, "UserName"),
            ("groups in AWS", aws.store.groups, "DisplayName"),
        ):
            found += _excess(kind, await asyncio.to_thread(_unmarked, listed, key))
        _, page = await aws.scim.call("GET", "/Users", count=100)  # the token's own instance
        names = [get_text(each, "userName") for each in page.get("Resources", [])]
        found += _excess("users in AWS", sum(not name.startswith(MARK) for name in names))
    if found:
        listed = "; ".join(dict.fromkeys(found))
        raise RefusedError(
            f"the org does not look like a throw-away one: {listed}. Use an empty org, or pass "
            "--allow-non-empty. Nothing was created."
        )


def _first(listed: Callable[[], Iterator[Json]]) -> Json | None:
    return next(listed(), None)


def _unmarked(listed: Callable[[], Iterator[Json]], key: str) -> int:
    return sum(not get_text(each, key).startswith(MARK) for each in listed())


def _excess(kind: str, count: int) -> list[str]:
    return [f"more than {MOST[kind]} {kind}"] if count > MOST[kind] else []
