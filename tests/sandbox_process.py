"""Runs the sandbox as a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.paths import ROOT

SECONDS_TO_START = 120


@contextmanager
def sandbox_process(folder: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """The content of the ready file. At the end, the sandbox must shut down cleanly."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not ready.exists():
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline, "the sandbox does not start"
                time.sleep(0.05)
            yield json.loads(ready.read_text())
            assert process.poll() is None, process.communicate()
            process.terminate()
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
        finally:
            process.kill()
