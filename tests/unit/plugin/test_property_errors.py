"""Errors inside the plugin: text for the user, never a stack trace."""

import asyncio
from dataclasses import dataclass
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.provider import Provider, server
from pulumi.provider.server import ComponentInitError
from pulumi.runtime.proto import errors_pb2, provider_pb2, status_pb2

from plugin.property_errors import PropertyErrorServicer
from tests.paths import ROOT

FEDERATION = "okta-identity-center:index:IdentityCenterFederation"


@dataclass
class Finding:
    path: str
    message: str


class InvalidError(pulumi.RunError):
    def __init__(self, *findings: Finding) -> None:
        texts = (": ".join(filter(None, (each.path, each.message))) for each in findings)
        super().__init__("\n".join(texts))
        self.findings = findings


class Context:
    """What the servicer answers to the engine."""

    status: Any = None

    async def abort_with_status(self, status: Any) -> None:
        self.status = status


def construct(monkeypatch: pytest.MonkeyPatch, error: Exception) -> tuple[Any, Exception]:
    """The status that the engine gets when the component fails, and what is raised."""

    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(server.ProviderServicer, "_construct", fail)
    served = Provider("1.0.0", schema=(ROOT / "plugin" / "schema.json").read_text())
    servicer, context = PropertyErrorServicer(served, [], ""), Context()
    request = provider_pb2.ConstructRequest(type=FEDERATION)
    with pytest.raises(Exception) as raised:  # noqa: PT011 # each case names its own
        asyncio.run(servicer.Construct(request, context))
    return context.status, raised.value


def details(status: Any) -> list[tuple[str, str]]:
    answer = status_pb2.Status.FromString(dict(status.trailing_metadata)["grpc-status-details-bin"])
    found = errors_pb2.InputPropertiesError()
    answer.details[0].Unpack(found)
    return [(error.property_path, error.reason) for error in found.errors]


def test_findings_of_a_constructor_become_property_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    error = InvalidError(
        Finding("push_groups[0].name", "no such group"),
        Finding("app.acs_url", "not a URL"),
        Finding("profile_mappings.session_duration", "not supported"),
        Finding("access_control_attributes.attributes.import_id", "not supported"),
        Finding("access_control_attributes.import_id", "not an ARN"),
        Finding("account_access.permission_sets[1].inline_policy.push_groups", "no"),
        Finding("secret 'push_groups'.token_id", "missing"),
    )
    status, _ = construct(monkeypatch, ComponentInitError(error))
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT
    assert status.details.startswith("The arguments are not valid")
    assert details(status) == [
        ("pushGroups[0].name", "no such group"),
        ("app.acsUrl", "not a URL"),
        ("profileMappings.session_duration", "not supported"),  # the key of a map
        ("accessControlAttributes.attributes.import_id", "not supported"),
        ("accessControlAttributes.importId", "not an ARN"),
        ("accountAccess.permissionSets[1].inlinePolicy.push_groups", "no"),
        ("secret 'push_groups'.token_id", "missing"),  # not an argument
    ]


@pytest.mark.parametrize("wrap", [ComponentInitError, lambda error: error], ids=["init", "lookup"])
@pytest.mark.parametrize("kind", [pulumi.RunError, lambda text: InvalidError(Finding("", text))])
def test_an_error_without_a_path_is_its_text_alone(
    monkeypatch: pytest.MonkeyPatch, wrap: Any, kind: Any
) -> None:
    text = "Cannot read groups from Okta: 403 Forbidden."
    status, _ = construct(monkeypatch, wrap(kind(text)))
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT
    assert status.details == text
    assert not status.trailing_metadata or details(status) == []


def test_a_property_error_of_a_constructor_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    error = pulumi.InputPropertyError("pushGroups", "Missing required input")
    status, _ = construct(monkeypatch, ComponentInitError(error))
    assert details(status) == [("pushGroups", "Missing required input")]


def test_a_bug_keeps_its_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    status, raised = construct(monkeypatch, ComponentInitError(ValueError("a bug")))
    assert status is None
    assert "a bug:\n" in str(raised)
