"""The user's cache folder, with atomic entries.

Large files live here instead of in the checkout. An entry is built in a temporary folder and
renamed when it is complete, under a lock: a partial entry is never used, and concurrent runs do not
interfere.
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
    """`okta-identity-center` in `$XDG_CACHE_HOME`, or in the system's default cache folder."""
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
    """Hold the lock file. `waiting` runs once if another process holds it. The system releases
    the lock when its holder exits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(name: str, make: Callable[[Path], None], waiting: Callable[[], None]) -> Path:
    """The folder of the entry `name`. If it is missing, `make` fills an empty folder for it."""
    path = folder() / name
    if path.is_dir():
        return path
    with locked(path.with_name(f"{name}.lock"), waiting):
        if path.is_dir():  # the lock's previous holder made it
            return path
        for partial in path.parent.glob(f"{name}.part-*"):  # left by a killed run
            shutil.rmtree(partial, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{name}.part-", dir=path.parent))
        try:
            part.chmod(0o755)
            make(part)
            part.rename(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return path
