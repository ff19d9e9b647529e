"""The secrets of the account, for the console. moto keeps them, and its API shows the same ones."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..org_file import Aws

MAX_SIZE = 65_536
"""Maximum size of a secret in bytes (AWS Secrets Manager User Guide, Create a secret)."""
_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")


class SecretError(ValueError):
    """The secret cannot be stored; the message says why, without any value."""


@dataclass(frozen=True)
class Version:
    """A version of a secret, without its value; AWS deletes versions without staging labels."""

    id: str
    stages: tuple[str, ...]
    created: datetime


@dataclass(frozen=True)
class Secret:
    """A secret without its value."""

    name: str
    arn: str
    description: str
    created: datetime
    changed: datetime
    tags: dict[str, str]
    versions: tuple["Version", ...] = ()
    """Oldest first."""


class Secrets:
    """The secrets in the org's region."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws

    @property
    def _backend(self) -> Any:
        # moto reads environment variables at import time (account.py sets them).
        from moto.secretsmanager.models import secretsmanager_backends

        return secretsmanager_backends[self.aws.account][self.aws.region]

    def list(self) -> list[Secret]:
        backend = self._backend
        found = (
            _secret(item, backend.secrets[item["Name"]].versions.values())
            for item in backend.list_secrets([], max_results=10_000)[0]
        )
        return sorted(found, key=lambda secret: secret.name)

    def find(self, name: str) -> Secret | None:
        return next((secret for secret in self.list() if secret.name == name), None)

    def value(self, name: str) -> str:
        """The current value; empty if it is not text."""
        found = self._backend.get_secret_value(name, "", "AWSCURRENT")
        return found.get("SecretString") or ""

    def create(self, name: str, value: str, description: str, tags: dict[str, str]) -> None:
        if not _NAME.fullmatch(name):
            raise SecretError(
                "Secret name: use 1 to 512 letters, digits and the characters /_+=.@- only."
            )
        if self.find(name):
            raise SecretError(f"The operation failed because the secret {name} already exists.")
        _check_size(value)
        self._backend.create_secret(
            name=name, secret_string=value, secret_binary=None, description=description,
            tags=_tag_list(tags), kms_key_id=None, client_request_token=None,
            replica_regions=[], force_overwrite=False,
        )  # fmt: skip

    def put(self, name: str, value: str) -> None:
        """Store a new version, which becomes AWSCURRENT."""
        _check_size(value)
        self._backend.put_secret_value(name, value, None, None, ["AWSCURRENT"])

    def set_tags(self, name: str, tags: dict[str, str]) -> None:
        """Replace all tags."""
        found = self.find(name)
        gone = sorted(found.tags.keys() - tags.keys()) if found else []
        self._backend.untag_resource(name, gone)
        self._backend.tag_resource(name, tags)


def pairs_of(value: str) -> dict[str, str] | None:
    """The key/value pairs if the value is a JSON object of texts and numbers, otherwise None."""
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    texts = {
        key: item if isinstance(item, str) else json.dumps(item) for key, item in document.items()
    }
    nested = any(isinstance(item, dict | list) for item in document.values())
    return None if nested else texts


def _secret(item: dict[str, Any], versions: Iterable[dict[str, Any]]) -> Secret:
    return Secret(
        name=item["Name"], arn=item["ARN"], description=item.get("Description") or "",
        created=_time(item["CreatedDate"]), changed=_time(item["LastChangedDate"]),
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags") or []},
        versions=tuple(
            Version(each["version_id"], tuple(each["version_stages"]), _time(each["createdate"]))
            for each in versions
        ),
    )  # fmt: skip


def _time(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromtimestamp(float(value), UTC)


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _check_size(value: str) -> None:
    if not value:
        raise SecretError("Enter a value.")
    if len(value.encode()) > MAX_SIZE:
        raise SecretError(f"The secret has more than {MAX_SIZE} bytes.")
