"""Finds the Pulumi engine: on PATH, else the official download, else built from Go modules.

The module in toolchain/engine/ pins the version that is downloaded or built. A built engine has no
Python language host; toolchain/language_host.py is installed beside it, with Pulumi's executor of
Python programs. Two more programs that are not available as downloads everywhere are built the same
way: the YAML language host and a generator of Node.js SDKs.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolchain import cache, network
from toolchain.go_program import BuildError, GoProgram, Say, waiting

MINIMUM = (3, 259, 0)
PULUMI = GoProgram(
    name="pulumi",
    folder=Path(__file__).parent / "engine",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    pinned="github.com/pulumi/pulumi/pkg/v3",
    version_variable="github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
)
NODEJS_SDK = GoProgram(
    name="nodejs_sdk", folder=PULUMI.folder, package="./nodejs_sdk", pinned=PULUMI.pinned
)
YAML_HOST = GoProgram(
    name="pulumi-language-yaml",
    folder=Path(__file__).parent / "yaml_host",
    package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    pinned="github.com/pulumi/pulumi-yaml",
    version_variable="github.com/pulumi/pulumi-yaml/pkg/version.Version",
)
SDK = "github.com/pulumi/pulumi/sdk/v3"
EXECUTOR = Path("python/cmd/pulumi-language-python-exec")
"""Pulumi's script that runs a Python program: part of the SDK's module and of the official CLI."""
INSTALL = (
    "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go "
    "(https://go.dev/doc/install), then run the command again."
)


class NoEngineError(Exception):
    """No engine is installed and none can be obtained. The text says what to install."""


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI that ran and reported its version."""

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
    """The engine to use, downloaded or built if necessary. Raises NoEngineError."""
    installed, too_old = _installed()
    if installed:
        return installed
    unreachable = network.downloads_unreachable()
    if not unreachable:
        try:
            return _downloaded(say)
        except Exception as error:
            # a build does not depend on the official installer
            unreachable = f"the official download failed ({type(error).__name__}: {error})"[:300]
    here = f"`pulumi` on PATH is {too_old}, too old" if too_old else "there is no `pulumi` on PATH"
    if not shutil.which("go"):
        raise NoEngineError(
            f"No Pulumi engine ≥ {_text(MINIMUM)}: {here}; {unreachable}; and there is no `go` to "
            f"build one. {INSTALL}"
        )
    return _built(say, f"{here[0].upper()}{here[1:]}, and {unreachable}")


def yaml_host(say: Say) -> Path:
    """The folder that holds `pulumi-language-yaml`: found on PATH, or built.

    The official CLI includes it, beside `pulumi`. Raises BuildError.
    """
    installed = shutil.which(YAML_HOST.name)
    return Path(installed).parent if installed else YAML_HOST.cached(say)


def nodejs_sdk_generator(say: Say) -> Path:
    """The program `nodejs_sdk SCHEMA FOLDER [REFERENCED...]`, which writes the Node.js SDK of a
    package schema. Raises BuildError."""
    return NODEJS_SDK.cached(say) / NODEJS_SDK.name


def version_of(path: Path | str) -> str:
    """The version that the CLI reports, without the `v`; empty if the CLI cannot run."""
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

    version = PULUMI.version

    def download(into: Path) -> None:
        say(f"Downloading Pulumi {version} …")
        PulumiCommand.install(root=str(into), version=semver.VersionInfo.parse(version))

    place = cache.entry(f"pulumi-{version}-official", download, waiting(PULUMI, say))
    return Engine(place / "bin" / "pulumi", version, "downloaded")


def _built(say: Say, why: str) -> Engine:
    version = PULUMI.version

    def build(into: Path) -> None:
        say(f"{why}. Building Pulumi {version} from its Go modules, once; it takes a few minutes.")
        binary = into / "bin" / "pulumi"
        binary.parent.mkdir()
        try:
            PULUMI.build(binary, say)
            shutil.copy(PULUMI.module(SDK) / EXECUTOR, binary.parent)
        except BuildError as error:
            raise NoEngineError(f"{error}\n{INSTALL}") from error
        if (reported := version_of(binary)) != version:
            raise NoEngineError(f"The built engine reports version {reported!r}, not {version}.")
        host = into / "bin" / "pulumi-language-python"
        host.write_text(_SHIM)
        host.chmod(0o755)

    name = f"pulumi-{version}-built-{PULUMI.digest(_SHIM)}"
    return Engine(
        cache.entry(name, build, waiting(PULUMI, say)) / "bin" / "pulumi", version, "built"
    )


def _text(version: tuple[int, ...]) -> str:
    return ".".join(str(n) for n in version)


_SHIM = """\
#!/bin/sh
# Runs the clone's Python language host for this engine, in the clone's .venv.
if [ -z "$OIC_PYTHON" ] || [ -z "$OIC_ROOT" ]; then
    echo 'This engine works inside the clone only: eval "$(make -s env)" first.' >&2
    exit 1
fi
exec "$OIC_PYTHON" -P "$OIC_ROOT/toolchain/language_host.py" \\
    --use-executor "$(dirname "$0")/pulumi-language-python-exec" "$@"
"""
