"""Files of a stack in a file backend: whether a killed engine left them complete."""

import json
import os
import shlex
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkpoint:
    """The files of one stack. `backend` is the folder that contains `.pulumi`."""

    backend: Path
    project: str
    stack: str

    @property
    def file(self) -> Path:
        """The state."""
        return self.backend / ".pulumi" / "stacks" / self.project / f"{self.stack}.json"

    @property
    def backup(self) -> Path:
        """The engine's copy of the state before its last change."""
        return self.file.with_name(f"{self.file.name}.bak")

    @property
    def attributes(self) -> Path:
        """Checksums that the engine checks when it reads the state; it can do without them."""
        return self.file.with_name(f"{self.file.name}.attrs")

    @property
    def locks(self) -> list[Path]:
        """Locks of runs, active ones included."""
        return list((self.backend / ".pulumi" / "locks").rglob(f"{self.stack}/*.json"))

    def active_run(self) -> int:
        """The process on this machine that holds a lock; 0 if there is none."""
        for lock in self.locks:
            try:
                held = json.loads(lock.read_text(encoding="utf-8"))
                pid, host = int(held["pid"]), held.get("hostname")
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if host in (None, "", socket.gethostname()) and is_running(pid):
                return pid
        return 0

    def damage(self) -> str:
        """Which file is incomplete; empty if the engine can read the state."""
        if not is_complete(self.file):
            return f"{self.file} is empty or cut off"
        if self.attributes.exists() and not is_complete(self.attributes, "md5"):
            return f"{self.attributes} is empty or cut off"
        return ""

    def repair(self) -> list[str]:
        """The commands that make the state readable; empty if there is no complete backup."""
        remove = shlex.join(["rm", "-f", str(self.attributes)])
        if is_complete(self.file):
            return [remove]
        if not is_complete(self.backup):
            return []
        return [shlex.join(["cp", str(self.backup), str(self.file)]), remove]


def is_running(pid: int) -> bool:
    """Whether a process runs. A zombie does not: a killed process whose parent was killed too stays
    in the process table until init reaps it."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # macOS has no such files
    except PermissionError:
        return True
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def is_complete(file: Path, key: str = "checkpoint") -> bool:
    """Whether the file is JSON with that key: a killed engine may not write it, or only a part."""
    try:
        return key in json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False
