"""57x, fleets: which stack has a push group, a permission set, or an account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from okta_idc.rules.registry import Severity, Violation, component_rule, count, shortened

_KIT = "this kit: docs/decisions/0038-divide-a-federation-among-stacks.md"


@dataclass(frozen=True, slots=True)
class Division:
    """How one kind of resource is divided: the keys that are set, and the parts by what they
    have."""

    keys: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@component_rule(
    "OIC-570",
    "A fleet is divided in two ways, or in none",
    source=_KIT,
    remedy="Set exactly one key: `count`, or `prefixes` (groups and permission sets) or "
    "`organizational_units` (accounts).",
    good=Division(("count",)),
    bad=Division(("count", "prefixes")),
)
def divided_in_one_way(division: Division) -> Iterator[Violation]:
    """Subject: one kind of resource."""
    if len(division.keys) != 1:
        found = " and ".join(division.keys) or "nothing"
        yield "", None, f"sets {found}, and must set one key."


@component_rule(
    "OIC-571",
    "Two stacks of a fleet have the same name",
    source=_KIT,
    remedy="A stack's name contains letters, digits, and hyphens only. Choose prefixes or "
    "organizational units that differ in letters or digits.",
    good=Division(("prefixes",), {"push-aws-a": ("aws-a",), "push-aws-b": ("aws-b",)}),
    bad=Division(("prefixes",), {"push-aws-a": ("aws-a", "aws_a")}),
)
def stack_names_differ(division: Division) -> Iterator[Violation]:
    """Subject: one kind of resource."""
    for part, names in division.parts.items():
        if len(names) > 1:
            yield "", part, f"would be the stack of both {' and '.join(names)}."


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Names of resources in a stack's state that belong to another stack of the fleet, by its
    name. `stack`: the core stack."""

    stack: str
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@component_rule(
    "OIC-572",
    "A stack has resources that belong to another stack of the fleet",
    source=_KIT,
    severity=Severity.BLOCKING,
    remedy="Otherwise this run would delete them. `okta-idc fleet move` moves them in the states, "
    "and changes nothing in Okta or AWS.",
    good=Misplaced("prod"),
    bad=Misplaced("prod", {"prod-access-2": ("Developer-aws-developers-210987654321",)}),
)
def resources_are_in_their_stack(found: Misplaced) -> Iterator[Violation]:
    """Subject: one stack."""
    for stack, names in found.resources.items():
        number = count(len(names), "resource")
        belong = "belongs" if len(names) == 1 else "belong"
        listed = shortened(list(names), 3)
        command = f"okta-idc fleet move --stack {found.stack}"
        yield "", None, f"{number} {belong} to stack {stack}: {listed}. Run `{command}`."


@dataclass(frozen=True, slots=True)
class FormerParts:
    """Stacks of the fleet that have a stack file, and that the settings no longer have. `stack`:
    the core stack."""

    stack: str
    names: tuple[str, ...] = ()


@component_rule(
    "OIC-573",
    "A stack file of a fleet belongs to a part that the settings no longer have",
    source=_KIT,
    remedy="Otherwise this run would create what these stacks still have a second time. The "
    "command moves it in the states, changes nothing in Okta or AWS, and deletes the empty stacks "
    "with their files. Commit their deletion.",
    good=FormerParts("prod"),
    bad=FormerParts("prod", ("prod-access-2",)),
)
def former_parts_are_moved(found: FormerParts) -> Iterator[Violation]:
    """Subject: a fleet, or a stack that was one."""
    if found.names:
        command = f"okta-idc fleet move --stack {found.stack}"
        listed = shortened(list(found.names), 3)
        yield "", None, f"the settings no longer have these stacks: {listed}. Run `{command}`."
