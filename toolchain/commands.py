"""What `make up`, `make down` and their like do."""

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

import boto3
import httpx
from rich.console import Console

from okta_idc.clients.identity_store import AwsError, IdentityStore
from toolchain import cache, engine, plugin_resolver, sandbox
from toolchain.foreground import INTERRUPTED, foreground
from toolchain.sandbox import OKTA_TOKEN, ROOT, Sandbox
from toolchain.stack import Stack, foreign, scrubbed

SETTLE_SECONDS = 60
UNKNOWN_CONNECTIONS = (
    "The sandbox was told to support SCIM connections through the API. Real Okta is not known to "
    "do this for the app AWS IAM Identity Center: there it most likely answers UNKNOWN, and the "
    "run stops at the gate."
)


@dataclass(frozen=True)
class Place:
    """Where a sandbox lives, and the console to tell about it."""

    home: Path
    console: Console

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def stack(self, running: Sandbox) -> Stack:
        found = engine.find(self.say)
        return Stack(self.home, running, found, plugin_resolver.choose(found, self.say))

    def locked(self) -> AbstractContextManager[None]:
        return cache.locked(
            self.home / "lock", lambda: self.say("Another command is at work here; waiting …")
        )


def up(place: Place, port: int, mode: str) -> int:
    """Everything up, then the summary. In mode `console` the sandbox's API does not know
    connections, as in life, and a person does the rest in its consoles."""
    began = time.monotonic()
    with place.locked():
        found = engine.find(place.say)
        plugins = plugin_resolver.choose(found, place.say)
        connections = "supported" if mode == "api" else "unknown"
        running = _started(place, port, connections)
        stack = Stack(place.home, running, found, plugins)
        stack.choose_mode(mode)
        stack.ready()
        for sentence in stack.mend():
            place.say(sentence)
        place.say("")
        place.say(f"Engine   {found.title}")
        for number, plugin in enumerate(plugins):
            place.say(f"{'Plugins' if number == 0 else '':8} {plugin.title}")
        place.say(f"Sandbox  Okta {running.okta}, AWS {running.aws}")
        if ignored := foreign(os.environ):
            place.say(f"Ignored  {', '.join(ignored)} (this is the sandbox)")
        place.say("")
        code, seconds = _engine(place, stack, "up", "--yes", "--skip-preview", "--suppress-outputs")
        if code == INTERRUPTED:
            place.say("Stopped. `make up` goes on from here.")
        if code:
            return code
        outputs = place.home / "outputs.json"
        outputs.write_text(json.dumps(stack.outputs()))
    place.say("")
    code = status(place, wait=SETTLE_SECONDS)
    place.say("")
    if mode == "api":
        place.say(f"Note: {UNKNOWN_CONNECTIONS}")
    total = time.monotonic() - began
    place.say(f"Took {total:.0f} s, of which the engine {seconds:.0f} s.")
    place.say('Next: `make status`, `make down`, or plain pulumi: eval "$(make -s env)"')
    return code


def down(place: Place, keep: bool) -> int:
    """Destroy the stack, say what push left in AWS, stop the sandbox."""
    with place.locked():
        running = sandbox.find(place.home)
        if running is None:
            return _clean_up(place)
        stack = place.stack(running)
        stack.ready()
        for sentence in stack.mend():
            place.say(sentence)
        code, _ = _engine(place, stack, "destroy", "--yes", "--skip-preview")
        if code:
            if code != INTERRUPTED:
                place.say("The sandbox still runs. `make reset` throws everything away.")
            return code
        outputs = place.home / "outputs.json"
        place.say("")
        place.say(_left_in_aws(running, outputs))
        outputs.unlink(missing_ok=True)
        if keep:
            place.say(f"The sandbox still runs: Okta {running.okta}, AWS {running.aws}.")
            return 0
        sandbox.stop(place.home)
        shutil.rmtree(stack.state, ignore_errors=True)
        place.say("The sandbox has stopped; nothing of it is kept.")
    return 0


def status(place: Place, wait: int = 0, as_json: bool = False) -> int:
    """The summary: what is declared, what stands in the Identity Store, who was refused."""
    running = sandbox.find(place.home)
    outputs = place.home / "outputs.json"
    if running is None or not outputs.exists():
        place.say("Nothing is up here. Start with `make up`.")
        return 1
    command = [
        sys.executable, "-m", "okta_idc", "status", "--outputs", str(outputs), "--wait", str(wait),
        "--okta-url", running.okta, "--aws-endpoint", running.aws, *(["--json"] if as_json else []),
    ]  # fmt: skip
    credentials = {
        "OKTA_API_TOKEN": OKTA_TOKEN,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    environment = {**scrubbed(os.environ), **credentials}
    place.console.file.flush()
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def env(place: Place) -> int:
    """Shell lines that make plain `pulumi …` work in the clone."""
    running = sandbox.find(place.home)
    if running is None:
        print("echo 'No sandbox runs here: make up, or make sandbox.' >&2; false")
        return 1
    with place.locked():
        stack = place.stack(running)
        stack.ready()
    for name in foreign(os.environ):
        print(f"unset {name}")
    for name, value in stack.variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def serve(place: Place, port: int, connections: str, options: list[str]) -> int:
    """The sandbox alone, in the foreground, with more options of `python -m sandbox serve`."""
    if running := sandbox.find(place.home):
        place.say(f"A sandbox runs here already: Okta {running.okta}, AWS {running.aws}.")
        return 1
    place.home.mkdir(parents=True, exist_ok=True)
    _forget_settings(place)
    place.console.file.flush()
    os.chdir(ROOT)
    command = sandbox.command(place.home, port, connections, *options)
    return os.execv(command[0], command)  # noqa: S606 # our own interpreter


def reset(place: Place) -> int:
    """Stop the sandbox and forget it, whatever state it is in."""
    with place.locked():
        stopped = sandbox.stop(place.home)
        for child in place.home.iterdir():
            if child.is_dir():
                shutil.rmtree(child)
            elif child.name != "lock":
                child.unlink()
    place.say("The sandbox was stopped and forgotten." if stopped else "Nothing is left here.")
    return 0


def _started(place: Place, port: int, connections: str) -> Sandbox:
    running = sandbox.find(place.home)
    if running:
        running.ask("POST", "/sandbox/settings", {"connections": connections})
        return running
    if any(place.home.glob("state-*")):
        place.say("The last sandbox is gone, and its stack with it: starting afresh.")
    _forget_settings(place)
    return sandbox.start(place.home, port, connections)


def _forget_settings(place: Place) -> None:
    """The copy of the stack file names the ports of a sandbox that is gone."""
    (place.home / "Pulumi.dev.yaml").unlink(missing_ok=True)


def _engine(place: Place, stack: Stack, *arguments: str) -> tuple[int, float]:
    place.console.file.flush()
    return foreground(
        [str(stack.engine.path), *arguments],
        cwd=ROOT, env=stack.environment, log=place.home / "pulumi.log",
    )  # fmt: skip


def _clean_up(place: Place) -> int:
    left = list(place.home.glob("state-*"))
    for state in left:
        shutil.rmtree(state)
    for name in ("current.json", "outputs.json", "Pulumi.dev.yaml"):
        (place.home / name).unlink(missing_ok=True)
    place.say(
        "The sandbox is gone already; the stack it left was thrown away."
        if left
        else "Nothing is up here."
    )
    return 0


def _left_in_aws(running: Sandbox, outputs: Path) -> str:
    """What a destroyed stack leaves in the Identity Store, as in life."""
    try:
        declared = json.loads(outputs.read_text())
        running.ask("GET", "/sandbox/settled?timeout=30", seconds=40)
        session = boto3.Session(aws_access_key_id="sandbox", aws_secret_access_key="sandbox")
        where = (declared["identityStoreId"], declared["region"], running.aws)
        store = IdentityStore(*where, session)
        groups = sorted(group["DisplayName"] for group in store.groups())
        users = store.users()
    except (OSError, ValueError, KeyError, httpx.HTTPError, AwsError) as error:
        return f"What is left in IAM Identity Center is unknown ({type(error).__name__}: {error})."
    disabled = sum(user.get("UserStatus") == "DISABLED" for user in users)
    return (
        f"Left in IAM Identity Center, as in life: {len(users)} users ({disabled} disabled) and "
        f"{len(groups)} groups{': ' if groups else ''}{', '.join(groups)}. Okta deactivates "
        "people and never deletes them, and a push group of this kit never deletes its group: "
        "account assignments hang on it."
    )
