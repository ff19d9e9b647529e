"""The Identity Store: what stands in IAM Identity Center."""

from __future__ import annotations

from toolchain.plugins.aws.account import Account
from toolchain.plugins.aws.registry import look_up
from toolchain.plugins.host import Properties, ProviderError


@look_up(
    "aws:identitystore/getGroups:getGroups",
    "framework",
    required=("identityStoreId",),
    optional=("region",),
)
def get_groups(account: Account, args: Properties) -> Properties:
    region = args.get("region") or account.region
    store = args["identityStoreId"]
    try:
        service = account.service("identitystore", region)
        found = service.pages("ListGroups", "Groups", IdentityStoreId=store)
    except ProviderError as error:
        raise ProviderError(f"listing IdentityStore Groups: {error}") from None
    return {
        "groups": [_group(group) for group in found],
        "identityStoreId": store,
        "region": region,
    }


def _group(group: Properties) -> Properties:
    return {
        "description": group.get("Description") or "",
        "displayName": group.get("DisplayName") or "",
        "externalIds": [
            {"id": external["Id"], "issuer": external["Issuer"]}
            for external in group.get("ExternalIds") or []
        ],
        "groupId": group["GroupId"],
        "identityStoreId": group["IdentityStoreId"],
    }
