"""What a federation looks up and judges before it makes anything."""

from collections.abc import Sequence
from typing import Any

import pulumi_aws as aws
from pulumi import InvokeOutputOptions, Output

from okta_idc.rules import account_access, endpoints
from okta_idc.rules import groups as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable
from ..federation_args import IdentityCenterFederationArgs
from ..okta.groups import GroupArgs, group_key


def lookup_instance(opts: InvokeOutputOptions) -> Output[tuple[str, str, str]]:
    """Identity store id, region and ARN of the one instance."""

    def the_one(found: aws.ssoadmin.GetInstancesResult) -> tuple[str, str, str]:
        if len(found.identity_store_ids) == 1:
            return found.identity_store_ids[0], found.region, found.arns[0]
        raise ValidationError(
            f"{len(found.identity_store_ids)} IAM Identity Center instances are visible in "
            f"region {found.region}. Fix: set aws:region to the instance's primary region, "
            "with credentials of the account that owns it."
        )

    return readable(aws.ssoadmin.get_instances_output(opts=opts)).apply(the_one)


def check_same_instance(issuer: str, read: Sequence[Any]) -> Sequence[Any]:
    """OIC-107 and OIC-113: people sign in where they are provisioned. Gives back what was read."""
    endpoint, (store_id, region, _) = read[0], read[2]
    raise_findings(
        endpoints.endpoint_region(endpoints.EndpointInRegion(endpoint, region)), "secret"
    )
    raise_findings(endpoints.issuer_of_store(endpoints.IssuerOfStore(issuer, store_id)))
    return read


def check_distinct_roles(
    known: dict[str, tuple[str, str]], assign: list[GroupArgs], push: list[GroupArgs]
) -> dict[str, tuple[str, str]]:
    """OIC-201 again, by id: one group may be named here and given by its id there."""

    def ids(groups: list[GroupArgs]) -> tuple[str, ...]:
        return tuple(known.get(group_key(group), (group_key(group),))[0] for group in groups)

    raise_findings(rules.one_role_per_group(rules.GroupRoles(ids(assign), ids(push))))
    return known


def refuse_retired(args: IdentityCenterFederationArgs, retiring: tuple[str, ...]) -> None:
    """OIC-538, before anything is made."""
    for kind in ("permission_sets", "applications"):
        for index, opened in enumerate(args.get(kind, [])):
            groups = account_access.RetiringGroups(tuple(opened.get("groups", ())), retiring)
            place = f"{kind}[{index}].groups"
            raise_findings(account_access.retired_opens_nothing(groups), place)
