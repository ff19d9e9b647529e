"""The tables of `bench.fleet`: measurements beside the least possible calls, and growth."""

import math
from collections import Counter
from collections.abc import Sequence

from bench.api_calls import TOKEN_LIMITS, minimum_calls
from bench.fleet_org import NEW_ACCOUNT_SETS, Organization
from bench.fleet_stacks import PHASES, Record

_AWS_PER_MINUTE = 20 * 60
"""Calls to IAM Identity Center or the Identity Store in a minute
(docs/research/identity-center.md#quotas)."""
_COLUMNS = (
    "variant", "stacks", "resources", "largest stack", "phase", "seconds", "CPU s", "engine",
    "program", "plugins", "MB", "state kB", "Okta calls", "least", "AWS calls", "least", "minutes",
    "sandbox CPU s",
)  # fmt: skip
GROWING = ("seconds", "CPU s", "engine", "program", "plugins")


def least_calls(org: Organization, phase: str) -> tuple[int, int]:
    """The calls to Okta, and to IAM Identity Center with the Identity Store, that the APIs require.

    Okta: `bench.api_calls.minimum_calls`; an update for an account requires none. AWS, up: one call
    for a permission set or a policy, and two for an assignment, which is created asynchronously. up
    again, which compares the access of each group with the declaration: a list of assignments a
    group, a set's description, and its policies. refresh: the lists of assignments are by set and
    account. Lists of groups have 100 a page.
    """
    shape = org.shape
    pages, parts = -(-shape.groups // 100), shape.sets + shape.policies
    places = sum(len(each["accounts"]) for each in org.permission_sets)
    return {
        "preview": (1, pages),
        "up": (minimum_calls("up", 1, shape.groups), pages + parts + 2 * shape.assignments),
        "up again": (
            minimum_calls("up again", 1, shape.groups), pages + shape.groups + parts
        ),
        "one more account": (0, 2 * NEW_ACCOUNT_SETS),
        "one more group": (minimum_calls("one more group", 1, shape.groups), 1),
        "refresh": (minimum_calls("refresh", 1, shape.groups), parts + places),
    }[phase]  # fmt: skip


def print_header() -> None:
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|---" * len(_COLUMNS) + "|", flush=True)


def print_row(record: Record, org: Organization) -> None:
    """One phase of one size."""
    cpu = Counter(record.cpu)
    in_okta = {k: n for k, n in record.calls.items() if "/" in k}
    in_aws = {k: n for k, n in record.calls.items() if "/" not in k}
    minutes = max(
        [n / TOKEN_LIMITS.get(k, 600) for k, n in in_okta.items()]
        + [n / _AWS_PER_MINUTE for n in in_aws.values()]
    )
    okta, aws = least_calls(org, record.phase)
    cells = (
        record.variant, len(record.state), f"{sum(record.resources.values()):,}",
        f"{max(record.resources.values()):,}", record.phase, f"{record.seconds:.0f}",
        f"{cpu.total():.0f}", f"{cpu['engine']:.1f}", f"{cpu['program']:.1f}",
        f"{cpu['plugins']:.1f}", f"{max(record.memory.values()):.0f}",
        f"{sum(record.state.values()) / 1000:,.0f}", f"{sum(in_okta.values()):,}", f"{okta:,}",
        f"{in_aws.get('sso', 0) + in_aws.get('identitystore', 0):,}", f"{aws:,}", f"{minutes:.1f}",
        f"{record.sandbox_cpu:.0f}",
    )  # fmt: skip
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def print_growth(records: Sequence[Record]) -> None:
    """The exponent with which each figure grows: 1 is proportional to the resources, 2 to their
    square. Least squares of the logarithms, for variants with two sizes or more."""
    print("\nGrowth exponents\n\n| variant | phase | " + " | ".join(GROWING) + " | state |")
    print("|---" * (len(GROWING) + 3) + "|")
    for variant in dict.fromkeys(each.variant for each in records):
        for phase in PHASES:
            found = [r for r in records if (r.variant, r.phase) == (variant, phase)]
            if len({each.size for each in found}) < 2:
                continue
            sizes = [each.size for each in found]
            rows = [
                [r.seconds, sum(r.cpu.values()), *(r.cpu.get(k, 0) for k in GROWING[2:]),
                 sum(r.state.values())]
                for r in found
            ]  # fmt: skip
            cells = [f"{_exponent(sizes, each):.2f}" for each in zip(*rows, strict=True)]
            print(f"| {variant} | {phase} | " + " | ".join(cells) + " |")


def _exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    x, y = [math.log(each) for each in sizes], [math.log(max(each, 1e-3)) for each in values]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum(
        (a - mx) ** 2 for a in x
    )
