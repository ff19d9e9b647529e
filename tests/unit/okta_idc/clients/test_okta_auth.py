"""Okta credentials: precedence, private keys, DPoP, and errors without secrets."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import READ_SCOPES, Credentials

ORG = "https://acme.okta.com"
TOKEN_URL = f"{ORG}/oauth2/v1/token"


def pem(key: Any, shape: PrivateFormat = PrivateFormat.PKCS8, secret: Any = None) -> str:
    return key.private_bytes(Encoding.PEM, shape, secret or NoEncryption()).decode()


RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
KEY = pem(RSA)


def service_app(key: str = KEY) -> Credentials:
    return Credentials(client_id="0oaService", private_key=key, private_key_id="kid1")


@dataclass
class Org:
    """Stub of Okta's token endpoint and API that verifies every signature (RFC 7523, RFC 9449)."""

    key: Any = field(default_factory=lambda: RSAKey.import_key(KEY))
    dpop: bool = False
    """Whether the app requires DPoP proofs."""
    token_response: Any = None
    tokens: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    nonces: dict[str, str] = field(default_factory=lambda: {"/oauth2": "n1", "/api": "m1"})
    jtis: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.log.append(request.url.path)
        if request.url.path == "/oauth2/v1/token":
            return self.token(request)
        scheme, _, token = request.headers["Authorization"].partition(" ")
        if token in self.revoked:
            return httpx.Response(401, json={"errorCode": "E0000011"})
        assert token in self.tokens
        assert scheme == ("DPoP" if self.dpop else "Bearer")
        if self.dpop and (error := self.proof(request, "/api", token)):
            return error
        return httpx.Response(200, json={"ok": True})

    def token(self, request: httpx.Request) -> httpx.Response:
        form = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        assertion = jwt.decode(form["client_assertion"], self.key, algorithms=["RS256", "ES256"])
        claims = assertion.claims
        assert claims["iss"] == claims["sub"] == "0oaService"
        assert claims["aud"] == TOKEN_URL
        assert 0 < claims["exp"] - claims["iat"] <= 3600
        assert assertion.header["kid"] == "kid1"
        assert claims["jti"] not in self.jtis
        self.jtis.add(claims["jti"])
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"].endswith("jwt-bearer")
        if self.token_response:
            return self.token_response
        if self.dpop and (error := self.proof(request, "/oauth2")):
            return error
        self.tokens.append(f"TOPSECRET-{len(self.tokens)}")
        return httpx.Response(200, json={
            "token_type": "DPoP" if self.dpop else "Bearer", "expires_in": 3600,
            "access_token": self.tokens[-1], "scope": form["scope"],
        })  # fmt: skip

    def proof(self, request: httpx.Request, server: str, token: str = "") -> httpx.Response | None:
        """The error response for an invalid proof, or None."""
        if "DPoP" not in request.headers:
            return httpx.Response(400, json={
                "error": "invalid_dpop_proof",
                "error_description": "The DPoP proof JWT header is missing.",
            })  # fmt: skip
        text = request.headers["DPoP"]
        header = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
        assert set(header["jwk"]) == {"kty", "crv", "x", "y"}  # only the public key
        found = jwt.decode(text, ECKey.import_key(header["jwk"]), algorithms=["ES256"])
        assert found.header["typ"] == "dpop+jwt"
        assert found.claims["htm"] == request.method
        assert found.claims["htu"] == str(request.url.copy_with(query=None))
        assert found.claims["jti"] not in self.jtis
        self.jtis.add(found.claims["jti"])
        if token:
            digest = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest())
            assert found.claims["ath"] == digest.rstrip(b"=").decode()
        if found.claims.get("nonce") != self.nonces[server]:
            headers = {"DPoP-Nonce": self.nonces[server]}
            if server == "/api":
                headers["WWW-Authenticate"] = 'DPoP error="use_dpop_nonce"'
                return httpx.Response(401, json={"errorCode": "E0000011"}, headers=headers)
            return httpx.Response(400, json={"error": "use_dpop_nonce"}, headers=headers)
        return None


class StreamingTransport(httpx.MockTransport):
    """A transport that streams response bodies, as a real connection does."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        headers = [(k, v) for k, v in response.headers.raw if k.lower() != b"content-length"]
        return httpx.Response(
            response.status_code, headers=headers, stream=_Stream(response.content)
        )


class _Stream(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content


def send_requests(
    org: Any, auth: httpx.Auth, times: int = 1, before: Any = None
) -> list[httpx.Response]:
    """Sends requests one after another. Calls `before` before each of them."""

    async def go() -> list[httpx.Response]:
        transport = StreamingTransport(org)
        async with httpx.AsyncClient(auth=auth, transport=transport) as client:
            responses: list[httpx.Response] = []
            for number in range(times):
                if before:
                    before(number)
                responses.append(await client.get(f"{ORG}/api/v1/apps?limit=1"))
            return responses

    return asyncio.run(go())


def test_one_access_token_serves_all_requests() -> None:
    org = Org()
    responses = send_requests(org, service_app().auth(), times=3)
    assert [r.status_code for r in responses] == [200, 200, 200]
    assert org.log.count("/oauth2/v1/token") == 1


@pytest.mark.parametrize("shape", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("key", [RSA, EC])
def test_rsa_and_ec_keys_are_supported(key: Any, shape: PrivateFormat) -> None:
    text = pem(key, shape)
    imported = RSAKey if key is RSA else ECKey
    org = Org(key=imported.import_key(text))
    assert send_requests(org, service_app(text).auth())[0].status_code == 200


def test_concurrent_requests_share_one_access_token() -> None:
    org, auth = Org(), service_app().auth()

    async def go() -> None:
        async with httpx.AsyncClient(auth=auth, transport=StreamingTransport(org)) as client:
            await asyncio.gather(*(client.get(f"{ORG}/api/v1/apps") for _ in range(10)))

    asyncio.run(go())
    assert org.log.count("/oauth2/v1/token") == 1


def test_an_app_that_requires_dpop_gets_proofs_with_its_nonces() -> None:
    org = Org(dpop=True)
    responses = send_requests(org, service_app().auth(), times=3)
    assert [r.status_code for r in responses] == [200, 200, 200]
    # Token requests: without a proof, with a proof, with a nonce. API: one extra for its nonce.
    assert org.log.count("/oauth2/v1/token") == 3
    assert org.log.count("/api/v1/apps") == 4


def test_a_changed_nonce_is_used() -> None:
    org = Org(dpop=True)

    def before(number: int) -> None:
        org.nonces["/api"] = f"m{number}"

    responses = send_requests(org, service_app().auth(), 3, before)
    assert [r.status_code for r in responses] == [200, 200, 200]


def test_a_revoked_token_is_replaced_once() -> None:
    org = Org()
    responses = send_requests(
        org, service_app().auth(), 2, lambda _: org.revoked.update(org.tokens)
    )
    assert [r.status_code for r in responses] == [200, 200]
    assert len(org.tokens) == 2


def test_rejected_credentials_end_in_a_401_not_in_a_loop() -> None:
    def reject(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth2/v1/token":
            return httpx.Response(200, json={"access_token": "TOPSECRET", "token_type": "Bearer"})
        return httpx.Response(401)

    assert send_requests(reject, service_app().auth())[0].status_code == 401


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (httpx.Response(400, json={"error": "invalid_scope", "error_description": "no"}),
         "400: invalid_scope: no.*Grant the app okta.apps.read"),
        (httpx.Response(401, json={"error": "invalid_client"}), "401: invalid_client"),
        (httpx.Response(500, text="<html>"), "500: Internal Server Error"),
        (httpx.Response(200, json={"token_type": "Bearer"}), "no access token"),
        (httpx.Response(200, text="nonsense"), "no access token"),
        (httpx.Response(200, json={"access_token": "a\nb"}), "no access token"),
        (httpx.Response(200, json=[]), "no access token"),
    ],
)  # fmt: skip
def test_a_failed_token_request_is_explained_without_secrets(
    response: httpx.Response, message: str
) -> None:
    with pytest.raises(OktaError, match=message) as caught:
        send_requests(Org(token_response=response), service_app().auth())
    text = str(caught.value)
    assert "eyJ" not in text  # no assertion
    assert "PRIVATE" not in text


def test_an_access_token_precedes_an_api_token_which_precedes_a_private_key() -> None:
    """The provider's order: doctor and `pulumi up` use the same credentials."""
    variables = {
        "OKTA_API_CLIENT_ID": "0oaService", "OKTA_API_PRIVATE_KEY": KEY,
        "OKTA_API_PRIVATE_KEY_ID": "kid1", "OKTA_ACCESS_TOKEN": "access", "OKTA_API_TOKEN": "api",
    }  # fmt: skip
    for variable, header in (("OKTA_ACCESS_TOKEN", "Bearer access"),
                             ("OKTA_API_TOKEN", "SSWS api")):  # fmt: skip
        sent: list[str] = []

        def record(request: httpx.Request, sent: list[str] = sent) -> httpx.Response:
            sent.append(request.headers["Authorization"])
            return httpx.Response(200)

        send_requests(record, Credentials.read({}, variables).auth())
        assert sent == [header]
        assert "token" in Credentials.read({}, variables).kind
        del variables[variable]
    service_app = Credentials.read({}, variables)
    assert send_requests(Org(), service_app.auth())[0].status_code == 200
    assert service_app.kind == "service app 0oaService (private key)"


def test_a_stack_setting_takes_precedence_over_its_environment_variable() -> None:
    credentials = Credentials.read(
        {"okta:apiToken": "from the stack"}, {"OKTA_API_TOKEN": "from the environment"}
    )
    assert credentials.api_token == "from the stack"


@pytest.mark.parametrize(
    "setting",
    [
        {"okta:scopes": ["okta.apps.read", "okta.groups.read"]},
        {"okta:scopes": "okta.apps.read, okta.groups.read"},
    ],
)
def test_scopes_may_be_a_list_or_separated_by_commas(setting: Any) -> None:
    assert Credentials.read(setting, {}).scopes == ("okta.apps.read", "okta.groups.read")
    by_variable = Credentials.read({}, {"OKTA_API_SCOPES": "okta.apps.read,okta.groups.read"})
    assert by_variable.scopes == ("okta.apps.read", "okta.groups.read")
    assert Credentials.read({}, {}).scopes == READ_SCOPES


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "No Okta credentials.*OKTA_API_TOKEN.*OKTA_API_PRIVATE_KEY"),
        (
            {"OKTA_API_CLIENT_ID": "0oa"},
            "OKTA_API_CLIENT_ID requires a private key. Set OKTA_API_PRIVATE_KEY and "
            "OKTA_API_PRIVATE_KEY_ID.$",
        ),
        (
            {"OKTA_API_PRIVATE_KEY": KEY},
            "OKTA_API_PRIVATE_KEY requires a client ID. Set OKTA_API_CLIENT_ID and "
            "OKTA_API_PRIVATE_KEY_ID.$",
        ),
        (
            {"OKTA_API_PRIVATE_KEY_ID": "kid"},
            "OKTA_API_PRIVATE_KEY_ID requires a private key. Set OKTA_API_CLIENT_ID and "
            "OKTA_API_PRIVATE_KEY.$",
        ),
        (
            {"OKTA_API_CLIENT_ID": "0oa", "OKTA_API_PRIVATE_KEY_ID": "kid"},
            "OKTA_API_CLIENT_ID and OKTA_API_PRIVATE_KEY_ID require a private key. Set "
            "OKTA_API_PRIVATE_KEY.$",
        ),
        (
            {"OKTA_API_PRIVATE_KEY": KEY, "OKTA_API_PRIVATE_KEY_ID": "kid"},
            "OKTA_API_PRIVATE_KEY and OKTA_API_PRIVATE_KEY_ID require a client ID. Set "
            "OKTA_API_CLIENT_ID.$",
        ),
    ],
)
def test_a_missing_credential_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(OktaError, match=message):
        Credentials.read({}, environment).auth()


def test_a_private_key_may_be_a_file_path_or_a_single_line(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(KEY)
    for key in (str(tmp_path / "key.pem"), KEY.replace("\n", "\\n")):
        assert send_requests(Org(), service_app(key).auth())[0].status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        "SECRETKEYWITHOUTFRAME",
        "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----",
        pem(RSA, secret=BestAvailableEncryption(b"pass")),
        "/missing/SECRET.pem",
        "/dev/zero",
        "SECRET\x00SECRET",
        "-----BEGIN PRIVATE KEY-----é",
    ],
)
def test_an_unusable_key_is_rejected_but_not_shown(key: str) -> None:
    with pytest.raises(OktaError, match="private key") as caught:
        service_app(key).auth()
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_public_key_is_rejected() -> None:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(OktaError, match="cannot be used"):
        service_app(public.decode()).auth()


def test_the_repr_of_credentials_hides_secrets() -> None:
    credentials = Credentials("id", KEY, "kid", (), "TOPSECRET", "TOPSECRET")
    assert "TOPSECRET" not in repr(credentials)
    assert "PRIVATE KEY" not in repr(credentials)
