"""A plugin that the user gives is the one that runs, unchanged."""

import shlex
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e


def test_the_given_okta_plugin_runs_the_whole_up(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for one's own build: it tells that it was there, and does as the replacement."""
    plugin, seen = tmp_path / "pulumi-resource-okta", tmp_path / "seen"
    real = ROOT / "offline_plugins" / "bin" / "okta" / plugin.name
    plugin.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && { echo 9.8.7; exit; }\n'
        f"echo started >> {shlex.quote(str(seen))}\n"
        f'exec {shlex.quote(str(real))} "$@"\n'
    )
    plugin.chmod(0o755)
    monkeypatch.setenv("PULUMI_OKTA_PLUGIN", str(plugin))
    done = kit.toolchain("up", "--port", "0")
    assert done.code == 0, done.text
    assert f"okta 9.8.7 (given: {plugin})" in done.text
    assert "started" in seen.read_text()
