"""Secrets Manager's look-ups, as terraform-provider-aws's data sources make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from offline_plugins.aws.account import Account
from offline_plugins.aws.registry import look_up
from offline_plugins.aws.service import RefusedError
from offline_plugins.aws.times import date
from offline_plugins.provider_server import Properties, ProviderError

SERVICE = "secretsmanager"


@look_up("aws:secretsmanager/getSecrets:getSecrets", "sdk", optional=("filters", "region"))
def get_secrets(account: Account, args: Properties) -> Properties:
    """AWS does the filtering: its `name` matches prefixes. The two lists are sets in the real
    plugin, each sorted for itself, so they cannot be read side by side."""
    region = args.get("region") or account.region
    given = args.get("filters") or []
    filters = [{"Key": f.get("name"), "Values": f.get("values")} for f in given]
    with _doing("listing Secrets Manager Secrets"):
        asked = {"Filters": filters} if filters else {}
        found = account.service(SERVICE, region).pages("ListSecrets", "SecretList", **asked)
    return {
        "arns": sorted(secret["ARN"] for secret in found),
        "filters": given,
        "id": region,
        "names": sorted(secret["Name"] for secret in found),
        "region": region,
    }


@look_up(
    "aws:secretsmanager/getSecretVersion:getSecretVersion", "sdk",
    required=("secretId",), optional=("region", "versionId", "versionStage"),
)  # fmt: skip
def get_secret_version(account: Account, args: Properties) -> Properties:
    """The value comes in plain, as from the real plugin (pulumi-aws #1449): whoever asks must mark
    it, and marking it here would hide that somebody forgot."""
    region = args.get("region") or account.region
    secret_id, stage = args["secretId"], args.get("versionStage") or "AWSCURRENT"
    version = args.get("versionId")
    asked = {"VersionId": version} if version else {"VersionStage": stage}
    place = f"{secret_id}|{version or stage}"
    with _doing(f"reading Secrets Manager Secret Version ({place})"):
        found = account.service(SERVICE, region).call("GetSecretValue", SecretId=secret_id, **asked)
    return {
        "arn": found["ARN"],
        "createdDate": date(found["CreatedDate"]),
        "id": place,
        "region": region,
        "secretArn": found["ARN"],
        "secretBinary": _text(found.get("SecretBinary") or b"", place),
        "secretId": secret_id,
        "secretString": found.get("SecretString") or "",
        "versionId": found["VersionId"],
        "versionStage": stage,
        "versionStages": sorted(found["VersionStages"]),
    }


@look_up(
    "aws:secretsmanager/getSecret:getSecret", "sdk", optional=("arn", "name", "region", "tags")
)  # fmt: skip
def get_secret(account: Account, args: Properties) -> Properties:
    """Everything but the value: DescribeSecret and the policy. `tags` asks for nothing."""
    region = args.get("region") or account.region
    if bool(args.get("arn")) == bool(args.get("name")):
        raise ProviderError('"arn": exactly one of `arn,name` must be specified')
    secret_id = args.get("arn") or args["name"]
    service = account.service(SERVICE, region)
    with _doing(f"reading Secrets Manager Secret ({secret_id})"):
        found = service.call("DescribeSecret", SecretId=secret_id)
        if found.get("DeletedDate"):
            raise ProviderError("couldn't find resource")
    with _doing(f"reading Secrets Manager Secret ({found['ARN']}) policy"):
        policy = service.call("GetResourcePolicy", SecretId=found["ARN"])
    return {
        "arn": found["ARN"],
        "createdDate": date(found["CreatedDate"]),
        "description": found.get("Description") or "",
        "id": found["ARN"],
        "kmsKeyId": found.get("KmsKeyId") or "",
        "lastChangedDate": date(found["LastChangedDate"]),
        "name": found["Name"],
        "policy": policy.get("ResourcePolicy") or "",
        "region": region,
        "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []},
        "type": found.get("Type") or "",
    }


@contextmanager
def _doing(what: str) -> Iterator[None]:
    """Says what was tried. A secret that is gone, or on its way, is one that can't be found."""
    try:
        yield
    except RefusedError as refused:
        deleted = refused.code == "InvalidRequestException" and "delet" in refused.message
        if refused.code == "ResourceNotFoundException" or deleted:
            raise ProviderError(f"{what}: couldn't find resource") from None
        raise ProviderError(f"{what}: {refused}") from None
    except ProviderError as error:
        raise ProviderError(f"{what}: {error}") from None


def _text(binary: bytes, place: str) -> str:
    """The real plugin hands the bytes over as text, which works for UTF-8 only."""
    try:
        return binary.decode()
    except UnicodeDecodeError:
        raise ProviderError(
            f"reading Secrets Manager Secret Version ({place}): its SecretBinary is not UTF-8 text"
        ) from None
