"""Errors from Okta, AWS and the settings show the reason, without a traceback.

The program runs under Pulumi's own executor (toolchain/language_host.py), so an exception that is
not turned into a RunError would show its traceback here.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit, Result

pytestmark = pytest.mark.e2e

Change = Callable[[Kit], object]
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def sandbox(kit: Kit) -> Iterator[Kit]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox():
        yield kit


@pytest.fixture(autouse=True)
def shipped(sandbox: Kit) -> Iterator[Kit]:
    """The sandbox without faults, and the shipped stack file."""
    before = sandbox.settings.read_text()
    yield sandbox
    sandbox.settings.write_text(before)
    sandbox.okta("DELETE", "/sandbox/faults")


def config(**values: object) -> Change:
    """Change a provider's settings: `okta__apiToken` sets `okta:apiToken`."""

    def change(kit: Kit) -> None:
        document = yaml.safe_load(kit.settings.read_text())
        document["config"] |= {key.replace("__", ":"): value for key, value in values.items()}
        kit.settings.write_text(yaml.safe_dump(document))

    return change


def federation(**changes: Any) -> Change:
    return lambda kit: kit.change(**changes)


def fault(**answer: Any) -> Change:
    return lambda kit: kit.okta("POST", "/sandbox/faults", {"times": None, **answer})


def assert_readable(done: Result, *messages: str) -> None:
    assert done.code != 0, done.text
    for noise in ("Traceback", "unhandled exception", "invoke of ", "rpc error", "Exception"):
        assert noise not in done.text, done.text
    for text in messages:
        assert text in done.text, done.text


NO_AWS = dict.fromkeys(
    ("secretsmanager", "ssoadmin", "identitystore", "sts", "organizations"), NOWHERE
)


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        pytest.param(
            config(okta__apiToken="wrong"),
            ["401 Unauthorized", "Please ensure valid credentials are provided"],
            id="wrong-token",
        ),
        pytest.param(
            fault(server="okta", method="GET", path="^/api/v1/groups", status=403),
            ["Cannot read groups from Okta: ", "Grant okta.groups.read"],
            id="okta-403",
        ),
        pytest.param(
            fault(server="okta", method="GET", path="^/api/v1/groups", status=404),
            ["Cannot read groups from Okta: ", "Check that it exists in this org"],
            id="okta-404",
        ),
        pytest.param(config(okta__httpProxy=NOWHERE), ["127.0.0.1:9"], id="okta-unreachable"),
        pytest.param(
            config(aws__endpoints=[NO_AWS]),
            ["Cannot read ", " from AWS: ", "127.0.0.1:9", "Check aws:region and the network"],
            id="aws-unreachable",
        ),
        pytest.param(
            federation(push_groups=["aws-admin"], account_access={}),
            ["'aws-admin'"],
            id="wrong-group",
        ),
        pytest.param(federation(pusch_groups=[]), ["pusch_groups"], id="wrong-setting"),
    ],
)
def test_a_failed_preview_names_the_reason(
    shipped: Kit, change: Change, messages: list[str]
) -> None:
    change(shipped)
    assert_readable(shipped.run("preview"), *messages)


def test_a_failed_creation_names_the_reason(shipped: Kit) -> None:
    """Nothing follows the provider's error: no traceback, no message about the cancelled program.

    The slow group keeps the engine running until it has cancelled the program.
    """
    shipped.change(push_groups=["aws-data", {"create": "aws-slow"}], account_access={})
    fault(server="okta", method="POST", path="^/api/v1/groups", delay=6)(shipped)
    fault(server="okta", method="POST", path="^/api/v1/apps", status=403)(shipped)
    done = shipped.run("up", "--yes", "--skip-preview")
    assert_readable(done, "failed to create SAML application", "You do not have permission")
    for noise in ("exit code", "shutting down", "context canceled"):
        assert noise not in done.text, done.text


def test_a_run_blocked_by_the_gate_names_the_steps(shipped: Kit) -> None:
    mode = yaml.safe_load(shipped.settings.read_text())["config"]
    provisioning = mode["okta-identity-center:federation"]["provisioning"]
    shipped.change(provisioning={**provisioning, "mode": "console"}, account_access={})
    assert_readable(shipped.run("up", "--yes", "--skip-preview"), "Provisioning of app", "is off")


PROGRAMS = {
    "lookup": (
        'pulumi.export("x", pulumi.runtime.invoke_output("okta:index/getGroups:getGroups", {}))',
        True,
    ),
    "awaited-lookup": (
        "async def read(_):\n"
        '    return await pulumi.runtime.invoke_async("okta:index/getGroups:getGroups", {})\n'
        "pulumi.Output.from_input(1).apply(read)",
        True,
    ),
    "bug": ('raise ValueError("a bug")', True),
    "run-error": ('raise pulumi.RunError("a text")', False),
}


@pytest.mark.parametrize(("program", "traceback"), PROGRAMS.values(), ids=PROGRAMS)
def test_the_language_host_shows_tracebacks_as_pulumis_does(
    shipped: Kit, tmp_path: Path, program: str, traceback: bool
) -> None:
    """Without this, the tests above could pass although errors are not handled."""
    (tmp_path / "Pulumi.yaml").write_text("name: plain\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(f"import pulumi\n{program}\n")
    config(okta__apiToken="wrong")(shipped)
    settings = yaml.safe_load(shipped.settings.read_text())
    providers = {k: v for k, v in settings["config"].items() if k.startswith("okta:")}
    (tmp_path / "Pulumi.plain.yaml").write_text(
        yaml.safe_dump({"encryptionsalt": settings["encryptionsalt"], "config": providers})
    )
    state = (tmp_path / "state").as_uri()
    (tmp_path / "state").mkdir()
    env = shipped.env | {"PULUMI_BACKEND_URL": state, "PULUMI_STACK": "plain"}
    env.pop("PULUMI_OPTION_CONFIG_FILE", None)
    for command in (["stack", "init", "plain"], ["preview"]):
        done = subprocess.run(
            ["pulumi", *command, "--non-interactive"], cwd=tmp_path, env=env, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    text = done.stdout + done.stderr
    assert done.returncode != 0, text
    assert ("Program failed with an unhandled exception:\n" in text) is traceback, text
    assert ("Traceback (most recent call last)" in text) is traceback, text
    assert ("program exited with non-zero exit code: 1" in text) is not traceback, text
