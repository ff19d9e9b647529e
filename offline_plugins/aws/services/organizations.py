"""AWS Organizations: which accounts there are."""

from __future__ import annotations

from offline_plugins.aws.account import Account
from offline_plugins.aws.calls import doing
from offline_plugins.aws.registry import look_up
from offline_plugins.aws.times import date
from offline_plugins.provider_server import Properties


@look_up(
    "aws:organizations/getOrganization:getOrganization", "sdk", optional=("returnOrganizationOnly",)
)
def get_organization(account: Account, args: Properties) -> Properties:
    """Asked as the management account, or as a delegated administrator."""
    aws = account.service("organizations")
    with doing("reading Organization"):
        found = aws.call("DescribeOrganization")["Organization"]
    only = bool(args.get("returnOrganizationOnly"))
    accounts: list[Properties] = []
    roots: list[Properties] = []
    principals: list[str] = []
    if not only:
        with doing("listing Organizations Accounts"):
            accounts = [_account(one) for one in aws.pages("ListAccounts", "Accounts")]
        with doing("listing Organizations roots"):
            roots = [_root(one) for one in aws.pages("ListRoots", "Roots")]
        operation = "ListAWSServiceAccessForOrganization"
        with doing("listing Organizations AWS service access"):
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
        "joinedTimestamp": date(found["JoinedTimestamp"]),
        "name": found["Name"],
        "state": found.get("State") or "",
        "status": found.get("Status") or "",
    }


def _root(found: Properties) -> Properties:
    kinds = [
        {"status": kind["Status"], "type": kind["Type"]} for kind in found.get("PolicyTypes") or []
    ]
    return {"arn": found["Arn"], "id": found["Id"], "name": found["Name"], "policyTypes": kinds}
