"""The user's cache folder, and how something gets into it whole or not at all.

Nothing heavy lives in the checkout. An entry is made in a folder beside its place and renamed
when it is complete, under a lock: a half-made one is never taken for a whole one, and two runs
at once do not break each other.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def folder() -> Path:
    """`$XDG_CACHE_HOME`, or the system's usual place, / okta-identity-center."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        base = Path(given)
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path.home() / ".cache"
    return base / "okta-identity-center"


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file; `waiting` is called once if somebody else holds it. The system frees
    it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(name: str, make: Callable[[Path], None], waiting: Callable[[], None]) -> Path:
    """The cache's entry of that name. `make(empty folder)` fills it where it is missing."""
    place = folder() / name
    if place.is_dir():
        return place
    with locked(place.with_name(f"{name}.lock"), waiting):
        if place.is_dir():  # whoever held the lock has made it
            return place
        for left in place.parent.glob(f"{name}.part-*"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{name}.part-", dir=place.parent))
        try:
            part.chmod(0o755)
            make(part)
            part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return place
