"""Each command makes the calls that docs/reference/permissions.md lists, and reads each list once.

Runs `read_inventory` on a federation in the sandbox and counts the calls in the request log.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from okta_idc.adoption.discovery import PARTS as ADOPT
from okta_idc.cli.stack import declared_by
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import HeaderAuth
from okta_idc.doctor.bindings import PARTS as DOCTOR
from okta_idc.doctor.provisioning_status import PARTS as STATUS
from okta_idc.inventory.model import Inventory, Part, Source
from okta_idc.inventory.read import read_inventory
from okta_idc.inventory.unavailable import Unavailable, known
from tests.permissions_page import CALLS
from tests.unit.okta_idc.doctor.federation import AWS, PUSH, TOKEN, Federation, built_federation

ADOPT_OKTA = {
    "GET /api/v1/apps": 1,
    "GET /api/v1/apps/{id}/groups": 1,
    "GET /api/v1/apps/{id}/group-push/mappings": 1,
    "GET /api/v1/groups": 2,  # by id, then by name
}
ADOPT_AWS = {
    "secretsmanager:DescribeSecret": 1,
    "sso:ListInstances": 1,
    "sso:DescribeInstanceAccessControlAttributeConfiguration": 1,
    "identitystore:ListGroups": 1,
    "sso:ListAccountAssignmentsForPrincipal": len(PUSH),
}
ONCE = {  # for any number of groups, users and permission sets
    "GET /api/v1/apps", "GET /api/v1/apps/{id}", "GET /api/v1/apps/{id}/groups",
    "GET /api/v1/apps/{id}/users", "GET /api/v1/apps/{id}/group-push/mappings",
    "identitystore:ListUsers", "identitystore:ListGroups", "sso:ListInstances",
    "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
}  # fmt: skip


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with built_federation(tmp_path_factory.mktemp("federation")) as built:
        yield built


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")


def read(federation: Federation, parts: Part, **ids: str) -> tuple[Inventory, Counter[str]]:
    """The inventory, and the calls to Okta and AWS."""
    source = Source(
        AWS.region, secret=AWS.secret, endpoint=federation.aws, verify_at=federation.scim, **ids
    )  # fmt: skip

    async def go() -> Inventory:
        declared = declared_by(federation.outputs())
        async with Okta(federation.okta, HeaderAuth(f"SSWS {TOKEN}")) as okta:
            return await read_inventory(okta, source, parts, declared=declared)

    before = request_log(federation)
    found = asyncio.run(go())
    return found, request_log(federation) - before


def request_log(federation: Federation) -> Counter[str]:
    """The number of calls so far, by operation."""
    servers = ("okta", "aws")
    logs = [federation.request("GET", "/sandbox/request-log", server=server) for server in servers]
    return Counter(entry["operation"] for log in logs for entry in log)


def stack_ids(federation: Federation) -> dict[str, str]:
    return {"app_id": federation.app, "store_id": AWS.identity_store_id}


@pytest.mark.parametrize(
    ("command", "parts"),
    [("doctor", DOCTOR), ("status", STATUS)],
    ids=["doctor", "status"],
)
def test_a_command_makes_the_calls_listed_on_the_permissions_page(
    federation: Federation, command: str, parts: Part
) -> None:
    _, calls = read(federation, parts, **stack_ids(federation))
    listed = {call for by in CALLS.values() for call, users in by.items() if command in users}
    # No permission set exists in this federation, so none is described.
    unused = {call for call in listed if "PermissionSet" in call or "AccountAssignments" in call}
    unused |= {"organizations:ListAccounts", "iam:ListPolicies", "sts:GetCallerIdentity"}
    unused |= {"access-analyzer:ValidatePolicy"}
    assert set(calls) == (listed - unused) | ({"sso:ListPermissionSets"} & listed)
    assert {call for call in calls if calls[call] > 1} & ONCE == set()
    assert calls["identitystore:ListGroupMemberships"] == len(PUSH)


def test_adoption_finds_the_app_and_the_instance_with_the_fewest_calls(
    federation: Federation,
) -> None:
    found, calls = read(federation, ADOPT)
    assert calls == ADOPT_OKTA | ADOPT_AWS | {"GET /api/v1/groups": calls["GET /api/v1/groups"]}
    assert calls["GET /api/v1/groups"] <= 3  # by id, by declared name, by shared name
    assert (found.app_id, found.store_id) == (federation.app, AWS.identity_store_id)
    assert {each.name for each in found.pushed()} == {*PUSH}


@pytest.mark.parametrize("part", list(Part))
def test_a_part_that_was_not_requested_is_unavailable_not_empty(
    federation: Federation, part: Part
) -> None:
    found, _ = read(federation, Part.APP | part, **stack_ids(federation))
    unread = [name for name, value in vars(found).items() if isinstance(value, Unavailable)]
    expected = {"users": Part.ASSIGNED_USERS, "pushes": Part.PUSH_MAPPINGS,
                "assigned": Part.ASSIGNED_GROUPS, "secret": Part.SECRET_TAGS,
                "store_users": Part.STORE_USERS, "store_groups": Part.STORE_GROUPS}  # fmt: skip
    assert {name for name in expected if name not in unread} == {
        name for name, of in expected.items() if of == part
    }


def test_an_unknown_identity_store_makes_the_parts_of_its_instance_unavailable(
    federation: Federation,
) -> None:
    found, _ = read(federation, Part.ACCESS_CONTROL, store_id="d-0000000000")
    with pytest.raises(Unavailable, match="not d-0000000000"):
        known(found.access_control)
