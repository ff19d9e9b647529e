"""Estimates the calls of a fleet's run, and the minutes that rate limits make it last.

All stacks of a fleet share one budget: Okta's buckets (docs/research/okta-api.md#rate-limits) and
AWS's limits (docs/research/identity-center.md#quotas). Operations that are not in `call_counts` are
reported as unknown.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okta_idc.clients import pace
from okta_idc.clients.group_access import MAX_CALLS_OF_A_RUN, calls_for
from okta_idc.fleet import call_counts as counts
from okta_idc.fleet.call_counts import CALLS, SCIM, SSO, STORE, Calls
from okta_idc.fleet.placement import Placement
from okta_idc.fleet.resources import ACCOUNT_ASSIGNMENT
from okta_idc.settings import Settings
from okta_idc.settings.parts import CORE
from okta_idc.text import printable

TOKEN_LIMITS: Mapping[str, int] = {
    counts.APPS: 50, counts.APP: 250, counts.GROUPS: 250, counts.GROUP: 500, counts.USER: 1_000,
    counts.REST: 600,
}  # fmt: skip
"""Requests a minute of one token of a Workforce org: half of each bucket."""
AWS_CALLS_PER_SECOND = 20
"""For each of `sso-admin`, `identitystore`, and the SCIM endpoint, in an account."""
ASSIGNMENTS_AT_ONCE, ASSIGNMENT_SECONDS = 15, 10
"""Account assignments in creation at a time, and the seconds after which the provider first reads
whether one is done (docs/research/aws-provider.md#waits-of-the-provider)."""

_NO_READS: Mapping[str, int] = {}
_SAME_AS = {
    "create-replacement": "create", "delete-replaced": "delete", "import-replacement": "import",
}  # fmt: skip
_WITHOUT_CALLS = frozenset({"same", "replace", "discard", "discard-replaced"})
_TITLES = {
    counts.APPS: "Okta's API below the app",
    counts.APP: "one app of Okta's API",
    counts.GROUPS: "Okta's list of groups",
    counts.GROUP: "one group of Okta's API",
    counts.USER: "one user of Okta's API",
    counts.REST: "Okta's other APIs",
    SSO: "IAM Identity Center's API",
    STORE: "the Identity Store's API",
    SCIM: "the SCIM endpoint",
}


@dataclass(frozen=True)
class Estimate:
    """The calls of a run, and the minutes that the scarcest limit makes it last."""

    calls: Calls
    minutes: float
    reason: str
    """The scarcest limit, for example `400 calls of Okta's API below the app at 50 a
    minute`."""
    unknown: tuple[str, ...] = ()
    """Operations whose calls nobody has counted, for example `2 × create aws:sns/topic:Topic`."""
    users: int = 0

    @property
    def sentence(self) -> str:
        """The estimate for a person, with what it does not include."""
        if self.minutes < 1:
            text = "No rate limit delays this run by more than a minute."
        else:
            rounded = round(self.minutes)
            text = f"About {rounded} minute{'s' if rounded > 1 else ''}: {self.reason}."
        if self.users:
            text += f" Okta's time to provision {self.users} users is unknown."
        if self.unknown:
            text += f" Calls unknown: {', '.join(self.unknown)}."
        return text


def estimate(
    changes: Mapping[str, Mapping[str, int]],
    *,
    parts: Collection[str] = (CORE,),
    users: int = 0,
    parallel: int = ASSIGNMENTS_AT_ONCE,
    limits: Mapping[str, int] = TOKEN_LIMITS,
    own_calls_per_second: float = pace.DEFAULT,
    reads: Mapping[str, int] = _NO_READS,
) -> Estimate:
    """The budget of one run of a fleet.

    `changes`: number of resources by type token and operation: `create`, `update`, `delete`,
    `same`, `refresh`, `import`, and the engine's names of the steps of a replacement. `parts`: of
    the stacks that run, for example `["", "push-1"]`. `users`: how many the run waits for.
    `parallel`: resources that all stacks change at once. `limits`: requests a minute by Okta's
    bucket; a bucket without one has no limit. `own_calls_per_second`: the kit's own pace in AWS.
    `reads`: calls that compare access, by part (`reads_of_access`).
    """
    calls: Counter[str] = Counter()
    unknown: list[str] = []
    for kind, operation, number in _counted(changes):
        known = CALLS.get(kind, {}).get(operation)
        if known is not None:
            _add(calls, known, number)
        elif kind.startswith(("okta:", "aws:")) and operation not in _WITHOUT_CALLS:
            unknown.append(f"{number} × {printable(operation)} {printable(kind)}")
    compared = _add_reads(calls, changes, parts, reads)
    calls[SCIM] += users
    assigned = sum(
        number
        for kind, operation, number in _counted(changes)
        if kind == ACCOUNT_ASSIGNMENT and operation in ("create", "delete")
    )
    bounds = _bounds(+calls, assigned, max(parallel, 1), limits)
    minutes, reason = max(*bounds, _bound_of_reads(compared, own_calls_per_second))
    return Estimate(dict(+calls), minutes, reason, tuple(unknown), users)


def _counted(changes: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str, int]]:
    for kind, operations in changes.items():
        for operation, number in operations.items():
            if number > 0:
                yield kind, _SAME_AS.get(operation, operation), number


def _add(calls: Counter[str], more: Calls, times: int) -> None:
    calls.update({bucket: number * times for bucket, number in more.items()})


def _add_reads(
    calls: Counter[str],
    changes: Mapping[str, Mapping[str, int]],
    parts: Collection[str],
    reads: Mapping[str, int],
) -> int:
    """What the plugins and the programs read. A program only runs if resources are declared.
    Returns how many of the calls compare access."""
    declared: Counter[str] = Counter()
    for kind, operation, number in _counted(changes):
        if operation in ("create", "update", "same", "import"):
            declared[kind] += number
        if operation == "create":
            _add(calls, counts.OF_A_NEW_RESOURCE.get(kind, {}), number)
    for kind in (part.partition("-")[0] for part in parts):
        _add(calls, counts.OF_A_STACK.get(kind, {}), 1)
        if declared:
            _add(calls, counts.OF_A_PROGRAM[kind], 1)
    compared = sum(reads.get(part, 0) for part in parts) if declared else 0
    calls[SSO] += compared
    return compared


def reads_of_access(settings: Settings, placement: Placement) -> dict[str, int]:
    """Calls of each part's program that compare access with AWS, as
    `components._checks.access_drift` makes them: for the groups with access there, and for the
    permission sets that the part has. A part above the limit of a run makes none. `settings`:
    without rules. Raises what `Placement` does."""
    access = settings.account_access
    sets = Counter(placement.permission_set(each.name) for each in access.permission_sets)
    groups: dict[str, set[str]] = {part: set() for part in sets}
    for each in access.permission_sets:
        for group, account in each.pairs():
            groups.setdefault(placement.account(account), set()).add(group)
    for each in access.applications:
        groups.setdefault(placement.rest, set()).update(each.groups)
    if CORE in groups:
        groups[CORE] = {each.key for each in settings.push_groups}
    found = {
        part: calls_for(len(each), sets[part], applications=part == placement.rest)
        for part, each in groups.items()
    }
    return {part: calls for part, calls in found.items() if calls <= MAX_CALLS_OF_A_RUN}


def _bounds(
    calls: Calls, assignments: int, parallel: int, limits: Mapping[str, int]
) -> Iterator[tuple[float, str]]:
    """The minutes of each limit, with the reason. Okta's first minute has no wait."""
    for bucket, number in calls.items():
        title = f"{number} calls of {_TITLES[bucket]}"
        if bucket in (SSO, STORE, SCIM):
            minutes = number / AWS_CALLS_PER_SECOND / 60
            yield minutes, f"{title} at {AWS_CALLS_PER_SECOND} a second"
        elif limit := limits.get(bucket):
            yield max(math.ceil(number / limit) - 1, 0), f"{title} at {limit} a minute"
    at_once = min(ASSIGNMENTS_AT_ONCE, parallel)
    minutes = math.ceil(assignments / at_once) * ASSIGNMENT_SECONDS / 60
    reason = f"{assignments} account assignments, {at_once} at once, {ASSIGNMENT_SECONDS} s each"
    yield minutes, reason


def _bound_of_reads(number: int, rate: float) -> tuple[float, str]:
    """The kit's own calls leave a part of AWS's limit to others."""
    reason = f"{number} calls that compare account access, at {rate:g} a second"
    return number / rate / 60, reason
