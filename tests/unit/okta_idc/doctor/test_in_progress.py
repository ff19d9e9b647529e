"""Differences that only exist because Okta and AWS are read at different moments."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.inventory import aws, okta, recheck
from okta_idc.inventory.assigned_users import AssignedUsers
from tests.unit.okta_idc.doctor.conftest import Doctor
from tests.unit.okta_idc.doctor.federation import TOKEN, Federation, unbuilt_federation
from tests.unit.okta_idc.doctor.large_org import write_large_org
from tests.unit.okta_idc.doctor.test_sandbox import PLANTED, unknown_rules

TWO_SIDED = {"OIC-202", "OIC-621", "OIC-622", "OIC-623", "OIC-624", "OIC-625"}
ADA = "ada.berg@example.com"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "PAUSE", 0)


def hide_in_aws(monkeypatch: pytest.MonkeyPatch, hidden: Callable[[int], set[str]]) -> None:
    """Hides users from lists of AWS. `hidden` gets the number of the list, from 1."""
    original, number = aws._users, 0  # pyright: ignore[reportPrivateUsage]

    def users(*arguments: Any) -> Any:
        nonlocal number
        number += 1
        names = hidden(number)
        return {k: u for k, u in original(*arguments).items() if u.user_name not in names}

    monkeypatch.setattr(aws, "_users", users)


def test_a_user_who_arrives_in_aws_after_its_users_were_read_is_not_missing(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_in_aws(monkeypatch, lambda number: {ADA} if number == 1 else set())
    assert doctor().findings() == PLANTED


def test_a_user_whom_aws_lacks_in_every_reading_is_missing(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_in_aws(monkeypatch, lambda _: {ADA})
    found = doctor()
    assert ("OIC-624", ADA, "") in found.findings()
    [fix] = {f["fix"] for f in found.document["findings"] if f["rule"] == "OIC-624"}
    assert "Do not unassign" in fix


def test_a_user_who_is_assigned_after_okta_was_read_is_not_unassigned(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = okta._users  # pyright: ignore[reportPrivateUsage]

    async def users(*arguments: Any) -> AssignedUsers:
        found = await original(*arguments)
        for ident in [i for i, user in found.by_id.items() if user.login == ADA]:
            del found.by_id[ident]
        return found

    monkeypatch.setattr(okta, "_users", users)
    assert doctor().findings() == PLANTED


def test_while_every_reading_differs_the_comparison_is_unknown(
    doctor: Doctor, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [u["credentials"]["userName"] for u in
             federation.request("GET", f"/api/v1/apps/{federation.app}/users")
             if u["status"] == "PROVISIONED"]  # fmt: skip
    hide_in_aws(monkeypatch, lambda number: set(users[number:]))
    found = doctor()
    assert found.findings() == PLANTED
    assert unknown_rules(found) == TWO_SIDED
    assert any("provisioning is in progress" in why for why in found.unknown())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    """A federation whose group `everyone` has 600 users. It is not assigned yet."""
    folder = tmp_path_factory.mktemp("large")
    write_large_org(folder / "org.json", 600, nameless=100)
    options = "--org", str(folder / "org.json"), "--latency", "0.005"
    with unbuilt_federation(folder, *options) as federation:
        federation.build()
        yield federation


def run(federation: Federation, folder: Path, command: str, *more: str) -> str:
    outputs = folder / "outputs.json"
    outputs.write_text(json.dumps({**federation.outputs(), "mode": "console"}))
    arguments = [command, "--outputs", str(outputs), "--aws-endpoint", federation.aws,
                 "--verify-at", federation.scim, *more]  # fmt: skip
    return CliRunner().invoke(app, arguments, catch_exceptions=False).stdout


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")


def test_no_run_of_the_doctor_reports_a_user_who_is_on_the_way(
    large: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recheck, "PAUSE", 0.05)
    root = f"/api/v1/apps/{large.app}"
    large.request("PUT", f"{root}/groups/{large.groups['everyone']}", {})
    settled = threading.Event()

    def wait() -> None:
        large.settle()
        settled.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    begun_while_provisioning = 0
    while not settled.is_set():
        begun_while_provisioning += 1
        found = json.loads(run(large, tmp_path, "doctor", "--json"))["findings"]
        assert [f for f in found if f["rule"] in TWO_SIDED] == []
    waiting.join()
    assert begun_while_provisioning


def test_the_status_of_a_large_org_is_short(large: Federation, tmp_path: Path) -> None:
    root = f"/api/v1/apps/{large.app}"
    large.request("PUT", f"{root}/groups/{large.groups['everyone']}", {})
    large.settle()
    text = run(large, tmp_path, "status")
    assert len(text.splitlines()) < 60, text
    assert "101: nora.lind@example.com, person.0500@example.com, " in text
    assert "and 96 more (--all lists them)" in text
    assert text.count("alexander.kim@example.com") == 1
    document = json.loads(run(large, tmp_path, "status", "--json"))["actual"]
    causes = {
        each["name"]: {finding["rule"] for finding in each["findings"]}
        for each in document["not_provisioned"]
    }
    assert causes["alexander.kim@example.com"] == {"OIC-302", "OIC-306"}
    assert causes["person.0599@example.com"] == {"OIC-301"}
    assert "alex.kim@example.com" not in causes
    assert document["token"]["accepted"] is True


def test_a_dead_token_is_seen_by_doctor_and_status(large: Federation, tmp_path: Path) -> None:
    """Okta is not asked to send anything, so only the test of the token shows it."""
    large.request("POST", "/sandbox/faults", {"name": "expired-token"})
    try:
        text = run(large, tmp_path, "status")
        found = json.loads(run(large, tmp_path, "doctor", "--json"))["findings"]
        group = large.groups["aws-access"]
        mapping = {"sourceGroupId": group, "targetGroupName": "aws-access"}
        root = f"/api/v1/apps/{large.app}/group-push/mappings"
        made = large.request("POST", root, mapping)
        large.settle()
        later = json.loads(run(large, tmp_path, "doctor", "--json"))["findings"]
    finally:
        large.request("DELETE", "/sandbox/faults")
    assert "AWS rejects the token in the secret" in text
    assert "which token Okta uses is unknown" in text
    assert "OIC-117" in {f["rule"] for f in found}
    assert "OIC-130" not in {f["rule"] for f in found}
    assert "OIC-130" in {f["rule"] for f in later}, made
