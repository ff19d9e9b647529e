"""Spaces calls, because AWS counts those of all programs that use an account.

Processes that share a folder for temporary files share the pace by a file in it: the stacks of a
fleet, the doctor, and the drift check of one user. Several machines, and containers, share a limit
by fixed parts (`VARIABLE`).
"""

import fcntl
import hashlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from okta_idc.clients.json_path import get_object

LIMIT, DEFAULT, LEAST = 20.0, 15.0, 1.0
"""Calls a second to each service: what AWS allows in an account, what the kit makes, because other
programs make calls too, and what it makes at least."""
VARIABLE = "OIC_AWS_CALLS_PER_SECOND"
"""The variable with another number than the default."""
_FARTHEST = 300.0
"""Seconds. A later time in the file is from before a restart of the machine."""
_ATTEMPTS, _PAUSE = 20, 0.05
"""Attempts to lock the file, and seconds between them: a process can be stopped while it has the
lock."""


class PaceError(ValueError):
    """The variable is not a number of calls. The text says so."""


class Pace:
    """Keeps calls at least an interval apart: those of all threads, and those of all processes
    with the same `name`. If the file cannot be used, those of this object only."""

    def __init__(self, name: str, calls_per_second: float) -> None:
        # An address can contain a password.
        self._name = hashlib.sha256(name.encode()).hexdigest()[:16]
        self._interval = 1 / calls_per_second
        self._next, self._lock = 0.0, threading.Lock()

    def wait(self) -> None:
        """Sleep until the next call may start."""
        with self._lock:
            try:
                start = self._reserve()
            except OSError:
                start = max(time.monotonic(), self._next)
            self._next = start + self._interval
        if (left := start - time.monotonic()) > 0:
            time.sleep(left)

    def _reserve(self) -> float:
        """Take the next free time of the file. Raises OSError."""
        descriptor = os.open(_file(), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8", errors="replace") as file:
            if os.fstat(descriptor).st_uid != os.getuid():
                raise PermissionError
            _hold(file)
            now = time.monotonic()  # the same clock in all processes
            taken = _taken(file.read(), now)
            start = max(now, self._next, taken.get(self._name, now))
            file.seek(0)
            file.truncate()
            file.write(json.dumps(taken | {self._name: start + self._interval}))
        return start


def calls_per_second(environment: Mapping[str, str] = os.environ) -> float:
    """How many calls the processes of this machine make to each service. Raises PaceError."""
    text = environment.get(VARIABLE, "")
    try:
        found = float(text or DEFAULT)
    except ValueError:
        found = 0.0
    if not LEAST <= found <= LIMIT:
        raise PaceError(
            f"{VARIABLE} must be a number from {LEAST:.0f} to {LIMIT:.0f}, the limit of AWS."
        )
    return found


def _file() -> Path:
    return Path(tempfile.gettempdir()) / f"okta-idc-pace-{os.getuid()}"


def _hold(file: IO[str]) -> None:
    """Lock the file until it is closed. Raises OSError if another process keeps it."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not left:
                raise
            time.sleep(_PAUSE)
    return None


def _taken(text: str, now: float) -> dict[str, float]:
    """The times after `now` at which a next call may start, by name."""
    try:
        found = get_object(json.loads(text))
    except (ValueError, RecursionError):
        return {}
    return {
        name: at
        for name, at in found.items()
        if isinstance(at, float) and now < at < now + _FARTHEST
    }
