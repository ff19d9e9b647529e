"""No output contains a credential: mangled tokens, in every variable and every field of the secret.

A token counts as shown if eight of its characters in a row are: in the output of a command, in a
log, or in the text or repr of an error.
"""

import base64
import json
import logging
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from components.aws import scim_token
from okta_idc import text
from okta_idc.cli import token_status, token_store
from okta_idc.cli.main import app
from okta_idc.clients.aws import AwsError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.rules import scim_secret

ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
SECRET = {
    "endpoint": ENDPOINT, "token": "t" * 8, "token_id": "1", "created": "2026-01-01T00:00:00Z",
    "expires": "2026-12-31T00:00:00Z",
}  # fmt: skip
OUTPUTS = {"appId": "0oa1", "identityStoreId": "d-1", "region": "us-east-1", "pushGroups": []}

_PART = st.text("ABCDEFGHJKMNPQRSTVWXYZ0123456789+/", min_size=10, max_size=20)
TOKENS = st.tuples(_PART, _PART).map("_".join)
MANGLED: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "line break": lambda token: f"{token[:9]}\n{token[9:]}",
    "CR LF": lambda token: f"{token[:9]}\r\nX-Other: {token[9:]}",
    "tab": lambda token: f"{token[:9]}\t{token[9:]}",
    "escape": lambda token: f"{token[:9]}\x1b{token[9:]}",
    "not ASCII": lambda token: f"{token}ö",
    "SSWS": lambda token: f"SSWS {token}",
    "Bearer": lambda token: f"Bearer {token}",
    "quotes": lambda token: f'"{token}"',
    "percent": lambda token: quote(token, safe=""),
    "base64": lambda token: base64.b64encode(token.encode()).decode(),
    "JSON": lambda token: json.dumps({"token": token}),
    "first half": lambda token: token[: len(token) // 2],
    "URL": lambda token: f"https://{token}.example.com",
    "user in URL": lambda token: f"http://user:{token}@127.0.0.1:1",
    "key file": lambda token: f"-----BEGIN PRIVATE KEY-----\n{token}\n-----END PRIVATE KEY-----",
}
CREDENTIALS = (
    "OKTA_API_TOKEN", "OKTA_ACCESS_TOKEN", "OKTA_API_PRIVATE_KEY", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
)  # fmt: skip
VARIABLES = (
    *CREDENTIALS, "OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY_ID", "OKTA_API_SCOPES",
    "OKTA_ORG_NAME", "OKTA_BASE_URL", "OKTA_HTTP_PROXY", "AWS_REGION", "AWS_DEFAULT_REGION",
    "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE",
    "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE",
)  # fmt: skip
COMMANDS = (
    "doctor --outputs {outputs}", "doctor --app 0oa1 --identity-store d-1",
    "status --outputs {outputs}", "preview-saml --user ada --app 0oa1", "adopt",
    "token status scim", "token store scim --no-verify", "token status --outputs {outputs}",
    "token rotate --outputs {outputs}", "token rotate --outputs {outputs} --token-stdin --json",
    "token retire --outputs {outputs}", "token rotate --outputs {outputs} --abort",
    "recover --file {state}", "schema",
)  # fmt: skip


class _Echo(BaseHTTPRequestHandler):
    """Refuses each request, and quotes the request's headers in the error."""

    echoes = True

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = str(self.headers) if self.echoes else "no"
        body = {"errorCode": "E0000001", "errorSummary": said, "message": said, "__type": "X"}
        sent = json.dumps(body).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = _refuse  # noqa: N815 — the names of http.server

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between the attempts of boto3."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def runs(shown: str, *tokens: str) -> set[str]:
    """The runs of eight characters of the tokens, also of their encoded forms, in the text."""
    encoded = (base64.b64encode(token.encode()).decode().rstrip("=") for token in tokens)
    forms = (*tokens, *(quote(token, safe="") for token in tokens), *encoded)
    return {
        run
        for form in (*forms, *(token.lower() for token in tokens))
        for start in range(len(form) - 7)
        if (run := form[start : start + 8]) in shown
    }


NOTHING = dict.fromkeys((*VARIABLES, "AWS_CONFIG_FILE", "HTTP_PROXY", "ALL_PROXY"))
SLOW = settings(
    deadline=None, max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@SLOW
@given(
    token=TOKENS, form=st.sampled_from(sorted(MANGLED)), variable=st.sampled_from(VARIABLES),
    command=st.sampled_from(COMMANDS),
)  # fmt: skip
def test_no_command_shows_a_variable(
    token: str, form: str, variable: str, command: str, server: str, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    (tmp_path / "outputs").write_text(json.dumps(OUTPUTS))
    (tmp_path / "state").write_text("{}")
    value = MANGLED[form](token)
    _Echo.echoes = variable in CREDENTIALS
    environment = {
        **NOTHING, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true",
        "HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": server,
        "OKTA_HTTP_PROXY": server, variable: value,
    }  # fmt: skip
    if variable not in ("OKTA_ACCESS_TOKEN", "OKTA_API_PRIVATE_KEY"):
        environment.setdefault("OKTA_API_TOKEN", "t")
        environment["OKTA_API_TOKEN"] = environment["OKTA_API_TOKEN"] or "t"
    if variable in ("OKTA_ORG_NAME", "OKTA_BASE_URL"):
        environment |= {"OKTA_HTTP_PROXY": None, "OKTA_ORG_NAME": "acme", variable: value}
    if variable == "OKTA_API_PRIVATE_KEY":
        environment["OKTA_API_CLIENT_ID"] = "0oa1"
    if variable == "AWS_PROFILE":
        environment |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    arguments = command.format(outputs=tmp_path / "outputs", state=tmp_path / "state").split()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        result = CliRunner().invoke(
            app, arguments, env=environment, input=f"{ENDPOINT}\n1\nscimtoken\n"
        )
    assert not runs(result.output + caplog.text, token)
    assert not runs(repr(result.exception), token)
    assert "Traceback" not in result.output
    assert result.exit_code == 0 if command == "schema" else result.exit_code in (1, 2)


class _Store:
    """A secret that does not exist yet, and that cannot be created."""

    def __init__(self, name: str, region: str | None, endpoint: str | None) -> None: ...

    def check(self) -> None: ...

    def store(self, document: object, tags: object) -> bool:
        raise AwsError("AccessDeniedException")


@SLOW
@given(token=TOKENS, form=st.sampled_from(sorted(MANGLED)), field=st.sampled_from(sorted(SECRET)),
       swapped=st.booleans())  # fmt: skip
def test_no_field_of_the_secret_is_shown(
    token: str, form: str, field: str, swapped: bool, server: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    value = MANGLED[form](token)
    document = {**SECRET, field: value}
    if swapped:
        document["token"] = SECRET[field]
    written = json.dumps(document)
    _Echo.echoes = True
    monkeypatch.setattr(text, "_concealed", set())  # so that only the texts themselves protect it
    monkeypatch.setattr(token_status, "secret_string", lambda *_: written)
    result = CliRunner().invoke(app, ["token", "status", "scim", "--verify-at", server])
    assert not runs(result.output + repr(result.exception), token)
    monkeypatch.setattr(token_store, "SecretStore", _Store)
    entered = f"{document['endpoint']}\n{document['token']}\n"
    if "\n" not in value and "\r" not in value:
        options = ["--verify-at", server, f"--token-id={document['token_id']}"]
        result = CliRunner().invoke(app, ["token", "store", "scim", *options], input=entered)
        assert not runs(result.output + repr(result.exception), token)
    for check in (scim_secret.secret_document, lambda t: scim_secret.secret_tags(json.loads(t))):
        for finding in check(written):
            assert not runs(finding.text() + repr(finding), token)
    try:
        read = scim_token._parse(written, "secret 'scim'")
    except Exception as error:
        assert not runs(f"{error} {error!r}", token)  # noqa: PT017
    else:
        if field == "token":
            assert not runs(repr(read), token)


@given(token=TOKENS, form=st.sampled_from(sorted(MANGLED)))
def test_no_repr_shows_a_credential(token: str, form: str) -> None:
    value = MANGLED[form](token)
    keys = ("accessToken", "apiToken", "clientId", "privateKey", "privateKeyId", "scopes")
    for key in keys:
        credentials = Credentials.read({f"okta:{key}": value, "okta:clientId": value}, {})
        assert not runs(repr(credentials) + credentials.kind, token)
