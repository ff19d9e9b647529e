"""AWS Secrets Manager: the secret with the SCIM endpoint and token.

Credentials come from boto3's default chain. No error text holds a secret value.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any, cast

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list, get_object, get_text
from okta_idc.text import conceal

_SERVICE = "secretsmanager"
TAG_KEYS = ("endpoint", "token_id", "created", "expires")
"""The tags of the secret, which repeat all but the token."""
_KNOWN = re.compile(r"https://\S+|\d{4}-\d\d-\d\d[T\d:.Z+-]*")
REPLACES = "replaces"
"""Key of a pending document: the ID of the version that it replaces."""
_VERSION = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOCUMENT = re.compile(rf"[{{}}\[\]\"]|\b(?:{'|'.join(TAG_KEYS)})\b")
_PUNCTUATION = re.compile(r"[\s\"'{}\[\],\\]+")


def secret_tags(
    name: str, region: str | None, endpoint: str | None, config: AwsConfig | None = None
) -> dict[str, str]:
    """The secret's tags (DescribeSecret). Raises AwsError."""
    found = AwsClient(_SERVICE, region, endpoint, config).call("describe_secret", SecretId=name)
    return {tag["Key"]: tag.get("Value", "") for tag in get_list(found, "Tags")}


def secret_string(
    name: str, region: str | None, endpoint: str | None, config: AwsConfig | None = None
) -> str:
    """The secret's value (GetSecretValue). Raises AwsError."""
    client = AwsClient(_SERVICE, region, endpoint, config)
    found = client.call("get_secret_value", SecretId=name)
    text = str(found.get("SecretString") or "")
    conceal(*_credentials(text))
    return text


def _credentials(text: str) -> list[str]:
    """Values in a secret that may be its token, in whichever field: all but URLs, dates, and the
    ID of the replaced version. Of a text with the punctuation or the keys of the document, the
    words: the rest is in the advice."""
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        document = text
    fields = cast(dict[str, Any], document) if isinstance(document, dict) else {"": document}
    found: list[str] = []
    for key, each in fields.items():
        given = each if isinstance(each, str) else json.dumps(each)
        if key == REPLACES and _VERSION.fullmatch(given):
            continue
        words = _PUNCTUATION.split(given) if _DOCUMENT.search(given) else [given]
        found += (w for w in words if not _KNOWN.fullmatch(w) and w.strip(":=") not in TAG_KEYS)
    return found


CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
"""Staging labels. AWS moves AWSPREVIOUS to the version that had AWSCURRENT."""


@dataclass(frozen=True)
class SecretState:
    """The version of each staging label, and the tags."""

    versions: Mapping[str, str]
    tags: Mapping[str, str]


class SecretVersions:
    """The versions of one secret. Its methods raise AwsError."""

    def __init__(
        self, name: str, region: str | None, endpoint: str | None, config: AwsConfig | None = None
    ) -> None:
        self._client = AwsClient(_SERVICE, region, endpoint, config)
        self.name, self.region = name, self._client.region

    def state(self) -> SecretState:
        """The current state (DescribeSecret)."""
        found = self._client.call("describe_secret", SecretId=self.name)
        stages = get_object(found, "VersionIdsToStages")
        versions = {label: key for key in stages for label in get_list(stages, key)}
        tags = {tag["Key"]: tag.get("Value", "") for tag in get_list(found, "Tags")}
        return SecretState(versions, tags)

    def text(self, version: str) -> str:
        """The value of a version."""
        found = self._client.call("get_secret_value", SecretId=self.name, VersionId=version)
        text = str(found.get("SecretString") or "")
        conceal(*_credentials(text))
        return text

    def add_pending(self, version: str, document: Mapping[str, object]) -> None:
        """Add a version with AWSPENDING; the current one keeps AWSCURRENT."""
        self._client.call(
            "put_secret_value", SecretId=self.name, SecretString=json.dumps(document),
            ClientRequestToken=version, VersionStages=[PENDING],
        )  # fmt: skip

    def move(self, label: str, from_version: str, to_version: str = "") -> None:
        """Move a label, or remove it. AWS refuses it if another version has the label by now."""
        to: dict[str, str] = {"MoveToVersionId": to_version} if to_version else {}
        self._client.call(
            "update_secret_version_stage", SecretId=self.name, VersionStage=label,
            RemoveFromVersionId=from_version, **to,
        )  # fmt: skip

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set these tags; others stay."""
        self._client.call("tag_resource", SecretId=self.name, Tags=_pairs(tags))


class TagsError(AwsError):
    """The secret has a new version, and the tags of the old one."""


class SecretStore:
    """One secret, to store the endpoint and the token in. Its methods raise AwsError."""

    def __init__(self, name: str, region: str | None, endpoint: str | None) -> None:
        self._client = AwsClient(_SERVICE, region, endpoint)
        self.name, self.region = name, self._client.region

    def check(self) -> dict[str, str] | None:
        """The secret's tags; None if it is still to be created. Raises AwsError if it is known that
        nothing can be stored, before anything has to be entered.

        A new tag value needs the same permission as an old one, so the tags that exist are set to
        their own values: the only harmless test of a write that AWS has.
        """
        try:
            found = self._client.call("describe_secret", SecretId=self.name)
        except AwsError as error:
            if error.code == "ResourceNotFoundException" and not self.name.startswith("arn:"):
                return None
            raise
        primary = get_text(found, "PrimaryRegion")
        if found.get("DeletedDate"):
            raise AwsError(
                f"the secret {self.name!r} is scheduled for deletion. Restore it: "
                f"aws secretsmanager restore-secret --secret-id {quote(self.name)} "
                f"--region {self.region}"
            )
        if primary not in ("", self.region):
            raise AwsError(
                f"the secret {self.name!r} in {self.region} is a replica. Pass --region {primary}."
            )
        tags = {tag["Key"]: tag.get("Value", "") for tag in get_list(found, "Tags")}
        if own := {key: value for key, value in tags.items() if key in TAG_KEYS}:
            self._client.call("tag_resource", SecretId=self.name, Tags=_pairs(own))
        return tags

    def store(self, document: Mapping[str, object], tags: Mapping[str, str]) -> bool:
        """Create the secret, or add a version, and then set its tags. True: it was created."""
        text = json.dumps(document)
        description = "SCIM endpoint and token of IAM Identity Center"
        given: dict[str, Any] = {"Name": self.name, "Description": description}
        try:
            self._client.call("create_secret", **given, SecretString=text, Tags=_pairs(tags))
        except AwsError as error:
            exists = self.name.startswith("arn:") or error.code == "ResourceExistsException"
            if not exists:
                raise
        else:
            return True
        self._client.call("put_secret_value", SecretId=self.name, SecretString=text)
        try:
            self._client.call("tag_resource", SecretId=self.name, Tags=_pairs(tags))
        except AwsError as error:
            text = f"the new version is stored, but its tags are the old ones: {error}"
            raise TagsError(text, error.action, error.code) from None
        return False


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
