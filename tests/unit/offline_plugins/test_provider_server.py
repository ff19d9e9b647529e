"""The provider protocol, with a provider whose behaviour each test sets."""

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.property_values import UNKNOWN, Secret, from_struct, to_struct
from offline_plugins.provider import (
    Checked,
    Diff,
    Failure,
    PartialStateError,
    Properties,
    Provider,
    ProviderError,
    State,
)
from offline_plugins.provider_server import serve

URN = "urn:pulumi:dev::project::test:index/parent:Parent$test:index/thing:Thing::its::name"
Options = provider_pb2.CheckRequest.AutonamingOptions


class ScriptedType:
    """Records requests, and returns or raises what the test sets."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.result: Any = None

    def check(self, request: Any) -> Any:
        self.requests.append(request)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    diff = check

    def create(self, _api: object, request: Any) -> Any:
        return self.check(request)

    read = update = delete = invoke = create

    def failures(self, _args: Properties) -> list[Failure]:
        return []


class ScriptedProvider(Provider[str]):
    api = "the client"

    def __init__(self) -> None:
        self.scripted = ScriptedType()
        super().__init__({"test:index/thing:Thing": self.scripted}, {"t": self.scripted})


@pytest.fixture
def provider() -> ScriptedProvider:
    return ScriptedProvider()


@pytest.fixture
def stub(provider: ScriptedProvider) -> Iterator[Any]:
    server, port = serve(provider)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ResourceProviderStub(channel)
    server.stop(grace=None).wait()


def refusal(call: Any, request: Any) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=60)
    return caught.value


def test_the_schema_describes_the_providers_settings(stub: Any, provider: ScriptedProvider) -> None:
    provider.settings = {"region": {"type": "string"}}
    answer = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert answer == {
        "name": provider.name,
        "version": "0.0.0",
        "provider": {"inputProperties": {"region": {"type": "string"}}},
    }


def test_type_and_name_come_from_the_urn(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, randomSeed=b"seed"))
    [request] = provider.scripted.requests
    assert (request.type, request.name, request.urn) == (
        "test:index/thing:Thing",
        "its::name",
        URN,
    )
    assert (request.seed, request.proposed_name) == (b"seed", "")


@pytest.mark.parametrize(
    ("options", "proposed"),
    [
        (Options(proposed_name="n-1", mode=Options.PROPOSE), "n-1"),
        (Options(proposed_name="n-2", mode=Options.ENFORCE), "n-2"),
        (Options(mode=Options.DISABLE), None),
    ],
)
def test_the_stacks_automatic_name_is_passed_to_the_provider(
    stub: Any, provider: ScriptedProvider, options: Any, proposed: str | None
) -> None:
    provider.scripted.result = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, autonaming=options))
    assert provider.scripted.requests[0].proposed_name == proposed


def test_secrets_and_unknowns_pass_both_ways(stub: Any, provider: ScriptedProvider) -> None:
    values = {"a": Secret("s"), "b": UNKNOWN, "c": [Secret({"d": UNKNOWN})]}
    provider.scripted.result = State("id-1", values)
    answer = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct(values)))
    [request] = provider.scripted.requests
    assert (request.inputs, request.olds, request.preview) == (values, {}, False)
    assert (answer.id, from_struct(answer.properties)) == ("id-1", values)


def test_a_failed_check_names_property_and_reason(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = Checked({"a": 1}, [Failure("too small", "a")])
    answer = stub.Check(provider_pb2.CheckRequest(urn=URN))
    assert [(f.property, f.reason) for f in answer.failures] == [("a", "too small")]
    assert from_struct(answer.inputs) == {"a": 1}


def test_a_diff_without_details_has_no_detailed_diff(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = Diff(True, ["a"], ["a"], ["b"])
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, id="id-1"))
    assert (answer.changes, answer.hasDetailedDiff) == (provider_pb2.DiffResponse.DIFF_SOME, False)
    assert (list(answer.diffs), list(answer.replaces), list(answer.stables)) == (
        ["a"],
        ["a"],
        ["b"],
    )


def test_a_diff_with_details_names_their_kind(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = Diff(
        True, ["a"], detailed={"a[0].b": "ADD_REPLACE"}, input_diff=True
    )
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN))
    assert answer.hasDetailedDiff
    assert answer.detailedDiff["a[0].b"].kind == provider_pb2.PropertyDiff.ADD_REPLACE
    assert answer.detailedDiff["a[0].b"].inputDiff


@pytest.mark.parametrize(
    ("method", "olds", "inputs"),
    [
        ("Check", "olds", "news"),
        ("Diff", "olds", "news"),
        ("Create", "", "properties"),
        ("Read", "properties", "inputs"),
        ("Update", "olds", "news"),
        ("Delete", "properties", ""),
    ],
)
def test_a_request_has_the_state_and_the_inputs(
    stub: Any, provider: ScriptedProvider, method: str, olds: str, inputs: str
) -> None:
    provider.scripted.result = ProviderError("enough")
    fields = {olds: to_struct({"a": 1}), inputs: to_struct({"b": 2})}
    fields.pop("", None)
    identity = {"id": "id-1"} if method in ("Diff", "Read", "Update", "Delete") else {}
    planning = {"preview": True} if method in ("Create", "Update") else {}
    message = getattr(provider_pb2, f"{method}Request")(urn=URN, **fields, **identity, **planning)
    refusal(getattr(stub, method), message)
    [request] = provider.scripted.requests
    assert request.olds == ({"a": 1} if olds else {})
    assert request.inputs == ({"b": 2} if inputs else {})
    assert (request.id, request.preview) == (identity.get("id", ""), bool(planning))


def test_a_missing_resource_has_no_id(stub: Any, provider: ScriptedProvider) -> None:
    assert stub.Read(provider_pb2.ReadRequest(urn=URN, id="x")) == provider_pb2.ReadResponse()


def test_an_error_is_returned_with_its_text(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = ProviderError("no, because\nof this")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "no, because\nof this")


def test_a_partial_state_is_returned_with_the_error(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = PartialStateError(
        "only half", State("id-1", {"a": Secret("s")}, {"b": 1})
    )
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert error.details() == "only half"
    trailing = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("id-1", ["only half"])
    assert from_struct(detail.properties) == {"a": Secret("s")}
    assert from_struct(detail.inputs) == {"b": 1}


def test_an_unexpected_error_does_not_contain_its_text(
    stub: Any, provider: ScriptedProvider, capfd: pytest.CaptureFixture[str]
) -> None:
    provider.scripted.result = RuntimeError("the token is TOP-SECRET")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "RuntimeError at test_provider_server.py:" in error.details()
    out = capfd.readouterr()
    assert "TOP-SECRET" not in error.details() + out.out + out.err


def test_a_lookup_returns_a_result_or_failures(stub: Any, provider: ScriptedProvider) -> None:
    provider.scripted.result = {"a": 1}
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t", args=to_struct({"b": 2})))
    assert (from_struct(getattr(answer, "return")), list(answer.failures)) == ({"a": 1}, [])
    assert provider.scripted.requests == [{"b": 2}]
    provider.scripted.result = [Failure("bad", "b")]
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t"))
    assert from_struct(getattr(answer, "return")) == {}
    assert [(f.property, f.reason) for f in answer.failures] == [("b", "bad")]


@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_an_empty_provider_rejects_everything(method: str) -> None:
    server, port = serve(Provider({}, {}))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = ResourceProviderStub(channel)
        request = getattr(provider_pb2, f"{method}Request")(urn=URN)
        error = refusal(getattr(stub, method), request)
        assert "test:index/thing:Thing is not supported by the replacement" in error.details()
        assert stub.Configure(provider_pb2.ConfigureRequest()).supportsPreview
        stub.Cancel(empty_pb2.Empty())
    server.stop(grace=None).wait()
