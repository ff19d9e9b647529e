"""The commands behind the Makefile: `make up`, `make down` and the others."""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from rich.console import Console

from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.identity_store import IdentityStore
from toolchain import cache, engine, plugin_resolver, sandbox
from toolchain.foreground import INTERRUPTED, foreground
from toolchain.sandbox import AWS_CREDENTIALS, ROOT, Sandbox
from toolchain.stack import InterruptedRunError, Stack, overriding_variables, without_overrides
from toolchain.stack_file import StackFile

PROPAGATION_SECONDS = 60
UNKNOWN_CONNECTIONS = (
    "The sandbox supports SCIM connections through the API. Real Okta is not known to support them "
    "for the AWS IAM Identity Center app: it most likely returns UNKNOWN, and the run stops at the "
    "provisioning gate."
)


@dataclass(frozen=True)
class Workspace:
    """The folder of a sandbox's state, and the console for messages."""

    home: Path
    console: Console

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def stack(self, running: Sandbox) -> Stack:
        cli = engine.find(self.say)
        return Stack(self.home, running, cli, plugin_resolver.choose(cli, self.say))

    def lock(self) -> AbstractContextManager[None]:
        return cache.locked(
            self.home / "lock", lambda: self.say("Waiting for another command to finish …")
        )


def up(workspace: Workspace, port: int | None, mode: str | None) -> int:
    """Deploy the stack to a local sandbox and print a summary.

    Without `mode`, the stack file's mode applies. In mode `console`, the sandbox's API does not
    support connections, as real Okta most likely does not, and an administrator finishes the setup
    in the sandbox's consoles.
    """
    began = time.monotonic()
    with workspace.lock():
        cli = engine.find(workspace.say)
        plugins = plugin_resolver.choose(cli, workspace.say)
        running = _running_sandbox(workspace, port)
        stack = Stack(workspace.home, running, cli, plugins)
        settings = StackFile(workspace.home)
        written = ["the mode"] if mode and settings.set_mode(mode) else []
        mode = settings.mode
        connections = "supported" if mode == "api" else "unknown"
        running.request("POST", "/sandbox/settings", {"connections": connections})
        written += ["the sandbox's addresses"] if stack.prepare() else []
        for message in stack.recover():
            workspace.say(message)
        workspace.say("")
        workspace.say(f"Engine   {cli.title}")
        for number, plugin in enumerate(plugins):
            workspace.say(f"{'Plugins' if number == 0 else '':8} {plugin.title}")
        workspace.say(f"Sandbox  Okta {running.okta}, AWS {running.aws}")
        note = f"; wrote {' and '.join(written)} to it" if written else ""
        workspace.say(f"Settings {settings.path} (mode {mode}{note})")
        if ignored := overriding_variables(os.environ):
            workspace.say(f"Ignored  {', '.join(ignored)} (not used with the sandbox)")
        workspace.say("")
        code, seconds = _run_engine(
            workspace, stack, "up", "--yes", "--skip-preview", "--suppress-outputs"
        )
        if code and (report := _left_behind(stack)):
            workspace.say(report)
        elif code == INTERRUPTED:
            workspace.say("Interrupted. To continue, run: make up")
        elif code:
            workspace.say(f"After you correct the cause (settings: {stack.settings}), run: make up")
        if code:
            return code
        outputs = stack.outputs()
        (workspace.home / "outputs.json").write_text(json.dumps(outputs))
    workspace.say("")
    code = status(workspace, wait=PROPAGATION_SECONDS)
    workspace.say("")
    for number, step in enumerate(outputs.get("nextSteps") or [], start=1):
        workspace.say(f"Next step {number}. {step}")
    if mode == "api":
        workspace.say(f"Note: {UNKNOWN_CONNECTIONS}")
    total = time.monotonic() - began
    workspace.say(f"Sandbox: Okta {running.okta}, AWS {running.aws}, SCIM {running.scim}.")
    workspace.say(f"Finished in {total:.0f} s (engine: {seconds:.0f} s).")
    workspace.say(
        'Next: `make status`, `make down`, or plain pulumi and okta-idc: eval "$(make -s env)"'
    )
    return code


def down(workspace: Workspace, keep: bool) -> int:
    """Destroy the stack, list what remains in AWS, and stop the sandbox."""
    with workspace.lock():
        running = sandbox.find(workspace.home)
        if running is None:
            return _delete_leftovers(workspace)
        stack = workspace.stack(running)
        stack.prepare()
        for message in stack.recover():
            workspace.say(message)
        code, _ = _run_engine(workspace, stack, "destroy", "--yes", "--skip-preview")
        if code:
            if report := _left_behind(stack):
                workspace.say(report)
            elif code != INTERRUPTED:
                workspace.say("The sandbox is still running. To delete everything: make reset")
            return code
        outputs = workspace.home / "outputs.json"
        workspace.say("")
        workspace.say(_retained_in_aws(running, outputs))
        outputs.unlink(missing_ok=True)
        if keep:
            _turn_off_access_control(running)
            workspace.say(f"The sandbox is still running: Okta {running.okta}, AWS {running.aws}.")
            return 0
        sandbox.stop(workspace.home)
        _restore_settings(workspace)
        shutil.rmtree(stack.state, ignore_errors=True)
        workspace.say("The sandbox was stopped and its state deleted.")
    return 0


def status(workspace: Workspace, wait: int = 0, as_json: bool = False) -> int:
    """Print what is declared, what the Identity Store contains, and whom AWS rejected."""
    running = sandbox.find(workspace.home)
    outputs = workspace.home / "outputs.json"
    if running is None or not outputs.exists():
        workspace.say("No stack is deployed. Run: make up")
        return 1
    command = [
        sys.executable, "-m", "okta_idc", "status", "--outputs", str(outputs), "--wait", str(wait),
        "--okta-url", running.okta, "--aws-endpoint", running.aws, "--verify-at", running.scim,
        *(["--json"] if as_json else []),
    ]  # fmt: skip
    environment = {**without_overrides(os.environ), **running.credentials}
    workspace.console.file.flush()
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def recover(workspace: Workspace) -> int:
    """Print what an interrupted run left behind, and the commands. 1: something to recover."""
    running = sandbox.find(workspace.home)
    if running is None:
        workspace.say("No stack is deployed. Run: make up")
        return 1
    with workspace.lock():
        stack = workspace.stack(running)
        stack.prepare()
        report = stack.left_behind()
    workspace.say(report or "Nothing to recover.")
    return 1 if report else 0


def env(workspace: Workspace) -> int:
    """Print shell lines with which plain `pulumi …` and `okta-idc …` use the clone's sandbox."""
    running = sandbox.find(workspace.home)
    if running is None:
        print("echo 'No sandbox is running. Run: make up, or make sandbox' >&2; false")
        return 1
    with workspace.lock():
        stack = workspace.stack(running)
        if stack.prepare():
            workspace.say(f"Wrote the sandbox's addresses to {stack.settings}.")
    for name in overriding_variables(os.environ):
        print(f"unset {name}")
    for name, value in {**stack.variables, **running.variables}.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def serve(workspace: Workspace, port: int, connections: str, options: list[str]) -> int:
    """Run the sandbox alone, in the foreground, with more options of `python -m sandbox serve`."""
    if running := sandbox.find(workspace.home):
        workspace.say(f"A sandbox is already running: Okta {running.okta}, AWS {running.aws}.")
        return 1
    workspace.home.mkdir(parents=True, exist_ok=True)
    held = sandbox.lock(workspace.home)
    os.set_inheritable(held.fileno(), True)
    _restore_settings(workspace)
    workspace.console.file.flush()
    os.chdir(ROOT)
    command = sandbox.command(workspace.home, port, connections, *options)
    return os.execv(command[0], command)  # noqa: S606 # our own interpreter


def reset(workspace: Workspace) -> int:
    """Stop the sandbox and delete its state."""
    with workspace.lock():
        stopped = sandbox.stop(workspace.home)
        _restore_settings(workspace)
        for child in workspace.home.iterdir():
            if child.is_dir():
                shutil.rmtree(child)
            elif child.name != "lock":
                child.unlink()
    workspace.say(
        "The sandbox was stopped and its state deleted." if stopped else "There is no state."
    )
    return 0


def _running_sandbox(workspace: Workspace, port: int | None) -> Sandbox:
    running = sandbox.find(workspace.home)
    if running:
        if port not in (None, 0, urlsplit(running.okta).port):
            workspace.say(
                f"A sandbox is already running: Okta {running.okta}. PORT={port} is ignored. To "
                "change the port, run `make reset` first."
            )
        return running
    if any(workspace.home.glob("state-*")):
        workspace.say("The previous sandbox no longer runs. Starting a new sandbox and stack.")
    _restore_settings(workspace)
    return sandbox.start(workspace.home, sandbox.PORT if port is None else port, "unknown")


def _restore_settings(workspace: Workspace) -> None:
    """Undo in the stack file what the commands wrote for the previous sandbox."""
    settings = StackFile(workspace.home)
    if settings.restore():
        workspace.say(f"Wrote the default addresses and the previous mode back to {settings.path}.")


def _run_engine(workspace: Workspace, stack: Stack, *arguments: str) -> tuple[int, float]:
    workspace.console.file.flush()
    return foreground(
        [str(stack.engine.path), *arguments],
        cwd=ROOT, env=stack.environment, log=workspace.home / "pulumi.log",
    )  # fmt: skip


def _left_behind(stack: Stack) -> str:
    """What a failed run left behind; empty also if that cannot be found out, for example with
    invalid settings: the run's own error comes first."""
    try:
        return stack.left_behind()
    except InterruptedRunError:
        return ""


def _delete_leftovers(workspace: Workspace) -> int:
    left = list(workspace.home.glob("state-*"))
    for state in left:
        shutil.rmtree(state)
    _restore_settings(workspace)
    for name in ("current.json", "outputs.json"):
        (workspace.home / name).unlink(missing_ok=True)
    workspace.say(
        "The sandbox no longer runs. The state of its stack was deleted."
        if left
        else "No stack is deployed."
    )
    return 0


def _turn_off_access_control(running: Sandbox) -> None:
    """Turn off attributes for access control, which the kit retains, for the next `make up`.

    In a real account they stay on, and the next stack imports them (`import_id`).
    """
    with contextlib.suppress(AwsError):  # already off
        center = AwsClient("sso-admin", running.region, running.aws)
        for instance in center.call("list_instances")["Instances"]:
            center.call(
                "delete_instance_access_control_attribute_configuration",
                InstanceArn=instance["InstanceArn"],
            )


def _retained_in_aws(running: Sandbox, outputs: Path) -> str:
    """Describe what a destroyed stack leaves in the Identity Store, as it does in real AWS."""
    try:
        declared = json.loads(outputs.read_text())
        running.request("GET", "/sandbox/settled?timeout=30", seconds=40)
        for name in overriding_variables(os.environ):
            del os.environ[name]
        os.environ |= AWS_CREDENTIALS
        store = IdentityStore(declared["identityStoreId"], declared["region"], running.aws)
        groups = sorted(group["DisplayName"] for group in store.groups())
        users = list(store.users())
    except FileNotFoundError:
        return "What remains in IAM Identity Center is unknown: no `make up` has finished."
    except (OSError, ValueError, KeyError, httpx.HTTPError, AwsError) as error:
        return f"What remains in IAM Identity Center is unknown: {error}"
    disabled = sum(user.get("UserStatus") == "DISABLED" for user in users)
    return (
        f"Remaining in IAM Identity Center: {len(users)} users ({disabled} disabled) and "
        f"{len(groups)} groups{': ' if groups else ''}{', '.join(groups)}. This matches real AWS: "
        "Okta disables users and never deletes them, and this kit's push groups keep their AWS "
        "group, because account assignments depend on it."
    )
