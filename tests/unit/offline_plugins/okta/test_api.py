"""Rate limits, cancellation, and the content of errors."""

import threading
import time
from email.utils import formatdate
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.okta.api import OktaError, _seconds_to_reset
from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.provider_server import serve
from tests.unit.offline_plugins.okta.conftest import TOKEN, Engine, Okta, PatientClock
from tests.unit.offline_plugins.okta.recorded_responses import ANY
from tests.unit.offline_plugins.okta.recordings import Call

GROUP = "/api/v1/groups/00g1"
FOUND = {"id": "00g1", "profile": {"name": "g", "description": ""}}
NOW = 1_795_460_800
LIMITED = {"Date": formatdate(NOW, usegmt=True), "X-Rate-Limit-Reset": str(NOW + 20)}
SECRET = "SCIM-TOKEN-THAT-NOBODY-SHOULD-SEE"


def answered(status: int, headers: dict[str, str] | None = None, body: Any = None) -> Call:
    return Call(0, "", "GET", GROUP, None, status, headers or {}, body)


def read_group(engine: Engine) -> str:
    request = {
        "urn": "urn:pulumi:dev::p::okta:group/group:Group::g", "id": "00g1",
        "properties": {"skipUsers": False}, "inputs": {"name": "g"},
    }  # fmt: skip
    return engine.call("Read", request)[1]


def test_a_rate_limit_waits_until_a_second_after_its_reset(connected: Engine, okta: Okta) -> None:
    okta.ready = [answered(429, LIMITED), answered(429, LIMITED), answered(200, body=FOUND)]
    assert not read_group(connected)
    assert connected.clock.slept == [21.0, 21.0]
    assert okta.ready == []


def test_a_permanent_rate_limit_ends_after_six_requests(connected: Engine, okta: Okta) -> None:
    okta.ready = [answered(429, LIMITED)] * 7
    assert read_group(connected).endswith(
        "refreshing urn:pulumi:dev::p::okta:group/group:Group::g: 1 error occurred:\n"
        "\t* failed to get group: too many requests\n\n"
    )
    assert len(okta.requests) == 6
    assert len(connected.clock.slept) == 5


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "date header is missing or invalid: parsing time"),
        ({"Date": "yesterday", "X-Rate-Limit-Reset": "1"}, "date header is missing or invalid"),
        ({"Date": LIMITED["Date"]}, "X-Rate-Limit-Reset header is missing"),
        ({"Date": LIMITED["Date"], "X-Rate-Limit-Reset": "soon"}, "X-Rate-Limit-Reset header is"),
    ],
)
def test_a_rate_limit_without_a_reset_time_is_not_retried(
    connected: Engine, okta: Okta, headers: dict[str, str], text: str
) -> None:
    okta.ready = [answered(429, headers)] * 2
    assert text in read_group(connected)
    assert len(okta.requests) == 1
    assert connected.clock.slept == []


class Response:
    status_code, reason_phrase = 429, "X"

    def __init__(self, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@given(st.text(), st.one_of(st.text(), st.integers().map(str)))
def test_any_headers_give_a_finite_wait_or_an_error(date: str, reset: str) -> None:
    response: Any = Response(Date=date, X_Rate_Limit_Reset=reset)
    try:
        wait = _seconds_to_reset(response)
    except OktaError:
        return
    assert wait >= 0


def test_a_server_error_is_not_retried(connected: Engine, okta: Okta) -> None:
    okta.ready = [answered(500, body={"errorSummary": "Internal Server Error"})] * 2
    assert "Internal Server Error, x-okta-request-id=" in read_group(connected)
    assert len(okta.requests) == 1


@pytest.mark.usefixtures("engine")
def test_cancel_ends_a_wait(okta: Okta) -> None:
    okta.ready = [answered(429, {**LIMITED, "X-Rate-Limit-Reset": str(NOW + 3600)})]
    server, port = serve(OktaPlugin())
    errors: list[str] = []
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        engine = Engine(ResourceProviderStub(channel), PatientClock())
        engine.call("Configure", {"args": {"httpProxy": okta.url, "accessToken": TOKEN}})
        reading = threading.Thread(target=lambda: errors.append(read_group(engine)))
        reading.start()
        while not okta.requests:
            time.sleep(0.01)
        engine.stub.Cancel(empty_pb2.Empty(), timeout=60)
        reading.join(timeout=60)
    server.stop(grace=None).wait()
    assert errors == ["UNKNOWN: cancelled while waiting for a retry"]


def create_connection(engine: Engine) -> str:
    request = {
        "urn": "urn:pulumi:dev::p::okta:app/connection:Connection::c",
        "properties": {
            "action": "activate", "baseUrl": "https://scim.example.com/", "idProperty": "0oa1",
            "profile": {"authScheme": "TOKEN", "token": SECRET},
        },
    }  # fmt: skip
    return engine.call("Create", request)[1]


CONNECTION = "/api/v1/apps/0oa1/connections/default"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ["not", "an", "object"]),
        (200, "not JSON"),
        (200, {"profile": SECRET}),
        (400, {"errorSummary": f"bad token {SECRET}", "errorCauses": [{"errorSummary": SECRET}]}),
        (500, SECRET),
        (302, SECRET),
    ],
)
def test_no_error_contains_the_token(
    connected: Engine, okta: Okta, capfd: pytest.CaptureFixture[str], status: int, body: Any
) -> None:
    okta.ready = [Call(0, "", "POST", CONNECTION, ANY, status, {}, body)]
    error = create_connection(connected)
    assert error
    assert SECRET not in error
    assert TOKEN not in error
    out = capfd.readouterr()
    assert SECRET not in out.out + out.err
    assert TOKEN not in out.out + out.err


def test_an_unexpected_error_names_only_its_type_and_location(
    connected: Engine, okta: Okta
) -> None:
    okta.ready = [Call(0, "", "POST", CONNECTION, ANY, 200, {}, "not JSON")]
    error = create_connection(connected)
    assert error.startswith("INTERNAL: the replacement plugin failed unexpectedly (JSONDecodeError")


def test_a_stopped_sandbox_is_reported(engine: Engine) -> None:
    engine.call("Configure", {"args": {"httpProxy": "http://127.0.0.1:1", "accessToken": TOKEN}})
    error = create_connection(engine)
    assert "no response from http://127.0.0.1:1 (ConnectError). Start the sandbox: make up" in error
    assert SECRET not in error


def test_a_redirect_is_not_followed(connected: Engine, okta: Okta) -> None:
    okta.ready = [answered(302, {"Location": "http://example.com/"})]
    assert "302 X" in read_group(connected)
    assert len(okta.requests) == 1
