"""DPoP nonces: which responses require the request to be repeated."""

import base64
import json
from typing import Any

import httpx
import pytest

from okta_idc.clients.dpop import Dpop

API = httpx.URL("https://acme.okta.com/api/v1/apps")
TOKENS = httpx.URL("https://acme.okta.com/oauth2/v1/token")
CHALLENGE = 'DPoP error="use_dpop_nonce"'


def response(status: int, challenge: str, error: str, nonce: str = "n1") -> httpx.Response:
    headers = {"DPoP-Nonce": nonce, "WWW-Authenticate": challenge}
    sent = {name: value for name, value in headers.items() if value}
    request = httpx.Request("GET", API)
    return httpx.Response(status, headers=sent, json={"error": error}, request=request)


def claims(proof: str) -> dict[str, Any]:
    payload = proof.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest.mark.parametrize(
    ("found", "repeated"),
    [
        pytest.param(response(401, CHALLENGE, ""), True, id="the API requires a nonce"),
        pytest.param(response(400, "", "use_dpop_nonce"), True, id="the token endpoint does"),
        pytest.param(response(401, "", "invalid_token"), False, id="another error with a nonce"),
        pytest.param(response(401, CHALLENGE, "", ""), False, id="no nonce to repeat it with"),
        pytest.param(response(200, CHALLENGE, ""), False, id="the request succeeded"),
    ],
)
def test_a_request_is_repeated_only_if_the_server_requires_its_nonce(
    found: httpx.Response, repeated: bool
) -> None:
    dpop = Dpop()
    assert dpop.take_nonce(found) is repeated
    assert claims(dpop.proof("GET", API)).get("nonce") == ("n1" if repeated else None)


def test_the_nonce_of_the_api_is_not_sent_to_the_token_endpoint() -> None:
    dpop = Dpop()
    assert dpop.take_nonce(response(401, CHALLENGE, ""))
    assert "nonce" not in claims(dpop.proof("POST", TOKENS))
