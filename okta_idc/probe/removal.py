"""Removes what a run created, in this run or an earlier one: by the journal, and by the mark.

Nothing without the mark is removed: each object's own name is read first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from okta_idc.clients.aws import AwsError
from okta_idc.clients.json_path import Json, get_list, get_text
from okta_idc.clients.okta import Okta, OktaError
from okta_idc.probe.access import Access, Aws
from okta_idc.probe.journal import MARK, Entry, Journal

_APPS, _RULES, _GROUPS = "/api/v1/apps", "/api/v1/groups/rules", "/api/v1/groups"
_USERS, _POLICIES = "/api/v1/users", "/api/v1/policies"


@dataclass
class Removed:
    """`count`: removed objects. `failures`: what could not be removed or looked up, as text."""

    count: int = 0
    failures: list[str] = field(default_factory=list[str])


async def remove_all(access: Access, journal: Journal) -> Removed:
    """Remove every marked object, in the order in which they depend on each other."""
    removal = _Removal(access, journal)
    for kind, step in (
        ("app", removal.apps), ("rule", removal.rules), ("policy", removal.policies),
        ("group", removal.groups), ("user", removal.users),
    ):  # fmt: skip
        await removal.attempt(kind, step)
    scim = journal.entries("scim user") + journal.entries("scim group")
    if aws := access.aws:
        await access.pause(min(access.patience, 10))  # Okta may still be sending something
        await removal.attempt("scim user", lambda: removal.in_aws(aws, "Users"))
        await removal.attempt("scim group", lambda: removal.in_aws(aws, "Groups"))
    elif scim:
        removal.removed.failures.append(
            f"{len(scim)} objects in AWS: not looked up. Pass --identity-store and --secret."
        )
    journal.close()
    return removal.removed


async def remove_mappings(okta: Okta, app: str) -> None:
    """Delete the push mappings of a marked app (its path), with the target groups that have the
    mark."""
    mappings = f"{app}/group-push/mappings"
    try:
        found = await okta.every(mappings)
    except OktaError as error:
        if error.status in (400, 403, 404):
            return  # an app without provisioning has none
        raise
    for mapping in found:
        target = await okta.answer("GET", f"{_GROUPS}/{get_text(mapping, 'targetGroupId')}")
        marked = target.is_success and _is_marked(target.body, "profile.name")
        one = f"{mappings}/{mapping['id']}"
        await okta.answer("PATCH", one, {"status": "INACTIVE"})
        await okta.answer("DELETE", one, deleteTargetGroup="true" if marked else "false")


class _Removal:
    def __init__(self, access: Access, journal: Journal) -> None:
        self.access, self.okta, self.journal = access, access.okta, journal
        self.removed = Removed()

    async def attempt(self, kind: str, step: Callable[[], Awaitable[bool]]) -> None:
        """Run a step. If all of this kind is gone, the journal's entries are done."""
        try:
            complete = await step()
        except (OktaError, AwsError) as error:
            self.removed.failures.append(str(error))
            return
        for entry in self.journal.entries(kind) if complete else ():
            self.journal.end(entry)

    async def apps(self) -> bool:
        complete = True
        async for app in self._marked(_APPS, "label", "app", q=MARK):
            path = f"{_APPS}/{app['id']}"
            await remove_mappings(self.okta, path)
            await self.okta.answer("POST", f"{path}/lifecycle/deactivate")
            complete &= await self._delete(path)
        return complete

    async def rules(self) -> bool:
        complete = True
        async for rule in self._marked(_RULES, "name", "rule", search=MARK):
            path = f"{_RULES}/{rule['id']}"
            if rule.get("status") == "ACTIVE":
                await self.okta.answer("POST", f"{path}/lifecycle/deactivate")
            complete &= await self._delete(path)
        return complete

    async def policies(self) -> bool:
        complete = True
        try:
            async for policy in self._marked(_POLICIES, "name", "policy", type="ACCESS_POLICY"):
                complete &= await self._delete(f"{_POLICIES}/{policy['id']}")
        except OktaError as error:
            if error.status != 403 or self.journal.entries("policy"):
                raise  # without the right, no run has created one
        return complete

    async def groups(self) -> bool:
        complete = True
        async for group in self._marked(_GROUPS, "profile.name", "group", q=MARK):
            if group.get("type") == "OKTA_GROUP":
                complete &= await self._delete(f"{_GROUPS}/{group['id']}")
        return complete

    async def users(self) -> bool:
        complete = True
        found: dict[str, Json] = {}
        search = f'profile.login sw "{MARK}"'
        async for user in self._marked(_USERS, "profile.login", "user", search=search):
            found[str(user["id"])] = user
        for entry in self.journal.entries("user"):  # a search may lag behind
            answer = await self.okta.answer("GET", f"{_USERS}/{entry.name}")
            if answer.is_success and _is_marked(answer.body, "profile.login"):
                found[str(answer.body["id"])] = answer.body
        for ident, user in found.items():
            if user.get("status") != "DEPROVISIONED":
                await self.okta.answer("DELETE", f"{_USERS}/{ident}", sendEmail="false")
            complete &= await self._delete(f"{_USERS}/{ident}", sendEmail="false")
        return complete

    async def in_aws(self, aws: Aws, kind: str) -> bool:
        """Remove users or groups in AWS: those of the identity store with the mark."""
        complete, users = True, kind == "Users"
        listed = aws.store.users if users else aws.store.groups
        name, ident = ("UserName", "UserId") if users else ("DisplayName", "GroupId")
        marked = await asyncio.to_thread(lambda: [e for e in listed() if _is_marked(e, name)])
        found = {get_text(each, ident) for each in marked}
        key = "userName" if users else "displayName"
        for entry in self.journal.entries("scim user" if users else "scim group"):
            # The list may lag behind.
            _, page = await aws.scim.call("GET", f"/{kind}", filter=f'{key} eq "{entry.name}"')
            resources = [e for e in get_list(page, "Resources") if _is_marked(e, key)]
            found.update(get_text(each, "id") for each in resources)
        for each in found:
            status, _ = await aws.scim.call("DELETE", f"/{kind}/{each}")
            complete &= self._note(status, f"SCIM {kind}")
        return complete

    async def _marked(self, path: str, name: str, kind: str, **query: str) -> AsyncIterator[Json]:
        """What exists with the mark; an unmarked object never leaves this function."""
        for each in await self.okta.every(path, limit=200, **query):
            if _is_marked(each, name):
                shown = get_text(each, *name.split("."))
                if Entry(kind, shown) not in self.journal.entries(kind):
                    self.journal.begin(Entry(kind, shown))
                yield each

    async def _delete(self, path: str, **query: str) -> bool:
        answer = await self.okta.answer("DELETE", path, None, **query)
        return self._note(answer.status, f"DELETE {path.rpartition('/')[0]}")

    def _note(self, status: int, what: str) -> bool:
        if status < 300:
            self.removed.count += 1
        elif status != 404:
            self.removed.failures.append(f"{what}: a marked object was not removed ({status}).")
            return False
        return True


def _is_marked(document: Json, name: str) -> bool:
    return get_text(document, *name.split(".")).startswith(MARK)
