"""Runs the policies on recorded inputs and outputs of the official Okta plugin."""

import json
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from policies.pack import BINDINGS
from tests.paths import DATA
from tests.unit.policies.engine import UNKNOWN, Declared, run_policy

WIRE = DATA / "wire"


def recorded(path: Path) -> Iterator[tuple[str, Declared, Declared]]:
    """Phase, inputs and outputs of each created resource.

    Resource policies receive the inputs, stack policies the outputs.
    """
    calls = [json.loads(line) for line in path.read_text().splitlines()]
    by_seq = {call["seq"]: call for call in calls}

    def plain(value: Any) -> Any:
        """Replace the recording's markers with the engine's values."""
        if isinstance(value, dict) and "_same_as" in value:
            _, seq, part = value["_same_as"].split()
            return plain(reduce(lambda v, key: v[key], part.split("."), by_seq[int(seq)]))
        if isinstance(value, dict):
            unmarked = {key: plain(each) for key, each in value.items()}
            return unmarked.get("$secret", unmarked)
        if isinstance(value, list):
            return [plain(each) for each in value]
        return UNKNOWN if value == "$unknown" else value

    for call in calls:
        request, answer = call.get("request") or {}, call.get("response") or {}
        if call["method"] == "Create" and "properties" in answer:
            kind, name = request["urn"].split("::")[2:]
            both = (request["properties"], answer["properties"])
            yield call["phase"], *(Declared(kind, plain(props), name) for props in both)


RESOURCES = [p for p in sorted(WIRE.glob("grpc-*.jsonl")) if any(recorded(p))]


@pytest.mark.parametrize("path", RESOURCES, ids=lambda path: path.stem)
def test_no_recorded_resource_crashes_a_policy(path: Path) -> None:
    for _, inputs, outputs in recorded(path):
        for binding in BINDINGS.values():
            run_policy(binding.rule.id.lower(), [inputs if binding.types else outputs])


def test_the_plugin_default_that_deletes_aws_groups_is_found_in_the_first_preview() -> None:
    [push] = [o for phase, _, o in recorded(WIRE / "grpc-push-group.jsonl") if phase == "preview"]
    assert "deleteTargetGroupOnDestroy" in push.props
    app = Declared("okta:app/saml:Saml", {"name": "amazon_aws_sso", "id": UNKNOWN}, "app")
    previewed = Declared(push.type, push.props, push.name, {"appId": ["app"]})
    assert [name for _, name in run_policy("oic-220", [app, previewed]).findings] == [push.name]
