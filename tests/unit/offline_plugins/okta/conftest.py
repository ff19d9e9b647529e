"""Fixtures: the plugin over gRPC, and a server with the recorded responses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.okta.api import Clock
from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.property_values import from_struct, to_struct
from offline_plugins.provider_server import serve
from tests.unit.offline_plugins.okta.recorded_responses import ANY
from tests.unit.offline_plugins.okta.recordings import Call, written

TOKEN = "DUMMY-TOKEN"
ME = "/api/v1/users/me"
NOT_RECORDED = 418
STRUCTS = ("inputs", "outputs", "properties", "return")


class PatientClock(Clock):
    """Records waits without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        super().sleep(0)


@dataclass
class Okta:
    """Returns the recorded response of each call, once."""

    url: str = ""
    ready: list[Call] = field(default_factory=list[Call])
    requests: list[Call] = field(default_factory=list[Call])
    unknown: list[str] = field(default_factory=list[str])
    """Calls without a recording."""
    authorization: set[str] = field(default_factory=set[str])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: Any) -> Call | None:
        with self.lock:
            for index, call in enumerate(self.ready):
                if (call.method, call.path) != (method, path):
                    continue
                if call.request is ANY or call.request == body:
                    self.requests.append(call)
                    return self.ready.pop(index)
            self.unknown.append(f"{method} {path} {json.dumps(body)}")
        return None


@dataclass
class Engine:
    """The engine's side of the protocol. Responses have the recordings' notation."""

    stub: Any
    clock: PatientClock

    def call(self, method: str, request: dict[str, Any]) -> tuple[dict[str, Any], str, Any]:
        """The response, or the error's text and its details."""
        fields: dict[str, Any] = dict(request)
        if "oldInputs" in fields:
            fields["old_inputs"] = fields.pop("oldInputs")
        for name, value in fields.items():
            if isinstance(value, dict):
                fields[name] = to_struct(value)
        kind = {"CheckConfig": "Check", "DiffConfig": "Diff"}.get(method, method)
        message = getattr(provider_pb2, f"{kind}Request")(**fields)
        try:
            answer = getattr(self.stub, method)(message, timeout=30)
        except grpc.RpcError as error:
            failure: Any = error
            return (
                {},
                f"{failure.code().name}: {failure.details()}",
                failure.trailing_metadata(),
            )
        return to_dict(answer), "", None


def to_dict(message: Any) -> dict[str, Any]:
    """A protocol message without unset fields, as in the recordings."""
    out: dict[str, Any] = {}
    for descriptor, value in message.ListFields():
        name = descriptor.json_name
        if name in STRUCTS:
            out[name] = written(from_struct(value))
        else:
            out[name] = MessageToDict(message)[name]
    return out


@pytest.fixture
def okta() -> Iterator[Okta]:
    okta = Okta()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that the library requires
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            okta.authorization.add(self.headers["Authorization"])
            call = okta.answer(self.command, self.path, body)
            status, headers, body = NOT_RECORDED, {}, None
            if call:
                status, headers, body = call.status, dict(call.headers), call.response
            data = b"" if body is None else (
                body if isinstance(body, str) else json.dumps(body)
            ).encode()  # fmt: skip
            if status != 429:
                headers.setdefault("Date", self.date_time_string())
            # The reason phrase of the server in the recordings.
            self.send_response_only(status, "X")
            if status != 204:
                headers["Content-Length"] = str(len(data))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 # the same

        def log_message(self, *body: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    okta.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield okta
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Connected to the plugin, not yet configured."""
    for name in ("API_TOKEN", "ACCESS_TOKEN", "API_CLIENT_ID", "API_PRIVATE_KEY", "HTTP_PROXY"):
        monkeypatch.delenv(f"OKTA_{name}", raising=False)
    clock = PatientClock()
    server, port = serve(OktaPlugin(clock))
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(ResourceProviderStub(channel), clock)
    server.stop(grace=None).wait()


@pytest.fixture
def connected(engine: Engine, okta: Okta) -> Engine:
    """Configured for the recorded responses."""
    okta.ready = [Call(0, "", "GET", ME, None, 200, {}, {})] * 2
    _, error, _ = engine.call("Configure", {"args": {"httpProxy": okta.url, "apiToken": TOKEN}})
    assert not error
    okta.requests.clear()
    return engine
