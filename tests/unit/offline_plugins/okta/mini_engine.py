"""A small engine: the requests of `pulumi up`, `refresh` and `destroy` to a plugin, in sequence.

Pulumi's engine sends the same requests in parallel. Like it, this one starts a new plugin for
every command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.property_values import UNKNOWN, from_struct, has_unknown, reveal, to_struct
from offline_plugins.provider_server import serve
from tests.unit.offline_plugins.okta.conftest import Okta, PatientClock

Properties = dict[str, Any]
WELL_KNOWN = "/.well-known/okta-organization"
"""Requested once per process, at no fixed time, so the tests ignore its position."""


@dataclass(frozen=True)
class Ref:
    """An output of another resource."""

    name: str
    output: str = "id"


@dataclass(frozen=True)
class Declared:
    """A resource of a program."""

    type: str
    inputs: Properties
    delete_first: bool = False
    imported: str = ""


Program = dict[str, Declared]
"""The resources by name, in the order of their creation."""


@dataclass
class Recorded:
    """A resource of the state."""

    type: str
    id: str
    inputs: Properties
    outputs: Properties
    failed: bool = False


class OperationFailedError(Exception):
    """A failed resource operation, with the plugin's error text."""


@dataclass
class Stack:
    okta: Okta
    settings: Properties
    state: dict[str, Recorded] = field(default_factory=dict[str, Recorded])
    errors: list[str] = field(default_factory=list[str])
    disorder: list[str] = field(default_factory=list[str])
    """Operations whose calls are in another order than recorded."""

    def up(self, program: Program, *, preview: bool, refresh: bool) -> None:
        for planning in [True, False] if preview else [False]:
            self._run_program(program, planning=planning, refresh=refresh)

    def preview(self, program: Program) -> None:
        self._run_program(program, planning=True, refresh=False)

    def refresh(self) -> None:
        with self._plugin() as stub:
            self._refresh(stub, self.state)

    def destroy(self) -> None:
        with self._plugin() as stub:
            for name in reversed(list(self.state)):
                if self._delete(stub, name, self.state[name]):
                    del self.state[name]

    def _run_program(self, program: Program, *, planning: bool, refresh: bool) -> None:
        with self._plugin() as stub:
            state = dict(self.state)
            if refresh:
                self._refresh(stub, state)
            replaced: list[tuple[str, Recorded]] = []
            failed_names: set[str] = set()
            for name, want in program.items():
                needs = {out.name for out in _references(want.inputs)}
                if needs & failed_names:
                    failed_names.add(name)
                    continue
                try:
                    self._apply(stub, state, name, want, replaced, planning=planning)
                except OperationFailedError as stopped:
                    self.errors.append(str(stopped))
                    failed_names.add(name)
            if not planning:
                for name, old in reversed(replaced):
                    self._delete(stub, name, old)
                for name in reversed([n for n in state if n not in program]):
                    if self._delete(stub, name, state[name]):
                        del state[name]
                self.state = state

    def _apply(
        self, stub: Any, state: dict[str, Recorded], name: str, want: Declared,
        replaced: list[tuple[str, Recorded]], *, planning: bool,
    ) -> None:  # fmt: skip
        urn = _urn(want.type, name)
        news = _resolved(want.inputs, state)
        old = state.get(name)
        if old is None and want.imported:
            read = self._call(stub.Read, provider_pb2.ReadRequest(urn=urn, id=want.imported))
            old = state[name] = _read(want.type, read)
        inputs = self._check(stub, urn, news, old.inputs if old else {})
        if old is None:
            self._create(stub, state, name, want.type, inputs, planning)
            return
        diff = self._call(
            stub.Diff,
            provider_pb2.DiffRequest(
                urn=urn, id=old.id, olds=_encoded(old.outputs), news=_encoded(inputs),
                old_inputs=_encoded(old.inputs),
            ),
        )  # fmt: skip
        if diff.replaces:
            fresh = self._check(stub, urn, news, {})
            if want.delete_first or diff.deleteBeforeReplace:
                if not planning:
                    self._delete(stub, name, old)
                del state[name]
                self._create(stub, state, name, want.type, fresh, planning)
            else:
                self._create(stub, state, name, want.type, fresh, planning)
                replaced.append((name, old))
        elif diff.changes == provider_pb2.DiffResponse.DIFF_SOME or old.failed:
            request = provider_pb2.UpdateRequest(
                urn=urn, id=old.id, olds=_encoded(old.outputs), news=_encoded(inputs),
                old_inputs=_encoded(old.inputs), preview=planning,
            )  # fmt: skip
            try:
                outputs = from_struct(self._call(stub.Update, request).properties)
            except OperationFailedError as stopped:
                if partial := _partial_state(stopped):
                    outputs = from_struct(partial.properties)
                    state[name] = Recorded(want.type, old.id, old.inputs, outputs, failed=True)
                raise
            state[name] = Recorded(want.type, old.id, inputs, outputs)
        else:
            state[name] = Recorded(want.type, old.id, inputs, old.outputs)

    def _check(self, stub: Any, urn: str, news: Properties, olds: Properties) -> Properties:
        request = provider_pb2.CheckRequest(urn=urn, news=_encoded(news), olds=_encoded(olds))
        answer = self._call(stub.Check, request)
        if answer.failures:
            raise OperationFailedError("; ".join(failure.reason for failure in answer.failures))
        return from_struct(answer.inputs)

    def _create(
        self, stub: Any, state: dict[str, Recorded], name: str, kind: str, inputs: Properties,
        planning: bool,
    ) -> None:  # fmt: skip
        request = provider_pb2.CreateRequest(
            urn=_urn(kind, name), properties=_encoded(inputs), preview=planning
        )
        try:
            made = self._call(stub.Create, request)
        except OperationFailedError as stopped:
            if partial := _partial_state(stopped):
                outputs = from_struct(partial.properties)
                state[name] = Recorded(kind, partial.id, inputs, outputs, failed=True)
            raise
        outputs = from_struct(made.properties)
        if not planning and has_unknown(outputs):
            raise OperationFailedError("unexpected unknown property value")
        state[name] = Recorded(kind, made.id or UNKNOWN, inputs, outputs)

    def _refresh(self, stub: Any, state: dict[str, Recorded]) -> None:
        for name, old in list(state.items()):
            request = provider_pb2.ReadRequest(
                urn=_urn(old.type, name), id=old.id, properties=_encoded(old.outputs),
                inputs=_encoded(old.inputs),
            )  # fmt: skip
            try:
                read = self._call(stub.Read, request)
            except OperationFailedError as stopped:
                self.errors.append(str(stopped))
                continue
            if not read.id:
                del state[name]
                continue
            state[name] = _read(old.type, read)

    def _delete(self, stub: Any, name: str, old: Recorded) -> bool:
        request = provider_pb2.DeleteRequest(
            urn=_urn(old.type, name), id=old.id, properties=_encoded(old.outputs),
            old_inputs=_encoded(old.inputs),
        )  # fmt: skip
        try:
            self._call(stub.Delete, request)
        except OperationFailedError as stopped:
            self.errors.append(str(stopped))
            return False
        return True

    @contextmanager
    def _plugin(self) -> Iterator[Any]:
        server, port = serve(OktaPlugin(PatientClock()))
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub: Any = ResourceProviderStub(channel)
                self._call(
                    stub.Configure, provider_pb2.ConfigureRequest(args=_encoded(self.settings))
                )
                yield stub
                stub.Cancel(empty_pb2.Empty())
        except OperationFailedError as stopped:
            self.errors.append(str(stopped))
        finally:
            server.stop(grace=None).wait()

    def _call(self, method: Any, request: Any) -> Any:
        before = len(self.okta.requests)
        try:
            return method(request, timeout=30)
        except grpc.RpcError as error:
            rpc_error: Any = error
            raise OperationFailedError(rpc_error.details()) from error
        finally:
            made = [call for call in self.okta.requests[before:] if call.path != WELL_KNOWN]
            if made != sorted(made, key=lambda call: call.seq):
                self.disorder.append(f"{type(request).__name__}: {[call.line for call in made]}")


def _read(kind: str, answer: Any) -> Recorded:
    inputs, outputs = from_struct(answer.inputs), from_struct(answer.properties)
    return Recorded(kind, answer.id, inputs, outputs)


def _encoded(values: Properties) -> Any:
    """Plain values: the engine reveals secrets to a plugin that does not accept them."""
    return to_struct(reveal(values))


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::wire::{kind}::{name}"


def _partial_state(stopped: OperationFailedError) -> Any:
    rpc_error: Any = stopped.__cause__
    if rpc_error is None:
        return None
    packed = dict(rpc_error.trailing_metadata()).get("grpc-status-details-bin")
    if packed is None:
        return None
    detail = provider_pb2.ErrorResourceInitFailed()
    status_pb2.Status.FromString(packed).details[0].Unpack(detail)
    return detail


def _references(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _resolved(value: Any, state: dict[str, Recorded]) -> Any:
    if isinstance(value, Ref):
        found = state[value.name]
        return found.id if value.output == "id" else found.outputs[value.output]
    if isinstance(value, dict):
        return {name: _resolved(item, state) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, state) for item in value]
    return value
