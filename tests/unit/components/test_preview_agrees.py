"""A preview registers the same inputs as the update, for generated pairs of settings.

The first program's resources become the state. The second program runs twice: as a preview, in
which the outputs of a new resource are unknown, and as an update. A resource that exists before and
after must get the same known inputs in both, or the preview would show a change, or a replacement,
that the update does not make.
"""

from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pulumi.runtime import mocks, rpc

from components._state import PUSH_GROUPS
from okta_idc.clients.aws import AwsError
from tests.unit.components.conftest import FakeCenter, MockCloud, run_program, use_mocked_clients
from tests.unit.components.test_federation import federation

NAMES = {f"00g{n}": f"aws-{n}" for n in range(8)}
ACCOUNTS = ["111111111111", "222222222222", "333333333333"]
PEOPLE = ["ada", "grace", "linus"]
Resource = tuple[str, str]
"""Type and name."""
GUARD: Resource = ("pulumi:index:Stash", "idc-deprovisioning-assigned")
COMPUTED = {
    "okta:app/saml:Saml": ("metadataUrl", "embedUrl", "entityUrl"),
    "aws:ssoadmin/permissionSet:PermissionSet": ("arn",),
}


@dataclass
class EngineCloud(MockCloud):
    """What `recorded` lacks has, in a preview, neither an ID nor computed outputs."""

    recorded: frozenset[Resource] = frozenset()
    preview: bool = False
    registered: dict[Resource, dict[str, Any]] = field(default_factory=dict[Resource, Any])

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.typ, args.name] = args.inputs
        ident, outputs = super().new_resource(args)
        computed = COMPUTED.get(args.typ, ())
        if self.preview and (args.typ, args.name) not in self.recorded:
            return "", outputs | dict.fromkeys(computed, rpc.UNKNOWN)
        return ident, {key: f"{args.name}-{key}" for key in computed} | outputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token != "aws:identitystore/getGroups:getGroups":
            return super().call(args)
        names = {*self.in_aws, *(each.get("targetGroupName") for each in self.pushed())} - {None}
        return {"groups": [{"displayName": n, "groupId": f"aws-{n}"} for n in names]}

    def pushed(self) -> list[dict[str, Any]]:
        """What the update has pushed; a preview pushes nothing."""
        return [] if self.preview else self.inputs("PushGroup")

    def push_mappings(self) -> list[dict[str, Any]]:
        sources = {*self.mapped, *(each["sourceGroupId"] for each in self.pushed())}
        return [{"sourceGroupId": s, "status": "ACTIVE", "lastPush": "x"} for s in sources]


@dataclass(frozen=True)
class Declared:
    """One declaration: groups by ID, and the rest as the settings have it."""

    pushed: frozenset[str]
    assigned: frozenset[str]
    created: frozenset[str]
    members_group: bool
    users: frozenset[str]
    sets: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    """Name, IDs of push groups, accounts."""
    attributes: frozenset[str]
    label: str
    mode: str

    def settings(self, names: dict[str, str]) -> dict[str, Any]:
        assignments: dict[str, Any] = {
            "groups": [names[i] for i in sorted(self.assigned - self.pushed)]
            + [{"create": name} for name in sorted(self.created)],
            "users": sorted(self.users),
            "max_deprovisioned_users": 1000,
        }
        if self.members_group:
            assignments["pushed_members_group"] = {}
        return {
            "assignments": assignments,
            "push_groups": [names[i] for i in sorted(self.pushed)],
            "attribute_statements": [
                {"key": key, "value": f"user.{key.lower()}"} for key in sorted(self.attributes)
            ],
            "app__label": self.label,
            "provisioning__mode": self.mode,
            "account_access": {
                "permission_sets": [
                    {
                        "name": name,
                        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                        "groups": [names[i] for i in sorted(groups & self.pushed)],
                        "accounts": sorted(accounts),
                    }
                    for name, groups, accounts in self.sets
                    if groups & self.pushed
                ]
            },
        }


groups = st.frozensets(st.sampled_from(list(NAMES)), max_size=5)
declarations = st.builds(
    Declared,
    pushed=groups,
    assigned=groups,
    created=st.frozensets(st.sampled_from(["staff", "guests"])),
    members_group=st.booleans(),
    users=st.frozensets(st.sampled_from(PEOPLE)),
    sets=st.lists(
        st.tuples(
            st.sampled_from(["Developer", "Auditor"]),
            groups,
            st.frozensets(st.sampled_from(ACCOUNTS), min_size=1),
        ),
        max_size=2,
        unique_by=lambda each: each[0],
    ).map(tuple),
    attributes=st.frozensets(st.sampled_from(["Department", "Team"])),
    label=st.sampled_from(["AWS", "AWS IAM Identity Center"]),
    mode=st.sampled_from(["api", "console"]),
)


def cloud_of(names: dict[str, str], **changes: Any) -> EngineCloud:
    users = [
        {"id": f"00u{p}", "login": p, "status": "ACTIVE", "email": f"{p}@example.com"}
        for p in PEOPLE
    ]
    app = {"userNameTemplate": "${source.login}"}
    held = {name: ident for ident, name in names.items()}
    cloud = EngineCloud(groups=held, okta_users=users, existing_app=app, **changes)
    cloud.center = FakeCenter(cloud)
    cloud.center.errors = dict.fromkeys(FakeCenter.READS, AwsError("AWS does not respond"))
    return cloud


def run(cloud: EngineCloud, declared: Declared, names: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        use_mocked_clients(patched, cloud)
        run_program(cloud, federation(**declared.settings(names)), preview=cloud.preview)


@settings(
    max_examples=2 * settings.default.max_examples,
    phases=[Phase.explicit, Phase.generate],  # to shrink an example takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(before=declarations, after=declarations, renamed=groups)
def test_a_preview_registers_what_the_update_registers(
    before: Declared, after: Declared, renamed: frozenset[str]
) -> None:
    first = cloud_of(NAMES)
    run(first, before, NAMES)
    names = {i: f"{name}-new" if i in renamed else name for i, name in NAMES.items()}
    known: dict[str, Any] = {
        "mapped": sorted(before.pushed),
        "in_aws": [NAMES[ident] for ident in before.pushed],
    }
    second = [cloud_of(names, preview=preview, **known) for preview in (True, False)]
    for cloud in second:
        for (kind, name), inputs in first.registered.items():
            cloud.record(kind, name, **inputs, id=f"{name}-id")
        ids = {NAMES[ident]: f"aws-{NAMES[ident]}" for ident in before.pushed}
        cloud.record(PUSH_GROUPS, "idc-push", group_ids=ids)
        cloud.recorded = frozenset(
            (kind, _renamed(name, renamed)) for kind, name in first.registered
        )
        run(cloud, after, names)
    preview, update = second
    assert preview.registered.keys() == update.registered.keys()
    for resource in preview.recorded & update.registered.keys():
        wanted, shown = update.registered[resource], preview.registered[resource]
        if resource == GUARD:  # it lists the IDs of all assignment groups, new ones included
            shown, wanted = _without_new(shown, update), _without_new(wanted, update)
        assert shown == wanted, resource


def _without_new(inputs: dict[str, Any], cloud: EngineCloud) -> dict[str, Any]:
    made = {each["name"] for (kind, name), each in cloud.registered.items()
            if kind == "okta:group/group:Group" and (kind, name) not in cloud.recorded}  # fmt: skip
    listed = inputs["input"]["groups"]
    kept = {key: ident for key, ident in listed.items() if key not in made}
    return {"input": {**inputs["input"], "groups": kept}}


def _renamed(name: str, renamed: frozenset[str]) -> str:
    for ident in renamed:
        old = NAMES[ident]
        if name.endswith(old) or f"{old}-" in name:
            return name.replace(old, f"{old}-new")
    return name


def teardown_module() -> None:
    pulumi.runtime.settings.reset_options()
