"""Instances of IAM Identity Center."""

from __future__ import annotations

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import error_context
from offline_plugins.aws.registry import lookup
from offline_plugins.provider import Properties


@lookup("aws:ssoadmin/getInstances:getInstances", "sdkv2", optional=("region",))
def get_instances(account: Account, args: Properties) -> Properties:
    """The instances of the Region. The lists are empty if there is none."""
    region = args.get("region") or account.region
    with error_context("reading SSO Instances"):
        found = account.service("sso-admin", region).pages("ListInstances", "Instances")
    return {
        "arns": [instance["InstanceArn"] for instance in found],
        "id": region,
        "identityStoreIds": [instance["IdentityStoreId"] for instance in found],
        "region": region,
    }
