"""Plugins: the installed one, else the official download, else the replacement."""

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.run_summary import verdict
from toolchain import network, plugin_resolver
from toolchain.engine import Engine
from toolchain.sandbox import Sandbox
from toolchain.stack import Stack


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

    for name in plugin_resolver.NAMES:
        place = home / "pulumi" / "plugins" / f"resource-{name}-v{version(f'pulumi-{name}')}"
        place.mkdir(parents=True)


def test_with_the_real_plugins_present_no_replacement_is_touched(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> str:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(network, "downloads_unreachable", asked)
    install(home)
    chosen = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert [plugin.origin for plugin in chosen] == ["installed", "installed"]
    assert [plugin.path_entry for plugin in chosen] == [None, None]


def given(home: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> Path:
    place = home / "elsewhere" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    monkeypatch.setenv("PULUMI_OKTA_PLUGIN", str(place))
    return place


def test_a_given_plugin_goes_before_the_installed_one_and_is_what_the_engine_finds(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(home)
    place = given(home, monkeypatch, "pulumi-resource-okta", "echo 9.8.7")
    okta, aws = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert (okta.origin, okta.version, aws.origin) == ("given", "9.8.7", "installed")
    assert str(place) in okta.title
    sandbox = Sandbox("id", 1, "http://127.0.0.1:8410", "", "")
    found = Stack(home, sandbox, engine(home, ""), [okta, aws]).variables["PATH"]
    assert shutil.which("pulumi-resource-okta", path=found) == str(place)


def test_a_given_plugin_that_does_not_tell_its_version_is_used_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(home)
    given(home, monkeypatch, "pulumi-resource-okta", "exit 2")
    okta, _ = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert "unknown version" in okta.title


def test_the_end_to_end_summary_says_loudly_what_was_not_verified(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "no network")
    given(home, monkeypatch, "pulumi-resource-okta", "echo 9.8.7")
    driven = engine(home, "exit 1")
    ran, okta, aws = verdict(driven, plugin_resolver.choose(driven, print))
    assert driven.title in ran
    assert okta.startswith("Okta plugin: okta 9.8.7 (given")
    assert aws.startswith("NOT VERIFIED with the real AWS plugin: aws ")
    assert "replacement" in aws
    assert "PULUMI_AWS_PLUGIN=" in aws


def test_what_is_no_plugin_is_refused_by_variable_value_and_fix(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = given(home, monkeypatch, "okta", "echo 9.8.7")
    with pytest.raises(plugin_resolver.NoPluginError, match=f"PULUMI_OKTA_PLUGIN={place}.*Fix: "):
        plugin_resolver.choose(engine(home, "exit 1"), print)
    monkeypatch.setenv("PULUMI_OKTA_PLUGIN", str(place.parent / "pulumi-resource-okta"))
    with pytest.raises(plugin_resolver.NoPluginError):
        plugin_resolver.choose(engine(home, "exit 1"), print)


def test_a_plugin_whose_installation_was_cut_off_does_not_count(home: Path) -> None:
    place = home / "pulumi" / "plugins" / "resource-okta-v1.2.3"
    place.mkdir(parents=True)
    assert plugin_resolver.installed("okta", "1.2.3")
    Path(f"{place}.partial").touch()
    assert not plugin_resolver.installed("okta", "1.2.3")


def test_offline_each_missing_plugin_is_replaced_and_the_title_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "no network")
    chosen = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert [plugin.origin for plugin in chosen] == ["replacement", "replacement"]
    for plugin in chosen:
        assert "replacement, not official" in plugin.title
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
    chosen = plugin_resolver.choose(engine(home, script), said.append)
    assert [plugin.origin for plugin in chosen] == [origin, origin]


def test_a_replacement_on_path_is_not_taken_for_an_installed_plugin(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(plugin_resolver.REPLACEMENTS / "okta"))
    assert not plugin_resolver.installed("okta", "1.2.3")
