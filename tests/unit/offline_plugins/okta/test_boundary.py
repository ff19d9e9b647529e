"""Replays the engine's requests to the official plugin, and compares the responses and calls.

Not compared: `__meta` (timeouts that only the official plugin uses), the random digits of automatic
names, and the ends of truncated texts, of which only the length is compared.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2, status_pb2

from offline_plugins.okta.lookups import LOOK_UPS
from offline_plugins.okta.plugin import RESOURCES
from tests.unit.offline_plugins.okta.conftest import ME, Engine, Okta, to_dict
from tests.unit.offline_plugins.okta.recordings import (
    Boundary,
    boundary,
    calls,
    files,
    scripted,
    written,
)

WELL_KNOWN = "/.well-known/okta-organization"

SOURCES: dict[str, tuple[str, ...]] = {
    "grpc-assignment-single": (
        "assignment-single-create", "assignment-single-refresh", "assignment-single-update",
        "assignment-single-out-of-band", "assignment-single-import",
    ),
    "grpc-assignments": (
        "assignments-create", "assignments-refresh", "assignments-update", "assignments-foreign",
        "assignments-out-of-band", "assignments-import", "assignments-delete",
        "assignments-errors",
    ),
    "grpc-connection": (
        "connection-create", "connection-refresh", "connection-update", "connection-drift",
        "connection-refresh-404", "connection-app-id-change", "connection-import",
        "connection-create-errors", "connection-destroy",
    ),
    "grpc-connection-unknown": ("connection-unknown", "features-unknown-400"),
    "grpc-features": (
        "features-create", "features-refresh", "features-update", "features-perpetual-diff",
        "features-description", "features-refresh-400", "features-delete-import",
    ),
    "grpc-group": ("group-lifecycle", "group-errors", "group-autoname-after-named"),
    "grpc-federated-claim": ("federated-claim",),
    "grpc-memberships": ("group-memberships",),
    "grpc-group-rule": ("group-rule-lifecycle",),
    "grpc-profile-mapping": ("profile-mapping",),
    "grpc-push-group": (
        "push-group-create", "push-group-refresh", "push-group-update",
        "push-group-replace-same-source", "push-group-replace", "push-group-both-targets",
        "push-group-delete", "push-group-status-error", "push-group-400-by-name",
        "push-group-create-by-id", "push-group-out-of-band-delete", "push-group-import",
        "push-group-delete-half", "stack-destroy",
    ),
    "grpc-saml": (
        "saml-create", "saml-preview-noop", "saml-refresh", "saml-update", "saml-skip-policy",
        "saml-status-inactive-with-policy", "saml-replace-label-clash", "saml-destroy",
    ),
    "grpc-saml-errors": (
        "saml-errors-create", "saml-errors-read-after-create", "saml-server-defaults",
        "saml-statements-dropped", "saml-import", "saml-out-of-band-delete",
    ),
    "grpc-saml-lost-update": ("saml-update-400-lost",),
    "grpc-signon-policy": ("signon-policy",),
    "grpc-invokes": ("invokes-apps", "invokes-groups", "invokes-provisioning"),
}  # fmt: skip


"""The files with the HTTP calls of a boundary file. Phases with the same name ran together."""

REPLAYED_BY = {
    "grpc-provider": "test_config.py",
}
UNSUPPORTED = {
    "okta:app/getApp:getApp": "lookup not implemented",
}
"""Recorded types and tokens that the replacement does not support."""

REQUIRED_PATHS = {
    "grpc-assignment-single": r"/apps/\w+/groups/",
    "grpc-assignments": r"/apps/\w+/groups",
    "grpc-connection": "/connections/",
    "grpc-connection-unknown": "/connections/",
    "grpc-features": "/features/",
    "grpc-federated-claim": "/federated-claims",
    "grpc-memberships": r"/groups/\w+/users",
    "grpc-group-rule": "/groups/rules",
    "grpc-profile-mapping": "/mappings|/user/types",
    "grpc-push-group": "/group-push/",
    "grpc-signon-policy": "/policies",
}
"""Patterns of paths by file: recorded calls to them must all be made. The default is all paths."""

AUTO_NAMED = {
    ("grpc-group", "c"),
    ("grpc-group-rule", "autoname-long"),
    ("grpc-features", "name-omitted"),
}


def records(file: str) -> list[Boundary]:
    return [record for record in boundary(file) if record.type not in UNSUPPORTED]


def phases() -> list[tuple[str, str]]:
    return [(f, p) for f in SOURCES for p in dict.fromkeys(r.phase for r in records(f))]


def test_every_record_is_replayed_or_has_a_reason() -> None:
    recorded = [file for file in files() if file.startswith("grpc-")]
    for file in recorded:
        for record in boundary(file):
            supported = record.type in {*RESOURCES, *LOOK_UPS}
            assert supported is (record.type not in UNSUPPORTED) or file in REPLAYED_BY, record
            assert file in {*SOURCES, *REPLAYED_BY} or not supported, record
    assert sum(len(records(file)) for file in SOURCES) == len(
        [r for f, p in phases() for r in records(f) if r.phase == p]
    )
    assert {file for source in SOURCES.values() for file in source} <= {*files()}


@pytest.mark.parametrize(("file", "phase"), phases())
def test_responses_and_calls_match_the_recording(
    connected: Engine, okta: Okta, file: str, phase: str
) -> None:
    load(okta, file, phase)
    wrong = [
        text
        for record in records(file)
        if record.phase == phase
        for text in differences(connected, okta, record)
    ]
    wrong += [
        f"not made: {call.line}"
        for call in okta.ready
        if call.path != WELL_KNOWN and re.search(REQUIRED_PATHS.get(file, ""), call.path)
    ]
    assert not wrong, "\n".join(wrong)


def load(okta: Okta, file: str, phase: str) -> None:
    okta.ready = [
        call for source in SOURCES[file] for call in calls(source)
        if call.phase == phase and call.path != ME
    ] + scripted(file, phase)  # fmt: skip


def differences(engine: Engine, okta: Okta, record: Boundary) -> list[str]:
    okta.requests.clear()
    okta.unknown.clear()
    answer, error, _ = engine.call(record.method, record.request)
    found = [f"not recorded: {text}" for text in okta.unknown]
    if record.is_preview or record.method in ("Check", "Diff"):
        found += [f"{call.line} was made" for call in okta.requests]
    order = [call.seq for call in okta.requests if call.path != WELL_KNOWN]
    if order != sorted(order):
        found.append(f"other order: {[call.line for call in okta.requests]}")
    expected = re.sub(r"^rpc error: code = (\w+) desc = ", code_prefix, record.error)
    if error != expected:
        found.append(f"error\n  {error!r}, recorded\n  {expected!r}")
    if not error and not expected:
        found += value_differences(written(record.response), answer, named=record)
    return [f"{record}: {text}" for text in found]


def code_prefix(code: re.Match[str]) -> str:
    return f"{code[1].upper()}: "


def value_differences(recorded: Any, actual: Any, at: str = "", *, named: Boundary) -> list[str]:
    if isinstance(recorded, dict) and isinstance(actual, dict):
        return [
            text
            for name in sorted({*recorded, *actual} - {"__meta"})
            for text in value_differences(
                recorded.get(name, "(absent)"), actual.get(name, "(absent)"), f"{at}.{name}",
                named=named,
            )
        ]  # fmt: skip
    if isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
        return [
            text
            for index, pair in enumerate(zip(recorded, actual, strict=True))
            for text in value_differences(*pair, f"{at}[{index}]", named=named)
        ]
    same = type(recorded) is type(actual) and recorded == actual
    if isinstance(recorded, str) and isinstance(actual, str):
        if cut := re.fullmatch(r"(.*?)\.{2,3}\((\d+) chars\)", recorded, re.DOTALL):
            same = same or (actual.startswith(cut[1]) and len(actual) == int(cut[2]))
        if (named.file, named.phase) in AUTO_NAMED:
            same = same or without_digits(recorded) == without_digits(actual)
    return [] if same else [f"{at}: {actual!r}, recorded {recorded!r}"]


def without_digits(text: str) -> str:
    return re.sub(r"-[0-9a-f]{7}\b", "-AUTOMATIC", text)


PARTIAL_FAILURES = [
    ("grpc-assignments", 86, 88),
    ("grpc-group", 40, 42),
    ("grpc-saml-errors", 4, 6),
    ("grpc-saml-errors", 10, 12),
    ("grpc-saml-lost-update", 5, 7),
    ("grpc-saml-lost-update", 20, 22),
]
"""A partially failed operation, and the next request, which contains the recorded state."""


@pytest.mark.parametrize(("file", "failed", "following"), PARTIAL_FAILURES)
def test_a_partially_failed_operation_returns_the_recorded_state(
    connected: Engine, okta: Okta, file: str, failed: int, following: int
) -> None:
    by_seq = {record.seq: record for record in boundary(file)}
    record, after = by_seq[failed], by_seq[following]
    load(okta, file, record.phase)
    _, error, trailing = connected.call(record.method, record.request)
    assert error
    status = status_pb2.Status.FromString(dict(trailing)["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    left = to_dict(detail)
    assert left["id"] == after.request["id"]
    assert not value_differences(written(after.request["olds"]), left["properties"], named=record)


def test_a_failed_create_of_a_framework_resource_leaves_no_state(
    connected: Engine, okta: Okta
) -> None:
    failed = [r for file in ("grpc-connection", "grpc-push-group") for r in boundary(file)
              if r.error and r.method == "Create"]  # fmt: skip
    assert len(failed) >= 5
    for record in failed:
        load(okta, record.file, record.phase)
        _, error, trailing = connected.call(record.method, record.request)
        assert error
        assert "grpc-status-details-bin" not in dict(trailing)
