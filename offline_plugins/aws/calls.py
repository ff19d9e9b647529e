"""Helpers for the calls of resource types: error texts, ids, names, times, waits and tags."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from offline_plugins.aws.service import AwsError, Service
from offline_plugins.provider import Properties, ProviderError

NOT_FOUND_CODES = ("ResourceNotFoundException", "NotFound")
"""AWS's error codes for a missing object. SNS has its own code."""
WAIT_SECONDS, POLL_SECONDS = 60.0, 0.1


@contextmanager
def error_context(what: str) -> Iterator[None]:
    """Prefix errors with the operation. AWS's errors keep their code."""
    try:
        yield
    except AwsError as refused:
        raise AwsError(f"{what}: {refused}", refused.code, refused.message) from None
    except ProviderError as error:
        raise ProviderError(f"{what}: {error}") from None


def split_id(id: str, *names: str) -> list[str]:
    """The parts of an id of the form `NAME,NAME`. Raises ProviderError."""
    found = id.split(",")
    if len(found) != len(names) or not all(found):
        raise ProviderError(f'unexpected format for ID ("{id}"), expected {",".join(names)}')
    return found


def format_time(at: datetime) -> str:
    """A time in the format of terraform-provider-aws."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def aws_name(name: str) -> str:
    """The name of a member in AWS's service models, which capitalize the properties' names."""
    return name[0].upper() + name[1:]


def parameters(properties: Properties, names: Iterable[str]) -> Properties:
    """AWS's parameters for those of the properties that have a value."""
    return {aws_name(name): properties[name] for name in names if properties.get(name)}


def members(found: Properties, names: Iterable[str], empty: Any = None) -> Properties:
    """The properties with these names, from AWS's members. `empty` replaces an empty value."""
    return {name: found.get(aws_name(name)) or empty for name in names}


def wait_until_done(ask: Callable[[], Properties]) -> None:
    """Poll until the status is no longer IN_PROGRESS. Raises ProviderError if it is FAILED."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (answer := ask())["Status"] == "IN_PROGRESS":
        if time.monotonic() > deadline:
            raise ProviderError("timeout while waiting for state to become 'SUCCEEDED'")
        time.sleep(POLL_SECONDS)
    if answer["Status"] != "SUCCEEDED":
        raise ProviderError(
            f"unexpected state '{answer['Status']}', wanted target 'SUCCEEDED'. "
            f"last error: {answer.get('FailureReason')}"
        )


def tag_list(tags: Properties | None) -> list[Properties]:
    """Tags in the form of AWS's calls."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def tag_outputs(listed: list[Properties]) -> Properties:
    """The outputs `tags` and `tagsAll` for tags in the form of AWS's calls."""
    found = {tag["Key"]: tag["Value"] for tag in listed}
    return {"tags": found or None, "tagsAll": found}


def update_tags(aws: Service, olds: Properties, wanted: Properties, **at: str) -> None:
    """Call UntagResource and TagResource for the differences. `at` names the resource."""
    old, new = olds.get("tagsAll") or {}, wanted.get("tagsAll") or {}
    if gone := sorted(old.keys() - new.keys()):
        aws.call("UntagResource", **at, TagKeys=gone)
    if changed := {key: value for key, value in new.items() if old.get(key) != value}:
        aws.call("TagResource", **at, Tags=tag_list(changed))
