"""Whole commands: the calls of the real plugin, no other, in its order, with its bodies.

Not compared: the form of the requests (the real plugin's go to a proxy, from four
generations of clients) and the moment of the one question for the org's pipeline.
"""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.offline_plugins.okta.conftest import TOKEN, Okta
from tests.unit.offline_plugins.okta.mini_engine import WELL_KNOWN, Stack
from tests.unit.offline_plugins.okta.recorded_programs import STORIES, Step
from tests.unit.offline_plugins.okta.recordings import Call, calls, files
from tests.unit.offline_plugins.okta.test_boundary import SOURCES, records

LEFT_OUT = {
    "app-user-schema-property": "the resource AppUserSchemaProperty is left out",
    "connection-create-errors, create-no-baseurl": "the program itself fails, in the SDK",
    "invokes-apps, get-app-label": "the look-up app.getApp is left out",
    "invokes-apps, get-app-none": "the look-up app.getApp is left out",
    "invokes-paging-apps": "the look-up app.getApp is left out",
    "saml-key": "the inputs keyName and keyYearsValid are left out",
}
"""Recordings (or phases of one) that are not replayed, and why."""
SWAPPED = {("connection-app-id-change-refresh", "refresh-after-move")}
"""Here the server noted an app's metadata after its keys, which are always asked later."""


def is_replayed(file: str, phase: str) -> bool:
    """By a story, or in test_boundary.py.

    There the calls of the resource that the file is about are; what its program has beside
    (an app, groups) makes calls that stories replay elsewhere.
    """
    return any((file, phase) == (s.file, s.phase) for story in STORIES.values() for s in story) or (
        any(
            file in sources and phase in {record.phase for record in records(asked)}
            for asked, sources in SOURCES.items()
        )
    )


def test_every_recorded_call_is_replayed_or_named_with_a_reason() -> None:
    missing: set[str] = set()
    for file in files():
        if file.startswith("grpc-") or file in {*LEFT_OUT, "configure-401"}:
            continue  # the last: test_config.py
        phases = {call.phase for call in calls(file)}
        missing |= {f"{file}, {phase}" for phase in phases if not is_replayed(file, phase)}
    whole = {name for name in LEFT_OUT if name in files()}
    assert missing == {*LEFT_OUT} - whole


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


@pytest.mark.parametrize("story", STORIES)
def test_every_command_makes_the_recorded_calls(okta: Okta, story: str) -> None:
    stack = Stack(okta, {})
    for step in STORIES[story]:
        at = f"{step.file}, {step.phase}"
        okta.ready = recorded(step)
        okta.asked.clear()
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
        asked = any(call.path == WELL_KNOWN for call in okta.asked)
        assert asked or not any(call.path == WELL_KNOWN for call in okta.ready), at
        assert stack.disorder == [] or (step.file, step.phase) in SWAPPED, at
        stack.disorder.clear()
        assert len(stack.errors) == len(step.errors), (at, stack.errors)
        for told, expected in zip(stack.errors, step.errors, strict=True):
            assert expected in told, at
