"""Builds a program from Go modules, once, and keeps it in the user's cache.

A module folder under toolchain/ pins each program by its go.mod and go.sum.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from toolchain import cache

Say = Callable[[str], None]


class BuildError(Exception):
    """Go is missing or failed. The text names the program and gives Go's last output."""


@dataclass(frozen=True)
class GoProgram:
    """A program and the module folder that pins it."""

    name: str
    """The file name of the binary."""
    folder: Path
    package: str
    """The import path, or a path that starts with `./` for a package of this repository."""
    pinned: str
    """The module that gives the program its version."""
    version_variable: str = ""
    """The Go variable that receives the version, with a leading `v`."""

    @property
    def version(self) -> str:
        found = re.search(
            rf"\b{re.escape(self.pinned)} v(\S+)", (self.folder / "go.mod").read_text()
        )
        assert found, f"{self.folder.name}/go.mod does not require {self.pinned}"  # noqa: S101
        return found[1]

    def digest(self, extra: str = "") -> str:
        """A short hash of everything that the build depends on, and of `extra`."""
        sources = [self.folder / "go.mod", self.folder / "go.sum"]
        if self.package.startswith("./"):
            sources += sorted((self.folder / self.package).glob("*.go"))
        recipe = b"".join(source.read_bytes() for source in sources)
        return hashlib.sha256(recipe + extra.encode()).hexdigest()[:8]

    def cached(self, say: Say) -> Path:
        """The folder that holds the binary. Builds it first if the cache lacks it."""

        def build(into: Path) -> None:
            say(f"Building {self.name} {self.version} from its Go modules, once.")
            self.build(into / self.name, say)

        return cache.entry(f"{self.name}-{self.version}-{self.digest()}", build, waiting(self, say))

    def build(self, binary: Path, say: Say) -> None:
        """Download the modules, then compile, both with progress. Raises BuildError."""
        from toolchain.progress import follow

        if not shutil.which("go"):
            raise BuildError(f"Building {self.name} requires `go` on PATH.")
        flags = "-s -w"
        if self.version_variable:
            flags += f" -X {self.version_variable}=v{self.version}"
        env = _environment()
        required = (self.folder / "go.mod").read_text().splitlines()
        modules = sum(line.startswith("\t") for line in required)
        listed = follow(
            ["go", "list", "-deps", self.package], "downloading modules", modules,
            counts="go: downloading ", cwd=self.folder, env=env,
        )  # fmt: skip
        self._check(listed.code, listed.tail)
        packages = sum(1 for line in listed.output.splitlines() if line.strip())
        say(f"{packages} packages to compile")
        built = follow(
            ["go", "build", "-v", "-trimpath", "-ldflags", flags, "-o", str(binary), self.package],
            "compiling", packages, counts="", cwd=self.folder, env=env,
        )  # fmt: skip
        self._check(built.code, built.tail)

    def module(self, path: str) -> Path:
        """The folder of one of the modules that the program is built from. Raises BuildError."""
        done = subprocess.run(
            ["go", "list", "-m", "-f", "{{.Dir}}", path], cwd=self.folder, env=_environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self._check(done.returncode, done.stderr)
        return Path(done.stdout.strip())

    def _check(self, code: int, tail: str) -> None:
        if code:
            raise BuildError(f"Go could not build {self.name} (exit code {code}):\n{tail}")


def _environment() -> dict[str, str]:
    return {**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def waiting(program: GoProgram, say: Say) -> Callable[[], None]:
    return lambda: say(f"Another run is preparing {program.name}; waiting for it …")
