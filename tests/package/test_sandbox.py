"""The sandbox from the extra [sandbox], with the commands and the plugin that its page names."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.package.harness import Venv, checked, installer_env, minimal_env, uv
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "sandbox.md").read_text()
TEST = """
def test_the_sandbox_responds(sandbox):
    sandbox.settle()
    assert sandbox.okta.startswith("http://127.0.0.1:")
    assert sandbox.request_counts("okta") == []
"""


@pytest.fixture
def installed(venv: Callable[[str], Venv]) -> Venv:
    return venv("sandbox")


def test_the_commands_of_the_page_exist_in_the_installed_package(
    installed: Venv, sandbox: dict[str, Any], tmp_path: Path
) -> None:
    """As the page says, `okta_idc.sandbox` replaces `sandbox`."""
    blocks = "\n".join(re.findall(r"(?s)```sh\n(.*?)```", PAGE))
    commands = {
        shlex.split(line, comments=True)[3]
        for line in blocks.splitlines()
        if re.match(r"python -m (okta_idc\.)?sandbox ", line)
    }
    assert {"serve", "fault", "snapshot"} <= commands
    for command in commands:
        checked(installed.python, "-m", "okta_idc.sandbox", command, "--help", cwd=tmp_path,
                env=minimal_env(tmp_path))  # fmt: skip
    counted = checked(installed.python, "-m", "okta_idc.sandbox", "request-log", "--url",
                      sandbox["okta"], cwd=tmp_path, env=minimal_env(tmp_path))  # fmt: skip
    assert counted


def test_the_pytest_plugin_of_the_page_works_in_the_installed_package(
    installed: Venv, tmp_path: Path
) -> None:
    [plugin] = set(re.findall(r"okta_idc\.sandbox\.pytest_plugin", PAGE))
    checked(uv(), "pip", "install", "-q", "--python", installed.python, "--constraint",
            ROOT / "requirements-dev.txt", "pytest", cwd=tmp_path, env=installer_env())  # fmt: skip
    (tmp_path / "conftest.py").write_text(f'pytest_plugins = ["{plugin}"]\n')
    (tmp_path / "test_tool.py").write_text(TEST)
    shown = checked(installed.python, "-m", "pytest", "-q", tmp_path, cwd=tmp_path,
                    env=minimal_env(tmp_path))  # fmt: skip
    assert "1 passed" in shown
