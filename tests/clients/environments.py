"""Environments of the clients: one for each locked requirements file, in the cache folder."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.paths import ROOT
from toolchain import cache

REQUIREMENTS = ROOT / "tests" / "clients" / "requirements"
_UV = Path(sys.executable).with_name("uv")


def environment(client: str) -> Path:
    """The `bin` folder of the client's environment, which is created once for each lock."""
    requirements = REQUIREMENTS / f"{client}.txt"
    version = ".".join(map(str, sys.version_info[:2]))
    digest = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()[:16]

    def make(folder: Path) -> None:
        print(f"Installing {client} ...", file=sys.stderr)  # noqa: T201
        _run("venv", "--quiet", "--relocatable", "--clear", "--python", sys.executable, folder)
        _run("pip", "install", "--quiet", "--python", folder, "--compile-bytecode",
             "--require-hashes", "-r", requirements)  # fmt: skip

    return cache.entry(f"client-{client}-{digest}", make, lambda: None) / "bin"


def version_of(client: str, package: str) -> str:
    """The locked version of a package."""
    lines = (REQUIREMENTS / f"{client}.txt").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line.startswith(f"{package}==")]
    return found[0].removeprefix(f"{package}==").split()[0]


def clean_environ(home: Path, **values: str) -> dict[str, str]:
    """The environment variables of a client: none of the user's credentials and settings."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        **values,
    }


def _run(*command: str | Path) -> None:
    subprocess.run([_UV, *command], check=True)
