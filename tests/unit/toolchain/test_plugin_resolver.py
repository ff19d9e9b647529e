"""The choice of provider plugins: user-supplied, installed, downloaded, or the replacement."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.run_summary import summary_lines
from toolchain import network, plugin_resolver
from toolchain.engine import Engine
from toolchain.sandbox import Sandbox
from toolchain.stack import Stack


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def engine(home: Path, script: str) -> Engine:
    path = home / "bin" / "pulumi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Engine(path, "3.259.0", "installed")


def install(home: Path) -> None:
    from importlib.metadata import version

    for name in plugin_resolver.PROVIDERS:
        place = home / "pulumi" / "plugins" / f"resource-{name}-v{version(f'pulumi-{name}')}"
        place.mkdir(parents=True)


def test_installed_official_plugins_are_used_without_network_access(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request() -> str:
        raise AssertionError("a network request")

    monkeypatch.setattr(network, "downloads_unreachable", request)
    install(home)
    chosen = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert [plugin.origin for plugin in chosen] == ["installed", "installed"]
    assert [plugin.path_entry for plugin in chosen] == [None, None]


def supply(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str, folder: str = "builds"
) -> Path:
    place = home / folder / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    monkeypatch.setenv("PULUMI_OKTA_PLUGIN", str(place))
    return place


def test_a_supplied_plugin_takes_precedence_and_is_found_on_path(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(home)
    place = supply(home, monkeypatch, "pulumi-resource-okta", "echo 9.8.7")
    okta, aws = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert (okta.origin, okta.version, aws.origin) == ("supplied", "9.8.7", "installed")
    assert str(place) in okta.title
    sandbox = Sandbox("id", 1, "http://127.0.0.1:8410", "", "")
    found = Stack(home, sandbox, engine(home, ""), [okta, aws]).variables["PATH"]
    started = shutil.which("pulumi-resource-okta", path=found)
    assert started
    done = subprocess.run([started], capture_output=True, text=True, check=True)
    assert done.stdout == "9.8.7\n"


@pytest.mark.parametrize("folder", ["builds", "it's my $HOME"])
def test_no_other_program_of_a_supplied_plugins_folder_is_found_on_path(
    home: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    install(home)
    place = supply(home, monkeypatch, "pulumi-resource-okta", "echo $0 $#", folder)
    for other in ("pulumi", "pulumi-resource-aws", "python", "sh"):
        shutil.copy(place, place.with_name(other))
    okta, _ = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert okta.path_entry
    assert [entry.name for entry in okta.path_entry.iterdir()] == ["pulumi-resource-okta"]
    done = subprocess.run(
        [okta.path_entry / place.name, "127.0.0.1:1", "-v 9"], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout == f"{place} 2\n"


def test_a_supplied_plugin_without_a_version_is_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(home)
    supply(home, monkeypatch, "pulumi-resource-okta", "exit 2")
    okta, _ = plugin_resolver.choose(engine(home, "exit 1"), print)
    assert "unknown version" in okta.title


def test_the_end_to_end_summary_names_unverified_plugins(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "no network")
    supply(home, monkeypatch, "pulumi-resource-okta", "echo 9.8.7")
    driven = engine(home, "exit 1")
    ran, okta, aws = summary_lines(driven, plugin_resolver.choose(driven, print))
    assert driven.title in ran
    assert okta.startswith("Okta plugin: okta 9.8.7 (supplied")
    assert aws.startswith("NOT VERIFIED with the official AWS plugin: aws ")
    assert "replacement" in aws
    assert "PULUMI_AWS_PLUGIN=" in aws


def test_an_invalid_supplied_plugin_is_rejected_with_variable_value_and_remedy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = supply(home, monkeypatch, "okta", "echo 9.8.7")
    with pytest.raises(
        plugin_resolver.NoPluginError, match=f"PULUMI_OKTA_PLUGIN={place}.*Set the variable"
    ):
        plugin_resolver.choose(engine(home, "exit 1"), print)
    monkeypatch.setenv("PULUMI_OKTA_PLUGIN", str(place.parent / "pulumi-resource-okta"))
    with pytest.raises(plugin_resolver.NoPluginError):
        plugin_resolver.choose(engine(home, "exit 1"), print)


def test_a_partially_installed_plugin_is_not_used(home: Path) -> None:
    place = home / "pulumi" / "plugins" / "resource-okta-v1.2.3"
    place.mkdir(parents=True)
    assert plugin_resolver.installed("okta", "1.2.3")
    Path(f"{place}.partial").touch()
    assert not plugin_resolver.installed("okta", "1.2.3")


def test_offline_the_replacement_is_used_and_named_in_the_title(
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
def test_online_the_official_plugin_is_downloaded_or_the_replacement_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, script: str, origin: str
) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "")
    messages: list[str] = []
    chosen = plugin_resolver.choose(engine(home, script), messages.append)
    assert [plugin.origin for plugin in chosen] == [origin, origin]


def test_a_replacement_on_path_is_not_an_installed_plugin(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(plugin_resolver.REPLACEMENTS / "okta"))
    assert not plugin_resolver.installed("okta", "1.2.3")
