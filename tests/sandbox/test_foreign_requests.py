"""Requests that the three servers refuse: other hosts, other sites, large bodies, wrong tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox.aws.account import scim_token
from sandbox.org_file import load_org
from sandbox.own_address import refusal
from tests.sandbox_process import sandbox_process

LARGE = b'{"Name": "' + b"x" * 10_000_000 + b'"}'
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{}/aws4_request"
EVIL = "https://evil.example.com"


@dataclass(frozen=True)
class Call:
    """A call that a server answers; the token of SCIM is added when it is sent."""

    server: str
    path: str
    headers: dict[str, str]
    body: bytes
    wrong_token: tuple[int, str]
    """The status and a text of the answer to a wrong token."""


CALLS = {
    "okta": Call(
        "okta", "/api/v1/groups", {"Authorization": "SSWS sandbox-okta-token"},
        b'{"profile": {"name": "foreign"}}', (401, '"E0000011"'),
    ),
    "okta-token": Call(
        "okta", "/oauth2/v1/token", {"Content-Type": "application/x-www-form-urlencoded"},
        b"grant_type=client_credentials", (401, '"invalid_client"'),
    ),
    "control": Call("okta", "/sandbox/clock", {}, b'{"advance": 1}', (200, "ahead")),
    "scim": Call("scim", f"/{load_org().aws.tenant}/scim/v2/Groups", {}, b'{"displayName": "x"}',
                 (401, "Unauthorized")),
    "json": Call(
        "aws", "/",
        {"Authorization": SIGNED.format("sso"), "Content-Type": "application/x-amz-json-1.1",
         "X-Amz-Target": "SWBExternalService.ListInstances"}, b"{}", (200, "Instances"),
    ),
    "query": Call(
        "aws", "/", {"Authorization": SIGNED.format("sts"),
                     "Content-Type": "application/x-www-form-urlencoded"},
        b"Action=GetCallerIdentity&Version=2011-06-15", (200, "GetCallerIdentityResponse"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of the servers of a running sandbox."""
    with sandbox_process(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Call:
    return CALLS[request.param]


HTTP = httpx.Client(timeout=60, verify=False)  # noqa: S501 — plain HTTP; certificates load slowly


def send(addresses: dict[str, Any], call: Call, body: bytes = b"", **headers: str) -> Any:
    return HTTP.post(
        addresses[call.server] + call.path,
        content=body or call.body,
        headers={
            **_token(addresses, call),
            **call.headers,
            **{name.replace("_", "-"): v for name, v in headers.items()},
        },
    )


def _token(addresses: dict[str, Any], call: Call) -> dict[str, str]:
    token = scim_token(addresses["id"])
    return {"Authorization": f"Bearer {token}"} if call.server == "scim" else {}


def assert_still_running(addresses: dict[str, str]) -> None:
    assert HTTP.get(addresses["okta"] + "/sandbox/health").status_code == 200
    assert send(addresses, CALLS["query"]).status_code == 200
    assert send(addresses, CALLS["scim"]).status_code in (201, 409)


@pytest.mark.parametrize("host", ["evil.example.com", "evil.example.com:80", "127.0.0.1.nip.io"])
def test_another_host_is_refused(addresses: dict[str, str], call: Call, host: str) -> None:
    answer = send(addresses, call, Host=host)
    assert answer.status_code == (401 if call.server == "scim" else 421)
    assert_still_running(addresses)


@pytest.mark.parametrize(
    "headers", [{"Origin": EVIL}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_a_page_of_another_site_is_refused(
    addresses: dict[str, str], call: Call, headers: dict[str, str]
) -> None:
    answer = send(addresses, call, **headers)
    assert answer.status_code == (401 if call.server == "scim" else 403)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert_still_running(addresses)


def test_a_body_of_ten_megabytes_is_refused(addresses: dict[str, str], call: Call) -> None:
    answer = send(addresses, call, LARGE)
    assert answer.status_code == (400 if call.server == "scim" else 413)
    assert_still_running(addresses)


def test_a_wrong_token_is_refused_as_the_service_does(
    addresses: dict[str, str], call: Call
) -> None:
    """AWS and the control API have no tokens: the sandbox accepts any access key."""
    headers = {"Authorization": "SSWS wrong"} if call.server != "aws" else {}
    answer = send(addresses, call, **headers)
    status, text = call.wrong_token
    assert (answer.status_code, text in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("call", [CALLS["json"], CALLS["query"]], indirect=False)
def test_aws_errors_have_the_format_of_the_protocol(addresses: dict[str, str], call: Call) -> None:
    for answer in (send(addresses, call, Origin=EVIL), send(addresses, call, LARGE)):
        xml = call is CALLS["query"]
        assert answer.headers["Content-Type"] == (
            "text/xml" if xml else "application/x-amz-json-1.1"
        )
        assert ("<ErrorResponse><Error>" if xml else '"__type"') in answer.text


@pytest.mark.parametrize(
    ("host", "origin", "site", "status"),
    [
        ("127.0.0.1", None, None, 0),
        ("127.0.0.1:8410", "http://127.0.0.1:8410", "same-origin", 0),
        ("localhost:8410", None, "none", 0),
        ("[::1]:8410", None, None, 0),
        ("127.8.9.1", None, None, 0),
        ("127.0.0.1:8410", "http://127.0.0.1:9999", None, 403),
        ("127.0.0.1:8410", "https://127.0.0.1:8410", None, 403),
        ("127.0.0.1", None, "same-site", 403),
        ("", None, None, 421),
        ("127.0.0.1@evil", None, None, 421),
        ("127.0.0.1:8410:1", None, None, 421),
        ("10.0.0.1", None, None, 421),
        ("localhost.evil.example.com", None, None, 421),
    ],
)
def test_only_loopback_addresses_and_own_pages_are_accepted(
    host: str, origin: str | None, site: str | None, status: int
) -> None:
    assert refusal(host, origin, site) == status
