"""Fixtures: the plugin over gRPC, the sandbox's AWS, and a server with scripted responses."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import boto3
import grpc
import pytest
from botocore.client import BaseClient
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.aws.plugin import AwsPlugin
from offline_plugins.property_values import from_struct, to_struct
from offline_plugins.provider_server import serve
from sandbox.org_file import load_org
from tests.sandbox_process import sandbox_process
from tests.unit.offline_plugins.aws.schema_checks import Reading, members_only

ORG = load_org()
SECRET, STORE = ORG.aws.secret, ORG.aws.identity_store_id
INSTANCE = f"arn:aws:sso:::instance/{ORG.aws.instance_id}"
SERVICES = (
    "eventbridge", "identitystore", "organizations", "secretsmanager", "sns", "ssoadmin", "sts",
)  # fmt: skip
KEYS = {"accessKey": "CONFIGUREDKEYID", "secretKey": "configured-secret-key"}


def config(url: str, **changed: Any) -> dict[str, Any]:
    """The settings as the engine passes them: only texts, nested settings as JSON."""
    endpoints = [dict.fromkeys(SERVICES, url)]
    given = {"region": "us-east-1", "endpoints": json.dumps(endpoints), **KEYS, "version": "7.51.1"}
    return {name: value for name, value in (given | changed).items() if value is not None}


class CallError(Exception):
    """The text that the user would see."""


@dataclass
class Engine:
    """The engine's side of the protocol."""

    stub: Any

    def check_config(self, news: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn="urn:aws", news=to_struct(news))
        return from_struct(self.call("CheckConfig", request).inputs)

    def configure(self, args: dict[str, Any]) -> None:
        self.call("Configure", provider_pb2.ConfigureRequest(args=to_struct(args)))

    def invoke(self, token: str, **args: Any) -> dict[str, Any]:
        answer = self.call("Invoke", provider_pb2.InvokeRequest(tok=token, args=to_struct(args)))
        if answer.failures:
            raise CallError("; ".join(f"{f.reason} ({f.property})" for f in answer.failures))
        return from_struct(getattr(answer, "return"))

    def check(self, kind: str, olds: dict[str, Any] | None = None, **news: Any) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(
            urn=urn(kind), olds=to_struct(olds or {}), news=to_struct(news), randomSeed=b"seed"
        )
        answer = self.call("Check", request)
        if answer.failures:
            raise CallError("; ".join(f"{f.reason} ({f.property})" for f in answer.failures))
        return from_struct(answer.inputs)

    def diff(self, kind: str, resource_id: str, olds: dict[str, Any], news: dict[str, Any]) -> Any:
        request = provider_pb2.DiffRequest(
            urn=urn(kind), id=resource_id, olds=to_struct(olds), news=to_struct(news)
        )
        return self.call("Diff", request)

    def create(self, kind: str, preview: bool = False, **inputs: Any) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(
            urn=urn(kind), properties=to_struct(inputs), preview=preview
        )
        made = self.call("Create", request)
        return made.id, from_struct(made.properties)

    def read(
        self, kind: str, resource_id: str, olds: dict[str, Any], inputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Id, outputs and inputs. The id is empty if the resource does not exist."""
        request = provider_pb2.ReadRequest(
            urn=urn(kind), id=resource_id, properties=to_struct(olds), inputs=to_struct(inputs)
        )
        found = self.call("Read", request)
        return found.id, from_struct(found.properties), from_struct(found.inputs)

    def update(
        self,
        kind: str,
        resource_id: str,
        olds: dict[str, Any],
        news: dict[str, Any],
        preview: bool = False,
    ) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            urn=urn(kind),
            id=resource_id,
            olds=to_struct(olds),
            news=to_struct(news),
            preview=preview,
        )
        return from_struct(self.call("Update", request).properties)

    def delete(self, kind: str, resource_id: str, olds: dict[str, Any]) -> None:
        request = provider_pb2.DeleteRequest(
            urn=urn(kind), id=resource_id, properties=to_struct(olds)
        )
        self.call("Delete", request)

    def call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            call_error: Any = error
            raise CallError(f"{call_error.code().name}: {call_error.details()}") from None


def urn(kind: str) -> str:
    return f"urn:pulumi:dev::project::{kind}::name"


def client(url: str, service: Any) -> Any:
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=url,
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip


@pytest.fixture
def plugin() -> AwsPlugin:
    return AwsPlugin()


@pytest.fixture
def engine(plugin: AwsPlugin) -> Iterator[Engine]:
    """Connected to the plugin, not yet configured."""
    server, port = serve(plugin)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(ResourceProviderStub(channel))
    server.stop(grace=None).wait()


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the sandbox's AWS."""
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as addresses:
        yield addresses["aws"]


@pytest.fixture(scope="session")
def things(aws: str) -> None:
    """A group with a member, a permission set, a second secret with the same name prefix, and a
    secret in another Region."""
    store = client(aws, "identitystore")
    group = store.create_group(
        IdentityStoreId=STORE, DisplayName="aws-admins", Description="They may all"
    )
    user = store.create_user(
        IdentityStoreId=STORE, UserName="ada@example.com", DisplayName="Ada Berg",
        Name={"GivenName": "Ada", "FamilyName": "Berg"}, Title="Engineer",
        Emails=[{"Value": "ada@example.com", "Primary": True, "Type": "work"}],
    )  # fmt: skip
    store.create_group_membership(
        IdentityStoreId=STORE, GroupId=group["GroupId"], MemberId={"UserId": user["UserId"]}
    )
    client(aws, "sso-admin").create_permission_set(
        InstanceArn=INSTANCE, Name="Known", Description="d", Tags=[{"Key": "a", "Value": "b"}]
    )
    secrets = client(aws, "secretsmanager")
    secrets.create_secret(Name=f"{SECRET}-old", SecretString="OLD-VALUE", Description="before")
    secrets.create_secret(Name="elsewhere", SecretBinary=b"BINARY-VALUE")
    secrets.create_secret(Name="raw", SecretBinary=b"\xff\xfe")


@pytest.fixture
def connected(engine: Engine, aws: str) -> Engine:
    """Configured for the sandbox."""
    engine.configure(config(aws))
    return engine


@dataclass
class Scripted:
    """A server that records requests and returns scripted responses."""

    url: str = ""
    answer: Callable[[str, dict[str, Any]], Any] = lambda _operation, _body: {}
    """Returns a body, or a status and a body, for an operation and its request body; None closes
    the connection without a response."""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that the library requires
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target", "").rsplit(".", 1)[-1]
            body = json.loads(raw) if raw.startswith(b"{") else dict(parse_qsl(raw.decode()))
            target = target or body.pop("Action", "")  # of SNS and STS
            script.requests.append((target, body))
            script.headers.append(dict(self.headers))
            response = script.answer(target, body)
            if response is None:
                return  # closes the connection
            status, response = response if isinstance(response, tuple) else (200, response)
            data = response if isinstance(response, bytes) else json.dumps(response).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *response: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def at_scripted(engine: Engine, scripted: Scripted) -> Engine:
    """Configured for the scripted server."""
    engine.configure(config(scripted.url))
    return engine


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every call, with its request and response checked against the service model."""
    calls: list[tuple[str, str]] = []
    original: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def recorded(params: Any, model: Any, **_: Any) -> None:
        calls.append((model.service_model.service_name, model.name))
        if params:
            members_only(params, model.input_shape, model.name)

    def make_api_call(self: Any, operation: str, parameters: Any) -> Any:
        self.meta.events.register_first("before-parameter-build.*.*", recorded, unique_id="checked")
        model = self.meta.service_model.operation_model(operation)
        return Reading(original(self, operation, parameters), model.output_shape)

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    return calls
