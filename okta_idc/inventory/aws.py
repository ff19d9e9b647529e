"""Reads AWS's part: the secret's tags, the instance, account access, and the Identity Store.

boto3 is synchronous, so each list is read in a thread.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

from okta_idc.clients.aws import AwsError, Json
from okta_idc.clients.aws_environment import Environment, Wanted, read_environment
from okta_idc.clients.group_access import read_group_access
from okta_idc.clients.identity_center import IdentityCenter, PermissionSetDetails
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import get_text
from okta_idc.clients.policy_validation import PolicyIssue, PolicyValidator
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import secret_string, secret_tags
from okta_idc.inventory.assigned_access import assigned_accounts, declared_policies
from okta_idc.inventory.model import (
    Access,
    Inventory,
    Part,
    PushGroupAccess,
    Source,
    StoreGroup,
    StoreUser,
)
from okta_idc.inventory.progress import ProgressListener
from okta_idc.inventory.sent_values import stored_values
from okta_idc.inventory.unavailable import Unavailable, unavailable
from okta_idc.rules.account_access import MAX_GROUPS_PER_USER, Assignment
from okta_idc.rules.endpoints import endpoint_known
from okta_idc.rules.scim_secret import ScimResponse, read_secret, secret_document

T = TypeVar("T")

_OF_GROUPS = Part.GROUP_ACCESS | Part.APPLICATIONS
_OF_INSTANCE = (
    Part.PRIMARY_REGION | Part.ACCESS_CONTROL | Part.PERMISSION_SETS | Part.ENVIRONMENT
    | Part.POLICY_VALIDATION | _OF_GROUPS
)  # fmt: skip
_OF_STORE = Part.STORE_USERS | Part.STORE_GROUPS | Part.STORE_MEMBERS
_SCIM_ISSUER = "https://scim.aws.com/"
"""SCIM's ExternalIds[].Issuer (docs/research/identity-center.md#users-and-groups-outside-scim)."""
_WORKERS = 4
_NO_SECRET = Unavailable("the secret's name is not known. Pass --secret NAME.")


async def read_aws(
    found: Inventory, parts: Part, groups_read: asyncio.Event, progress: ProgressListener
) -> None:
    """Read the chosen parts. Parts that depend on the push groups wait for `groups_read`."""
    source = found.source
    if parts & _OF_INSTANCE and not found.store_id:
        await _find_instance(_center(source), found)
    store_groups_read = asyncio.Event()
    if Part.STORE_GROUPS not in parts:
        store_groups_read.set()

    async def users(store: IdentityStore) -> None:
        found.store_users = await _attempt(lambda: _users(store, progress))
        progress.done("users in AWS")

    async def groups(store: IdentityStore) -> None:
        found.store_groups = await _attempt(lambda: _groups(store))
        store_groups_read.set()
        if Part.STORE_MEMBERS in parts:
            await groups_read.wait()
            await _read_members(store, found, parts, progress)

    async def instance() -> None:
        center = _center(source)
        if parts & _OF_GROUPS:  # of the push groups in AWS
            await groups_read.wait()
            await store_groups_read.wait()
        await _read_instance(center, found, parts)

    tasks: list[Awaitable[None]] = []
    if not found.store_id and isinstance(found.instance, Unavailable):
        found.store_users = found.store_groups = found.instance
    elif parts & _OF_STORE:
        store = IdentityStore(found.store_id, source.region, source.endpoint, source.aws)
        tasks += [users(store)] if Part.STORE_USERS in parts else []
        tasks += [groups(store)] if Part.STORE_GROUPS in parts else []
    if parts & _OF_INSTANCE and found.store_id:
        tasks.append(instance())
    if Part.SECRET_TAGS in parts:
        tasks.append(_read_secret(found))
    if Part.TOKEN in parts:
        tasks.append(_verify_token(found))
    await asyncio.gather(*tasks)


async def read_store_again(
    found: Inventory, *, users: bool, groups: bool, members_of: Collection[str]
) -> None:
    """Update users and groups in AWS, and the members of push groups (IDs of Okta groups)."""
    if not found.store_id:
        return
    source = found.source
    store = IdentityStore(found.store_id, source.region, source.endpoint, source.aws)
    quiet = ProgressListener()
    if groups:
        found.store_groups = await _attempt(lambda: _groups(store))
    try:
        idents = [each.aws_id for each in found.pushed() if each.source in members_of]
    except Unavailable:
        idents = []
    for ident in filter(None, idents):
        found.store_members[ident] = await _attempt(lambda at=ident: frozenset(store.members(at)))
    if users:  # after the members, so that each member is among the users
        found.store_users = await _attempt(lambda: _users(store, quiet))


def _center(source: Source) -> IdentityCenter:
    return IdentityCenter(source.region, source.endpoint, source.aws)


async def _attempt(read: Callable[[], T]) -> T | Unavailable:
    try:
        return await asyncio.to_thread(read)
    except AwsError as error:
        return unavailable(error)


async def _read_secret(found: Inventory) -> None:
    source, name = found.source, found.source.secret
    region = source.secret_region or source.region
    found.secret = _NO_SECRET
    if name:
        found.secret = await _attempt(
            lambda: secret_tags(name, region, source.endpoint, source.aws)
        )


async def _verify_token(found: Inventory) -> None:
    """Test the token in the secret with three reads. Keeps only AWS's response."""
    source, name = found.source, found.source.secret
    region = source.secret_region or source.region
    if not source.verify:
        found.token = Unavailable("scim_token.verify is false.", applicable=False)
        return
    if source.endpoint and not source.verify_at:  # never send a token of the sandbox to AWS
        found.token = Unavailable(
            "--aws-endpoint replaces AWS, so the token is tested with --verify-at only.",
            applicable=False,
        )
        return
    text = _NO_SECRET
    if name:
        text = await _attempt(lambda: secret_string(name, region, source.endpoint, source.aws))
    if isinstance(text, Unavailable):
        # In mode `console`, a role without this permission is a choice.
        optional = found.declared.mode == "console"
        reason = f"the token in the secret was not tested: {text.text}"
        found.token = Unavailable(reason, applicable=not optional)
    elif secret_document(text):
        found.token = Unavailable("the secret does not hold a token and its dates (OIC-102).")
    else:
        secret = read_secret(text)
        if not source.verify_at and endpoint_known(secret.endpoint):
            found.token = Unavailable("the Region of the SCIM endpoint is unknown (OIC-133).")
            return
        status, request = await ScimProbe(source.verify_at)(secret.endpoint, secret.token)
        found.token = ScimResponse(status, request, secret.expires)
        if not status:
            found.token = Unavailable(f"the token in the secret was not tested: {request}.")


async def _find_instance(center: IdentityCenter, found: Inventory) -> None:
    """Find the instance of the given identity store, of the one in the app, or the only one."""
    region, wanted = found.source.region, found.store_id
    listed = await _attempt(
        lambda: {str(i["IdentityStoreId"]): str(i["InstanceArn"]) for i in center.instances()}
    )
    if isinstance(listed, Unavailable):
        found.mark_instance_unavailable(listed)
        return
    if not wanted:
        named = get_text(found.app, "settings", "app", "entityID").rpartition("/")[2]
        wanted = named if named in listed else "".join(listed) if len(listed) == 1 else ""
    if wanted in listed:
        found.instance, found.store_id = listed[wanted], wanted
        return
    shown = f"the identity stores {', '.join(listed)}" if listed else "no instance"
    found.mark_instance_unavailable(
        Unavailable(
            f"AWS shows {shown} in {region}{', not ' + wanted if wanted else ''}. Set "
            "--region or --identity-store, with credentials of the account that owns the instance "
            "(sso:ListInstances)."
        )
    )


async def _read_instance(center: IdentityCenter, found: Inventory, parts: Part) -> None:
    if isinstance(found.instance, Unavailable):
        await _find_instance(center, found)
    if isinstance(arn := found.instance, Unavailable):
        return
    if Part.PRIMARY_REGION in parts:
        found.primary_region = await _attempt(lambda: center.primary_region(arn))
    if Part.ACCESS_CONTROL in parts:
        found.access_control = await _attempt(lambda: center.access_control(arn))
    if Part.PERMISSION_SETS in parts:
        found.access = await _attempt(lambda: _access(center, arn))
    if Part.ENVIRONMENT in parts:
        found.environment = await _environment(arn, found)
    if Part.POLICY_VALIDATION in parts:
        found.policy_issues = await _policy_issues(found)
    if Part.GROUP_ACCESS in parts:
        found.group_access = await _group_access(center, arn, found)
    if Part.APPLICATIONS in parts:
        found.applications = await _applications(center, arn, found)


async def _environment(arn: str, found: Inventory) -> Environment | Unavailable:
    source, store = found.source, found.store_id
    wanted = Wanted(
        instance=True,
        network=True,
        accounts=frozenset(assigned_accounts(found)),
        policies=frozenset(declared_policies(found)),
    )
    at = source.region, source.endpoint, source.aws
    return await _attempt(lambda: read_environment(arn, store, wanted, *at))


async def _policy_issues(
    found: Inventory,
) -> dict[str, tuple[PolicyIssue, ...]] | Unavailable:
    """One call for each inline policy. A policy that several sets have is validated once."""
    if isinstance(access := found.access, Unavailable):
        return access
    source = found.source
    policies = {each.name: each.inline_policy for each in access.sets if each.inline_policy}

    def validate() -> dict[str, tuple[PolicyIssue, ...]]:
        if not policies:
            return {}
        validator = PolicyValidator(source.region, source.endpoint, source.aws)
        by_text = {text: validator.issues(text) for text in dict.fromkeys(policies.values())}
        return {name: by_text[text] for name, text in policies.items()}

    return await _attempt(validate)


def _access(center: IdentityCenter, arn: str) -> Access:
    sets: list[PermissionSetDetails] = []
    assignments: list[Assignment] = []
    counts: Counter[str] = Counter()
    for each in center.permission_sets(arn):
        shown = center.permission_set(arn, each)
        sets.append(shown)
        for account in center.accounts_of(arn, each):
            counts[account] += 1
            assignments += [
                Assignment(a["PrincipalId"], shown.name, account, a["PrincipalType"])
                for a in center.assignments(arn, each, account)
            ]
    return Access(tuple(sets), tuple(assignments), counts)


def _groups_in_aws(found: Inventory) -> list[str]:
    """Identity Store IDs of the push groups. Raises Unavailable."""
    return list({each.aws_id: None for each in found.pushed() if each.target and each.aws_id})


async def _group_access(
    center: IdentityCenter, arn: str, found: Inventory
) -> PushGroupAccess | Unavailable:
    """One call for each push group, fewer than one for each permission set and account."""
    try:
        groups = _groups_in_aws(found)
    except Unavailable as reason:
        return reason
    read = await asyncio.to_thread(read_group_access, center, arn, groups, applications=False)
    if isinstance(read.accounts, AwsError):
        return unavailable(read.accounts)
    sets: dict[str, PermissionSetDetails] = {}
    for ident, shown in read.sets.items():
        if isinstance(shown, AwsError):
            return unavailable(shown)
        if shown and shown.unread:
            return unavailable(next(iter(shown.unread.values())))
        if shown:
            sets[ident] = shown
    return PushGroupAccess(read.accounts, sets)


async def _applications(
    center: IdentityCenter, arn: str, found: Inventory
) -> dict[str, tuple[str, ...]] | Unavailable:
    try:
        groups = _groups_in_aws(found)
    except Unavailable as reason:
        return reason
    return await _attempt(
        lambda: {group: center.applications_of_group(arn, group) for group in groups}
    )


def _users(store: IdentityStore, progress: ProgressListener) -> dict[str, StoreUser]:
    found: dict[str, StoreUser] = {}
    for user in store.users():
        external, by_scim = _external_id(user)
        name = sys.intern(str(user.get("UserName") or ""))
        enabled = user.get("UserStatus", "ENABLED") == "ENABLED"
        shown = StoreUser(name, enabled, external, by_scim, stored_values(user))
        found[sys.intern(user["UserId"])] = shown
        progress.more("users in AWS")
    return found


def _groups(store: IdentityStore) -> dict[str, StoreGroup]:
    return {
        group["GroupId"]: StoreGroup(str(group.get("DisplayName") or ""), _external_id(group)[1])
        for group in store.groups()
    }


def _external_id(record: Json) -> tuple[str, bool]:
    """The external ID that SCIM wrote, and whether it wrote one."""
    listed: list[Json] = record.get("ExternalIds") or []
    for each in listed:
        if str(each.get("Issuer", "")).startswith(_SCIM_ISSUER):
            return sys.intern(str(each.get("Id") or "")), True
    return "", False


async def _read_members(
    store: IdentityStore, found: Inventory, parts: Part, progress: ProgressListener
) -> None:
    async def read(ident: str) -> None:
        found.store_members[ident] = await _attempt(
            lambda: frozenset(sys.intern(user) for user in store.members(ident))
        )

    idents = list(_groups_to_list(found, parts))
    await progress.each("groups in AWS", idents, read, _WORKERS)


def _groups_to_list(found: Inventory, parts: Part) -> Iterable[str]:
    """The push groups; or all groups, if a user could be in too many of them (OIC-536)."""
    groups, declared = found.store_groups, found.declared.push
    if isinstance(groups, Unavailable):
        return ()
    if Part.GROUP_NAMES not in parts:
        names = () if isinstance(declared, Unavailable) else {group.name for group in declared}
        return [ident for ident, group in groups.items() if group.name in names]
    if len(groups) > MAX_GROUPS_PER_USER:
        return groups
    try:
        return dict.fromkeys(each.aws_id for each in found.pushed() if each.aws_id)
    except Unavailable:
        return ()
