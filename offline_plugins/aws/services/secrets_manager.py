"""Lookups of secrets, with the calls of terraform-provider-aws's data sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from offline_plugins.aws.calls import error_context, format_time
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.service import AwsError, Service
from offline_plugins.provider import Properties, ProviderError

SERVICE = "secretsmanager"


@lookup("aws:secretsmanager/getSecrets:getSecrets", SERVICE, "sdkv2", optional=("filters",))
def get_secrets(aws: Service, args: Properties) -> Properties:
    """The secrets that match AWS's filters. A `name` filter matches prefixes.

    Both lists are sets in the official plugin, sorted independently: their items do not correspond.
    """
    given = args.get("filters") or []
    filters = [{"Key": f.get("name"), "Values": f.get("values")} for f in given]
    with _error_context("listing Secrets Manager Secrets"):
        parameters = {"Filters": filters} if filters else {}
        found = aws.pages("ListSecrets", "SecretList", **parameters)
    return {
        "arns": sorted(secret["ARN"] for secret in found),
        "filters": given,
        "names": sorted(secret["Name"] for secret in found),
    }


@lookup(
    "aws:secretsmanager/getSecretVersion:getSecretVersion", SERVICE, "sdkv2",
    required=("secretId",), optional=("versionId", "versionStage"),
)  # fmt: skip
def get_secret_version(aws: Service, args: Properties) -> Properties:
    """A secret's value, in plain text as in the official plugin (pulumi-aws #1449).

    The caller must mark the value as secret. Marking it here would hide a caller that does not.
    """
    secret_id, stage = args["secretId"], args.get("versionStage") or "AWSCURRENT"
    version = args.get("versionId")
    parameters = {"VersionId": version} if version else {"VersionStage": stage}
    place = f"{secret_id}|{version or stage}"
    with _error_context(f"reading Secrets Manager Secret Version ({place})"):
        found = aws.call("GetSecretValue", SecretId=secret_id, **parameters)
    return {
        "arn": found["ARN"],
        "createdDate": format_time(found["CreatedDate"]),
        "id": place,
        "secretArn": found["ARN"],
        "secretBinary": _text(found.get("SecretBinary") or b"", place),
        "secretId": secret_id,
        "secretString": found.get("SecretString") or "",
        "versionId": found["VersionId"],
        "versionStage": stage,
        "versionStages": sorted(found["VersionStages"]),
    }


@lookup(
    "aws:secretsmanager/getSecret:getSecret", SERVICE, "sdkv2", optional=("arn", "name", "tags")
)  # fmt: skip
def get_secret(aws: Service, args: Properties) -> Properties:
    """A secret's description and policy, without its value. The argument `tags` has no effect."""
    if bool(args.get("arn")) == bool(args.get("name")):
        raise ProviderError('"arn": exactly one of `arn,name` must be specified')
    secret_id = args.get("arn") or args["name"]
    with _error_context(f"reading Secrets Manager Secret ({secret_id})"):
        found = aws.call("DescribeSecret", SecretId=secret_id)
        if found.get("DeletedDate"):
            raise ProviderError("couldn't find resource")
    with _error_context(f"reading Secrets Manager Secret ({found['ARN']}) policy"):
        policy = aws.call("GetResourcePolicy", SecretId=found["ARN"])
    return {
        "arn": found["ARN"],
        "createdDate": format_time(found["CreatedDate"]),
        "description": found.get("Description") or "",
        "id": found["ARN"],
        "kmsKeyId": found.get("KmsKeyId") or "",
        "lastChangedDate": format_time(found["LastChangedDate"]),
        "name": found["Name"],
        "policy": policy.get("ResourcePolicy") or "",
        "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []},
        "type": found.get("Type") or "",
    }


@contextmanager
def _error_context(what: str) -> Iterator[None]:
    """Prefix errors with the operation. A secret scheduled for deletion counts as missing."""
    try:
        with error_context(what):
            yield
    except AwsError as refused:
        deleted = refused.code == "InvalidRequestException" and "delet" in refused.message
        if refused.code != "ResourceNotFoundException" and not deleted:
            raise
        raise ProviderError(f"{what}: couldn't find resource") from None


def _text(binary: bytes, place: str) -> str:
    """The binary value as text, as in the official plugin, which supports only UTF-8."""
    try:
        return binary.decode()
    except UnicodeDecodeError:
        raise ProviderError(
            f"reading Secrets Manager Secret Version ({place}): its SecretBinary is not UTF-8 text"
        ) from None
