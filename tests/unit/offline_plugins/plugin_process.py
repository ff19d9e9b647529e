"""Runs a plugin's script as the engine does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.paths import ROOT

SCRIPTS = ROOT / "offline_plugins" / "bin"
AWS_SCRIPT = SCRIPTS / "aws" / "pulumi-resource-aws"
OKTA_SCRIPT = SCRIPTS / "okta" / "pulumi-resource-okta"


@contextmanager
def plugin_process(script: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The running script, in a folder that contains a package of the same name."""
    (folder / "offline_plugins").mkdir()
    (folder / "offline_plugins" / "__init__.py").write_text("raise SystemExit('not ours')")
    with subprocess.Popen(
        [str(script), "127.0.0.1:1"], cwd=folder, text=True,
        env={**os.environ, "OIC_PYTHON": sys.executable, "CDPATH": str(folder)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that the script prints."""
    assert process.stdout is not None
    port = process.stdout.readline().strip()
    assert port.isdigit(), process.communicate()
    return int(port)
