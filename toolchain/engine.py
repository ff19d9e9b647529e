"""The Pulumi engine: the one on PATH, else the official download, else built from Go modules.

The module in toolchain/engine/ pins what is built. A built engine has no Python language host;
ours (toolchain/language_host.py) is put beside it.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolchain import cache, network

MINIMUM = (3, 259, 0)
MODULE = Path(__file__).parent / "engine"
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
INSTALL = (
    "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go "
    "(https://go.dev/doc/install), then run the command again."
)

Say = Callable[[str], None]


class NoEngineError(Exception):
    """There is no engine and none can be had. The text says what to install."""


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI that is there and answered its version."""

    path: Path
    version: str
    origin: Literal["installed", "downloaded", "built"]

    @property
    def title(self) -> str:
        how = {
            "installed": f"installed: {self.path}",
            "downloaded": "official download",
            "built": "built from Pulumi's Go modules",
        }
        return f"Pulumi {self.version} ({how[self.origin]})"


def find(say: Say) -> Engine:
    """The engine to use, made where needed. Raises NoEngineError."""
    installed, too_old = _installed()
    if installed:
        return installed
    unreachable = network.downloads_unreachable()
    if not unreachable:
        try:
            return _downloaded(say)
        except Exception as error:
            # whatever stops the official installer, there is another way
            unreachable = f"the official download failed ({type(error).__name__}: {error})"[:300]
    here = f"`pulumi` on PATH is {too_old}, too old" if too_old else "there is no `pulumi` on PATH"
    if not shutil.which("go"):
        raise NoEngineError(
            f"No Pulumi engine ≥ {_text(MINIMUM)}: {here}; {unreachable}; and there is no `go` to "
            f"build one. {INSTALL}"
        )
    return _built(say, f"{here[0].upper()}{here[1:]}, and {unreachable}")


def version_of(path: Path | str) -> str:
    """What the CLI says of itself, without the v; empty when it cannot be run."""
    try:
        done = subprocess.run(
            [path, "version"], capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.match(r"v?(\d+\.\d+\.\d+\S*)", done.stdout.strip())
    return found[1] if found and done.returncode == 0 else ""


def _installed() -> tuple[Engine | None, str]:
    path = shutil.which("pulumi")
    version = version_of(path) if path else ""
    if not path or not version:
        return None, ""
    if tuple(int(n) for n in re.findall(r"\d+", version)[:3]) < MINIMUM:
        return None, version
    return Engine(Path(path), version, "installed"), ""


def _downloaded(say: Say) -> Engine:
    import semver
    from pulumi.automation import PulumiCommand  # slow to import

    version = _module_version()

    def download(into: Path) -> None:
        say(f"Downloading Pulumi {version} …")
        PulumiCommand.install(root=str(into), version=semver.VersionInfo.parse(version))

    place = cache.entry(f"pulumi-{version}-official", download, _waiting(say))
    return Engine(place / "bin" / "pulumi", version, "downloaded")


def _built(say: Say, why: str) -> Engine:
    version = _module_version()
    recipe = (MODULE / "go.mod").read_bytes() + (MODULE / "go.sum").read_bytes()
    digest = hashlib.sha256(recipe + _SHIM.encode()).hexdigest()[:8]

    def build(into: Path) -> None:
        say(f"{why}. Building Pulumi {version} from its Go modules, once; it takes a few minutes.")
        binary = into / "bin" / "pulumi"
        binary.parent.mkdir()
        _go_build(binary, version, say)
        if version_of(binary) != version:
            raise NoEngineError(f"The engine was built but does not say version {version}.")
        host = into / "bin" / "pulumi-language-python"
        host.write_text(_SHIM)
        host.chmod(0o755)

    place = cache.entry(f"pulumi-{version}-built-{digest}", build, _waiting(say))
    return Engine(place / "bin" / "pulumi", version, "built")


def _go_build(binary: Path, version: str, say: Say) -> None:
    """Two steps, each with progress: what is needed is downloaded, then compiled."""
    from toolchain.progress import follow

    flags = f"-s -w -X {VERSION_VARIABLE}=v{version}"
    env = {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    modules = sum(line.startswith("\t") for line in (MODULE / "go.mod").read_text().splitlines())
    listed = follow(
        ["go", "list", "-deps", PACKAGE], "downloading modules", modules, counts="go: downloading ",
        cwd=MODULE, env=env,
    )  # fmt: skip
    _succeeded(listed.code, listed.tail)
    packages = sum(1 for line in listed.output.splitlines() if line.strip())
    say(f"{packages} packages to compile")
    built = follow(
        ["go", "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(binary), PACKAGE],
        "compiling", packages, counts="", cwd=MODULE, env=env,
    )  # fmt: skip
    _succeeded(built.code, built.tail)


def _succeeded(code: int, tail: str) -> None:
    if code:
        raise NoEngineError(
            f"Go could not build the Pulumi engine (exit code {code}):\n{tail}\n{INSTALL}"
        )


def _module_version() -> str:
    """The engine's version, as go.mod pins it."""
    found = re.search(r"github\.com/pulumi/pulumi/pkg/v3 v(\S+)", (MODULE / "go.mod").read_text())
    assert found, "toolchain/engine/go.mod names no pulumi/pkg/v3"  # noqa: S101
    return found[1]


def _waiting(say: Say) -> Callable[[], None]:
    return lambda: say("Another run is making the engine; waiting for it …")


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(n) for n in version)


_SHIM = """\
#!/bin/sh
# The Python language host for this engine: the clone's, in the clone's .venv.
if [ -z "$OIC_PYTHON" ] || [ -z "$OIC_ROOT" ]; then
    echo 'This engine works inside the clone only: eval "$(make -s env)" first.' >&2
    exit 1
fi
exec "$OIC_PYTHON" -P "$OIC_ROOT/toolchain/language_host.py" "$@"
"""
