"""`okta-idc token rotate`, `retire`, and `status` without a terminal, against a sandbox."""

import asyncio
import json
import logging
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from okta_idc.cli import token_rotate
from okta_idc.cli.main import app
from okta_idc.clients.scim import ScimAnswer, ScimProbe
from okta_idc.token.canary import Canary
from okta_idc.token.steps import Act, Step
from tests.unit.okta_idc.test_no_credential_is_shown import MANGLED, TOKENS, runs
from tests.unit.okta_idc.token.federation import ENDPOINT, REGION, STORE, Federation

Make = Callable[..., Federation]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def at(make: Make, monkeypatch: pytest.MonkeyPatch) -> Federation:
    monkeypatch.setattr(token_rotate, "Canary", partial(Canary, pause=0.02))
    federation = make()
    for key, value in {
        "OKTA_API_TOKEN": federation.sandbox.token, "OKTA_HTTP_PROXY": federation.sandbox.okta,
        "AWS_REGION": REGION, "COLUMNS": "500",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    return federation


@pytest.fixture
def run(at: Federation, tmp_path: Path) -> Run:
    outputs = tmp_path / "outputs.json"

    def invoke(*arguments: str, typed: str = "") -> tuple[int, str]:
        outputs.write_text(
            json.dumps(
                {
                    "appId": at.app_id, "identityStoreId": STORE, "region": REGION,
                    "secretName": at.secret, "mode": at.mode, "pushGroups": [],
                    "tokenExpires": at.deployed,
                }
            )
        )  # fmt: skip
        options = ["--outputs", str(outputs), "--aws-endpoint", at.sandbox.aws,
                   "--verify-at", at.sandbox.scim]  # fmt: skip
        if "status" not in arguments:
            options += ["--okta-url", at.sandbox.okta, "--wait", "5"]
        result = CliRunner().invoke(
            app, ["token", *arguments, *options], input=typed, catch_exceptions=False
        )
        return result.exit_code, result.output

    return invoke


def document(text: str) -> Any:
    """The JSON at the end of the output, after the messages on standard error."""
    return json.loads(text[text.index("{\n") :])


def test_a_rotation_without_a_terminal_in_four_runs(at: Federation, run: Run) -> None:
    code, text = run("rotate", "--json")
    assert (code, document(text)["step"]["act"]) == (1, "generate")
    token = at.consoles.generate()
    code, text = run("rotate", "--token-stdin", "--json", typed=f"{token}\n")
    found = document(text)
    assert (code, found["step"]["act"], found["state"]) == (1, "paste", "waiting")
    assert (
        f"{at.sandbox.okta}/admin/app/amazon_aws_sso/instance/{at.app_id}"
        in (found["step"]["text"])
    )
    shown = text
    code, text = run("status", "--json")
    found = document(text)
    assert found["rotation"] == "pending"
    assert {each["version"] for each in found["versions"]} == set(at.labels().values())
    at.paste(token)
    code, text = run("rotate")
    assert code == 1
    assert "Delete the old token in AWS:" in text
    assert "Then run: okta-idc token rotate" in text
    shown += text
    code, text = run("status")
    assert "the old token is not deleted yet" in text
    assert "Okta used the token in the secret when checked on" in text
    at.consoles.delete(at.first_id)
    code, text = run("rotate", "--json")
    found = document(text)
    assert (code, found["state"], found["okta_has"]) == (0, "done", "new")
    assert found["step"]["command"] == "pulumi up"  # the alarm has the old date
    code, text = run("status")
    assert code == 0
    [deleted] = (line for line in text.splitlines() if line.startswith("AWSPREVIOUS: "))
    assert "not accepted by AWS: it was deleted" in deleted
    assert "expires" not in deleted
    assert "okta-idc token" not in text  # nothing is left to do
    for each in (token, at.first):
        assert not runs(shown + text, each)


def test_a_rotation_is_undone(at: Federation, run: Run) -> None:
    token = at.consoles.generate()
    run("rotate", "--token-stdin", typed=token)
    code, text = run("rotate", "--abort")
    assert code == 0
    assert "The secret has the token of" in text
    assert "again" in text
    assert "The next rotation needs another token, generated in AWS" in text
    code, text = run("rotate", "--json")
    assert document(text)["step"]["act"] == "generate"  # the token is to be entered again
    code, text = run("rotate", "--abort")
    assert code == 2
    assert "error: no rotation is in progress." in text


def test_the_endpoint_of_another_tenant_is_refused(at: Federation, run: Run) -> None:
    other = ENDPOINT.replace("/scim/v2", "0/scim/v2")
    before = at.labels()
    code, text = run("rotate", "--token-stdin", typed=f"{other}/\n{'A1' * 250}\n")
    assert code == 2
    assert "is of another tenant or Region" in text
    assert at.labels() == before
    token = at.consoles.generate()
    code, text = run("rotate", "--token-stdin", typed=f"{ENDPOINT}/\n{token}\n")
    assert code == 1


def test_retire_needs_an_earlier_token(at: Federation, run: Run) -> None:
    code, text = run("retire")
    assert code == 2
    assert "error: the secret has no earlier token" in text


def test_retire_is_continued_by_retire(at: Federation, run: Run) -> None:
    document_of_new = at.document(at.consoles.generate(), at.now())
    text = json.dumps(document_of_new)
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=text)  # Okta has the first token
    code, text = run("retire")
    assert code == 1
    assert text.endswith("Then run: okta-idc token retire\n")
    code, text = run("retire", "--json")
    assert document(text)["step"]["command"] == "okta-idc token retire"


def test_status_advises_to_retire_the_other_one_of_two_valid_tokens(
    at: Federation, run: Run
) -> None:
    new = at.document(at.consoles.generate(), at.now())
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(new))
    code, text = run("status")
    assert code == 0
    assert "delete the other one: okta-idc token retire\n" in text
    assert "`okta-idc token retire` gives Okta the token in the secret" in text
    assert "rotate" not in text
    code, text = run("status", "--json")
    found = document(text)
    assert found["rotation"] == "unretired"
    assert [each["accepted"] for each in found["versions"]] == [True, True]
    code, text = run("retire")  # Okta has the first token
    assert code == 1
    code, text = run("status")
    assert "Okta used another token (ID" in text
    assert "rotate" not in text


def test_status_does_not_count_a_token_that_was_stored_again_twice(
    at: Federation, run: Run
) -> None:
    again = at.document(at.first, at.now())
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(again))
    assert document(run("status", "--json")[1])["rotation"] == "none"
    assert "retire" not in run("status")[1]


def test_status_says_if_it_is_unknown_whether_aws_accepts_the_earlier_token(
    at: Federation, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = at.document(at.consoles.generate(), at.now())
    at.secrets.put_secret_value(SecretId=at.secret, SecretString=json.dumps(new))
    answer = ScimProbe.answer

    async def throttled(self: ScimProbe, endpoint: str, token: str) -> ScimAnswer:
        if token == at.first:
            return ScimAnswer(0, "GET /ServiceProviderConfig returned 429, 3 times")
        return await answer(self, endpoint, token)

    monkeypatch.setattr(ScimProbe, "answer", throttled)
    code, text = run("status")
    assert code == 0
    [line] = (line for line in text.splitlines() if line.startswith("AWSPREVIOUS: "))
    assert "; whether AWS accepts it is unknown" in line


@pytest.mark.parametrize(
    ("arguments", "again"),
    [
        (("rotate",), "okta-idc token rotate"),
        (("rotate", "--abort"), "okta-idc token rotate --abort"),
        (("retire",), "okta-idc token retire"),
    ],
)
def test_an_interrupted_command_names_the_command_that_continues(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], again: str
) -> None:
    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(token_rotate.Rotation, "_read", interrupt)
    code, text = run(*arguments)
    assert code == 2
    assert text == f"Stopped. Nothing is lost. Continue with: {again}\n"


@pytest.mark.parametrize("verb", ["does", "token"])
def test_ctrl_c_ends_a_prompt(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    person, step = token_rotate._Terminal(interactive=True), Step(Act.PASTE, "")

    def prompt(*_: Any, **__: Any) -> str:
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the prompt continued")

    async def ask() -> object:
        return person.does(step) if verb == "does" else person.token(step, ENDPOINT)

    monkeypatch.setattr(typer, "prompt", prompt)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(ask())
    assert signal.getsignal(signal.SIGINT) is before


def test_a_token_for_standard_input_is_entered_hidden_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}

    def prompt(_: str, **options: Any) -> str:
        given.update(options)
        return "t" * 500

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    person = token_rotate._Terminal(interactive=False, token_stdin=True)
    assert person.token(Step(Act.GENERATE, ""), ENDPOINT) == "t" * 500
    assert given["hide_input"] is True


def test_a_missing_secret_is_an_error(at: Federation, run: Run) -> None:
    at.secret = "missing/secret"
    code, text = run("rotate", "--json")
    assert code == 2
    assert "AWS has no secret 'missing/secret'" in text


@settings(
    deadline=None, max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    token=TOKENS, form=st.sampled_from(sorted(MANGLED)), long=st.booleans(), as_json=st.booleans()
)
def test_no_entered_token_is_shown_or_stored(
    at: Federation, run: Run, caplog: pytest.LogCaptureFixture, token: str, form: str, long: bool,
    as_json: bool,
) -> None:  # fmt: skip
    entered = MANGLED[form](token * 12 if long else token)
    before = at.labels()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        code, text = run(
            "rotate", "--token-stdin", *(["--json"] if as_json else []), typed=f"{entered}\n"
        )
    assert code == 2, text
    assert not runs(text + caplog.text, token)
    assert at.labels() == before
