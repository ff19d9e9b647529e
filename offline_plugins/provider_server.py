"""Serves a provider that is written in plain Python to the Pulumi engine.

Implements the gRPC side of the provider protocol: handshake, port, property values, errors that
include the state of a partially created resource, and cancellation. pulumi.provider.experimental is
not used, because it can neither omit a detailed diff nor return such a state.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent import futures
from typing import Any, Final

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, status_pb2
from pulumi.runtime.proto.provider_pb2_grpc import (
    ResourceProviderServicer,
    add_ResourceProviderServicer_to_server,
)

from offline_plugins.property_values import from_struct, to_struct
from offline_plugins.provider import (
    Checked,
    Diff,
    Failure,
    PartialStateError,
    Provider,
    ProviderError,
    Request,
    ResourceType,
)

MAX_MESSAGE = 400 * 1024 * 1024
ORPHAN_CHECK_SECONDS = 2.0
FIELDS: Final = {
    "CheckRequest": ("olds", "news"),
    "DiffRequest": ("olds", "news"),
    "CreateRequest": (None, "properties"),
    "ReadRequest": ("properties", "inputs"),
    "UpdateRequest": ("olds", "news"),
    "DeleteRequest": ("properties", None),
}
"""The fields with a request's `olds` and `inputs`."""


class Servicer(ResourceProviderServicer):
    """The methods of the protocol. Each calls the method of the provider."""

    def __init__(self, provider: Provider[Any], engine_address: str = "") -> None:
        self._provider = provider
        self._engine = _connect(engine_address)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.engine_address:
            self._engine = _connect(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self._provider.version)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._provider.cancel()
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        schema = {
            "name": self._provider.name,
            "version": self._provider.version,
            "provider": {"inputProperties": self._provider.settings},
        }
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            return _check_response(self._provider.check_config(from_struct(request.news)))

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            olds = from_struct(request.old_inputs) or from_struct(request.olds)
            return _diff_response(self._provider.diff_config(from_struct(request.news), olds))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            self._provider.configure(from_struct(request.args))
            return provider_pb2.ConfigureResponse(
                supportsPreview=True, supports_autonaming_configuration=True
            )

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            return _check_response(self._provider.check(self._parsed(request)))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            target, parsed = self._target(request)
            return _diff_response(target.diff(parsed))

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            target, parsed = self._target(request)
            state = target.create(self._provider.client, parsed)
            return provider_pb2.CreateResponse(id=state.id, properties=to_struct(state.outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            target, parsed = self._target(request)
            state = target.read(self._provider.client, parsed)
            if state is None:
                return provider_pb2.ReadResponse()
            outputs, inputs = to_struct(state.outputs), to_struct(state.inputs or {})
            return provider_pb2.ReadResponse(id=state.id, properties=outputs, inputs=inputs)

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            target, parsed = self._target(request)
            outputs = target.update(self._provider.client, parsed)
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            target, parsed = self._target(request)
            target.delete(self._provider.client, parsed)
            return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        with _ErrorReport(context):
            result = self._provider.invoke(request.tok, from_struct(request.args))
            failures, answer = (result, {}) if isinstance(result, list) else ([], result)
            returned: Any = {"return": to_struct(answer)}  # `return` is a Python keyword
            return provider_pb2.InvokeResponse(failures=_failures(failures), **returned)

    def _target(self, request: Any) -> tuple[ResourceType[Any], Request]:
        parsed = self._parsed(request)
        return self._provider.resource_type(parsed), parsed

    def _parsed(self, request: Any) -> Request:
        # Engines before 3.13x send neither type nor name; the URN has both:
        # urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME
        parts = request.urn.split("::", 3)
        kind = parts[2].rsplit("$", 1)[-1] if len(parts) == 4 else request.type
        name = parts[3] if len(parts) == 4 else request.name
        proposed: str | None = ""
        if isinstance(request, provider_pb2.CheckRequest) and request.HasField("autonaming"):
            disabled = provider_pb2.CheckRequest.AutonamingOptions.DISABLE
            naming = request.autonaming
            proposed = None if naming.mode == disabled else naming.proposed_name
        olds, inputs = (
            from_struct(getattr(request, field)) if field else {}
            for field in FIELDS[type(request).__name__]
        )
        return Request(
            request.urn, kind, name, getattr(request, "id", ""), olds, inputs,
            getattr(request, "preview", False), getattr(request, "randomSeed", b""), proposed,
            lambda text: self._log(request.urn, text),
        )  # fmt: skip

    def _log(self, urn: str, text: str) -> None:
        if self._engine is None:
            return
        entry = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=urn)
        try:
            self._engine.Log(entry)
        except grpc.RpcError as error:
            print(f"could not log to the engine: {text} ({error.code()})", file=sys.stderr)


class _ErrorReport:
    """Ends the call with the error that the provider raised, in the format of the engine."""

    def __init__(self, context: grpc.ServicerContext) -> None:
        self._context = context

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PartialStateError):
            detail = provider_pb2.ErrorResourceInitFailed(
                id=error.state.id,
                properties=to_struct(error.state.outputs),
                inputs=to_struct(error.state.inputs) if error.state.inputs is not None else None,
                reasons=[str(error)],
            )
            packed = any_pb2.Any()
            packed.Pack(detail)
            status = status_pb2.Status(
                code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[packed]
            )
            self._context.set_trailing_metadata(
                (("grpc-status-details-bin", status.SerializeToString()),)
            )
        if isinstance(error, ProviderError):
            self._context.abort(grpc.StatusCode.UNKNOWN, str(error))
        if isinstance(error, Exception):
            # Only the type: the text of an unexpected error could contain a secret value.
            location = _location(error)
            self._context.abort(
                grpc.StatusCode.INTERNAL,
                "the replacement plugin failed unexpectedly "
                f"({type(error).__name__} at {location})",
            )


def _location(error: BaseException) -> str:
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    if step is None:
        return "an unknown location"
    return f"{os.path.basename(step.tb_frame.f_code.co_filename)}:{step.tb_lineno}"  # noqa: PTH119


def _connect(address: str) -> Any:
    if not address:
        return None
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))


def _failures(failures: list[Failure]) -> list[Any]:
    return [provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in failures]


def _check_response(checked: Checked) -> Any:
    return provider_pb2.CheckResponse(
        inputs=to_struct(checked.inputs), failures=_failures(checked.failures)
    )


def _diff_response(diff: Diff) -> Any:
    kinds = provider_pb2.PropertyDiff.Kind
    detailed = {
        path: provider_pb2.PropertyDiff(kind=kinds.Value(kind), inputDiff=diff.input_diff)
        for path, kind in (diff.detailed or {}).items()
    }
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if diff.changes else response.DIFF_NONE,
        diffs=diff.diffs,
        replaces=diff.replaces,
        stables=diff.stables,
        deleteBeforeReplace=diff.delete_before_replace,
        detailedDiff=detailed,
        hasDetailedDiff=diff.detailed is not None,
    )


def serve(provider: Provider[Any], engine_address: str = "") -> tuple[grpc.Server, int]:
    """Start a server on a free port of 127.0.0.1, and return it with the port."""
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), options=options)
    add_ResourceProviderServicer_to_server(Servicer(provider, engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main(provider: Provider[Any]) -> None:
    """Run the plugin as a child process of the engine, until a signal or the engine's end."""
    address = sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ""
    server, port = serve(provider, address)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    print(port, flush=True)
    parent = os.getppid()
    while not stop.wait(ORPHAN_CHECK_SECONDS):
        # A killed engine sends no signal, but the parent process changes.
        if os.getppid() != parent:
            break
    provider.cancel()
    server.stop(grace=60).wait()
