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
from offline_plugins.provider_server import (
    Checked,
    Diff,
    Failure,
    PartialStateError,
    Properties,
    Provider,
    ProviderError,
    Resource,
    State,
    serve,
)

URN = "urn:pulumi:dev::project::test:index/parent:Parent$test:index/thing:Thing::its::name"
Options = provider_pb2.CheckRequest.AutonamingOptions


class ScriptedProvider(Provider):
    """Records requests, and returns or raises what the test sets."""

    name = "provider"

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.result: Any = None

    def _answer(self, *request: Any) -> Any:
        self.requests.append(request)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def configure(self, inputs: Properties) -> None:
        self._answer(inputs)

    def check(
        self, resource: Resource, news: Properties, olds: Properties, *, seed: bytes
    ) -> Checked:
        return self._answer(resource, news, olds, seed)

    def diff(
        self, resource: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, ignore_changes: list[str],
    ) -> Diff:  # fmt: skip
        return self._answer(resource_id, olds, news, old_inputs, ignore_changes)

    def create(self, resource: Resource, inputs: Properties, *, preview: bool) -> State:
        return self._answer(inputs, preview)

    def read(
        self, resource: Resource, resource_id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        return self._answer(resource_id, olds, inputs)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        return self._answer(token, args)


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
        call(request, timeout=10)
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
    provider.result = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, randomSeed=b"seed"))
    resource, _, _, seed = provider.requests[0]
    assert (resource.type, resource.name, resource.urn) == (
        "test:index/thing:Thing",
        "its::name",
        URN,
    )
    assert (seed, resource.proposed_name) == (b"seed", "")


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
    provider.result = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, autonaming=options))
    assert provider.requests[0][0].proposed_name == proposed


def test_secrets_and_unknowns_pass_both_ways(stub: Any, provider: ScriptedProvider) -> None:
    values = {"a": Secret("s"), "b": UNKNOWN, "c": [Secret({"d": UNKNOWN})]}
    provider.result = State("id-1", values)
    answer = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct(values)))
    assert provider.requests == [(values, False)]
    assert (answer.id, from_struct(answer.properties)) == ("id-1", values)


def test_a_failed_check_names_property_and_reason(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = Checked({"a": 1}, [Failure("too small", "a")])
    answer = stub.Check(provider_pb2.CheckRequest(urn=URN))
    assert [(f.property, f.reason) for f in answer.failures] == [("a", "too small")]
    assert from_struct(answer.inputs) == {"a": 1}


def test_a_diff_without_details_has_no_detailed_diff(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = Diff(True, ["a"], ["a"], ["b"])
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, id="id-1", ignoreChanges=["c"]))
    assert provider.requests == [("id-1", {}, {}, {}, ["c"])]
    assert (answer.changes, answer.hasDetailedDiff) == (provider_pb2.DiffResponse.DIFF_SOME, False)
    assert (list(answer.diffs), list(answer.replaces), list(answer.stables)) == (
        ["a"],
        ["a"],
        ["b"],
    )


def test_a_diff_with_details_names_their_kind(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = Diff(True, ["a"], detailed={"a[0].b": "ADD_REPLACE"}, input_diff=True)
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN))
    assert answer.hasDetailedDiff
    assert answer.detailedDiff["a[0].b"].kind == provider_pb2.PropertyDiff.ADD_REPLACE
    assert answer.detailedDiff["a[0].b"].inputDiff


def test_a_missing_resource_has_no_id(stub: Any, provider: ScriptedProvider) -> None:
    assert stub.Read(provider_pb2.ReadRequest(urn=URN, id="x")) == provider_pb2.ReadResponse()


def test_an_error_is_returned_with_its_text(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = ProviderError("no, because\nof this")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "no, because\nof this")


def test_a_partial_state_is_returned_with_the_error(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = PartialStateError("only half", State("id-1", {"a": Secret("s")}, {"b": 1}))
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
    provider.result = RuntimeError("the token is TOP-SECRET")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "RuntimeError at test_provider_server.py:" in error.details()
    out = capfd.readouterr()
    assert "TOP-SECRET" not in error.details() + out.out + out.err


def test_a_lookup_returns_a_result_or_failures(stub: Any, provider: ScriptedProvider) -> None:
    provider.result = {"a": 1}
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t", args=to_struct({"b": 2})))
    assert (from_struct(getattr(answer, "return")), list(answer.failures)) == ({"a": 1}, [])
    assert provider.requests == [("t", {"b": 2})]
    provider.result = [Failure("bad", "b")]
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t"))
    assert from_struct(getattr(answer, "return")) == {}
    assert [(f.property, f.reason) for f in answer.failures] == [("b", "bad")]


@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_an_empty_provider_rejects_everything(method: str) -> None:
    server, port = serve(Provider())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = ResourceProviderStub(channel)
        request = getattr(provider_pb2, f"{method}Request")(urn=URN)
        error = refusal(getattr(stub, method), request)
        assert "test:index/thing:Thing is not in this replacement" in error.details()
        assert stub.Configure(provider_pb2.ConfigureRequest()).supportsPreview
        stub.Cancel(empty_pb2.Empty())
    server.stop(grace=None).wait()
