"""The sandbox's stack: its environment, its state, and recovery from interrupted runs."""

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
from toolchain.stack import InterruptedRunError, Stack, overriding_variables, without_overrides

UNUSED_PID = 2**22 + 1  # above the highest process id


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    org = Sandbox(
        "abc", 1, "http://127.0.0.1:8410", "http://127.0.0.1:8411", "http://127.0.0.1:8412"
    )
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


def test_overriding_variables_do_not_reach_the_engine(stack: Stack) -> None:
    variables = {
        "OKTA_ACCESS_TOKEN": "x",
        "AWS_PROFILE": "x",
        "PULUMI_ACCESS_TOKEN": "x",
        "PULUMI_HOME": "/h",
        "HOME": "/h",
    }
    assert without_overrides(variables) == {"PULUMI_HOME": "/h", "HOME": "/h"}
    assert overriding_variables(variables) == [
        "AWS_PROFILE",
        "OKTA_ACCESS_TOKEN",
        "PULUMI_ACCESS_TOKEN",
    ]


def test_only_a_chosen_replacement_is_added_to_path(stack: Stack) -> None:
    folders = stack.variables["PATH"].split(os.pathsep)
    assert str(stack.engine.path.parent) in folders
    assert str(ROOT / "offline_plugins" / "bin" / "okta") in folders
    assert str(ROOT / "offline_plugins" / "bin" / "aws") not in folders
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in stack.variables


def test_the_clones_sandbox_uses_the_clones_stack_file(stack: Stack) -> None:
    """Plain pulumi and `make up` read one file: an edit of it is never ignored."""
    org = Sandbox(
        "abc", 1, "http://127.0.0.1:1410", "http://127.0.0.1:2411", "http://127.0.0.1:3412"
    )
    cloned = Stack(ROOT / ".sandbox", org, stack.engine, stack.plugins)
    assert cloned.settings == ROOT / "Pulumi.dev.yaml"
    assert "PULUMI_OPTION_CONFIG_FILE" not in cloned.variables


def test_another_folder_has_its_own_stack_file(stack: Stack) -> None:
    assert stack.prepare()
    assert stack.settings == stack.home / "Pulumi.dev.yaml"
    assert stack.variables["PULUMI_OPTION_CONFIG_FILE"] == str(stack.settings)
    assert not stack.prepare()


def test_prepare_deletes_the_state_of_a_previous_sandbox(stack: Stack) -> None:
    gone = stack.home / "state-gone"
    gone.mkdir(parents=True)
    checkpoint(stack)
    stack.prepare()
    assert not gone.exists()
    assert calls(stack) == []  # the stack already exists


def test_prepare_creates_the_stack_of_a_new_sandbox(stack: Stack) -> None:
    stack.prepare()
    assert calls(stack) == ["stack init dev --non-interactive"]


def test_recover_does_nothing_after_a_complete_run(stack: Stack) -> None:
    checkpoint(stack)
    assert stack.recover() == []
    assert calls(stack) == []


def test_recover_removes_and_reports_the_lock_of_a_killed_run(stack: Stack) -> None:
    checkpoint(stack)
    lock(stack, UNUSED_PID)
    [message] = stack.recover()
    assert "killed" in message
    assert calls(stack) == ["cancel --yes --non-interactive"]


def test_recover_keeps_the_lock_of_a_running_process(stack: Stack) -> None:
    checkpoint(stack)
    lock(stack, os.getpid())
    with pytest.raises(InterruptedRunError, match=f"process {os.getpid()}"):
        stack.recover()
    assert calls(stack) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc, as on Linux")
def test_a_zombie_does_not_count_as_running(stack: Stack) -> None:
    child = subprocess.Popen(["sleep", "60"])
    child.kill()
    checkpoint(stack)
    lock(stack, child.pid)
    try:
        [message] = stack.recover()
    finally:
        child.wait()
    assert "killed" in message


@pytest.mark.parametrize("left", [None, "", '{"version": 3, "checkpo'])
def test_a_state_that_a_killed_run_cut_off_is_restored_from_its_backup(
    stack: Stack, left: str | None
) -> None:
    checkpoint(stack)
    [state] = stack.state.rglob("dev.json")
    complete = state.read_text()
    state.rename(f"{state}.bak")
    if left is not None:
        state.write_text(left)
    stack.prepare()
    [message] = stack.recover()
    assert "from its backup" in message
    assert "make reset" in message
    assert state.read_text() == complete
    assert calls(stack) == []  # no new stack


def test_cut_off_attributes_of_the_state_are_removed(stack: Stack) -> None:
    """The file backend keeps them beside each file, and fails on an empty one."""
    checkpoint(stack)
    [state] = stack.state.rglob("dev.json")
    cut_off, complete = Path(f"{state}.attrs"), Path(f"{state}.bak.attrs")
    cut_off.write_text("")
    complete.write_text('{"md5": "x"}')
    assert stack.recover() == []
    assert not cut_off.exists()
    assert complete.exists()


def test_a_cut_off_state_without_a_backup_names_the_file_and_the_remedy(stack: Stack) -> None:
    checkpoint(stack)
    [state] = stack.state.rglob("dev.json")
    state.write_text("")
    with pytest.raises(InterruptedRunError, match=rf"{state}.*make reset"):
        stack.recover()


def reported(monkeypatch: pytest.MonkeyPatch, *statuses: str) -> None:
    """Let `okta-idc recover` report these differences."""
    run = subprocess.run
    differences = [{"status": s, "urn": "a::identity-center-x", "text": s} for s in statuses]
    document = json.dumps({"differences": differences, "commands": ["pulumi import"]})

    def answer(command: list[str], **options: Any) -> Any:
        if "recover" in command:
            return subprocess.CompletedProcess(command, 1, document, "")
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", answer)


def test_recover_clears_a_pending_creation_that_did_not_happen(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint(stack, SAML, PUSH)
    reported(monkeypatch, "pending")
    [message] = stack.recover()
    assert "identity-center-app-saml" in message
    assert calls(stack) == [
        "refresh --yes --skip-preview --clear-pending-creates --non-interactive"
    ]


@pytest.mark.parametrize("status", ["not recorded", "gone", "ambiguous"])
def test_an_unrecorded_object_stops_the_run_with_the_commands(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    checkpoint(stack, SAML)
    reported(monkeypatch, "pending", status)
    with pytest.raises(InterruptedRunError) as raised:
        stack.recover()
    assert f"identity-center-x: {status}." in str(raised.value)
    assert "pulumi import" in str(raised.value)
    assert "make reset" in str(raised.value)
    assert calls(stack) == []
