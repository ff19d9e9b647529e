"""Generates organizations of any size with the settings of their federation.

Everything follows from the number of resources in the state and a seed, so that one size of two
runs is the same federation. The shape is that of a large company: of 14,000 resources, 2,000 push
groups, 1,550 permission sets, and 1,850 accounts. A few permission sets are assigned in hundreds of
accounts, most in one.
"""

import random
from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.org_generator import ASSIGNMENT_GROUP, generate_org
from toolchain.sandbox import ROOT

Json = dict[str, Any]
KEY = "okta-identity-center:federation"
LARGEST = 14_000
PEOPLE = 60
NEW_ACCOUNT_SETS = 5
"""Permission sets that `one more account` assigns in the new account: the most widely used."""
_GROUPS, _SETS, _ACCOUNTS, _LEAST_ACCOUNTS = 2_000, 1_550, 1_850, 50
_UNITS = ("Workloads/Dev", "Workloads/Test", "Workloads/Prod", "Data", "Infrastructure", "Sandbox")
_POLICIES = "ReadOnlyAccess", "PowerUserAccess", "SecurityAudit", "job-function/ViewOnlyAccess"


@dataclass(frozen=True)
class Shape:
    """Numbers of objects that need `resources` resources, without those of the app."""

    resources: int
    groups: int
    sets: int
    accounts: int

    @classmethod
    def of(cls, resources: int) -> "Shape":
        part = resources / LARGEST
        return cls(
            resources, max(2, round(_GROUPS * part)), max(2, round(_SETS * part)),
            max(_LEAST_ACCOUNTS, round(_ACCOUNTS * part)),
        )  # fmt: skip

    @property
    def policies(self) -> int:
        """One managed policy a set, and an inline policy in every second one."""
        return self.sets + self.sets // 2

    @property
    def assignments(self) -> int:
        return self.resources - self.groups - self.sets - self.policies


@dataclass(frozen=True)
class Organization:
    """An Okta org with an AWS organization, and what is declared for them."""

    shape: Shape
    groups: list[str]
    """Push groups, with one more than is declared at first."""
    accounts: list[str]
    """Account IDs, with one more than is declared at first."""
    permission_sets: list[Json]
    document: Json
    """The org file of the sandbox."""

    def federation(self, *, account: bool = False, group: bool = False) -> Json:
        """`push_groups` and `account_access`, optionally with one more account or group."""
        added, new = self.accounts[-1], NEW_ACCOUNT_SETS if account else 0
        sets = [
            {**each, "accounts": [*each["accounts"], added]} if number < new else each
            for number, each in enumerate(self.permission_sets)
        ]
        return {
            "assignments": {"groups": [ASSIGNMENT_GROUP]},
            "push_groups": self.groups if group else self.groups[:-1],
            "account_access": {"permission_sets": sets},
        }


def organization(resources: int, seed: int = 1) -> Organization:
    """The organization of a federation with this many resources."""
    shape, rng = Shape.of(resources), random.Random(seed)  # noqa: S311 — not for security
    document = yaml.safe_load(generate_org(PEOPLE, 1, seed, "none"))
    [assigned] = [each for each in document["groups"] if each["name"] == ASSIGNMENT_GROUP]
    groups = [f"aws-team-{number:04}" for number in range(shape.groups + 1)]
    document["groups"] += [
        {"name": name, "members": sorted(rng.sample(assigned["members"], 2))} for name in groups
    ]
    document["apps"] = []
    accounts = [_account(rng, number) for number in range(shape.accounts + 1)]
    document["aws"]["members"] = accounts
    idents = [each["id"] for each in accounts]
    sets = _permission_sets(rng, shape, groups[:-1], idents[:-1])
    return Organization(shape, groups, idents, sets, document)


def stack_document(federation: Json) -> Json:
    """The clone's stack file of the sandbox with these settings of the federation."""
    document = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    document["config"][KEY] |= federation
    document["config"][KEY]["app"].pop("username_format")
    return document


def _account(rng: random.Random, number: int) -> Json:
    return {
        "id": f"{200_000_000_000 + 7919 * number}", "name": f"workload-{number:04}",
        "email": f"workload-{number:04}@example.com", "organizational_unit": rng.choice(_UNITS),
        "tags": {"team": f"team-{rng.randrange(40)}"},
    }  # fmt: skip


def _permission_sets(
    rng: random.Random, shape: Shape, groups: list[str], accounts: list[str]
) -> list[Json]:
    return [
        _permission_set(rng, number, size, groups, accounts)
        for number, size in enumerate(_sizes(shape))
    ]


def _sizes(shape: Shape) -> list[int]:
    """Assignments by permission set: one each, and the rest by Zipf's law."""
    extra = shape.assignments - shape.sets
    whole = sum(1 / (number + 1) for number in range(shape.sets))
    sizes = [1 + int(extra / whole / (number + 1)) for number in range(shape.sets)]
    for number in range(shape.assignments - sum(sizes)):
        sizes[number] += 1
    return sizes


def _permission_set(
    rng: random.Random, number: int, size: int, groups: list[str], accounts: list[str]
) -> Json:
    """A set with `size` assignments, of two groups if that divides them."""
    holders = 2 if size % 2 == 0 else 1
    policy = _POLICIES[number % len(_POLICIES)]
    declared: Json = {
        "name": f"Team{number:04}",
        "managed_policies": [f"arn:aws:iam::aws:policy/{policy}"],
        "groups": sorted(rng.sample(groups, holders)),
        "accounts": sorted(rng.sample(accounts, size // holders)),
    }
    if number % 2:
        declared["inline_policy"] = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket",
                           "Resource": f"arn:aws:s3:::team-{number:04}"}],
        }  # fmt: skip
    return declared
