"""What holds a stack or a fleet: locks of the engine, unfinished operations, and other runs."""

import errno
import fcntl
import hashlib
import os
import re
import shlex
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_LOCKED = "the stack is currently locked by"
_CONFLICT = "Another update is currently in progress"
_HOLDER = re.compile(r"created by (.*)@(\S*) \(pid (\d+)\) at (\S+)")


@dataclass(frozen=True)
class Holder:
    """The process that a lock of a file or S3 backend names."""

    user: str
    host: str
    pid: int
    since: str


def holders(text: str) -> list[Holder]:
    """The holders of a stack's lock, in a message of the engine. Empty for another message."""
    if _LOCKED not in text:
        return []
    found = _HOLDER.findall(text[text.index(_LOCKED) :])
    return [Holder(user, host, int(pid), since) for user, host, pid, since in found]


def is_locked(text: str) -> bool:
    """Whether a message of the engine says that another run has the stack."""
    return _LOCKED in text or _CONFLICT in text


def lock_advice(stack: str, text: str, host: str, is_running: Callable[[int], bool]) -> list[str]:
    """What to do about a locked stack: a sentence, then the commands to run. `host`: this machine;
    `is_running`: whether one of its processes runs. Empty if the message is about something else.
    """
    if not is_locked(text):
        return []
    found = holders(text)
    release = release_commands(stack)
    if not found:
        return [
            f"another update of {stack} is in progress. Wait until it finishes. If none is:",
            *release,
        ]
    here = [each for each in found if each.host == host]
    if running := [each for each in here if is_running(each.pid)]:
        return [
            f"another run of {stack} is in progress, pid {running[0].pid}, since "
            f"{running[0].since}. Wait until it finishes."
        ]
    if elsewhere := [each for each in found if each.host != host]:
        other = elsewhere[0]
        return [
            f"{stack} is locked by {other.user}@{other.host} (pid {other.pid}) since "
            f"{other.since}. If that run no longer exists:",
            *release,
        ]
    pids = ", ".join(str(each.pid) for each in found)
    return [f"the run that locked {stack} (pid {pids}) no longer exists. Run:", *release]


def release_commands(stack: str) -> list[str]:
    """The lines that release a lock, and show what the run has left behind."""
    cancel = shlex.join(["pulumi", "cancel", "--stack", stack, "--yes"])
    return [cancel, recover_command(stack)]


def recover_command(stack: str) -> str:
    """The line that shows what an interrupted run has left behind."""
    return shlex.join(["okta-idc", "recover", "--stack", stack])


class FleetRunningError(Exception):
    """Another fleet command works on the same stacks."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(
            "another okta-idc fleet is running" + (f" (pid {pid})" if pid else "") + "."
        )
        self.pid = pid


@contextmanager
def only_fleet(core_file: Path, home: Path) -> Generator[None]:
    """Hold the locks of the fleet whose core has this stack file. The system releases them when
    this process ends, however that happens. Raises FleetRunningError, and OSError if they cannot be
    had.

    Two files are locked: the stack file, which every user of the project shares, and one in `home`,
    Pulumi's folder of the user, because an editor replaces the stack file when it saves it.
    """
    path = core_file.parent.resolve() / core_file.name
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    own = os.open(home / f"okta-idc-fleet-{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(own, "rb") as lock, core_file.open("rb") as shared:
        for file in (lock, shared):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FleetRunningError(_owner(os.fstat(file.fileno()))) from None
            except OSError:
                if file is lock:  # NFS locks no file that is open for reading only
                    raise
        yield


def pulumi_home(environment: Mapping[str, str], project: Path) -> Path:
    """Pulumi's folder of the user. Raises OSError if there is none."""
    if given := environment.get("PULUMI_HOME"):
        return project / given
    try:
        return Path.home() / ".pulumi"
    except RuntimeError:
        raise OSError(errno.ENOENT, "there is no home folder", "~/.pulumi") from None


def _owner(file: os.stat_result) -> int | None:
    """The process that has locked a file, where the system lists them (Linux)."""
    wanted = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and wanted in words:
                return int(words[4])
    return None
