"""The tables of `bench.fleet`: measurements beside the least possible calls, and growth."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bench.api_calls import GROUPS, TOKEN_LIMITS, minimum_calls
from bench.fleet_org import NEW_ACCOUNT_SETS, Organization, organization
from bench.fleet_stacks import PHASES, Record

_AWS_PER_MINUTE = 20 * 60
"""Calls to IAM Identity Center or the Identity Store in a minute
(docs/research/identity-center.md#quotas)."""
SSO, STORE = "sso", "identitystore"
_COLUMNS = (
    "variant", "stacks", "resources", "largest stack", "phase", "seconds", "CPU s", "engine",
    "program", "plugins", "MB", "state kB", "Okta calls", "least", "AWS calls", "least", "minutes",
    "sandbox CPU s",
)  # fmt: skip
GROWING = ("seconds", "CPU s", "engine", "program", "plugins")


def least_calls(org: Organization, phase: str) -> Counter[str]:
    """The calls that the APIs of Okta, IAM Identity Center, and the Identity Store require, by
    bucket in Okta and by service in AWS.

    Okta: `bench.api_calls.minimum_calls`; an update for an account requires none. AWS, up: one call
    for a permission set or a policy, and two for an assignment, which is created asynchronously. up
    again, which compares the access of each group with the declaration: a list of assignments a
    group, a set's description, and its policies. refresh: the lists of assignments are by set and
    account. Lists of groups have 100 a page.
    """
    shape = org.shape
    pages, parts = -(-shape.groups // 100), shape.sets + shape.policies
    places = sum(len(each["accounts"]) for each in org.permission_sets)
    in_aws: dict[str, dict[str, int]] = {
        "preview": {STORE: pages},
        "up": {STORE: pages, SSO: parts + 2 * shape.assignments},
        "up again": {STORE: pages, SSO: shape.groups + parts},
        "one more account": {SSO: 2 * NEW_ACCOUNT_SETS},
        "one more group": {STORE: 1},
        "refresh": {SSO: parts + places},
    }
    found = Counter(in_aws[phase])
    if phase == "preview":
        found[GROUPS] = 1
    elif phase != "one more account":
        found += minimum_calls(phase, 1, shape.groups)
    return found


def print_header() -> None:
    print("| " + " | ".join(_COLUMNS) + " |")
    print("|---" * len(_COLUMNS) + "|", flush=True)


def print_row(record: Record, org: Organization) -> None:
    """One phase of one size."""
    cpu = Counter(record.cpu)
    minutes = max(number / limit(bucket) for bucket, number in record.calls.items())
    calls, least = _by_api(record.calls), _by_api(least_calls(org, record.phase))
    cells = (
        record.variant, len(record.state), f"{sum(record.resources.values()):,}",
        f"{max(record.resources.values()):,}", record.phase, f"{record.seconds:.0f}",
        f"{cpu.total():.0f}", f"{cpu['engine']:.1f}", f"{cpu['program']:.1f}",
        f"{cpu['plugins']:.1f}", f"{max(record.memory.values()):.0f}",
        f"{sum(record.state.values()) / 1000:,.0f}", f"{calls[0]:,}", f"{least[0]:,}",
        f"{calls[1]:,}", f"{least[1]:,}", f"{minutes:.1f}", f"{record.sandbox_cpu:.0f}",
    )  # fmt: skip
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def limit(bucket: str) -> int:
    """Calls in a minute of a bucket of Okta, or of a service of AWS."""
    return TOKEN_LIMITS.get(bucket, 600) if "/" in bucket else _AWS_PER_MINUTE


def _by_api(calls: Mapping[str, int]) -> tuple[int, int]:
    """The calls to Okta, and to IAM Identity Center with the Identity Store."""
    in_okta = sum(number for bucket, number in calls.items() if "/" in bucket)
    return in_okta, calls.get(SSO, 0) + calls.get(STORE, 0)


def print_calls(records: Sequence[Record], seed: int) -> None:
    """The calls of each bucket beside the least possible, and the minutes of its limit."""
    print("\nCalls by bucket\n\n| variant | resources | bucket | a minute | " + " | ".join(
        f"{phase}, least" for phase in PHASES) + " | most minutes |")  # fmt: skip
    print("|---" * (5 + len(PHASES)) + "|")
    for variant, size in dict.fromkeys((each.variant, each.size) for each in records):
        found = {r.phase: r for r in records if (r.variant, r.size) == (variant, size)}
        org = organization(size, seed)
        least = {phase: least_calls(org, phase) for phase in found}
        calls = {phase: record.calls for phase, record in found.items()}
        for bucket in sorted({key for each in (*calls.values(), *least.values()) for key in each}):
            numbers = {phase: each.get(bucket, 0) for phase, each in calls.items()}
            cells = [
                f"{numbers[phase]:,}, {least[phase][bucket]:,}" if phase in found else ""
                for phase in PHASES
            ]
            minutes = max(numbers.values()) / limit(bucket)
            row = variant, f"{size:,}", f"`{bucket}`", limit(bucket), *cells, f"{minutes:.1f}"
            print("| " + " | ".join(map(str, row)) + " |")


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
