"""Virtual environments with the wheel, and projects outside the clone that use them.

The clone is never on `sys.path`. Only programs that replace unavailable downloads come from the
clone: the language host of a built engine and the replacement plugins.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.paths import ROOT
from toolchain.engine import Engine
from toolchain.plugin_resolver import Plugin

SCRUBBED = re.compile(
    r"OKTA_|AWS_|PULUMI_|OIC_|PYTHON|VIRTUAL_ENV|MAKE|MFLAGS|COV_|PYTEST_|PIP_FIND_LINKS"
)
SECONDS = 600


def minimal_env(home: Path) -> dict[str, str]:
    """An environment with only a home folder, the system's programs and a locale."""
    return {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def installer_env() -> dict[str, str]:
    """The environment of package managers, with the user's indexes, proxies and certificates."""
    return {k: v for k, v in os.environ.items() if not SCRUBBED.match(k)}


@dataclass
class Result:
    """The exit code and the output of a program."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def run(*command: str | Path, cwd: Path, env: dict[str, str], seconds: float = SECONDS) -> Result:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True,
        timeout=seconds, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def checked(*command: str | Path, cwd: Path, env: dict[str, str]) -> str:
    """The output of a command that must not fail."""
    done = run(*command, cwd=cwd, env=env)
    assert done.code == 0, f"{' '.join(map(str, command))}\n{done.text}"
    return done.out


def uv() -> str:
    """The path of uv, from PATH or from the clone's virtual environment."""
    beside = Path(sys.executable).parent
    found = shutil.which("uv", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    assert found, "uv is missing: run `make test-package`"
    return found


@dataclass(frozen=True)
class Venv:
    """A virtual environment that contains the wheel with some of its extras."""

    folder: Path

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    def distributions(self) -> set[str]:
        """The names of the installed distributions."""
        found = checked(uv(), "pip", "list", "-q", "--format=json", "--python", self.python,
                        cwd=self.folder, env=installer_env())  # fmt: skip
        return {each["name"] for each in json.loads(found)}


def make_venv(folder: Path, wheel: Path, extras: str = "") -> Venv:
    """Install the wheel with `extras` ("components,policies") at the versions that the clone locks.

    Without the locked versions, a new release of a dependency could fail the tests.
    """
    venv, env = Venv(folder), installer_env()
    checked(uv(), "venv", "-q", "--python", sys.executable, folder, cwd=folder.parent, env=env)
    wanted = f"okta-identity-center[{extras}] @ {wheel.as_uri()}"
    checked(
        uv(), "pip", "install", "-q", "--python", venv.python, "--constraint",
        ROOT / "requirements-dev.txt", wanted, cwd=folder.parent, env=env,
    )  # fmt: skip
    return venv


@dataclass(frozen=True)
class Tools:
    """The engine and the provider plugins that the toolchain finds, downloads or builds."""

    engine: Engine
    plugins: list[Plugin]
    folder: Path
    """Contains a launcher for each replacement plugin, and a home for the engine."""

    @property
    def pulumi_home(self) -> Path:
        """The user's home with the official plugins, or a separate one for replacement plugins.

        The engine would otherwise cache a replacement's reduced schema in the user's home.
        """
        if any(plugin.origin == "replacement" for plugin in self.plugins):
            return self.folder / "home"
        return Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")

    def launchers(self) -> list[str]:
        """Create the launchers; return the PATH entries of the engine and the plugins."""
        self.folder.mkdir(exist_ok=True)
        entries = [str(self.engine.path.parent), str(self.folder)]
        for plugin in self.plugins:
            name = f"pulumi-resource-{plugin.name}"
            if plugin.origin == "replacement":
                assert plugin.path_entry
                # A replacement plugin runs in the clone's .venv, not in the project's.
                start = f'OIC_PYTHON={sys.executable} exec {plugin.path_entry / name} "$@"'
                (self.folder / name).write_text(f"#!/bin/sh\n{start}\n")
                (self.folder / name).chmod(0o755)
            elif plugin.path_entry:
                entries.append(str(plugin.path_entry))
        return entries


class Project:
    """A Pulumi project outside the clone, with its own state and the sandbox's settings."""

    def __init__(
        self, folder: Path, tools: Tools, venv: Venv, sandbox: dict[str, Any],
        *more_path: Path, name: str = "acme", runtime: Any = None,
    ) -> None:  # fmt: skip
        folder.mkdir(exist_ok=True)
        home, state = folder.parent / f"{folder.name}-home", folder.parent / f"{folder.name}-state"
        for place in (home, state):
            place.mkdir(exist_ok=True)
        self.folder, self.tools, self.sandbox = folder, tools, sandbox
        base = minimal_env(home)
        path = [*tools.launchers(), *map(str, more_path), base["PATH"]]
        self.env = base | {
            "PATH": os.pathsep.join(path),
            "PULUMI_HOME": str(tools.pulumi_home),
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "sandbox",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "dev",
            # Only a built engine reads these: they locate its Python language host.
            "OIC_PYTHON": str(venv.python),
            "OIC_ROOT": str(ROOT),
        }
        if all(plugin.origin == "replacement" for plugin in tools.plugins):
            self.env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        python = {
            "name": "python", "options": {"toolchain": "pip", "virtualenv": str(venv.folder)}
        }  # fmt: skip
        self.write("Pulumi.yaml", {"name": name, "runtime": runtime or python})
        self.write("Pulumi.dev.yaml", {"config": provider_settings(sandbox)})

    def write(self, name: str, content: Any) -> None:
        """Write a file: text unchanged, other content as YAML."""
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def configure(self, key: str, value: str) -> None:
        """Set a value of the project's own configuration."""
        settings = yaml.safe_load((self.folder / "Pulumi.dev.yaml").read_text())
        name = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())["name"]
        settings["config"][f"{name}:{key}"] = value
        self.write("Pulumi.dev.yaml", settings)

    def pulumi(self, *arguments: str) -> Result:
        return run(
            self.tools.engine.path, *arguments, "--non-interactive",
            cwd=self.folder, env=self.env,
        )  # fmt: skip

    def init(self) -> None:
        """Create the stack `dev`."""
        made = self.pulumi("stack", "init", "dev")
        assert made.code == 0, made.text

    def up(self) -> None:
        """Create the stack and deploy it."""
        self.init()
        done = self.pulumi("up", "--yes", "--skip-preview")
        assert done.code == 0, done.text

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.pulumi("stack", "output", "--json").out)

    def resources(self) -> list[dict[str, Any]]:
        exported = json.loads(self.pulumi("stack", "export").out)
        return exported["deployment"].get("resources", [])


def provider_settings(sandbox: dict[str, Any]) -> dict[str, Any]:
    """The configuration that points the Okta and AWS providers to the sandbox."""
    services = ("secretsmanager", "ssoadmin", "identitystore", "sts", "organizations",
                "eventbridge", "sns", "iam")  # fmt: skip
    return {
        "okta:orgName": "sandbox",
        "okta:baseUrl": "okta.com",
        "okta:apiToken": "sandbox-okta-token",
        "okta:httpProxy": sandbox["okta"],
        "aws:region": "us-east-1",
        "aws:accessKey": "sandbox",
        "aws:secretKey": "sandbox",
        "aws:skipCredentialsValidation": "true",
        "aws:skipRequestingAccountId": "true",
        "aws:skipMetadataApiCheck": "true",
        "aws:endpoints": [dict.fromkeys(services, sandbox["aws"])],
    }
