"""DPoP: nonces of the token endpoint, tokens bound to a key, and proofs that Okta refuses."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.sandbox.okta.org import Answer, Okta, run
from tests.sandbox.okta.test_operations import ASSERTION

TOKEN_PATH = "/oauth2/v1/token"
USERS = "/api/v1/users"
KEY = ECKey.generate_key("P-256")
OTHER = RSAKey.generate_key(2048)
FORM = {"grant_type": "client_credentials", "client_assertion": "x", "scope": "okta.users.read",
        "client_assertion_type": ASSERTION}  # fmt: skip


def proof(
    okta: Okta,
    method: str,
    path: str,
    *,
    key: Any = KEY,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """A proof; `None` removes a claim or a member of the header."""
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    head = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)}
    claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": okta.base + path,
              "iat": int(time.time())}  # fmt: skip

    def kept(values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None}

    payload = json.dumps(kept(claims | changes))
    registry = jws.JWSRegistry(algorithms=[algorithm])
    registry.max_header_length = 8192
    return jws.serialize_compact(kept(head | (header or {})), payload, key, registry=registry)


async def token_request(okta: Okta, *proofs: str) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for text in proofs:
        headers["DPoP"] = text
    return await okta.call("POST", TOKEN_PATH, data=urlencode(FORM), headers=headers)


async def nonce_of(okta: Okta) -> str:
    refused = await token_request(okta, proof(okta, "POST", TOKEN_PATH, jti=None))
    assert (refused.status, refused.body["error"]) == (400, "use_dpop_nonce")
    return refused.headers["dpop-nonce"]


async def bound_token(okta: Okta, key: Any = KEY) -> str:
    sent = proof(okta, "POST", TOKEN_PATH, key=key, nonce=await nonce_of(okta))
    issued = await token_request(okta, sent)
    assert (issued.status, issued.body["token_type"]) == (200, "DPoP"), issued.body
    return issued.body["access_token"]


def ath(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def call(
    okta: Okta, token: str, sent: str | None, path: str = USERS, scheme: str = "DPoP"
) -> Answer:
    headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": sent} if sent else {})
    return await okta.call("GET", path, headers=headers, injected=True)


def challenge(answer: Answer) -> str:
    """The description in the challenge of a refused call."""
    assert (answer.status, answer.body) == (400, None)
    header = answer.headers["WWW-Authenticate"]
    assert header.startswith('DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512", ')
    assert 'error="invalid_dpop_proof"' in header
    return header.split('error_description="')[1].split('"')[0]


def test_a_token_request_without_proof_is_refused_only_if_the_app_requires_one() -> None:
    async def check(okta: Okta) -> None:
        assert (await token_request(okta)).body["token_type"] == "Bearer"
        await okta.ok("POST", "/sandbox/settings", {"dpop": "required"})
        refused = await token_request(okta)
        assert refused.status == 400
        assert refused.body == {
            "error": "invalid_dpop_proof",
            "error_description": "The DPoP proof JWT header is missing.",
        }

    run(check)


@pytest.mark.parametrize("key", [KEY, OTHER], ids=["EC", "RSA"])
def test_a_bound_token_and_a_proof_for_each_call_give_access(key: Any) -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta, key)
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert claims["cnf"] == {"jkt": key.thumbprint()}
        assert claims["scp"] == ["okta.users.read"]
        assert claims["exp"] - claims["iat"] == 3600
        for path in (USERS, USERS + "/me"):
            sent = proof(okta, "GET", path, key=key, ath=ath(token))
            assert (await call(okta, token, sent, path + "?limit=1")).status == 200
        decoded = USERS + "/user1@example.com"
        sent = proof(okta, "GET", decoded, key=key, ath=ath(token))
        assert (await call(okta, token, sent, USERS + "/user1%40example.com")).status == 200

    run(check)


def test_a_nonce_is_renewed_after_a_day_and_expires_after_three() -> None:
    async def check(okta: Okta) -> None:
        first = await nonce_of(okta)
        assert await nonce_of(okta) == first
        await okta.ok("POST", "/sandbox/clock", {"advance": 24 * 3600})
        second = await nonce_of(okta)
        assert second != first
        for nonce in (first, second):
            answer = await token_request(okta, proof(okta, "POST", TOKEN_PATH, nonce=nonce))
            assert answer.status == 200
        await okta.ok("POST", "/sandbox/clock", {"advance": 2 * 24 * 3600})
        answer = await token_request(okta, proof(okta, "POST", TOKEN_PATH, nonce=first))
        assert answer.body["error"] == "use_dpop_nonce"
        assert answer.headers["dpop-nonce"] not in (first, second)

    run(check)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "method": ({"htm": "POST"}, "'htm' claim in the DPoP proof JWT is invalid."),
    "address": ({"htu": "http://127.0.0.1/x"}, "'htu' claim in the DPoP proof JWT is invalid."),
    "no address": ({"htu": None}, "'htu' claim in the DPoP proof JWT is invalid."),
    "old": ({"iat": 1}, "'iat' claim in the DPoP proof JWT is invalid."),
    "future": ({"iat": 2**40}, "'iat' claim in the DPoP proof JWT is invalid."),
    "text as time": ({"iat": "1"}, "'iat' claim in the DPoP proof JWT is invalid."),
    "no number as time": ({"iat": float("nan")}, "'iat' claim in the DPoP proof JWT is invalid."),
    "huge time": ({"iat": 10**400}, "'iat' claim in the DPoP proof JWT is invalid."),
    "no id": ({"jti": None}, "'jti' claim in the DPoP proof JWT is invalid."),
    "number as id": ({"jti": 1}, "'jti' claim in the DPoP proof JWT is invalid."),
    "other token": ({"ath": ath("x")}, "'ath' claim in the DPoP proof JWT is invalid."),
    "half a character": ({"ath": "\ud800"}, "'ath' claim in the DPoP proof JWT is invalid."),
    "no token": ({"ath": None}, "'ath' claim in the DPoP proof JWT is invalid."),
    "type": ({"header": {"typ": "JWT"}}, "The DPoP proof JWT is invalid."),
    "no key": ({"header": {"jwk": None}}, "The DPoP proof JWT is invalid."),
    "key of another": (
        {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}},
        "The DPoP proof JWT is invalid.",
    ),
    "private key": (
        {"header": {"jwk": KEY.as_dict(private=True)}}, "The DPoP proof JWT is invalid.",
    ),
    "malformed key": ({"header": {"jwk": {"kty": "EC"}}}, "The DPoP proof JWT is invalid."),
    "bound to another key": (
        {"key": OTHER}, "The access token is bound to another key than that of the DPoP proof JWT.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_proof_is_refused(name: str) -> None:
    changes, description = WRONG[name]

    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        sent = proof(okta, "GET", USERS, **{"ath": ath(token)} | changes)
        assert challenge(await call(okta, token, sent)) == description

    run(check)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "ÿ", "." * 8_000])
def test_a_proof_that_is_no_token_is_refused(text: str) -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        sent = text.encode("utf-8").decode("latin-1")
        answer = await okta.call(
            "GET", USERS, headers={"Authorization": f"DPoP {token}", "DPoP": sent}, injected=True
        )
        assert challenge(answer) == "The DPoP proof JWT is invalid."

    run(check)


def test_a_proof_signed_with_a_shared_secret_is_refused() -> None:
    async def check(okta: Okta) -> None:
        token, secret = await bound_token(okta), OctKey.generate_key(256)
        header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": secret.as_dict(private=True)}
        claims = {"jti": "1", "htm": "GET", "htu": okta.base + USERS, "iat": int(time.time()),
                  "ath": ath(token)}  # fmt: skip
        sent = jwt.encode(header, claims, secret)
        assert challenge(await call(okta, token, sent)) == "The DPoP proof JWT is invalid."

    run(check)


def test_a_proof_is_accepted_once() -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        sent = proof(okta, "GET", USERS, ath=ath(token))
        assert (await call(okta, token, sent)).status == 200
        again = await call(okta, token, sent)
        assert challenge(again) == "The DPoP proof JWT has already been used."
        first = proof(okta, "POST", TOKEN_PATH, nonce=await nonce_of(okta))
        assert (await token_request(okta, first)).status == 200
        assert (await token_request(okta, first)).body["error"] == "invalid_dpop_proof"

    run(check)


def test_a_call_without_proof_is_refused() -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        answer = await call(okta, token, None)
        assert challenge(answer) == "The DPoP proof JWT header is missing."

    run(check)


@pytest.mark.parametrize("scheme", ["Bearer", "SSWS"])
def test_a_bound_token_is_worthless_without_its_scheme(scheme: str) -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        sent = proof(okta, "GET", USERS, ath=ath(token))
        answer = await call(okta, token, sent, scheme=scheme)
        assert (answer.status, answer.body["errorCode"]) == (401, "E0000011")

    run(check)


def test_an_unknown_token_is_refused_whatever_the_proof() -> None:
    async def check(okta: Okta) -> None:
        foreign = jwt.encode({"alg": "ES256"}, {"cnf": {"jkt": KEY.thumbprint()}}, KEY)
        for token in ("x", okta.authorization.removeprefix("SSWS "), foreign):
            answer = await call(okta, token, proof(okta, "GET", USERS, ath=ath(token)))
            assert (answer.status, answer.body["errorCode"]) == (401, "E0000011")

    run(check)


def test_a_token_expires_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(okta: Okta) -> None:
        token = await bound_token(okta)
        later = time.time() + 3601
        monkeypatch.setattr("sandbox.okta.dpop.time.time", lambda: later)
        sent = proof(okta, "GET", USERS, iat=int(later), ath=ath(token))
        answer = await call(okta, token, sent)
        assert (answer.status, answer.body["errorCode"]) == (401, "E0000011")

    run(check)
