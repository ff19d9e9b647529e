"""The organization and its accounts."""

from __future__ import annotations

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import error_context
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.times import format_time
from offline_plugins.provider_server import Properties


@lookup(
    "aws:organizations/getOrganization:getOrganization",
    "sdkv2",
    optional=("returnOrganizationOnly",),
)
def get_organization(account: Account, args: Properties) -> Properties:
    """The organization, as the management account or a delegated administrator sees it."""
    aws = account.service("organizations")
    with error_context("reading Organization"):
        found = aws.call("DescribeOrganization")["Organization"]
    only = bool(args.get("returnOrganizationOnly"))
    accounts: list[Properties] = []
    roots: list[Properties] = []
    principals: list[str] = []
    if not only:
        with error_context("listing Organizations Accounts"):
            accounts = [_account(one) for one in aws.pages("ListAccounts", "Accounts")]
        with error_context("listing Organizations roots"):
            roots = [_root(one) for one in aws.pages("ListRoots", "Roots")]
        operation = "ListAWSServiceAccessForOrganization"
        with error_context("listing Organizations AWS service access"):
            trusted = aws.pages(operation, "EnabledServicePrincipals")
        principals = sorted(one["ServicePrincipal"] for one in trusted)
    master = found["MasterAccountId"]
    enabled = [kind for root in roots[:1] for kind in root["policyTypes"]]
    return {
        "accounts": accounts,
        "arn": found["Arn"],
        "awsServiceAccessPrincipals": principals,
        "enabledPolicyTypes": [kind["type"] for kind in enabled if kind["status"] == "ENABLED"],
        "featureSet": found["FeatureSet"],
        "id": found["Id"],
        "masterAccountArn": found["MasterAccountArn"],
        "masterAccountEmail": found["MasterAccountEmail"],
        "masterAccountId": master,
        "masterAccountName": next((one["name"] for one in accounts if one["id"] == master), ""),
        "nonMasterAccounts": [one for one in accounts if one["id"] != master],
        "returnOrganizationOnly": only,
        "roots": roots,
    }


def _account(found: Properties) -> Properties:
    return {
        "arn": found["Arn"],
        "email": found["Email"],
        "id": found["Id"],
        "joinedMethod": found["JoinedMethod"],
        "joinedTimestamp": format_time(found["JoinedTimestamp"]),
        "name": found["Name"],
        "state": found.get("State") or "",
        "status": found.get("Status") or "",
    }


def _root(found: Properties) -> Properties:
    kinds = [
        {"status": kind["Status"], "type": kind["Type"]} for kind in found.get("PolicyTypes") or []
    ]
    return {"arn": found["Arn"], "id": found["Id"], "name": found["Name"], "policyTypes": kinds}
