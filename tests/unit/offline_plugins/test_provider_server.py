"""The provider protocol's side of the host, with a provider that does as the test says."""

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
    HalfMade,
    Properties,
    Provider,
    ProviderError,
    Resource,
    State,
    serve,
)

URN = "urn:pulumi:dev::project::test:index/parent:Parent$test:index/thing:Thing::its::name"
Options = provider_pb2.CheckRequest.AutonamingOptions


class Told(Provider):
    """Says what it was asked, and answers or raises what it was told to."""

    name = "told"

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.says: Any = None

    def _answer(self, *asked: Any) -> Any:
        self.asked.append(asked)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def configure(self, inputs: Properties) -> None:
        self._answer(inputs)

    def check(self, at: Resource, news: Properties, olds: Properties, *, seed: bytes) -> Checked:
        return self._answer(at, news, olds, seed)

    def diff(
        self, at: Resource, resource_id: str, olds: Properties, news: Properties,
        old_inputs: Properties, ignore_changes: list[str],
    ) -> Diff:  # fmt: skip
        return self._answer(resource_id, olds, news, old_inputs, ignore_changes)

    def create(self, at: Resource, inputs: Properties, *, preview: bool) -> State:
        return self._answer(inputs, preview)

    def read(
        self, at: Resource, resource_id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        return self._answer(resource_id, olds, inputs)

    def invoke(self, token: str, args: Properties) -> Properties | list[Failure]:
        return self._answer(token, args)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def stub(told: Told) -> Iterator[Any]:
    server, port = serve(told)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield ResourceProviderStub(channel)
    server.stop(grace=None).wait()


def refusal(call: Any, request: Any) -> Any:
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=10)
    return caught.value


def test_the_schema_describes_the_providers_settings(stub: Any, told: Told) -> None:
    told.settings = {"region": {"type": "string"}}
    answer = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert answer == {
        "name": "told",
        "version": "0.0.0",
        "provider": {"inputProperties": {"region": {"type": "string"}}},
    }


def test_type_and_name_come_from_the_urn(stub: Any, told: Told) -> None:
    told.says = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, randomSeed=b"seed"))
    at, _, _, seed = told.asked[0]
    assert (at.type, at.name, at.urn) == ("test:index/thing:Thing", "its::name", URN)
    assert (seed, at.proposed_name) == (b"seed", "")


@pytest.mark.parametrize(
    ("options", "proposed"),
    [
        (Options(proposed_name="n-1", mode=Options.PROPOSE), "n-1"),
        (Options(proposed_name="n-2", mode=Options.ENFORCE), "n-2"),
        (Options(mode=Options.DISABLE), None),
    ],
)
def test_the_stacks_automatic_names_are_passed_on(
    stub: Any, told: Told, options: Any, proposed: str | None
) -> None:
    told.says = Checked({})
    stub.Check(provider_pb2.CheckRequest(urn=URN, autonaming=options))
    assert told.asked[0][0].proposed_name == proposed


def test_secrets_and_unknowns_pass_both_ways(stub: Any, told: Told) -> None:
    values = {"a": Secret("s"), "b": UNKNOWN, "c": [Secret({"d": UNKNOWN})]}
    told.says = State("id-1", values)
    answer = stub.Create(provider_pb2.CreateRequest(urn=URN, properties=to_struct(values)))
    assert told.asked == [(values, False)]
    assert (answer.id, from_struct(answer.properties)) == ("id-1", values)


def test_a_failed_check_names_property_and_reason(stub: Any, told: Told) -> None:
    told.says = Checked({"a": 1}, [Failure("too small", "a")])
    answer = stub.Check(provider_pb2.CheckRequest(urn=URN))
    assert [(f.property, f.reason) for f in answer.failures] == [("a", "too small")]
    assert from_struct(answer.inputs) == {"a": 1}


def test_a_diff_without_details_says_so(stub: Any, told: Told) -> None:
    told.says = Diff(True, ["a"], ["a"], ["b"])
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN, id="id-1", ignoreChanges=["c"]))
    assert told.asked == [("id-1", {}, {}, {}, ["c"])]
    assert (answer.changes, answer.hasDetailedDiff) == (provider_pb2.DiffResponse.DIFF_SOME, False)
    assert (list(answer.diffs), list(answer.replaces), list(answer.stables)) == (
        ["a"],
        ["a"],
        ["b"],
    )


def test_a_diff_with_details_names_their_kind(stub: Any, told: Told) -> None:
    told.says = Diff(True, ["a"], detailed={"a[0].b": "ADD_REPLACE"}, input_diff=True)
    answer = stub.Diff(provider_pb2.DiffRequest(urn=URN))
    assert answer.hasDetailedDiff
    assert answer.detailedDiff["a[0].b"].kind == provider_pb2.PropertyDiff.ADD_REPLACE
    assert answer.detailedDiff["a[0].b"].inputDiff


def test_what_is_gone_has_no_id(stub: Any, told: Told) -> None:
    assert stub.Read(provider_pb2.ReadRequest(urn=URN, id="x")) == provider_pb2.ReadResponse()


def test_a_refusal_keeps_its_words(stub: Any, told: Told) -> None:
    told.says = ProviderError("no, because\nof this")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "no, because\nof this")


def test_a_half_made_resource_comes_with_the_error(stub: Any, told: Told) -> None:
    told.says = HalfMade("only half", State("id-1", {"a": Secret("s")}, {"b": 1}))
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert error.details() == "only half"
    trailing = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("id-1", ["only half"])
    assert from_struct(detail.properties) == {"a": Secret("s")}
    assert from_struct(detail.inputs) == {"b": 1}


def test_an_unforeseen_error_tells_nothing_of_its_text(
    stub: Any, told: Told, capfd: pytest.CaptureFixture[str]
) -> None:
    told.says = RuntimeError("the token is TOP-SECRET")
    error = refusal(stub.Create, provider_pb2.CreateRequest(urn=URN))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "RuntimeError at test_provider_server.py:" in error.details()
    out = capfd.readouterr()
    assert "TOP-SECRET" not in error.details() + out.out + out.err


def test_a_look_up_answers_or_fails(stub: Any, told: Told) -> None:
    told.says = {"a": 1}
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t", args=to_struct({"b": 2})))
    assert (from_struct(getattr(answer, "return")), list(answer.failures)) == ({"a": 1}, [])
    assert told.asked == [("t", {"b": 2})]
    told.says = [Failure("bad", "b")]
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok="t"))
    assert from_struct(getattr(answer, "return")) == {}
    assert [(f.property, f.reason) for f in answer.failures] == [("b", "bad")]


@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_a_provider_that_has_nothing_refuses_everything(method: str) -> None:
    server, port = serve(Provider())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = ResourceProviderStub(channel)
        request = getattr(provider_pb2, f"{method}Request")(urn=URN)
        error = refusal(getattr(stub, method), request)
        assert "test:index/thing:Thing is not in this replacement" in error.details()
        assert stub.Configure(provider_pb2.ConfigureRequest()).supportsPreview
        stub.Cancel(empty_pb2.Empty())
    server.stop(grace=None).wait()
