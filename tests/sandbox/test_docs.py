"""The tables and commands of docs/reference/sandbox.md match the code."""

import re
import shlex
from typing import Any

import pytest

from sandbox.__main__ import main
from sandbox.client import SandboxClient
from sandbox.faults import PRESETS
from sandbox.okta.server import create_app
from sandbox.org_file import load_org
from sandbox.org_generator import DEFECTS
from sandbox.settings import CHOICES
from tests.paths import ROOT

PAGE = (ROOT / "docs" / "reference" / "sandbox.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without the header row."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_lists_every_setting_with_its_values() -> None:
    found = {name.strip("`"): tuple(re.findall(r"`([\w-]+)`", values))
             for name, values, _ in rows("Settings")}  # fmt: skip
    assert found == CHOICES


def test_the_page_lists_every_preset() -> None:
    assert [name.strip("`") for name, _ in rows("Faults")] == list(PRESETS)


def test_the_page_lists_every_call_of_the_control_api() -> None:
    app = create_app(load_org(), base_url="http://x", scim_url="http://x", health=dict)
    offered = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.resource.canonical.startswith("/sandbox/")
        if route.method != "HEAD"
    }
    recorded: set[tuple[str, str]] = set()
    for calls, _ in rows("The control API"):
        words = re.findall(r"[\w/-]+", calls.split("?")[0])
        recorded |= {(method, f"/sandbox/{words[-1]}") for method in words[:-1]}
    assert recorded == offered


def test_the_page_lists_every_defect_of_a_generated_org() -> None:
    found = re.findall(r"^\| (OIC-\d+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert found == sorted((rule, defect.title) for rule, defect in DEFECTS.items())


COMMANDS = re.findall(r"^python -m sandbox (.*?)(?: +#.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_the_page_is_valid(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []
    for run in ("_serve", "_write_org"):
        monkeypatch.setattr(f"sandbox.__main__.{run}", lambda args: ran.append(args) or 0)
    monkeypatch.setattr(
        "sandbox.client.SandboxClient.call", lambda *args, **_: ran.append(args) or {}
    )
    monkeypatch.setattr("sandbox.__main__.own_client", SandboxClient)
    monkeypatch.setattr("sandbox.commands._fault_line", str)
    monkeypatch.setattr("sandbox.snapshot.write_snapshot", lambda *args: ran.append(args))
    monkeypatch.setattr("sandbox.commands._print", lambda _: None)
    monkeypatch.setattr("sandbox.commands._advance_clock", lambda *args: ran.append(args))
    assert main(shlex.split(command)) == 0
    assert ran
