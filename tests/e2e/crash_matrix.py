"""Injects faults into the calls of a run, recovers as a user would, and checks what is left.

Waves deploy one stack through several settings. Each injects a fault into one call of every kind
that it names. Then the next `up` succeeds, after the lines that `okta-idc recover` prints, if any.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from tests.e2e.conftest import TOKEN, Kit, Result
from tests.paths import ROOT

KEY = "okta-identity-center:federation"
FEDERATION = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"][KEY]
ACCOUNT, OTHER = "210987654321", "321098765432"
NEXT_UP = "the next `pulumi up`"
_OPTIONS = "--yes --skip-preview --suppress-outputs --non-interactive --parallel 32"
_UP, _DESTROY = f"pulumi up {_OPTIONS}", f"pulumi destroy {_OPTIONS}"
ATTEMPTS = 10
"""The requests that the replacement AWS plugin sends at most for a call without an answer."""
HELD = 3000
"""Seconds for which the server holds calls back. The test advances the server's clock instead of
waiting."""
TIMEOUT = 50
"""Seconds after which a plugin may make a call again that was not answered."""

Json = dict[str, Any]


def okta(method: str, path: str) -> Json:
    """Matches a call of Okta's API."""
    return {"server": "okta", "method": method, "path": path}


def aws(operation: str, parameters: str = "") -> Json:
    """Matches an operation of AWS, and a part of its parameters."""
    return {"server": "aws", "operation": operation, "contains": parameters}


@dataclass(frozen=True)
class Wave:
    """One run: the settings that it deploys (None: a destroy), and a fault in one call for each
    kind and operation. No call waits for another, so one run makes all of them."""

    settings: Json | None
    calls: dict[tuple[str, str], Json] = field(default_factory=dict[tuple[str, str], Json])


def _policy(action: str) -> Json:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _settings(
    groups: tuple[Any, ...] = (),
    push: tuple[Any, ...] = (),
    developer: Json | None = None,
    sets: tuple[Json, ...] = (),
    applications: tuple[Json, ...] = (),
    **more: Any,
) -> Json:
    """The federation's settings, with these groups, permission sets and other settings."""
    quick = {"propagation_settle_seconds": 0.5, "propagation_timeout_minutes": 0.2}
    base = {"groups": ["aws-data"], "accounts": [ACCOUNT]}
    first = {"name": "Developer", **base, **(developer or {})}
    users = more.pop("users", [])
    return {
        "push_groups": ["aws-data", *push],
        "attribute_statements": [],
        "provisioning": {**FEDERATION["provisioning"], **quick, **more.pop("provisioning", {})},
        "assignments": {
            "groups": [*(groups or ("aws-access",))],
            "users": users,
            "max_deprovisioned_users": 1000,
        },
        "account_access": {
            "permission_sets": [first, *sets], "applications": [*applications],
        },
    } | {key: value for key, value in more.items() if value is not None}  # fmt: skip


def _alarm(*emails: str, days: tuple[int, ...] = (30,)) -> Json:
    return {"emails": [*emails], "days_before": [*days]}


_POLICIES: Json = {
    "managed_policies": ["arn:aws:iam::aws:policy/PowerUserAccess"],
    "customer_managed_policies": ["team/Deploy"],
    "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "inline_policy": _policy("ce:Get*"),
}
_TOPIC_POLICY = aws("SetTopicAttributes", "AttributeName=Policy(&|$)")
"""Not the attributes that the plugin sets after it has made a topic."""
_TWO_ACCOUNTS: Json = {"accounts": [ACCOUNT, OTHER]}
_CRASH: Json = {"name": "Crash"}
_GROUP: Json = {"create": "crash-group", "description": "one"}
_RULED: Json = {"create": "crash-ruled", "rule": 'user.department=="A"'}
_CONTROL: Json = {"access_control_attributes": {}}
_MAPPED: Json = {"profile_mappings": {"displayName": "user.displayName"}}
_USER: Json = {"users": ["USER"]}
_MADE_1: Json = {"groups": ("aws-access", _GROUP), **_CONTROL, "token_expiry_alarm": _alarm()}
_MADE_2: Json = _MADE_1 | {
    "groups": ("aws-access", _GROUP, _RULED), "developer": _POLICIES, **_MAPPED,
    "token_expiry_alarm": _alarm("ops@example.com", days=(30, 7)),
}  # fmt: skip
_MADE_3: Json = _MADE_2 | {
    "groups": ("aws-access", _GROUP, _RULED, "aws-finance"), **_USER, "sets": (_CRASH,),
    "developer": _POLICIES | _TWO_ACCOUNTS,
    "token_expiry_alarm": _alarm("ops@example.com", days=(30, 7, 1)),
}  # fmt: skip
_MADE_4: Json = _MADE_3 | {"push": ("aws-support",)}
MADE = [
    Wave(_settings(**_MADE_1), {
        ("app", "made"): okta("POST", r"/api/v1/apps(\?|$)"),
        ("group", "made"): okta("POST", "/api/v1/groups$"),
        ("permission set", "made"): aws("CreatePermissionSet"),
        ("attributes for access control", "made"):
            aws("CreateInstanceAccessControlAttributeConfiguration"),
        ("SNS topic", "made"): aws("CreateTopic"),
    }),
    Wave(_settings(**_MADE_2), {
        ("group rule", "made"): okta("POST", "/groups/rules$"),
        ("profile mapping", "made"): okta("POST", "/api/v1/mappings/"),
        ("managed policy attachment", "made"): aws("AttachManagedPolicyToPermissionSet"),
        ("customer managed policy attachment", "made"):
            aws("AttachCustomerManagedPolicyReferenceToPermissionSet"),
        ("inline policy", "made"): aws("PutInlinePolicyToPermissionSet"),
        ("permissions boundary", "made"): aws("PutPermissionsBoundaryToPermissionSet"),
        ("SNS subscription", "made"): aws("Subscribe"),
        ("EventBridge rule", "made"): aws("PutRule"),
    }),
    Wave(_settings(**_MADE_3), {
        ("group assignment", "made"): okta("PUT", "/apps/[^/]+/groups/"),
        ("user assignment", "made"): okta("POST", "/apps/[^/]+/users$"),
        ("account assignment", "made"): aws("CreateAccountAssignment"),
        ("EventBridge target", "made"): aws("PutTargets"),
    }),
    Wave(_settings(**_MADE_4), {
        ("push mapping", "made"): okta("POST", "/group-push/mappings$"),
    }),
]  # fmt: skip
"""Makes one object of each kind; starts with an empty stack."""
DESTROYED = Wave(None, {("app", "deleted"): okta("DELETE", "/api/v1/apps/[^/]+$")})
_LEFT_1: Json = _MADE_3 | {
    "developer": _TWO_ACCOUNTS, "sets": (), "token_expiry_alarm": _alarm(days=(30, 7)),
}  # fmt: skip
_LEFT_2: Json = _LEFT_1 | {
    "groups": ("aws-access", _GROUP, _RULED), "users": [], "developer": {},
}  # fmt: skip
_LEFT_3: Json = _LEFT_2 | {
    "groups": ("aws-access", _GROUP, {"create": "crash-ruled"}), "token_expiry_alarm": _alarm(),
}  # fmt: skip
_LEFT_4: Json = _LEFT_3 | {"token_expiry_alarm": None}
_LEFT_5: Json = _LEFT_4 | {"groups": ("aws-access",)}
DELETED = [
    Wave(_settings(**_MADE_4)),
    Wave(_settings(**_LEFT_1), {
        ("permission set", "deleted"): aws("DeletePermissionSet"),
        ("managed policy attachment", "deleted"): aws("DetachManagedPolicyFromPermissionSet"),
        ("customer managed policy attachment", "deleted"):
            aws("DetachCustomerManagedPolicyReferenceFromPermissionSet"),
        ("inline policy", "deleted"): aws("DeleteInlinePolicyFromPermissionSet"),
        ("permissions boundary", "deleted"): aws("DeletePermissionsBoundaryFromPermissionSet"),
        ("push mapping", "deleted"): okta("DELETE", "/group-push/mappings/"),
        ("SNS subscription", "deleted"): aws("Unsubscribe"),
    }),
    Wave(_settings(**_LEFT_2), {
        ("group assignment", "deleted"): okta("DELETE", "/apps/[^/]+/groups/"),
        ("user assignment", "deleted"): okta("DELETE", "/apps/[^/]+/users/"),
        ("account assignment", "deleted"): aws("DeleteAccountAssignment"),
    }),
    Wave(_settings(**_LEFT_3), {
        ("group rule", "deleted"): okta("DELETE", "/groups/rules/"),
        ("EventBridge rule", "deleted"): aws("DeleteRule"),
    }),
    Wave(_settings(**_LEFT_4), {
        ("SNS topic policy", "deleted"): _TOPIC_POLICY,
        ("EventBridge target", "deleted"): aws("RemoveTargets"),
    }),
    Wave(_settings(**_LEFT_3), {
        ("SNS topic policy", "made"): _TOPIC_POLICY,
    }),
    Wave(_settings(**_LEFT_4), {("SNS topic", "deleted"): aws("DeleteTopic")}),
    Wave(_settings(**_LEFT_5), {
        ("group", "deleted"): okta("DELETE", "/api/v1/groups/[^/]+$"),
    }),
]  # fmt: skip
"""Deletes one object of each kind; starts with an empty stack. The engine deletes in levels, each
after the previous one: objects that depend on no deleted object are last, those that depend on them
come before, and so on. The faults of a wave are at one level."""
_GROUPS: tuple[Any, ...] = (
    "aws-access", {**_GROUP, "description": "two"}, {**_RULED, "rule": 'user.department=="B"'},
    "aws-finance",
)  # fmt: skip
_NEW_1: Json = _MADE_4 | {
    "groups": _GROUPS,
    "developer": _POLICIES | _TWO_ACCOUNTS | {"inline_policy": _policy("s3:Get*")},
    "sets": ({**_CRASH, "session_duration": "PT2H"},),
    "access_control_attributes": {"attributes": {"Name": "${path:userName}"}},
    "app": {**FEDERATION["app"], "label": "Crash"},
}
_NEW_2: Json = _NEW_1 | {"provisioning": {"update_user_attributes": False}}
_NEW_3: Json = _NEW_2 | {"profile_mappings": {"displayName": "user.login"}}
_NEW_4: Json = _NEW_3 | {
    "groups": tuple(
        {**(each if isinstance(each, dict) else {"name": each}), "priority": number}
        for number, each in enumerate(reversed(_GROUPS), 1)
    )
}
_NEW_5: Json = _NEW_4 | {"push": ({"name": "aws-support", "retire": True},)}
UPDATED = [
    Wave(_settings(**_MADE_4)),
    Wave(_settings(**_NEW_1), {
        ("app", "updated"): okta("PUT", "/api/v1/apps/[^/]+$"),
        ("group", "updated"): okta("PUT", "/api/v1/groups/[^/]+$"),
        ("group rule", "updated"): okta("PUT", "/groups/rules/"),
        ("permission set", "updated"): aws("UpdatePermissionSet"),
        ("inline policy", "updated"): aws("PutInlinePolicyToPermissionSet"),
        ("attributes for access control", "updated"):
            aws("UpdateInstanceAccessControlAttributeConfiguration"),
    }),
    Wave(_settings(**_NEW_2), {("provisioning features", "updated"): okta("PUT", "/features/")}),
    Wave(_settings(**_NEW_3), {("profile mapping", "updated"): okta("POST", "/api/v1/mappings/")}),
    Wave(_settings(**_NEW_4), {
        ("group assignment", "updated"): okta("PUT", "/apps/[^/]+/groups/"),
    }),
    Wave(_settings(**_NEW_5), {
        ("push mapping", "updated"): okta("PATCH", "/group-push/mappings/"),
    }),
]  # fmt: skip
"""Changes one object of each kind that the provider can update; starts with an empty stack."""
_BY_HAND: Json = {"provisioning": {"mode": "console", "wait": "never"}}
_ASSIGNED: Json = {"applications": ({"arn": "APPLICATION", "groups": ["aws-data"]},)}
CONNECTED = [
    Wave(_settings()),
    Wave(_settings(**_BY_HAND, **_ASSIGNED), {
        ("application assignment", "made"): aws("CreateApplicationAssignment"),
    }),
    Wave(_settings(**_ASSIGNED), {
        ("provisioning connection", "made"): okta("POST", "/connections/default$"),
    }),
    Wave(_settings(**_BY_HAND), {
        ("application assignment", "deleted"): aws("DeleteApplicationAssignment"),
    }),
    Wave(_settings(), {("provisioning features", "made"): okta("PUT", "/features/")}),
]  # fmt: skip
"""Makes a connection again: its deletion changes nothing in Okta. Starts with an empty stack."""
LOST = Wave(DELETED[2].settings, DELETED[1].calls | DELETED[2].calls)
"""Two waves at once, without the account assignments, which depend on the policies. It works for
lost answers only: a call that is held keeps others from being made."""
del LOST.calls["account assignment", "deleted"]
_AGAIN: Json = _LEFT_2 | {"push": ("aws-support",)}
PUSHED = Wave(_settings(**_AGAIN), MADE[-1].calls)
"""Makes the push mapping again that LOST deletes."""


@dataclass(frozen=True)
class Outcome:
    """What healed one fault: the next `up`, or the commands that recover printed."""

    kind: str
    operation: str
    fault: str
    healed_by: str


class CrashTest:
    """Runs chains against one sandbox, and keeps the outcomes."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.outcomes: list[Outcome] = []
        self.groups_in_aws: dict[str, str] = {}
        self.deployed = Wave(None)
        """The wave that the last run deployed."""
        environment = kit.env
        tools = kit.home.parent / "bin"
        tools.mkdir(exist_ok=True)
        script = tools / "okta-idc"  # the clone does not install it
        script.write_text(f'#!/bin/sh\nexec {sys.executable} -m okta_idc "$@"\n')
        script.chmod(0o755)
        here = f"{tools}{os.pathsep}{environment['PATH']}"
        self.env = environment | {
            "PATH": here, "PYTHONPATH": str(ROOT), "OKTA_API_TOKEN": TOKEN,
            "AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        store = kit.aws("identitystore")
        center = kit.aws("sso-admin")
        [instance] = center.list_instances()["Instances"]
        applications = center.list_applications(InstanceArn=instance["InstanceArn"])
        self._application = applications["Applications"][0]["ApplicationArn"]
        self._user = kit.okta("GET", "/api/v1/users?limit=1")[0]["profile"]["login"]
        self._store = store

    def start_after(self, wave: Wave) -> None:
        """Deploy what a wave deploys, without a fault, unless the last run did."""
        if self.deployed != wave:
            self.run(Wave(wave.settings), "")
            self.deployed = wave

    def healed(self, healed_by: str) -> set[tuple[str, str]]:
        """Kinds and operations that were healed this way."""
        return {(e.kind, e.operation) for e in self.outcomes if e.healed_by == healed_by}

    def run(self, wave: Wave, fault: str) -> None:
        """Deploy with a fault in every call: `lost`, `kill`, `interrupt` or `plugin`."""
        self._change(wave.settings)
        if wave.calls:
            self._inject(wave, fault)
            self._check()
            self._heal(wave, fault)
        self._expect(self._shell(_UP if wave.settings else _DESTROY))
        self._check()
        self.deployed = wave

    def _inject(self, wave: Wave, fault: str) -> None:
        """The server performs the calls; the run never gets their answers."""
        effect = {"connection": "lost"} if fault == "lost" else {"delay": HELD}
        for call in wave.calls.values():
            times = ATTEMPTS if fault == "lost" and call["server"] == "aws" else 1
            self.kit.okta("POST", "/sandbox/faults", {**call, "times": times, **effect})
        injected = self.kit.okta("GET", "/sandbox/faults")
        line = _UP if wave.settings else _DESTROY
        if len(wave.calls) > 1:
            line += " --continue-on-error"
        done = self._shell(line) if fault == "lost" else self._stopped(line, fault, len(wave.calls))
        left = self.kit.okta("GET", "/sandbox/faults")
        self.kit.okta("DELETE", "/sandbox/faults")
        unused = [each for each in injected if each in left]
        assert not unused, f"no call matched {unused}: {done.text}"
        assert done.code != 0, done.text

    def _heal(self, wave: Wave, fault: str) -> None:
        """Run the lines that recover prints, if there are any."""
        report = self.recover()
        assert report.code in (0, 1), report.text
        lines = report.text.partition("Run, in this order:\n\n")[2].partition("\n\n")[0]
        assert bool(lines) == bool(report.code), report.text
        before = len(self.kit.okta("GET", "/sandbox/request-log"))
        self.run_lines(lines.splitlines())
        made = self.kit.okta("GET", "/sandbox/request-log")[before:]
        sent = [call for call in made if call["path"].startswith("/api/v1/")]
        assert {call["method"] for call in sent} <= {"GET"}, sent
        if ("push mapping", "made") in wave.calls:
            self._check_delete_flags()
        if lines:
            after = self.recover()
            assert after.code == 0, after.text
        for kind, operation in wave.calls:
            self.outcomes.append(Outcome(kind, operation, fault, _healed(kind, report.text)))

    def _check(self) -> None:
        """No app or group exists twice, and no AWS group was lost."""
        apps = Counter(app["label"] for app in self.kit.okta("GET", "/api/v1/apps?limit=200"))
        groups = Counter(
            group["profile"]["name"]
            for group in self.kit.okta("GET", '/api/v1/groups?search=type eq "OKTA_GROUP"')
        )
        assert not [name for name, number in (apps | groups).items() if number > 1]
        found = self._store.list_groups(IdentityStoreId=self.kit.store)["Groups"]
        ids = {group["DisplayName"]: group["GroupId"] for group in found}
        assert ids.items() >= self.groups_in_aws.items(), (ids, self.groups_in_aws)
        self.groups_in_aws = ids

    def _check_delete_flags(self) -> None:
        """A destroy keeps the AWS group of every recorded push mapping."""
        state = json.loads(self._run("pulumi stack export").stdout)["deployment"]["resources"]
        flags = [
            each["outputs"]["deleteTargetGroupOnDestroy"]
            for each in state
            if each["type"] == "okta:index/pushGroup:PushGroup"
        ]
        assert len(flags) == 2
        assert not any(flags)

    def _change(self, wanted: Json | None) -> None:
        if wanted is not None:
            text = json.dumps(wanted)
            for name, value in (("USER", self._user), ("APPLICATION", self._application)):
                text = text.replace(f'"{name}"', json.dumps(value))
            self.kit.change(**json.loads(text))

    def _shell(self, line: str) -> Result:
        began = time.monotonic()
        done = self._run(line)
        return self._result(line, began, done.returncode, f"{done.stdout}{done.stderr}")

    def _result(self, line: str, began: float, code: int, output: str) -> Result:
        if log := os.environ.get("CRASH_LOG"):
            with Path(log).open("a") as file:
                file.write(f"{time.monotonic() - began:5.1f} s  {code}  {line[:120]}\n")
        text = f"$ {line}\n{output}"
        assert "Traceback" not in text, text
        assert self.kit.token not in text
        return Result(code, text)

    def _run(self, line: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-c", line], cwd=ROOT, env=self.env, capture_output=True, text=True,
            timeout=600, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def run_lines(self, lines: Iterable[str]) -> None:
        """Run printed lines as they are."""
        for line in lines:
            self._expect(self._shell(line))

    def refresh(self) -> None:
        """Refresh everything, which changes nothing that the next `up` would have to repair."""
        self._expect(self._shell("pulumi refresh --yes --skip-preview --non-interactive"))

    def recover(self) -> Result:
        """Run `okta-idc recover` in this process, which has imported its modules already."""
        at = self.kit.sandbox
        options = ["recover", "--okta-url", at["okta"], "--aws-endpoint", at["aws"]]
        began = time.monotonic()
        done = CliRunner(env=self.env).invoke(app, options)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return self._result(shlex.join(["okta-idc", *options]), began, done.exit_code, done.output)

    def _expect(self, done: Result) -> None:
        assert done.code == 0, done.text

    def _stopped(self, line: str, fault: str, number: int) -> Result:
        """Run the command, and stop it while the server holds the calls back."""
        began = time.monotonic()
        log = self.kit.home.parent / "stopped.log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                shlex.split(line), cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, process_group=0,
            )  # fmt: skip
        deadline = time.monotonic() + 240
        held = 0.0
        while (left := self.kit.okta("GET", "/sandbox/faults")) and process.poll() is None:
            held = held or (time.monotonic() if len(left) < number else 0.0)
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        in_time = not held or time.monotonic() - held < TIMEOUT
        children = list(descendants(process.pid))
        if fault == "interrupt":
            for _ in range(2):
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
        elif fault == "plugin":
            for pid, command in children:
                if re.search(r"pulumi-resource-|offline_plugins", command):
                    _kill(pid)
        else:
            for pid, _ in [(process.pid, ""), *children]:
                _kill(pid)
        process.wait(120)
        for pid, _ in children:
            _kill(pid)
        self._release(number)
        assert in_time, f"the plugins did not wait: {left}"
        return self._result(f"{fault}: {line}", began, process.returncode, log.read_text())

    def _release(self, number: int) -> None:
        """The server performs the calls that it held back; their callers are gone."""
        before = len(self._calls())
        self.kit.okta("POST", "/sandbox/clock", {"advance": HELD})
        deadline = time.monotonic() + 30
        while len(self._calls()) < before + number and time.monotonic() < deadline:
            time.sleep(0.05)

    def _calls(self) -> list[Json]:
        """The calls that Okta's API and AWS have performed."""
        return [
            call
            for server in ("okta", "aws")
            for call in self.kit.okta("GET", f"/sandbox/request-log?server={server}")
        ]


def _healed(kind: str, report: str) -> str:
    """What heals the objects of a kind, by their statuses in the report and its commands."""
    commands = {"not recorded": "`pulumi import`", "pending": "`pulumi refresh`"}
    found: list[str] = []
    for name, status in re.findall(
        rf"^{re.escape(kind)} (\S+): .* \[(.+)\]$", report, re.MULTILINE
    ):
        removed = re.search(
            rf"^pulumi state delete \S+::{re.escape(name)}'? ", report, re.MULTILINE
        )
        gone = "`pulumi state delete`" if removed else "`pulumi refresh`"
        found.append(commands.get(status, gone))
    return ", then ".join(dict.fromkeys(found)) or NEXT_UP


def descendants(pid: int) -> Iterator[tuple[int, str]]:
    """Process IDs and command lines below a process. Reads /proc, so Linux only."""
    parents: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(stat[1]), []).append(int(process.name))
    waiting = [pid]
    while waiting:
        for child in parents.get(waiting.pop(), ()):
            waiting.append(child)
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            yield child, command


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
