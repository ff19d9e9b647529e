"""A project with the stacks of a fleet, each with a stack file of its own."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT

KEY = "okta-identity-center:federation"
LINKED = ("components", "okta_idc", "__main__.py", "Pulumi.README.md", ".venv")


@dataclass
class FleetProject:
    """`folder` is a project folder; its stacks use the sandbox of `kit`. `core`: the stack whose
    file has the settings. `files`: name of a folder for the stack files."""

    kit: Kit
    folder: Path
    core: str = "prod"
    files: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir()
        (self.folder / self.files).mkdir(exist_ok=True)
        project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        project |= {"stackConfigDir": self.files} if self.files else {}
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
        for name in LINKED:
            (self.folder / name).symlink_to(ROOT / name)

    @property
    def env(self) -> dict[str, str]:
        """The environment of the sandbox's stack, without the selection of this stack."""
        unset = ("PULUMI_STACK", "PULUMI_OPTION_CONFIG_FILE")
        return {key: value for key, value in self.kit.env.items() if key not in unset}

    def configure(self, **changes: Any) -> None:
        """Write the core's stack file: the shipped settings with these top-level keys changed."""
        self.kit.change(**changes)
        self.file().write_text(self.kit.settings.read_text())

    def file(self, part: str = "") -> Path:
        return self.folder / self.files / f"Pulumi.{self.stack(part)}.yaml"

    def stack(self, part: str = "") -> str:
        return f"{self.core}-{part}" if part else self.core

    def pulumi(self, *arguments: str) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=self.folder, env=self.env,
            capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)

    def run(self, verb: str, part: str = "", *arguments: str) -> Result:
        """Run a pulumi command on one stack."""
        return self.pulumi(verb, "--stack", self.stack(part), *arguments)

    def up(self, part: str = "", *arguments: str) -> Result:
        return self.run("up", part, "--yes", "--skip-preview", *arguments)

    def resources(self, part: str = "", kind: str = "") -> dict[str, dict[str, Any]]:
        """The recorded resources of one type, by name."""
        exported = json.loads(self.run("stack", part, "export").text)
        found = exported["deployment"].get("resources", [])
        return {r["urn"].rpartition("::")[2]: r for r in found if r["type"].endswith(kind)}

    def outputs(self, part: str = "") -> dict[str, Any]:
        return json.loads(self.run("stack", part, "output", "--json").text)

    def write_parts(self, *parts: str) -> None:
        """Write the stack files of parts, and create the stacks."""
        core = yaml.safe_load(self.file().read_text())
        config = {key: value for key, value in core["config"].items() if key != KEY}
        for part in parts:
            own = {"okta-identity-center:part": {"core": self.core, "name": part}}
            document = core | {"config": config | own}
            self.file(part).write_text(yaml.safe_dump(document))
