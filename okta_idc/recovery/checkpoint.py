"""Files of a stack in a file backend: whether a killed engine left them complete."""

import json
import shlex
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


def is_complete(file: Path, key: str = "checkpoint") -> bool:
    """Whether the file is JSON with that key: a killed engine may not write it, or only a part."""
    try:
        return key in json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False
