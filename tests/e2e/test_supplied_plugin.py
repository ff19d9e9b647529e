"""A user-supplied plugin runs unchanged."""

import shlex
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e


def test_up_uses_the_supplied_okta_plugin(
    kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supplied plugin records that it started, and runs the replacement."""
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
    assert f"okta 9.8.7 (supplied: {plugin})" in done.text
    assert "started" in seen.read_text()
