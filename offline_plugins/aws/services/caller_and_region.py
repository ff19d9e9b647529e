"""The lookups of pulumi-aws's module `index`: caller identity and Region."""

from __future__ import annotations

from typing import Any

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import error_context
from offline_plugins.aws.registry import lookup
from offline_plugins.provider_server import Properties, ProviderError


@lookup("aws:index/getCallerIdentity:getCallerIdentity", "framework", optional=("id",))
def get_caller_identity(account: Account, _: Properties) -> Properties:
    """The caller's account and ARN. The argument `id` has no effect."""
    with error_context("reading STS Caller Identity"):
        found = account.service("sts").call("GetCallerIdentity")
    return {
        "accountId": found["Account"],
        "arn": found["Arn"],
        "id": found["Account"],
        "userId": found["UserId"],
    }


@lookup("aws:index/getRegion:getRegion", "framework", optional=("endpoint", "id", "name", "region"))
def get_region(account: Account, args: Properties) -> Properties:
    """A Region's name and endpoint, without a call. The argument `id` has no effect."""
    regions = _regions()
    parameters = {args[name] for name in ("name", "region") if args.get(name)}
    if endpoint := args.get("endpoint"):
        parameters.add(
            next((n for n, at in regions.items() if at["endpoint"] == endpoint), endpoint)
        )
    names = list(parameters) or [account.region]
    if len(names) > 1:
        raise ProviderError(
            "multiple Regions matched: use additional constraints to reduce matches to a single "
            "Region"
        )
    if names[0] not in regions:
        raise ProviderError(f"finding Region by name ({names[0]}): couldn't find resource")
    return {**regions[names[0]], "id": names[0], "name": names[0], "region": names[0]}


def _regions() -> dict[str, Any]:
    """Description and EC2 endpoint of each Region in botocore's partition data."""
    from botocore.loaders import create_loader

    partitions: Any = create_loader().load_data("partitions")
    return {
        name: {
            "description": region["description"],
            "endpoint": f"ec2.{name}.{partition['outputs']['dnsSuffix']}",
        }
        for partition in partitions["partitions"]
        for name, region in partition["regions"].items()
        if not name.endswith("-global")
    }
