"""Every command makes the official plugin's calls, in the same order and with the same bodies.

Not compared: the form of the requests (the official plugin sends them to a proxy, from four
generations of clients), and when the plugin requests the org's metadata.
"""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.offline_plugins.okta.conftest import TOKEN, Okta
from tests.unit.offline_plugins.okta.mini_engine import WELL_KNOWN, Stack
from tests.unit.offline_plugins.okta.recorded_programs import SCENARIOS, Step
from tests.unit.offline_plugins.okta.recordings import Call, calls, files
from tests.unit.offline_plugins.okta.test_boundary import SOURCES, records

NOT_REPLAYED = {
    "app-user-schema-property": "the resource AppUserSchemaProperty is not implemented",
    "connection-create-errors, create-no-baseurl": "the program itself fails, in the SDK",
    "invokes-apps, get-app-label": "the lookup app.getApp is not implemented",
    "invokes-apps, get-app-none": "the lookup app.getApp is not implemented",
    "invokes-paging-apps": "the lookup app.getApp is not implemented",
    "saml-key": "the inputs keyName and keyYearsValid are not implemented",
}
"""Recordings, or phases of one, that are not replayed, with the reason."""
SWAPPED = {("connection-app-id-change-refresh", "refresh-after-move")}
"""Phases that record an app's metadata after its keys. The plugin always reads the keys later."""


def is_replayed(file: str, phase: str) -> bool:
    """Whether a scenario or test_boundary.py replays the calls.

    test_boundary.py replays only the calls of the recorded resource. Scenarios replay the calls
    of its app and groups.
    """
    return any(
        (file, phase) == (s.file, s.phase) for scenario in SCENARIOS.values() for s in scenario
    ) or (
        any(
            file in sources and phase in {record.phase for record in records(source)}
            for source, sources in SOURCES.items()
        )
    )


def test_every_recorded_call_is_replayed_or_has_a_reason() -> None:
    missing: set[str] = set()
    for file in files():
        if file.startswith("grpc-") or file in {*NOT_REPLAYED, "configure-401"}:
            continue  # see test_config.py
        phases = {call.phase for call in calls(file)}
        missing |= {f"{file}, {phase}" for phase in phases if not is_replayed(file, phase)}
    complete = {name for name in NOT_REPLAYED if name in files()}
    assert missing == {*NOT_REPLAYED} - complete


def renumbered(call: Call, numbers: dict[str, str]) -> Call:
    def changed(value: Any) -> Any:
        text = json.dumps(value)
        return json.loads(re.sub("|".join(numbers), lambda m: numbers[m[0]], text))

    if not numbers:
        return call
    return replace(
        call,
        path=changed(call.path),
        request=changed(call.request),
        response=changed(call.response),
    )


def recorded(step: Step) -> list[Call]:
    return [
        renumbered(call, step.renumbered)
        for call in calls(step.file)
        if call.phase == step.phase and not (step.without and re.search(step.without, call.path))
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_command_makes_the_recorded_calls(okta: Okta, scenario: str) -> None:
    stack = Stack(okta, {})
    for step in SCENARIOS[scenario]:
        at = f"{step.file}, {step.phase}"
        okta.ready = recorded(step)
        okta.requests.clear()
        stack.settings = {"httpProxy": okta.url, **(step.settings or {"apiToken": TOKEN})}
        if step.settings and not {"apiToken", "accessToken"} & {*step.settings}:
            stack.settings["apiToken"] = TOKEN
        stack.errors.clear()
        match step.command:
            case "up":
                stack.up(step.program, preview=step.previewed, refresh=step.refreshed)
            case "preview":
                stack.preview(step.program)
            case "refresh":
                stack.refresh()
            case "destroy":
                stack.destroy()
        assert okta.unknown == [], at
        assert [call.line for call in okta.ready if call.path != WELL_KNOWN] == [], at
        requested = any(call.path == WELL_KNOWN for call in okta.requests)
        assert requested or not any(call.path == WELL_KNOWN for call in okta.ready), at
        assert stack.disorder == [] or (step.file, step.phase) in SWAPPED, at
        stack.disorder.clear()
        assert len(stack.errors) == len(step.errors), (at, stack.errors)
        for text, expected in zip(stack.errors, step.errors, strict=True):
            assert expected in text, at
