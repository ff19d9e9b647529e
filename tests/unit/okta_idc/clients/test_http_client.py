"""HTTP clients: a variable that httpx cannot use is named, and its value is not shown."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from okta_idc.clients.aws import AwsError
from okta_idc.clients.http_client import PROXIES, http_client
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_error import OktaError
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.scim_requests import ScimRequests

ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("HTTPS_PROXY", "http://user:hunter2hunter2@proxy:80x", "is not the URL of a proxy"),
        ("http_proxy", "ftp://user:hunter2hunter2@proxy", "is not the URL of a proxy"),
        ("ALL_PROXY", "socks5://user:hunter2hunter2@proxy:1080", "a SOCKS proxy is not supported"),
        ("SSL_CERT_FILE", "/nonexistent/hunter2hunter2.pem", "names no readable certificates"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        lambda: Okta("https://acme.okta.com", httpx.BasicAuth("a", "b")),
        lambda: ScimRequests(ENDPOINT, "token"),
    ],
    ids=["Okta", "SCIM"],
)
def test_a_variable_that_cannot_be_used_is_named(
    make: Callable[[], object], name: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises((OktaError, AwsError)) as caught:
        make()
    assert str(caught.value).startswith(f"{name}: ")
    assert fault in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_token_test_is_unknown_with_such_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent.pem")
    assert asyncio.run(ScimProbe()(ENDPOINT, "token")) == (
        0, "SSL_CERT_FILE: names no readable certificates. Set it again.",
    )  # fmt: skip


def test_of_several_proxies_the_faulty_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:port")
    with pytest.raises(OktaError, match=r"^HTTPS_PROXY: the value is not"):
        http_client(OktaError)
