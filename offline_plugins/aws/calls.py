"""What the resource types have in common when they call AWS: errors, ids, waits, tags."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from offline_plugins.aws.service import RefusedError, Service
from offline_plugins.provider_server import Properties, ProviderError

GONE = ("ResourceNotFoundException", "NotFound")
"""AWS's codes of a thing that is not there; SNS has one of its own."""
SETTLE_SECONDS, ASK_SECONDS = 60.0, 0.1


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Puts what was tried before an error; of AWS's refusals the code is kept."""
    try:
        yield
    except RefusedError as refused:
        raise RefusedError(f"{what}: {refused}", refused.code, refused.message) from None
    except ProviderError as error:
        raise ProviderError(f"{what}: {error}") from None


def parts(id: str, *names: str) -> list[str]:
    """The parts of an id of the form NAME,NAME. Raises ProviderError."""
    found = id.split(",")
    if len(found) != len(names) or not all(found):
        raise ProviderError(f'unexpected format for ID ("{id}"), expected {",".join(names)}')
    return found


def until_done(ask: Callable[[], Properties]) -> None:
    """Asks until the status is no longer IN_PROGRESS. Raises ProviderError if it is FAILED."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (answer := ask())["Status"] == "IN_PROGRESS":
        if time.monotonic() > deadline:
            raise ProviderError("timeout while waiting for state to become 'SUCCEEDED'")
        time.sleep(ASK_SECONDS)
    if answer["Status"] != "SUCCEEDED":
        raise ProviderError(
            f"unexpected state '{answer['Status']}', wanted target 'SUCCEEDED'. "
            f"last error: {answer.get('FailureReason')}"
        )


def tag_list(tags: Properties | None) -> list[Properties]:
    """As AWS's calls take tags."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def tags_read(listed: list[Properties]) -> Properties:
    """The outputs of what AWS says."""
    found = {tag["Key"]: tag["Value"] for tag in listed}
    return {"tags": found or None, "tagsAll": found}


def retag(aws: Service, olds: Properties, wanted: Properties, **at: str) -> None:
    """TagResource and UntagResource, as needed; `at` names the resource."""
    old, new = olds.get("tagsAll") or {}, wanted.get("tagsAll") or {}
    if gone := sorted(old.keys() - new.keys()):
        aws.call("UntagResource", **at, TagKeys=gone)
    if changed := {key: value for key, value in new.items() if old.get(key) != value}:
        aws.call("TagResource", **at, Tags=tag_list(changed))
