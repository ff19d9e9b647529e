"""The sandbox works under another package name, as in the wheel (`okta_idc.sandbox`)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT

SCRIPT = """
import pathlib, sys, urllib.request
from okta_idc.sandbox.pytest_plugin import Sandbox
sandbox = Sandbox(pathlib.Path(sys.argv[1]))
try:
    for path in ("/admin/console.css", "/aws-console/settings", "/sandbox/health"):
        assert urllib.request.urlopen(sandbox.okta + path, timeout=60).status == 200
    sandbox.inject_fault("server-error")
finally:
    sandbox.stop()
assert not [name for name in sys.modules if name.split(".")[0] == "sandbox"]
"""


def test_a_copy_inside_another_package_is_complete(tmp_path: Path) -> None:
    package = tmp_path / "site" / "okta_idc"
    shutil.copytree(
        ROOT / "sandbox", package / "sandbox", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "__init__.py").touch()
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    (tmp_path / "run").mkdir()
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "run")],
        cwd=tmp_path, env=environment, check=True, timeout=300,
    )  # fmt: skip
    answer = subprocess.run(
        [sys.executable, "-m", "okta_idc.sandbox", "clock", "--url", "http://127.0.0.1:1"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert "python -m okta_idc.sandbox serve" in answer.stderr
