"""Measures a command with its descendants: processor seconds and peak memory by kind of process.

Reads /proc several times a second (Linux only), because the engine ends its plugins without
waiting for them, so that no parent has their times. A process that lives for less than the interval
is missing; the last interval of each is.
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")
_KINDS = {
    "host": r"language_host\.py|pulumi-language-python( |$)",
    "program": r"pulumi-language-python-exec",
    "plugins": r"offline_plugins|pulumi-resource-",
    "runner": r"-m okta_idc",
    "engine": r"pulumi\b",
}
"""Kinds of processes by their command lines; the first that fits."""


@dataclass
class Usage:
    """What a command used. Seconds and MB by kind of process."""

    seconds: float = 0
    cpu: dict[str, float] = field(default_factory=dict[str, float])
    peak: dict[str, float] = field(default_factory=dict[str, float])
    """Peak resident memory of the largest process of each kind, in MB."""

    @property
    def total_cpu(self) -> float:
        return sum(self.cpu.values())

    @property
    def largest(self) -> float:
        return max(self.peak.values(), default=0)


def run_measured(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> tuple["subprocess.CompletedProcess[str]", Usage]:
    """Run a command, capture its output, and measure it with its descendants."""
    started = time.monotonic()
    child = subprocess.Popen(
        command, cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    found: dict[int, tuple[str, float, float]] = {}
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(INTERVAL):
            found.update(_descendants(child.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        output, _ = child.communicate()
    finally:
        ended.set()
        sampler.join()
        if child.poll() is None:
            child.terminate()
            child.wait()
    usage = Usage(time.monotonic() - started)
    for kind, seconds, memory in found.values():
        usage.cpu[kind] = usage.cpu.get(kind, 0) + seconds
        usage.peak[kind] = max(usage.peak.get(kind, 0), memory)
    return subprocess.CompletedProcess(command, child.returncode, output, ""), usage


def cpu_seconds(pid: int) -> float:
    """User and system time of one process, without its children."""
    return _times(Path(f"/proc/{pid}/stat").read_text())[1]


def megabytes(pid: int, field: str) -> float:
    """A field of /proc/PID/status, for example `VmHWM`, the peak resident memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) / 1024


def _descendants(root: int) -> Iterator[tuple[int, tuple[str, float, float]]]:
    """The kind, processor seconds, and peak memory of each living descendant, by process ID."""
    parents: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = _times((entry / "stat").read_text())
            except OSError:
                continue
    for pid, (_, seconds) in parents.items():
        if _is_below(root, pid, parents):
            try:
                yield pid, (_kind(pid), seconds, megabytes(pid, "VmHWM"))
            except (OSError, IndexError):  # it ended meanwhile
                continue


def _is_below(root: int, pid: int, parents: Mapping[int, tuple[int, float]]) -> bool:
    while pid != root:
        if pid not in parents:
            return False
        pid = parents[pid][0]
    return True


def _times(stat: str) -> tuple[int, float]:
    """Parent and processor seconds in the text of /proc/PID/stat."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS


def _kind(pid: int) -> str:
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return next((kind for kind, text in _KINDS.items() if re.search(text, line)), "others")
