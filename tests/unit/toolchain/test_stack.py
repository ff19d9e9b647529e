"""The sandbox's stack: nothing of the user's gets in, and what a broken run left is recognised."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT
from toolchain.engine import Engine
from toolchain.plugin_resolver import Plugin
from toolchain.sandbox import Sandbox
from toolchain.stack import BrokenRunError, Stack, foreign, scrubbed

NOBODY = 2**22 + 1  # above the highest process id


class Org(Sandbox):
    """A sandbox that answers from a dictionary."""

    answers: dict[str, Any] = {}  # noqa: RUF012

    def ask(self, method: str, path: str, body: object = None, seconds: float = 10) -> Any:
        return self.answers.get(path, [])


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    org = Org("abc", 1, "http://127.0.0.1:8410", "http://127.0.0.1:8411", "http://127.0.0.1:8412")
    cli = tmp_path / "bin" / "pulumi"
    cli.parent.mkdir()
    cli.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    cli.chmod(0o755)
    plugins = [Plugin("okta", "7.0.1", "replacement"), Plugin("aws", "7.51.1", "installed")]
    return Stack(tmp_path / "home", org, Engine(cli, "3.259.0", "built"), plugins)


def calls(stack: Stack) -> list[str]:
    path = stack.home.parent / "calls"
    return path.read_text().splitlines() if path.exists() else []


def checkpoint(stack: Stack, *pending: dict[str, Any]) -> None:
    path = stack.state / ".pulumi" / "stacks" / "okta-identity-center" / "dev.json"
    path.parent.mkdir(parents=True)
    operations = [{"type": "creating", "resource": resource} for resource in pending]
    latest = {"pending_operations": operations}
    path.write_text(json.dumps({"checkpoint": {"latest": latest}}))


def lock(stack: Stack, pid: int) -> None:
    path = stack.state / ".pulumi" / "locks" / "organization" / "dev" / "1.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": pid}))


SAML = {
    "urn": "urn:pulumi:dev::okta-identity-center::okta:app/saml:Saml::identity-center-app-saml",
    "inputs": {"label": "AWS IAM Identity Center"},
}
PUSH = {
    "urn": "urn:pulumi:dev::okta-identity-center::okta:index/pushGroup:PushGroup::push-aws-admins",
    "inputs": {"appId": "0oa1", "sourceGroupId": "00g1"},
}


def test_okta_aws_and_pulumi_variables_do_not_reach_the_engine(stack: Stack) -> None:
    mine = {
        "OKTA_ACCESS_TOKEN": "x",
        "AWS_PROFILE": "x",
        "PULUMI_ACCESS_TOKEN": "x",
        "PULUMI_HOME": "/h",
        "HOME": "/h",
    }
    assert scrubbed(mine) == {"PULUMI_HOME": "/h", "HOME": "/h"}
    assert foreign(mine) == ["AWS_PROFILE", "OKTA_ACCESS_TOKEN", "PULUMI_ACCESS_TOKEN"]


def test_only_the_replacement_that_was_chosen_gets_on_path(stack: Stack) -> None:
    folders = stack.variables["PATH"].split(os.pathsep)
    assert str(stack.engine.path.parent) in folders
    assert str(ROOT / "offline_plugins" / "bin" / "okta") in folders
    assert str(ROOT / "offline_plugins" / "bin" / "aws") not in folders
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in stack.variables


def test_on_the_usual_port_the_clones_own_settings_are_used(stack: Stack) -> None:
    assert stack.settings == ROOT / "Pulumi.dev.yaml"
    assert "PULUMI_OPTION_CONFIG_FILE" not in stack.variables


def test_on_another_port_a_copy_of_the_settings_names_it(stack: Stack) -> None:
    org = Org("abc", 1, "http://127.0.0.1:1410", "http://127.0.0.1:2411", "http://127.0.0.1:3412")
    moved = Stack(stack.home, org, stack.engine, stack.plugins)
    stack.home.mkdir()
    text = moved.settings.read_text()
    assert "http://127.0.0.1:1410" in text
    assert "http://127.0.0.1:2411" in text
    assert "127.0.0.1:84" not in text
    assert moved.variables["PULUMI_OPTION_CONFIG_FILE"] == str(moved.settings)


def test_the_state_of_a_sandbox_that_is_gone_is_thrown_away(stack: Stack) -> None:
    gone = stack.home / "state-gone"
    gone.mkdir(parents=True)
    checkpoint(stack)
    stack.ready()
    assert not gone.exists()
    assert calls(stack) == []  # the stack was there already


def test_a_new_sandbox_gets_a_new_stack(stack: Stack) -> None:
    stack.ready()
    assert calls(stack) == ["stack init dev --non-interactive"]


def test_nothing_is_mended_when_nothing_is_broken(stack: Stack) -> None:
    checkpoint(stack)
    assert stack.mend() == []
    assert calls(stack) == []


def test_the_lock_of_a_killed_run_is_removed_and_said(stack: Stack) -> None:
    lock(stack, NOBODY)
    [said] = stack.mend()
    assert "killed" in said
    assert calls(stack) == ["cancel --yes --non-interactive"]


def test_the_lock_of_a_run_at_work_is_respected(stack: Stack) -> None:
    lock(stack, os.getpid())
    with pytest.raises(BrokenRunError, match=f"process {os.getpid()}"):
        stack.mend()
    assert calls(stack) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc, as on Linux")
def test_a_killed_run_that_nobody_has_waited_for_is_dead(stack: Stack) -> None:
    child = subprocess.Popen(["sleep", "60"])
    child.kill()
    lock(stack, child.pid)
    try:
        [said] = stack.mend()
    finally:
        child.wait()
    assert "killed" in said


def test_an_unconfirmed_creation_that_never_happened_is_cleared(stack: Stack) -> None:
    checkpoint(stack, SAML, PUSH)
    stack.sandbox.answers.clear()  # type: ignore[attr-defined]
    [said] = stack.mend()
    assert "identity-center-app-saml" in said
    assert calls(stack) == [
        "refresh --yes --skip-preview --clear-pending-creates --non-interactive"
    ]


@pytest.mark.parametrize(
    ("pending", "path", "found", "named"),
    [
        (
            SAML,
            "/api/v1/apps?limit=200",
            {"id": "0oa9", "label": "AWS IAM Identity Center"},
            "app 'AWS IAM Identity Center' (0oa9)",
        ),
        (
            PUSH,
            "/api/v1/apps/0oa1/group-push/mappings",
            {"id": "gpm9", "sourceGroupId": "00g1"},
            "push mapping gpm9 of group 00g1",
        ),
    ],
    ids=["app", "push"],
)
def test_an_orphan_is_named_with_what_to_do(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, pending: Any, path: str, found: Any, named: str
) -> None:
    checkpoint(stack, pending)
    monkeypatch.setattr(Org, "answers", {path: [found]})
    with pytest.raises(BrokenRunError) as told:
        stack.mend()
    assert named in str(told.value)
    assert "make reset" in str(told.value)
    assert calls(stack) == []


def test_of_what_was_made_in_aws_it_is_said_that_nobody_knows(stack: Stack) -> None:
    kind = "Parent$aws:ssoadmin/permissionSet:PermissionSet"
    urn = f"urn:pulumi:dev::okta-identity-center::{kind}::access-Developer-set"
    checkpoint(stack, {"urn": urn, "inputs": {"name": "Developer"}})
    with pytest.raises(BrokenRunError, match=r"access-Developer-set.*unknown.*make reset"):
        stack.mend()
    assert calls(stack) == []
