"""The commands of CONTRIBUTING.md do what they say."""

import re
import shlex
import subprocess
import sys

import pytest

from tests.paths import ROOT

SELECTING = re.findall(
    r"(?m)^\.venv/bin/python (-m pytest .* -k .*)$", (ROOT / "CONTRIBUTING.md").read_text()
)


@pytest.mark.parametrize("arguments", SELECTING)
def test_a_pytest_command_with_k_selects_tests(arguments: str) -> None:
    command = [sys.executable, *shlex.split(arguments), "--collect-only"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_such_commands_are_found() -> None:
    assert len(SELECTING) == 2
