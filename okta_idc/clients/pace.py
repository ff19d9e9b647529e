"""Spaces calls, because AWS counts those of all programs that use an account.

The processes of one user on one machine share the pace by a file: the stacks of a fleet, the
doctor, and the drift check. Several machines share a limit by fixed parts (`VARIABLE`).
"""

import fcntl
import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from okta_idc.clients.json_path import get_object

LIMIT, DEFAULT = 20.0, 15.0
"""Calls a second that AWS allows for each service in an account, and that all processes of this
machine make: other programs make calls too."""
VARIABLE = "OIC_AWS_CALLS_PER_SECOND"
"""The variable with another number than the default."""
_FARTHEST = 60.0
"""Seconds. A later time in the file is from before a restart of the machine."""


class PaceError(ValueError):
    """The variable is not a number of calls. The text says so."""


class Pace:
    """Keeps calls at least an interval apart: those of all threads, and those of all processes
    with the same `name`. If the file cannot be used, those of this object only."""

    def __init__(self, name: str, calls_per_second: float) -> None:
        self._name, self._interval = name, 1 / calls_per_second
        self._next, self._lock = 0.0, threading.Lock()

    def wait(self) -> None:
        """Sleep until the next call may start."""
        with self._lock:
            now = time.monotonic()  # the same clock in all processes
            try:
                start = self._reserve(now)
            except OSError:
                start = max(now, self._next)
            self._next = start + self._interval
        time.sleep(start - now)

    def _reserve(self, now: float) -> float:
        """Take the next free time of the file. Raises OSError."""
        descriptor = os.open(_file(), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8", errors="replace") as file:
            if os.fstat(descriptor).st_uid != os.getuid():
                raise PermissionError
            fcntl.flock(file, fcntl.LOCK_EX)
            taken = _taken(file.read(), now)
            start = max(now, taken.get(self._name, now))
            file.seek(0)
            file.truncate()
            file.write(json.dumps(taken | {self._name: start + self._interval}))
        return start


def calls_per_second(environment: Mapping[str, str] = os.environ) -> float:
    """How many calls the processes of this machine make, of each service. Raises PaceError."""
    text = environment.get(VARIABLE, "")
    try:
        found = float(text or DEFAULT)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= LIMIT:
        raise PaceError(f"{VARIABLE} must be a number from 0.1 to {LIMIT:.0f}, the limit of AWS.")
    return found


def _file() -> Path:
    return Path(tempfile.gettempdir()) / f"okta-idc-pace-{os.getuid()}"


def _taken(text: str, now: float) -> dict[str, float]:
    """The times after `now` at which a next call may start, by name."""
    try:
        found = get_object(json.loads(text))
    except ValueError:
        return {}
    return {
        name: at
        for name, at in found.items()
        if isinstance(at, float) and now < at < now + _FARTHEST
    }
