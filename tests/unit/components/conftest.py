"""Pulumi mocks of Okta and AWS: they answer lookups and record declared resources."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pulumi
import pytest
from pulumi.runtime import mocks

from components._checks import (
    access_drift,
    aws_environment,
    console_steps,
    expressions,
    group_rules,
)
from components.okta import _app_lists
from okta_idc.clients.aws import AwsError
from okta_idc.clients.aws_environment import Environment, Wanted
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.clients.identity_store import StoreNetwork
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import CredentialsError

CREATED = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
EXPIRES = CREATED + timedelta(days=365)
SECRET = (
    '{"endpoint": "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555'
    f'/scim/v2/", "token": "TOPSECRET", "token_id": "1", "created": "{CREATED:%Y-%m-%d}", '
    f'"expires": "{EXPIRES:%Y-%m-%dT%H:%M:%SZ}"}}'
)
TAGS = {k: v for k, v in json.loads(SECRET).items() if k != "token"}
WANTED = ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION", "GROUP_PUSH"]


@dataclass
class MockCloud(mocks.Mocks):
    """The state of the mocked Okta and AWS. Tests set it before they declare resources."""

    secret: str | None = SECRET
    groups: dict[str, str] = field(
        default_factory=lambda: {"aws-access": "00gA", "aws-admins": "00gB", "aws-data": "00gC"}
    )
    status: str = "ENABLED"
    user_type: str = "oty1"
    """ID of Okta's default user type; empty if no profile mapping exposes it."""
    features: list[str] = field(default_factory=lambda: list(WANTED))
    later_features: list[list[str]] = field(default_factory=list)
    """Features that the following reads return, in order."""
    tags: dict[str, str] = field(default_factory=lambda: dict(TAGS))
    members: list[int] = field(default_factory=lambda: [9])
    """Member counts of an AWS group for successive reads; the last one repeats."""
    in_aws: list[str] = field(default_factory=list)
    aws_ids: dict[str, str] = field(default_factory=dict)
    """Identity Store IDs by group name; groups without an entry get a generated ID."""
    assigned: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    later_people: list[list[str]] = field(default_factory=list)
    """Identity Store users that the following reads return, in order."""
    changed: dict[str, Any] = field(default_factory=dict)
    """App properties changed outside the program."""
    unmanaged: list[str] = field(default_factory=list)
    deleted_mappings: list[str] = field(default_factory=list)
    mapping_status: str = "ACTIVE"
    mapped: list[str] = field(default_factory=list)
    app_groups: dict[str, str] = field(default_factory=dict)
    directory_groups: list[str] = field(default_factory=list)
    """IDs of those `app_groups` that Okta imported from a directory."""
    instances: list[str] = field(default_factory=lambda: ["d-9067642ac7"])
    existing_app: dict[str, Any] = field(
        default_factory=lambda: {"userNameTemplate": "${source.login}"}
    )
    """Properties of an app that exists before the program runs."""
    okta_users: list[dict[str, str]] = field(default_factory=list)
    own_client: bool = True
    """Whether the components can read Okta with a client of their own."""
    console: str = "https://acme-admin.okta.com"
    """The Admin Console's address; empty if Okta does not show it."""
    region: str = "us-east-1"
    partition: str = "aws"
    """Those of the IAM Identity Center instance."""
    app_users: list[dict[str, Any]] = field(default_factory=list)
    """As Okta's API returns them, with the user embedded."""
    schemas: dict[str, Any] = field(default_factory=lambda: {"default": ["badge", "team"]})
    """Custom attributes by user schema; an exception is raised."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    """Group rules in Okta. An exception is raised."""
    later_rules: list[dict[str, Any]] = field(default_factory=list)
    """What Okta shows once the program has declared a rule."""
    read: list[str] = field(default_factory=list)
    """Paths that the components' own client read."""
    state: Any = field(default_factory=dict[str, Any])
    """What the stack's state has: type and outputs by URN. None: it cannot be read."""
    unreadable: int = 0
    """How many reads of the state fail first."""
    center: Any = None
    """Replaces the client of IAM Identity Center. Default: AWS has what is declared."""
    project: str = "okta-identity-center"
    stacks: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Outputs of other stacks by name."""
    declared: list[mocks.MockResourceArgs] = field(default_factory=list)
    calls: list[mocks.MockCallArgs] = field(default_factory=list)

    environment: dict[str, Any] = field(default_factory=dict[str, Any])
    """Changed parts of the AWS environment. Default: AWS has all accounts and policies."""
    wanted: list[Wanted] = field(default_factory=list[Wanted])
    """What was looked up in the AWS environment."""

    def read_environment(self, _arn: str, _store: str, wanted: Wanted) -> Environment:
        self.wanted.append(wanted)
        sound = Environment(
            "123456789012", True, "123456789012", StoreNetwork(),
            dict.fromkeys(wanted.accounts, "ACTIVE"), wanted.policies,
        )  # fmt: skip
        return replace(sound, **self.environment)

    def record(self, kind: str, name: str, /, **outputs: Any) -> str:
        """Add a resource to the stack's state; returns its URN."""
        urn = f"urn:pulumi:stack::project::okta-identity-center:index:X${kind}::{name}"
        self.state[urn] = {"type": kind, "outputs": outputs}
        return urn

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.declared.append(args)
        outputs = dict(args.inputs)
        if args.typ.endswith(":PermissionSet"):
            outputs["arn"] = f"arn:{args.inputs['name']}"
        if args.typ == "pulumi:pulumi:StackReference":
            outputs["outputs"] = self.stacks.get(args.name, {})
        if args.typ == "okta:app/saml:Saml":
            url = "https://acme.okta.com/api/v1/apps/0oa1/sso/saml/metadata"
            outputs |= {"metadataUrl": url, "embedUrl": "https://acme.okta.com/home/1"}
            outputs |= {"entityUrl": "http://www.okta.com/exk1"}
        return f"{args.name}-id", outputs

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any] | tuple[dict[str, Any], Any]:
        self.calls.append(args)
        match args.token.rsplit(":", 1)[-1]:
            case "readStackResourceOutputs":
                self.unreadable -= 1
                if self.state is None or self.unreadable >= 0:
                    return {}, [("stackName", "not supported")]
                return {"name": args.args["stackName"], "outputs": self.state}
            case "getSecretVersion":
                return {"secretString": self.secret}
            case "getSecrets":
                return {"names": ["okta-identity-center/scim"] if self.secret else []}
            case "getInstances":
                arn = f"arn:{self.partition}:sso:::instance/ssoins-"
                arns = [f"{arn}{i}" for i in self.instances]
                return {"identityStoreIds": self.instances, "arns": arns, "region": self.region}
            case "getGroups" if args.token.startswith("aws"):
                ids = {name: self.aws_ids.get(name, f"aws-{name}") for name in self.in_aws}
                return {"groups": [{"displayName": n, "groupId": i} for n, i in ids.items()]}
            case "getGroups":
                return {"groups": self._okta_groups(args.args["search"])}
            case "getUserProfileMappingSource":
                return {"id": self.user_type, "name": "user", "type": "user"}
            case "getConnection":
                return {"status": self.status}
            case "getSaml" if args.args["id"] not in {f"{a.name}-id" for a in self.declared}:
                return self.existing_app
            case "getSaml":
                seen, self.features = self.features, (self.later_features or [self.features]).pop(0)
                [saml] = [a.inputs for a in self.declared if f"{a.name}-id" == args.args["id"]]
                return {"features": seen, "status": "ACTIVE", **saml, **self.changed}
            case "getAppGroupAssignments":
                assigned = [
                    a["groupId"] for a in self.inputs("app/groupAssignment:GroupAssignment")
                ]
                return {"groups": [*assigned, *self.unmanaged]}
            case "getSecret":
                return {"tags": self.tags}
            case "getPushGroups":
                return {"mappings": self.push_mappings()}
            case "getGroup":
                return {"users": self.assigned}
            case "getUsers" if args.token.startswith("okta"):
                search = args.args["searches"][0]["expression"]
                return {"users": [u for u in self.okta_users if f'"{u["login"]}"' in search]}
            case "getGroupMemberships":
                count = self.members.pop(0) if len(self.members) > 1 else self.members[0]
                return {"groupMemberships": [{}] * count}
            case "getUsers":
                people, self.people = self.people, (self.later_people or [self.people]).pop(0)
                return {"users": [{"externalIds": [{"id": i, "issuer": "okta"}]} for i in people]}
            case other:
                raise AssertionError(f"unexpected lookup: {other}")

    def push_mappings(self) -> list[dict[str, Any]]:
        """As Okta's API returns them."""
        made = [each["sourceGroupId"] for each in self.inputs("PushGroup")]
        sources = [s for s in {*self.mapped, *made} if s not in self.deleted_mappings]
        pushed = "2026-11-01T10:00:00Z"
        return [
            {"sourceGroupId": s, "status": self.mapping_status, "lastPush": pushed} for s in sources
        ]

    def okta_client(self, _parent: object) -> Any:
        """The components' own client. Raises CredentialsError if `own_client` is False."""
        if not self.own_client:
            raise CredentialsError("the credentials of an explicit Okta provider cannot be read.")
        return FakeOkta(self)

    def _okta_groups(self, search: str) -> list[dict[str, Any]]:
        kind = "APP_GROUP" if "APP_GROUP" in search else "OKTA_GROUP"
        held = self.app_groups if kind == "APP_GROUP" else self.groups
        return [
            {
                "id": i,
                "name": name,
                "type": kind,
                "source": "",
                "customProfileAttributes": '{"dn": "CN=x"}' if i in self.directory_groups else "{}",
            }
            for name, i in held.items()
            if f'eq "{name}"' in search
            or f'eq "{i}"' in search
            or any(name.startswith(start) for start in re.findall(r'sw "([^"]+)"', search))
        ]

    def inputs(self, kind: str) -> list[dict[str, Any]]:
        """Inputs of every declared resource whose type ends with `kind`."""
        return [a.inputs for a in self.declared if a.typ.endswith(kind)]


class FakeCenter:
    """IAM Identity Center with what the program declares; tests change what it returns."""

    READS = ("access_control", "access_of_group", "applications_of_group", "permission_set")

    def __init__(self, cloud: MockCloud) -> None:
        self.cloud, self.calls = cloud, list[str]()
        self.more_access: dict[str, list[tuple[str, str]]] = {}
        """More account assignments by group ID: ARN and account."""
        self.more_applications: dict[str, list[str]] = {}
        self.more_sets: dict[str, PermissionSetDetails] = {}
        self.changed: dict[str, dict[str, Any] | None] = {}
        """Changed properties by ARN of the permission set; None: deleted."""
        self.attributes: dict[str, str] | None = None
        self.errors: dict[str, AwsError] = {}
        """Errors by method."""

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if error := self.errors.get(name):
            raise error

    def access_control(self, _instance: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        self._call("access_control")
        if self.attributes is None:
            [given] = self.cloud.inputs("InstanceAccessControlAttributes")
            self.attributes = {a["key"]: a["values"][0]["sources"][0] for a in given["attributes"]}
        return "ENABLED", tuple(self.attributes.items())

    def access_of_group(self, _instance: str, group: str) -> tuple[tuple[str, str], ...]:
        self._call("access_of_group")
        declared = [
            (a["permissionSetArn"], a["targetId"])
            for a in self.cloud.inputs("AccountAssignment")
            if a["principalId"] == group and self.changed.get(a["permissionSetArn"], {}) is not None
        ]
        return (*declared, *self.more_access.get(group, []))

    def applications_of_group(self, _instance: str, group: str) -> tuple[str, ...]:
        self._call("applications_of_group")
        made = self.cloud.inputs("ApplicationAssignment")
        declared = [a["applicationArn"] for a in made if a["principalId"] == group]
        return (*declared, *self.more_applications.get(group, []))

    def permission_set(self, _instance: str, arn: str) -> PermissionSetDetails:
        self._call("permission_set")
        change = self.changed.get(arn, {})
        if change is None:
            raise AwsError("no such set", "sso:DescribePermissionSet", "ResourceNotFoundException")
        if arn in self.more_sets:
            return self.more_sets[arn]
        [declared] = [s for s in self.cloud.inputs(":PermissionSet") if f"arn:{s['name']}" == arn]

        def of_set(kind: str) -> list[dict[str, Any]]:
            return [a for a in self.cloud.inputs(kind) if a["permissionSetArn"] == arn]

        managed = (a["managedPolicyArn"] for a in of_set(":ManagedPolicyAttachment"))
        references = (
            a["customerManagedPolicyReference"] for a in of_set(":CustomerManagedPolicyAttachment")
        )
        boundaries = [a["permissionsBoundary"] for a in of_set("BoundaryAttachment")]
        properties: dict[str, Any] = {
            "description": declared.get("description") or "",
            "session_duration": declared["sessionDuration"],
            "relay_state": declared.get("relayState") or "",
            "inline_policy": "".join(a["inlinePolicy"] for a in of_set("InlinePolicy")),
            "managed_policies": tuple(managed),
            "customer_managed_policies": tuple(
                f"{r['path']}{r['name']}".strip("/") for r in references
            ),
            "permissions_boundary": "".join(b.get("managedPolicyArn") or "" for b in boundaries),
        }
        return PermissionSetDetails(declared["name"], **properties | change)


def use_mocked_clients(monkeypatch: pytest.MonkeyPatch, cloud: MockCloud) -> None:
    """Replace the components' own clients, which would otherwise call AWS and Okta."""

    async def admin_console(_url: str) -> str:
        cloud.read.append("/.well-known/okta-organization")
        if not cloud.console:
            raise OktaError("Okta does not respond")
        return cloud.console

    monkeypatch.setattr(console_steps, "public_admin_console", admin_console)
    monkeypatch.setattr(access_drift, "aws_client", lambda _parent, _region: cloud.center)
    monkeypatch.setattr(aws_environment, "environment_reader", lambda *_: cloud.read_environment)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> MockCloud:
    cloud = MockCloud()
    cloud.center = FakeCenter(cloud)
    use_mocked_clients(monkeypatch, cloud)
    return cloud


class FakeOkta:
    """The components' own client of Okta, with the mocked lists."""

    def __init__(self, cloud: MockCloud) -> None:
        self.cloud = cloud

    async def every(self, path: str, **_query: Any) -> list[dict[str, Any]]:
        self.cloud.read.append(path)
        if path.endswith("/mappings"):
            return self.cloud.push_mappings()
        if path.endswith("/meta/types/user"):
            url = "https://acme.okta.com/api/v1/meta/schemas/user"
            return [
                {"default": each == "default", "_links": {"schema": {"href": f"{url}/{each}"}}}
                for each in self.cloud.schemas
            ]
        if not path.endswith("/groups/rules"):
            return []
        changed = self.cloud.later_rules if self.cloud.inputs("group/rule:Rule") else []
        return _or_raise(changed or self.cloud.rules)

    async def get(self, path: str) -> dict[str, Any]:
        self.cloud.read.append(path)
        names = _or_raise(self.cloud.schemas[path.rpartition("/")[2]])
        return {
            "definitions": {
                "base": {"properties": {"login": {}}},
                "custom": {"properties": {name: {} for name in names}},
            }
        }

    async def pages(self, path: str, **_query: Any) -> AsyncIterator[list[dict[str, Any]]]:
        self.cloud.read.append(path)
        yield self.cloud.app_users


def _or_raise(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def run_program(cloud: MockCloud, program: Callable[[], object], *, preview: bool) -> None:
    """Run a program against the mocks to completion, as the engine would."""
    # As Pulumi's language host does. Otherwise every dependent of a failed resource logs its error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # an earlier test may have closed its loop
    mocks.set_mocks(cloud, project=cloud.project, preview=preview)

    @pulumi.runtime.test
    def run() -> object:
        return program()

    with ExitStack() as clients:
        for module in (_app_lists, expressions, group_rules):
            clients.enter_context(patch.object(module, "okta_client", cloud.okta_client))
        try:
            run()
        finally:  # each thread of the loop would live as long as the tests
            loop.run_until_complete(loop.shutdown_default_executor())


@pytest.fixture
def declare(cloud: MockCloud) -> Iterator[Callable[..., None]]:
    """Run a program against the mocks to completion, as the engine would."""

    def run(program: Callable[[], object], *, preview: bool = False) -> None:
        run_program(cloud, program, preview=preview)

    yield run
    pulumi.runtime.settings.reset_options()
