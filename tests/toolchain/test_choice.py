"""Plugins: the installed one, else the official download, else the replacement."""

import os
from pathlib import Path

import pytest

from toolchain import network
from toolchain.engine import Engine
from toolchain.plugins import choice


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def engine(home: Path, script: str) -> Engine:
    path = home / "bin" / "pulumi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Engine(path, "3.259.0", "installed")


def install(home: Path) -> None:
    from importlib.metadata import version

    for name in choice.NAMES:
        place = home / "pulumi" / "plugins" / f"resource-{name}-v{version(f'pulumi-{name}')}"
        place.mkdir(parents=True)


def test_with_the_real_plugins_present_no_replacement_is_touched(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> str:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(network, "downloads_unreachable", asked)
    install(home)
    chosen = choice.choose(engine(home, "exit 1"), print)
    assert [plugin.origin for plugin in chosen] == ["installed", "installed"]
    assert [plugin.path_entry for plugin in chosen] == [None, None]


def test_a_plugin_whose_installation_was_cut_off_does_not_count(home: Path) -> None:
    place = home / "pulumi" / "plugins" / "resource-okta-v1.2.3"
    place.mkdir(parents=True)
    assert choice.installed("okta", "1.2.3")
    Path(f"{place}.partial").touch()
    assert not choice.installed("okta", "1.2.3")


def test_offline_each_missing_plugin_is_replaced_and_the_title_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "no network")
    chosen = choice.choose(engine(home, "exit 1"), print)
    assert [plugin.origin for plugin in chosen] == ["replacement", "replacement"]
    for plugin in chosen:
        assert "replacement, not the official plugin" in plugin.title
        assert plugin.path_entry is not None
        binary = plugin.path_entry / f"pulumi-resource-{plugin.name}"
        assert os.access(binary, os.X_OK)


@pytest.mark.parametrize(
    ("script", "origin"), [("exit 0", "downloaded"), ("exit 1", "replacement")]
)
def test_online_the_official_plugin_is_downloaded_if_it_can_be(
    home: Path, monkeypatch: pytest.MonkeyPatch, script: str, origin: str
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "")
    said: list[str] = []
    chosen = choice.choose(engine(home, script), said.append)
    assert [plugin.origin for plugin in chosen] == [origin, origin]


def test_a_replacement_on_path_is_not_taken_for_an_installed_plugin(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(choice.REPLACEMENTS / "okta"))
    assert not choice.installed("okta", "1.2.3")
