"""What holds for the scripts of both plugins."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.unit.offline_plugins.plugin_process import AWS_SCRIPT, OKTA_SCRIPT


@pytest.mark.parametrize("script", [AWS_SCRIPT, OKTA_SCRIPT], ids=["aws", "okta"])
def test_the_script_works_by_a_relative_path(script: Path, tmp_path: Path) -> None:
    """With CDPATH set, `cd` prints the folder."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nenv\n")
    python.chmod(0o755)
    done = subprocess.run(
        [script.relative_to(ROOT), "--help"], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "OIC_PYTHON": str(python), "CDPATH": str(ROOT)},
    )  # fmt: skip
    assert f"PYTHONPATH={ROOT}\n" in done.stdout
