"""The choice of the engine: from PATH, downloaded, or built from Go modules."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from toolchain import engine, network
from toolchain.go_program import BuildError, GoProgram


class Machine:
    """An isolated machine: its PATH, its cache, and the messages of the toolchain."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.messages: list[str] = []
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        executor = self.bin / "sdk" / engine.EXECUTOR
        executor.parent.mkdir(parents=True)
        executor.write_text("# Pulumi's\n")

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def find(self) -> engine.Engine:
        return engine.find(self.messages.append)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "downloads_unreachable", lambda: "get.pulumi.com can't be reached")


PINNED = "3.276.0"
GO = """
echo "$PWD $*" >> "$0.calls"
case "$1 $2" in
"list -m") echo "$(dirname "$0")/sdk" ;;
list*) echo 'go: downloading one' >&2; printf 'a\\nb\\n' ;;
build*) shift; while [ "$1" != -o ]; do shift; done
       printf '#!/bin/sh\\necho v3.276.0\\n' > "$2"; chmod +x "$2"; echo a >&2 ;;
esac
"""


def test_an_installed_engine_is_used_without_network_access(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request() -> str:
        raise AssertionError("a network request")

    monkeypatch.setattr(network, "downloads_unreachable", request)
    machine.program("pulumi", "echo v3.300.1")
    found = machine.find()
    assert (found.version, found.origin, found.path) == (
        "3.300.1",
        "installed",
        machine.bin / "pulumi",
    )


@pytest.mark.usefixtures("offline")
def test_without_engine_network_and_go_the_error_names_what_to_install(machine: Machine) -> None:
    with pytest.raises(engine.NoEngineError) as raised:
        machine.find()
    text = str(raised.value)
    assert "no `pulumi` on PATH" in text
    assert "get.pulumi.com can't be reached" in text
    assert "no `go`" in text
    assert "https://www.pulumi.com/docs/install/" in text
    assert "https://go.dev/doc/install" in text


@pytest.mark.usefixtures("offline")
def test_an_outdated_engine_is_not_used_and_is_named(machine: Machine) -> None:
    machine.program("pulumi", "echo v3.258.9")
    with pytest.raises(engine.NoEngineError, match=r"`pulumi` on PATH is 3\.258\.9, too old"):
        machine.find()


@pytest.mark.usefixtures("offline")
def test_the_engine_is_built_once_with_a_language_host(machine: Machine) -> None:
    machine.program("go", GO)
    found = machine.find()
    assert (found.version, found.origin) == (PINNED, "built")
    host = found.path.parent / "pulumi-language-python"
    assert host.stat().st_mode & 0o111
    assert engine.EXECUTOR.name in host.read_text()
    assert (host.parent / engine.EXECUTOR.name).read_text() == "# Pulumi's\n"
    machine.program("go", "exit 1")
    assert machine.find() == found


@pytest.mark.usefixtures("offline")
def test_a_failed_build_shows_the_reason_and_is_retried(machine: Machine) -> None:
    machine.program("go", "echo 'no such module' >&2; exit 1")
    with pytest.raises(engine.NoEngineError, match="no such module"):
        machine.find()
    machine.program("go", GO)
    assert machine.find().origin == "built"


@pytest.mark.usefixtures("offline")
def test_a_build_of_another_version_is_rejected(machine: Machine) -> None:
    machine.program("go", GO.replace(PINNED, "3.1.0"))
    with pytest.raises(engine.NoEngineError, match=r"reports version '3\.1\.0', not 3\.276\.0"):
        machine.find()


def test_the_official_download_takes_precedence_over_a_build(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi.automation import PulumiCommand

    def install(root: str, version: object) -> None:
        (Path(root) / "bin").mkdir()
        (Path(root) / "bin" / "pulumi").write_text(f"# {version}")

    monkeypatch.setattr(network, "downloads_unreachable", lambda: "")
    monkeypatch.setattr(PulumiCommand, "install", install)
    machine.program("go", GO)
    found = machine.find()
    assert found.origin == "downloaded"
    assert found.path.read_text() == f"# {PINNED}"


def test_a_failed_download_falls_back_to_a_build(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pulumi.automation import PulumiCommand

    def install(root: str, version: object) -> None:
        raise OSError("connection reset")

    monkeypatch.setattr(network, "downloads_unreachable", lambda: "")
    monkeypatch.setattr(PulumiCommand, "install", install)
    machine.program("go", GO)
    assert machine.find().origin == "built"
    assert any("connection reset" in message for message in machine.messages)


def test_the_download_server_is_checked_once_with_a_short_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    requests: list[object] = []

    def head(url: str, timeout: httpx.Timeout) -> None:
        requests.append(url)
        assert (timeout.connect or 99) <= 5
        raise httpx.ConnectError("Name or service not known")

    monkeypatch.setattr(httpx, "head", head)
    network.downloads_unreachable.cache_clear()
    try:
        for _ in range(3):
            reason = network.downloads_unreachable()
        assert reason == "get.pulumi.com can't be reached (Name or service not known)"
        assert len(requests) == 1
    finally:
        network.downloads_unreachable.cache_clear()


def test_a_cli_that_cannot_run_has_no_version(tmp_path: Path) -> None:
    broken = tmp_path / "pulumi"
    broken.write_text("not a program")
    broken.chmod(0o755)
    assert engine.version_of(broken) == ""
    assert engine.version_of(tmp_path / "missing") == ""


PROGRAMS: list[tuple[Callable[[engine.Say], Path], str, str, str]] = [
    (lambda say: engine.yaml_host(say) / "pulumi-language-yaml", "yaml_host", "1.32.0",
     "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    (engine.nodejs_sdk_generator, "engine", PINNED, "./nodejs_sdk"),
]  # fmt: skip


@pytest.mark.parametrize(("program", "module", "version", "package"), PROGRAMS)
def test_a_go_program_is_built_once_from_its_module(
    machine: Machine, program: Callable[[engine.Say], Path], module: str, version: str, package: str
) -> None:
    machine.program("go", GO)
    found = program(machine.messages.append)
    assert found.stat().st_mode & 0o111
    assert found.is_relative_to(machine.bin.parent / "cache")
    assert f"{found.name} {version}" in machine.messages[0]
    listed, built = (machine.bin / "go.calls").read_text().splitlines()
    assert listed == f"{engine.PULUMI.folder.parent / module} list -deps {package}"
    assert built.startswith(f"{engine.PULUMI.folder.parent / module} build ")
    assert built.endswith(f" {package}")
    machine.program("go", "exit 1")
    assert program(machine.messages.append) == found


def test_a_built_program_knows_its_version(machine: Machine) -> None:
    machine.program("go", GO)
    engine.yaml_host(machine.messages.append)
    built = (machine.bin / "go.calls").read_text().splitlines()[-1]
    assert "-X github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.32.0" in built


def test_a_yaml_language_host_on_path_is_used(machine: Machine) -> None:
    machine.program("pulumi-language-yaml", "exit 0")
    assert engine.yaml_host(machine.messages.append) == machine.bin


@pytest.mark.parametrize("program", [engine.yaml_host, engine.nodejs_sdk_generator])
def test_a_go_program_without_go_or_with_a_failed_build_names_the_reason(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, program: Callable[[engine.Say], Path]
) -> None:
    monkeypatch.setenv("PATH", str(machine.bin))
    with pytest.raises(BuildError, match="requires `go` on PATH"):
        program(machine.messages.append)
    machine.program("go", "echo 'no such module' >&2; exit 1")
    with pytest.raises(BuildError, match=r"could not build .* \(exit code 1\):\nno such module"):
        program(machine.messages.append)


def test_a_changed_go_module_causes_a_new_build(machine: Machine, tmp_path: Path) -> None:
    machine.program("go", GO)
    module = tmp_path / "module"
    (module / "tool").mkdir(parents=True)
    (module / "go.mod").write_text("require example.org/tool v1.2.3\n")
    (module / "go.sum").write_text("sums")
    (module / "tool" / "main.go").write_text("package main")
    tool = GoProgram("tool", module, "./tool", "example.org/tool")
    places = [tool.cached(machine.messages.append)]
    assert tool.cached(machine.messages.append) == places[0]
    for file in ("go.mod", "go.sum", "tool/main.go"):
        (module / file).write_text((module / file).read_text() + "\n")
        places.append(tool.cached(machine.messages.append))
    assert len(set(places)) == len(places)
    assert all((place / "tool").is_file() for place in places)
