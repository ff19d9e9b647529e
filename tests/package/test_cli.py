"""The command line, installed from the wheel without extras."""

import os
import re
import sys
import tomllib
import venv as stdlib_venv
import zipfile
from collections.abc import Callable
from email import message_from_string
from pathlib import Path

import pytest

from tests.package.harness import Venv, checked, installer_env, minimal_env, run, uv
from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAVY = {"pulumi", "pulumi-aws", "pulumi-okta", "pulumi-policy", "moto", "aiohttp"}


@pytest.fixture
def cli(venv: Callable[[str], Venv]) -> Venv:
    return venv("")


def test_the_wheel_contains_exactly_the_packages_and_their_data(wheel: Path) -> None:
    names = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert {name.split("/")[0] for name in names} == {"okta_idc"}
    expected: set[str] = set()
    for package in ("okta_idc", "components", "policies", "sandbox"):
        inside = "okta_idc/" if package != "okta_idc" else ""
        tracked = checked("git", "ls-files", package, cwd=ROOT, env=installer_env()).splitlines()
        expected |= {f"{inside}{name}" for name in tracked}
    # The clone's own policy pack, which uses the clone's .venv.
    own = {"policies/__main__.py", "policies/PulumiPolicy.yaml", "policies/requirements.txt"}
    assert names == expected - {f"okta_idc/{name}" for name in own}
    for data in ("py.typed", "doctor/reporters/page.html.j2", "sandbox/org.yaml",
                 "sandbox/console/console.css", "sandbox/console/templates/base.html"):  # fmt: skip
        assert f"okta_idc/{data}" in names


def test_the_metadata_names_the_version_the_extras_and_the_oldest_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [n for n in archive.namelist() if n.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(name).decode())
    assert metadata["Version"] == PROJECT["version"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra") or []) == {"components", "policies", "sandbox"}


def test_pip_installs_the_command_line_without_pulumi(wheel: Path, tmp_path: Path) -> None:
    """With the pip of Python's own venv, as in a tutorial."""
    stdlib_venv.create(tmp_path / "venv", with_pip=True)
    bin_folder = tmp_path / "venv" / "bin"
    checked(
        bin_folder / "python",
        "-m",
        "pip",
        "install",
        "-q",
        wheel,
        cwd=tmp_path,
        env=installer_env(),
    )
    installed = Venv(tmp_path / "venv")
    assert not HEAVY & installed.distributions()
    shown = checked(bin_folder / "okta-idc", "--version", cwd=tmp_path, env=minimal_env(tmp_path))
    assert shown.strip().endswith(PROJECT["version"])


def test_uv_installs_the_command_line_as_a_tool(wheel: Path, tmp_path: Path) -> None:
    folders = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    checked(uv(), "tool", "install", "-q", "--python", sys.executable, wheel, cwd=tmp_path,
            env=installer_env() | folders)  # fmt: skip
    shown = checked(
        tmp_path / "bin" / "okta-idc", "--version", cwd=tmp_path, env=minimal_env(tmp_path)
    )
    assert shown.strip().endswith(PROJECT["version"])


def test_every_command_shows_its_help_without_pulumi(cli: Venv, tmp_path: Path) -> None:
    env = minimal_env(tmp_path) | {"COLUMNS": "100", "NO_COLOR": "1"}
    shown = checked(cli.bin / "okta-idc", "--help", cwd=tmp_path, env=env)
    commands = re.findall(r"(?m)^│ ([a-z][a-z-]+) ", shown)
    assert "doctor" in commands
    for command in commands:
        checked(cli.bin / "okta-idc", command, "--help", cwd=tmp_path, env=env)


def test_shell_completion_can_be_installed(cli: Venv, tmp_path: Path) -> None:
    # A last command would replace the shell, which the installation looks for among its parents.
    script = f"{cli.bin}/okta-idc --install-completion bash; exit $?"
    done = run("/bin/bash", "-c", script, cwd=tmp_path, env=minimal_env(tmp_path))
    assert done.code == 0, done.text
    assert list(tmp_path.rglob("*okta-idc*")), done.text


def python_3_10() -> Path | None:
    """The path of Python 3.10, as found by uv or installed by pyenv."""
    found = run(uv(), "python", "find", "--no-python-downloads", "3.10", cwd=ROOT,
                env=installer_env())  # fmt: skip
    if not found.code:
        return Path(found.out.strip())
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return next(pyenv.glob("versions/3.10.*/bin/python"), None)


def test_python_3_10_is_rejected(wheel: Path, tmp_path: Path) -> None:
    found = python_3_10()
    if found is None:
        pytest.skip("Python 3.10 is not installed; the metadata test checks Requires-Python")
    checked(found, "-m", "venv", tmp_path / "venv", cwd=tmp_path, env=installer_env())
    python = tmp_path / "venv" / "bin" / "python"
    for command, expected in (
        # An old pip reads the dependencies first: each must have a release for Python 3.10.
        ((python, "-m", "pip", "install", wheel),
         r"requires a different Python: 3\.10\.\d+ not in '>=3\.11'"),
        ((uv(), "pip", "install", "--python", python, wheel),
         r"okta-identity-center==\S+ depends on Python>=3\.11"),
    ):  # fmt: skip
        done = run(*command, cwd=tmp_path, env=installer_env())
        assert done.code != 0
        assert re.search(expected, " ".join(done.text.split())), done.text


def test_the_sandbox_names_its_missing_extra(cli: Venv, tmp_path: Path) -> None:
    done = run(
        cli.python, "-m", "okta_idc.sandbox", "serve", cwd=tmp_path, env=minimal_env(tmp_path)
    )
    assert (done.code, done.out) == (1, "")
    [line] = done.err.splitlines()
    assert line.endswith(
        "is missing. Install the extra [sandbox]: pip install 'okta-identity-center[sandbox]'"
    )


def test_a_command_names_its_missing_extra(cli: Venv, tmp_path: Path) -> None:
    """No command needs an extra yet, so the test adds one."""
    script = (
        "from okta_idc.cli.main import app\n"
        "@app.command()\ndef deploy():\n    import okta_idc.components\n"
        "app(['deploy'])"
    )
    done = run(cli.python, "-c", script, cwd=tmp_path, env=minimal_env(tmp_path))
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.endswith("pip install 'okta-identity-center[components]'")
