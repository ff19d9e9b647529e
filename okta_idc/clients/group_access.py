"""What the push groups may use in AWS: account and application assignments, permission sets.

One reader for the components, the doctor and `adopt`. Calls: one a group for accounts, one for
applications, five a permission set, plus pages; each list is read once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from okta_idc.clients import pace
from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import IdentityCenter, PermissionSetDetails

T = TypeVar("T")

_CALLS_PER_SET = 5
MAX_CALLS_OF_A_RUN = 60 * int(pace.DEFAULT)
"""Calls that `pulumi up` makes at most, for example for 300 groups and 60 sets: a minute, if no
other process of the machine reads at the same time."""
_WORKERS = 4


@dataclass(frozen=True)
class GroupAccess:
    """Access of groups by Identity Store group ID. A part that could not be read is an AwsError.

    `sets` are by ARN: None if AWS has no such set. `uncompared`: sets that were not described,
    because the read would have exceeded the limit.
    """

    accounts: Mapping[str, tuple[tuple[str, str], ...]] | AwsError
    """Pairs of permission set ARN and account ID."""
    applications: Mapping[str, tuple[str, ...]] | AwsError = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    """ARNs of applications."""
    sets: Mapping[str, PermissionSetDetails | AwsError | None] = field(
        default_factory=dict[str, PermissionSetDetails | AwsError | None]
    )
    uncompared: int = 0


def calls_for(groups: int, sets: int, *, applications: bool) -> int:
    """Calls that `read_group_access` makes for groups and permission sets, without further pages:
    one for each group, two with `applications`, and five for each set."""
    return groups * (2 if applications else 1) + sets * _CALLS_PER_SET


def read_group_access(
    center: IdentityCenter,
    instance: str,
    groups: Collection[str],
    sets: Iterable[str] = (),
    *,
    known: Collection[str] = (),
    has_account: Callable[[str], bool] = lambda _: True,
    applications: bool = True,
    max_calls: int | None = None,
) -> GroupAccess:
    """The access of these groups, with the permission sets that they have and the given ones.
    `known`: ARNs of permission sets that are not described. `has_account`: whether the permission
    sets that a group has in an account are wanted."""
    with ThreadPoolExecutor(_WORKERS) as pool:

        def each(read: Callable[[str], T], idents: Collection[str]) -> dict[str, T] | AwsError:
            try:
                return dict(zip(idents, pool.map(read, idents), strict=True))
            except AwsError as error:
                return error

        accounts = each(lambda group: center.access_of_group(instance, group), groups)
        assigned: dict[str, tuple[str, ...]] | AwsError = {}
        if applications:
            assigned = each(lambda group: center.applications_of_group(instance, group), groups)
        arns = dict.fromkeys(sets)
        if not isinstance(accounts, AwsError):
            arns |= dict.fromkeys(
                arn for pairs in accounts.values() for arn, at in pairs if has_account(at)
            )
        described = [arn for arn in arns if arn not in known]
        wanted = len(described)
        if max_calls is not None:
            left = max_calls - calls_for(len(groups), 0, applications=applications)
            described = described[: max(0, left // _CALLS_PER_SET)]
        found = pool.map(partial(_permission_set, center, instance), described)
        by_arn = dict(zip(described, found, strict=True))
    return GroupAccess(accounts, assigned, by_arn, wanted - len(described))


def _permission_set(
    center: IdentityCenter, instance: str, arn: str
) -> PermissionSetDetails | AwsError | None:
    try:
        return center.permission_set(instance, arn)
    except AwsError as error:
        return None if error.code == "ResourceNotFoundException" else error
