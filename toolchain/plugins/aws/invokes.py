"""Look-ups (data sources), with the arguments and results of pulumi-aws 7."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from toolchain.plugins.aws.account import Account
from toolchain.plugins.host import Properties, ProviderError

Invoke = Callable[[Account, Properties], Properties]


def get_secrets(account: Account, args: Properties) -> Properties:
    """aws:secretsmanager/getSecrets. As AWS's ListSecrets: a `name` filter matches prefixes."""
    filters = [{"Key": f["name"], "Values": f["values"]} for f in args.get("filters") or []]
    pages = account.client("secretsmanager").get_paginator("list_secrets")
    found = [s for page in pages.paginate(Filters=filters) for s in page["SecretList"]]
    return {
        "arns": [s["ARN"] for s in found],
        "filters": args.get("filters"),
        "id": account.region,
        "names": [s["Name"] for s in found],
        "region": account.region,
    }


def get_secret_version(account: Account, args: Properties) -> Properties:
    """aws:secretsmanager/getSecretVersion. Its secretString is not marked secret by the real
    plugin either (pulumi-aws #1449): whoever asks must mark it."""
    stage = args.get("versionStage") or "AWSCURRENT"
    wanted = {"VersionId": args["versionId"]} if args.get("versionId") else {"VersionStage": stage}
    secret = account.client("secretsmanager").get_secret_value(SecretId=args["secretId"], **wanted)
    binary = secret.get("SecretBinary")
    return {
        "arn": secret["ARN"],
        "createdDate": f"{secret['CreatedDate']:%Y-%m-%dT%H:%M:%SZ}",
        "id": f"{args['secretId']}|{args.get('versionId') or stage}",
        "region": account.region,
        "secretArn": secret["ARN"],
        "secretBinary": base64.b64encode(binary).decode() if binary else "",
        "secretId": args["secretId"],
        "secretString": secret.get("SecretString", ""),
        "versionId": secret["VersionId"],
        "versionStage": stage,
        "versionStages": secret["VersionStages"],
    }


def get_instances(account: Account, _: Properties) -> Properties:
    """aws:ssoadmin/getInstances."""
    pages = account.client("sso-admin").get_paginator("list_instances")
    found = [i for page in pages.paginate() for i in page["Instances"]]
    return {
        "arns": [i["InstanceArn"] for i in found],
        "id": account.region,
        "identityStoreIds": [i["IdentityStoreId"] for i in found],
        "region": account.region,
    }


def get_groups(account: Account, args: Properties) -> Properties:
    """aws:identitystore/getGroups."""
    store = args["identityStoreId"]
    pages = account.client("identitystore").get_paginator("list_groups")
    found = [g for page in pages.paginate(IdentityStoreId=store) for g in page["Groups"]]
    return {
        "groups": [
            {
                "description": g.get("Description", ""),
                "displayName": g.get("DisplayName", ""),
                "externalIds": [
                    {"id": e["Id"], "issuer": e["Issuer"]} for e in g.get("ExternalIds") or []
                ],
                "groupId": g["GroupId"],
                "identityStoreId": g["IdentityStoreId"],
            }
            for g in found
        ],
        "identityStoreId": store,
        "region": account.region,
    }


INVOKES: dict[str, Invoke] = {
    "aws:identitystore/getGroups:getGroups": get_groups,
    "aws:secretsmanager/getSecretVersion:getSecretVersion": get_secret_version,
    "aws:secretsmanager/getSecrets:getSecrets": get_secrets,
    "aws:ssoadmin/getInstances:getInstances": get_instances,
}


def run(account: Account, token: str, args: Properties) -> Properties:
    """The look-up, with AWS's error code and words where it fails (never a value that was sent)."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return INVOKES[token](account, args)
    except ClientError as error:
        told: Any = error.response["Error"]
        raise ProviderError(
            f"invoking {token}: {error.operation_name}: {told.get('Code')}: {told.get('Message')}"
        ) from None
    except BotoCoreError as error:
        raise ProviderError(f"invoking {token}: {error}") from None
