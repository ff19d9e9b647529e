"""Configuration works as in the official plugin, but never connects to a real org."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from offline_plugins.okta.config import address
from offline_plugins.provider import ProviderError
from tests.unit.offline_plugins.okta.conftest import ME, TOKEN, Engine, Okta
from tests.unit.offline_plugins.okta.recordings import Boundary, Call, boundary, calls, written
from tests.unit.offline_plugins.okta.test_boundary import code_prefix, value_differences

LOCAL = {"127.0.0.1", "localhost", "::1", "[::1]"}
UNSUPPORTED = {
    "private-key-preview": "okta:privateKey is not supported",
    "private-key-up": "okta:privateKey is not supported",
    "private-key-refresh": "okta:privateKey is not supported",
    "private-key-destroy": "okta:privateKey is not supported",
}
"""Phases whose Configure the replacement rejects. The official plugin makes no call in them."""


def me_call(status: int = 200) -> Call:
    return Call(0, "", "GET", ME, None, status, {}, {"id": "00u1", "errorSummary": "no"})


def replayed(record: Boundary, url: str) -> dict[str, Any]:
    request = dict(record.request)
    if "args" in request:
        request["args"] = {
            name: url if name == "httpProxy" else value for name, value in request["args"].items()
        }
        # The engine also sends the settings as texts, which the plugin does not read.
        del request["variables"], request["acceptSecrets"], request["id"], request["urn"]
    return request


@pytest.mark.parametrize("record", boundary("grpc-provider"), ids=str)
def test_configuration_matches_the_recording(engine: Engine, okta: Okta, record: Boundary) -> None:
    okta.ready = [me_call(), me_call()]
    answer, error, _ = engine.call(record.method, replayed(record, okta.url))
    if record.method == "Configure" and record.phase in UNSUPPORTED:
        assert UNSUPPORTED[record.phase] in error
        return
    expected = re.sub(r"^rpc error: code = (\w+) desc = ", code_prefix, record.error)
    # The recordings hide the URL of the documentation.
    assert re.sub(r"https://\S+", "https://DOCS", error) == expected
    recorded = written(record.response)
    if "failures" in recorded:
        # The recording has three of seven failures; the replacement reports each conflict once.
        *kept, cut = recorded["failures"]
        assert cut == {"_elided": 4}
        recorded["failures"], answer["failures"] = kept, answer["failures"][:3]
    assert not value_differences(recorded, answer, named=record)
    has_token = record.method == "Configure" and "apiToken" in record.request["args"]
    assert len(okta.requests) == (2 if has_token else 0)


def configure(engine: Engine, okta: Okta, **args: Any) -> str:
    return engine.call("Configure", {"args": {"httpProxy": okta.url, **args}})[1]


@pytest.mark.parametrize("phase", ["configure-401", "configure-401-up"])
def test_a_wrong_token_fails_after_one_call(engine: Engine, okta: Okta, phase: str) -> None:
    okta.ready = [call for call in calls("configure-401") if call.phase == phase]
    error = configure(engine, okta, apiToken=TOKEN)
    assert "failed validate configuration: error with v3 SDK client: 401 X" in error
    assert "The Okta provider was not properly configured" in error
    assert TOKEN not in error
    assert okta.ready == []
    assert okta.unknown == []
    _, error, _ = engine.call("Read", {"urn": "urn:pulumi:dev::p::okta:group/group:Group::g"})
    assert "not properly configured" in error


def test_an_access_token_from_the_environment_takes_precedence(
    engine: Engine, okta: Okta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_ACCESS_TOKEN", "FROM-THE-ENVIRONMENT")
    okta.ready = [me_call(), me_call()]
    assert not configure(engine, okta, apiToken=TOKEN)
    assert okta.authorization == {"Bearer FROM-THE-ENVIRONMENT"}
    assert okta.ready == []


def test_an_api_token_from_the_environment_is_validated(
    engine: Engine, okta: Okta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    okta.ready = [me_call(), me_call()]
    assert not configure(engine, okta)
    assert okta.authorization == {f"SSWS {TOKEN}"}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://127.0.0.1:8410",
        "https://dev-1.okta.com",
        "http://127.0.0.1.example.com:8410",
        "http://127.0.0.1@example.com",
        "http://example.com\\@127.0.0.1",
        "http://me:PASSWORD@example.com",
        "http://10.0.0.1:8410",
        "http://0.0.0.0:8410",
        "http://[::]:8410",
        "http://169.254.169.254",
        "http://2130706433:8410",
        "127.0.0.1:8410",
        "ftp://127.0.0.1",
        "http://127.0.0.1:8410\n",
        "http://127.9.9.9:8410",
        7,
    ],
)
def test_an_address_off_loopback_is_rejected_before_any_request(
    engine: Engine, okta: Okta, url: Any
) -> None:
    _, error, _ = engine.call("Configure", {"args": {"httpProxy": url, "apiToken": TOKEN}})
    assert "okta:httpProxy is " in error
    assert "pulumi plugin install resource okta" in error
    assert "PASSWORD" not in error
    assert TOKEN not in error
    assert okta.unknown == []


def test_a_missing_address_is_an_error(engine: Engine) -> None:
    _, error, _ = engine.call("Configure", {"args": {"orgName": "dev-1", "apiToken": TOKEN}})
    assert "okta:httpProxy is not set" in error


@pytest.mark.parametrize("url", ["http://127.0.0.1:8410", "http://localhost:1", "http://[::1]:1/"])
def test_loopback_is_accepted(url: str) -> None:
    assert address({"httpProxy": url}) == url.rstrip("/")


odd = st.text(st.sampled_from("127.0.0.1:/\\@#?%[] \t\nhtplocaexmx"), max_size=30)
pieces = st.sampled_from(
    ["127.0.0.1", "localhost", "[::1]", "@", "\\", "/", "?", "#", ":80", "example.com", "%40", " "]
)


@given(st.one_of(odd, st.lists(pieces, max_size=6).map("".join)).map("http://".__add__))
@example("http://example.com\\@127.0.0.1")
@example("http://127.0.0.1\\@example.com")
@example("http://[")
def test_an_accepted_url_is_loopback_for_every_parser(url: str) -> None:
    try:
        accepted = address({"httpProxy": url})
    except ProviderError:
        return
    for host in (urlsplit(accepted).hostname, parse_url(accepted).host):
        assert host in LOCAL


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_an_invalid_address_is_a_readable_error(value: Any) -> None:
    with pytest.raises(ProviderError, match=r"okta:httpProxy is (not set|.*, but this plugin)"):
        address({"httpProxy": value})
