"""The probe changes nothing that it may not change, and leaves nothing behind."""

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.probe.access import Access
from okta_idc.probe.journal import MARK, Entry, Journal, JournalError
from okta_idc.probe.lab import Lab
from okta_idc.probe.run import Outcome, remove, run_experiments
from sandbox.pytest_plugin import Sandbox
from tests.unit.okta_idc.probe.probe_org import (
    Probe,
    by_result,
    command,
    environment,
    wait_for,
)


def run_command(sandbox: Sandbox, folder: Path, *arguments: str) -> Any:
    arguments = tuple(command(sandbox, folder / "record.json", *arguments)[3:])
    return CliRunner().invoke(app, arguments)


def lines(folder: Path) -> list[Any]:
    file = folder / "record.json.journal"
    return [json.loads(each) for each in file.read_text().splitlines()] if file.exists() else []


@pytest.fixture
def started(probe: Probe, tmp_path: Path) -> Any:
    """A run as a process, which has created something."""
    probe.sandbox.settings(connections="supported")
    # One experiment waits, so that the process is in the middle.
    probe.sandbox.inject_fault(path="/lifecycle/suspend", delay=20)
    process = subprocess.Popen(
        command(probe.sandbox, tmp_path / "record.json"), env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell that starts the tests in the background makes all of them ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    try:
        wait_for(lambda: len(lines(tmp_path)) > 20 or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()
        probe.sandbox.clear_faults()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_removes_what_it_created(
    probe: Probe, started: Any, tmp_path: Path, number: signal.Signals
) -> None:
    probe.sandbox.clear_faults()
    started.send_signal(number)
    _, errors = started.communicate(timeout=120)
    assert started.returncode == 2, errors
    assert "Interrupted." in errors
    assert "Traceback" not in errors
    results = json.loads((tmp_path / "record.json").read_text())["results"]
    assert "interrupted" in {each["reason"] for each in results}
    assert lines(tmp_path) == []


@pytest.mark.parametrize(
    ("again", "journal"), [(("--clean-up",), True), (("--only", "trailing_slash"), False)]
)
def test_after_sigkill_the_next_run_removes_what_was_left(
    probe: Probe, started: Any, tmp_path: Path, again: tuple[str, ...], journal: bool
) -> None:
    started.kill()
    started.wait()
    probe.sandbox.clear_faults()
    assert MARK in json.dumps(probe.state())
    if not journal:  # the mark suffices
        (tmp_path / "record.json.journal").unlink()
    result = run_command(probe.sandbox, tmp_path, *again)
    assert result.exit_code == 0, result.output
    assert MARK not in json.dumps(probe.state())
    assert not (tmp_path / "record.json.journal").exists()


def test_the_journal_has_each_name_before_the_call(
    probe: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, answer, seen = tmp_path / "journal", Okta.answer, list[str]()

    async def checked(self: Okta, method: str, path: str, body: Any = None, **query: Any) -> Any:
        texts = [body.get("name"), body.get("label")] if isinstance(body, dict) else []
        texts += [(body.get("profile") or {}).get(k) for k in ("name", "login")] if texts else []
        for name in (each for each in texts if str(each).startswith(MARK) and method == "POST"):
            assert f'"{name}"' in journal.read_text()
            assert stat.S_IMODE(journal.stat().st_mode) == 0o600
            seen.append(str(name))
        return await answer(self, method, path, body, **query)

    monkeypatch.setattr(Okta, "answer", checked)
    probe.run("default_priority", "rule_active_update", "individual_unassignment")
    assert len(seen) > 6


def test_what_lacks_the_mark_is_never_removed(probe: Probe, tmp_path: Path) -> None:
    names = [MARK.removesuffix("-"), f"my {MARK}group", MARK.upper(), f"{MARK[:-2]}x-group"]
    (tmp_path / "journal").write_text(
        "".join(
            json.dumps({"event": "create", "kind": kind, "name": "Staff"}) + "\n{broken\n"
            for kind in ("group", "user", "app")
        )
    )

    async def use(access: Access) -> Any:
        made = [
            await access.okta.answer("POST", "/api/v1/groups", {"profile": {"name": name}})
            for name in names
        ]
        removed = await remove(access, Journal(tmp_path / "journal"))
        kept = [
            await access.okta.answer("DELETE", f"/api/v1/groups/{each.body['id']}") for each in made
        ]
        return removed, [each.status for each in kept]

    removed, statuses = probe.with_access(use)
    assert (removed.count, removed.failures) == (0, [])
    assert statuses == [204] * len(names)
    (tmp_path / "journal").unlink(missing_ok=True)


def test_the_journal_accepts_no_name_without_the_mark(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        Journal(tmp_path / "journal").begin(Entry("group", "Staff"))
    assert not (tmp_path / "journal").exists()


def test_a_journal_that_cannot_be_written_prevents_the_call(probe: Probe, tmp_path: Path) -> None:
    async def use(access: Access) -> None:
        await Lab(access, Journal(tmp_path / "no" / "journal"), "1").group()

    with pytest.raises(JournalError, match="cannot be written"):
        probe.with_access(use)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "apps": ({"method": "POST", "path": "/api/v1/apps$"}, "okta.apps.manage"),
    "groups": ({"method": "POST", "path": "/api/v1/groups$"}, "okta.groups.manage"),
    "rules": ({"method": "POST", "path": "/groups/rules$"}, "group rules"),
    "users": ({"method": "POST", "path": "/api/v1/users$"}, "okta.users.manage"),
    "policies": ({"method": "POST", "path": "/policies$"}, "okta.policies.manage"),
    "mappings": ({"method": "GET", "path": "/mappings"}, "okta.profileMappings.read"),
    "SCIM": ({"server": "scim", "status": 401}, "SCIM"),
    "identity store": ({"code": "AccessDeniedException", "operation": "ListUsers"},
                       "identitystore:ListUsers"),
    "secret": ({"code": "AccessDeniedException", "operation": "GetSecretValue"},
               "secretsmanager:GetSecretValue"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_missing_right_is_named_and_nothing_is_created(
    probe: Probe, tmp_path: Path, name: str
) -> None:
    fault, right = REFUSED[name]
    more = {} if "code" in fault or "status" in fault else {"status": 403}
    probe.sandbox.inject_fault(**fault, **more, times=None)
    # A listed identity store is read first.
    extra = ("--allow-non-empty",) if name in ("identity store", "SCIM") else ()
    result = run_command(probe.sandbox, tmp_path, *extra)
    assert result.exit_code == 2
    assert right in result.output
    assert created_nothing(probe)
    assert not (tmp_path / "record.json").exists()


def created_nothing(probe: Probe) -> bool:
    return not [
        each for each in probe.sandbox.request_log()
        if each["method"] != "GET" and each["status"] < 300 and MARK in json.dumps(each)
    ] and MARK not in json.dumps(probe.state())  # fmt: skip


def test_an_org_that_looks_like_one_in_use_is_refused(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)  # the bundled org has more users
    try:
        probe = Probe(sandbox, tmp_path)
        before = probe.state()
        result = run_command(sandbox, tmp_path)
        assert result.exit_code == 2
        assert "more than 20 users" in result.output
        assert probe.state() == before
        allowed = run_command(sandbox, tmp_path, "--allow-non-empty", "--only", "default_priority")
        assert allowed.exit_code == 0, allowed.output
        assert probe.state() == before
    finally:
        sandbox.stop()


def test_an_org_with_an_app_for_identity_center_is_refused(probe: Probe, tmp_path: Path) -> None:
    body = {"name": "amazon_aws_sso", "label": "AWS", "signOnMode": "SAML_2_0"}

    async def create(access: Access) -> str:
        return (await access.okta.answer("POST", "/api/v1/apps", body)).body["id"]

    async def delete(access: Access) -> None:
        await access.okta.answer("POST", f"/api/v1/apps/{ident}/lifecycle/deactivate")
        await access.okta.answer("DELETE", f"/api/v1/apps/{ident}")

    ident = probe.with_access(create)
    result = run_command(probe.sandbox, tmp_path)
    probe.with_access(delete)
    assert result.exit_code == 2
    assert "an app for IAM Identity Center exists" in result.output


@pytest.mark.parametrize(("confirmed", "message"), [
    ("", "--confirm 127.0.0.1 if it is a throw-away org"), ("acme", "'acme' is not the name"),
])  # fmt: skip
def test_an_org_that_was_not_confirmed_is_not_changed(
    probe: Probe, tmp_path: Path, confirmed: str, message: str
) -> None:
    before = len(probe.sandbox.request_log("okta"))
    result = run_command(probe.sandbox, tmp_path, "--confirm", confirmed)
    assert result.exit_code == 2
    assert message in result.output
    requests = probe.sandbox.request_log("okta")[before:]
    assert {each["method"] for each in requests} == {"GET"}


FAILING: dict[str, tuple[dict[str, Any], str, str]] = {
    "Okta fails": ({"method": "PUT", "path": "/groups/", "status": 500, "times": 3},
                   "default_priority", "okta_failed"),
    "Okta throttles": ({"method": "POST", "path": "/api/v1/apps", "status": 429, "times": 5,
                        "body": {"errorSummary": "Too many requests"}},
                       "default_priority", "okta_failed"),
    "Okta closes the connection": (
        {"method": "POST", "path": "/api/v1/apps", "connection": "lost", "times": 1},
        "default_priority", "okta_failed"),
    "AWS fails": ({"server": "scim", "method": "POST", "status": 500, "times": 2},
                  "scim_filter_id", "aws_failed"),
    "AWS throttles": ({"server": "scim", "method": "POST", "status": 429, "times": 4},
                      "scim_filter_id", "aws_failed"),
}  # fmt: skip


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    sleep = asyncio.sleep
    return lambda: monkeypatch.setattr(asyncio, "sleep", lambda _seconds: sleep(0))


@pytest.mark.parametrize("name", FAILING)
def test_an_experiment_that_okta_or_aws_fails_is_not_tried_and_removed(
    probe: Probe, name: str, no_sleep: Callable[[], None]
) -> None:
    fault, experiment, reason = FAILING[name]
    probe.sandbox.inject_fault(**fault)
    no_sleep()
    outcome = probe.run(experiment, "trailing_slash")
    found = by_result(outcome)
    assert found["not tried"][experiment] == reason
    assert found["confirmed"] == {"trailing_slash": "ignored"}
    assert outcome.failures
    assert outcome.removed.failures == []


def test_what_could_not_be_removed_stays_in_the_journal(probe: Probe, tmp_path: Path) -> None:
    probe.sandbox.inject_fault(method="DELETE", path="/api/v1/groups/", status=500, times=None)
    result = run_command(probe.sandbox, tmp_path, "--only", "default_priority")
    assert result.exit_code == 2
    assert "okta-idc probe-org --clean-up" in result.output
    assert {each["kind"] for each in lines(tmp_path) if each["event"] == "create"} >= {"group"}
    probe.sandbox.clear_faults()
    assert run_command(probe.sandbox, tmp_path, "--clean-up").exit_code == 0
    assert lines(tmp_path) == []


def test_objects_in_aws_stay_in_the_journal_if_no_instance_is_named(
    probe: Probe, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "record.json.journal")
    journal.begin(Entry("scim user", f"{MARK}1@example.com"))
    arguments = command(probe.sandbox, tmp_path / "record.json", "--clean-up")
    start = arguments.index("--identity-store")
    del arguments[start : start + 6]
    result = CliRunner().invoke(app, arguments[3:])
    assert result.exit_code == 2
    assert "Pass --identity-store and --secret" in result.output
    assert len(lines(tmp_path)) == 1
    assert run_command(probe.sandbox, tmp_path, "--clean-up").exit_code == 0
    assert lines(tmp_path) == []


def test_no_file_and_no_output_has_a_token(probe: Probe, tmp_path: Path) -> None:
    probe.sandbox.settings(connections="supported")
    copies: list[str] = []
    writes = os.write

    def copied(descriptor: int, data: bytes) -> int:
        copies.append(data.decode())
        return writes(descriptor, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("okta_idc.probe.journal.os.write", copied)
        result = run_command(probe.sandbox, tmp_path, "--only", "push_by_id", "--json")
    shown = result.output + (tmp_path / "record.json").read_text() + "".join(copies)
    token = probe._secret().token
    assert len(copies) > 5
    for secret in (token, token[:20], Sandbox.token):
        assert secret not in shown


def test_a_target_group_without_the_mark_is_kept(probe: Probe) -> None:
    """A person may have linked a group of their own to the app of the probe."""
    probe.sandbox.settings(connections="supported")

    async def use(access: Access) -> list[str]:
        lab = Lab(access, Journal(None), "test")
        app = await lab.provisioned()
        for name in ("Own group", lab.name("target")):
            body = {"sourceGroupId": await lab.group(), "targetGroupName": name}
            assert (await lab.okta.answer("POST", lab.mappings(app), body)).is_success
            assert await access.until(partial(_named, lab, name))
        assert (await remove(access, lab.journal)).failures == []
        await access.settle()
        kept = await lab.scim_group_named("Own group")
        await lab.scim("DELETE", f"/Groups/{kept}")
        return [name for name in ("Own group",) if kept]

    assert probe.with_access(use) == ["Own group"]


async def _named(lab: Lab, name: str) -> bool:
    return bool(await lab.scim_group_named(name))


def test_a_token_of_another_instance_is_refused(probe: Probe, tmp_path: Path) -> None:
    async def create(access: Access) -> str:
        return await Lab(access, Journal(None), "test").scim_user()

    async def delete(access: Access) -> None:
        await remove(access, Journal(None))

    probe.with_access(create)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IdentityStore, "users", lambda _: iter(()))
        result = run_command(probe.sandbox, tmp_path)
    probe.with_access(delete)
    assert result.exit_code == 2
    assert "lacks a user of the SCIM tenant" in result.output


def test_an_interrupted_removal_is_reported(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cancelled(*_: Any) -> Any:
        raise asyncio.CancelledError

    outcome = Outcome()
    monkeypatch.setattr("okta_idc.probe.run.remove", cancelled)
    with pytest.raises(asyncio.CancelledError):
        probe.with_access(
            lambda access: run_experiments(access, Journal(None), [], outcome=outcome)
        )
    assert outcome.removed.failures == ["the removal was interrupted."]


def test_the_command_waits_until_a_person_has_enabled_every_option(
    probe: Probe, tmp_path: Path
) -> None:
    def apps() -> list[str]:
        log = probe.sandbox.request_log("okta")
        found = (re.fullmatch(r"/api/v1/apps/(\w+)", each["path"]) for each in log[start:])
        return [each[1] for each in found if each]

    def person() -> None:
        wait_for(lambda: len(apps()) > 1)
        seen = apps()[-1]
        # The command reads the app several times while only the first page is saved.
        count = len(apps())
        probe.enable_in_console(seen, lambda: wait_for(lambda: len(apps()) > count + 3))

    start = len(probe.sandbox.request_log("okta"))
    thread = threading.Thread(target=person)
    thread.start()
    result = run_command(
        probe.sandbox, tmp_path, "--only", "app_features", "--console-minutes", "5"
    )
    thread.join()
    assert result.exit_code == 0, result.output
    assert "app_features: confirmed: four" in result.output
    assert "/admin/app/amazon_aws_sso/instance/" in result.output
