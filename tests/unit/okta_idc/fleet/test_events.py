"""The progress that an event log shows."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.fleet.events import Changes, EventLog, Progress


def event(**content: Any) -> str:
    return json.dumps({"sequence": 1, "timestamp": 2, **content})


def step(op: str, urn: str = "urn:x::a") -> str:
    return event(resOutputsEvent={"metadata": {"op": op, "urn": urn}})


def error(message: str, **more: str) -> str:
    return event(diagnosticEvent={"severity": "error", "message": message, **more})


def test_finished_steps_count_until_there_is_a_summary() -> None:
    progress = Progress()
    for line in (step("create", "a"), step("update", "b"), step("same", "c"), step("delete", "d")):
        progress.read(line)
    assert (progress.done, progress.changes) == (4, Changes(1, 1, 1, 1))
    progress.read(event(summaryEvent={"resourceChanges": {"create": 5, "same": 2}}))
    assert progress.changes == Changes(5, 0, 0, 2)


def test_a_replacement_is_one_update() -> None:
    progress = Progress()
    for op in ("create-replacement", "replace", "delete-replaced"):
        progress.read(step(op))
    assert progress.changes.number == progress.changes.updates == 1


def test_an_error_names_its_resource_and_has_no_color_tags() -> None:
    progress = Progress()
    progress.read(error("<{%reset%}>no access<{%reset%}>\n", urn="urn:pulumi:a::b::c::group"))
    progress.read(error("no access\n", urn="urn:pulumi:a::b::c::group"))
    progress.read(event(diagnosticEvent={"severity": "warning", "message": "w"}))
    assert progress.errors == ["group: no access"]


def test_only_a_violation_of_a_mandatory_policy_is_an_error() -> None:
    progress = Progress()
    for level in ("advisory", "mandatory", "remediate", "mandatory"):
        violation = {
            "resourceUrn": "urn:pulumi:a::b::c::group", "policyName": "no-a",
            "message": f"<{{%reset%}}>{level}\n", "enforcementLevel": level,
        }  # fmt: skip
        progress.read(event(policyEvent=violation))
    assert progress.errors == ["group: policy no-a: mandatory"]


@given(st.text() | st.builds(json.dumps, st.recursive(st.integers() | st.text(), st.lists)))
def test_a_line_that_is_no_event_is_ignored(line: str) -> None:
    progress = Progress()
    progress.read(line)
    assert progress.changes == Changes()


class Lines(Progress):
    """Records the lines that are read."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def read(self, line: str) -> None:
        self.lines.append(line)
        super().read(line)


def test_a_line_is_read_once_when_it_is_complete(tmp_path: Path) -> None:
    progress, path = Lines(), tmp_path / "log"
    log = EventLog(path, progress)
    log.poll()
    line = step("create").encode() + b"\n"
    with path.open("ab", buffering=0) as file:
        file.write(line + line[:10])
        log.poll()
        assert progress.done == 1
        file.write(line[10:].replace(b"urn:x::a", b"urn:x::b"))
        log.poll()
        log.poll()
    assert progress.done == len(progress.lines) == 2
