"""Fixtures: a federation in a sandbox process, and the doctor command."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from tests.unit.okta_idc.doctor.federation import TOKEN, Federation, built_federation

_UNSET_VARIABLES = ("OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY", "OKTA_ACCESS_TOKEN",
                "OKTA_HTTP_PROXY")  # fmt: skip


@pytest.fixture(scope="session")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """Shared by all tests. A test that changes the federation reverts the change."""
    with built_federation(tmp_path_factory.mktemp("federation")) as built:
        yield built


@dataclass
class Result:
    """The exit code and output of the command."""

    code: int
    out: str
    err: str
    document: dict[str, Any] = field(default_factory=dict)

    def findings(self) -> set[tuple[str, str, str]]:
        """The rule, name and path of each finding."""
        return {(f["rule"], f["name"], f["path"]) for f in self.document["findings"]}

    def unknown(self) -> dict[str, set[str]]:
        """The unknown rules by reason."""
        return {each["why"]: set(each["rules"]) for each in self.document["unknown"]}


Doctor = Callable[..., Result]


@pytest.fixture
def doctor(federation: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs `okta-idc doctor --json` on the stack, with additional arguments."""
    for name in _UNSET_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    outputs, settings = tmp_path / "outputs.json", tmp_path / "Pulumi.dev.yaml"
    outputs.write_text(json.dumps(federation.outputs()))
    settings.write_text(yaml.safe_dump(federation.settings()))
    policy = federation.request("GET", f"/api/v1/apps/{federation.app}")["_links"]["accessPolicy"]
    stack_options = ("--outputs", str(outputs), "--settings", str(settings),
             "--policy", policy["href"].rpartition("/")[2])  # fmt: skip

    def run(*more: str, stack: tuple[str, ...] = stack_options, as_json: bool = True) -> Result:
        arguments = ["doctor", *stack, "--aws-endpoint", federation.aws,
                     "--verify-at", federation.scim, *more]  # fmt: skip
        result = CliRunner().invoke(
            app, [*arguments, *(["--json"] if as_json else [])], catch_exceptions=False
        )
        assert TOKEN not in result.output
        is_report = as_json and result.stdout.startswith("{")
        document = json.loads(result.stdout) if is_report else {}
        return Result(result.exit_code, result.stdout, result.stderr, document)

    return run
