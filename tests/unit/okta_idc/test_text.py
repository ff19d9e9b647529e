"""Foreign text, made safe: one line, no escapes, no references, no credentials."""

import base64
import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc import text
from okta_idc.text import CREDENTIAL_VARIABLES, conceal, markdown, message, preformatted, printable
from okta_idc.text import scrub as scrubbed
from tests.unit.okta_idc.hostile_strings import STRINGS

TOKEN = "00Zq3xR7vK1mN5pL9sT2wY4bD6fH8jG0cA-_eU2iOk"
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=80)
ANY = st.text(st.characters(), max_size=60)


@pytest.fixture(autouse=True)
def nothing_concealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_concealed", set())
    for name in CREDENTIAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def runs(token: str, shown: str) -> set[str]:
    """The runs of eight characters of the token that the text contains."""
    return {part for i in range(len(token) - 7) if (part := token[i : i + 8]) in shown}


@given(ANY)
def test_a_printable_text_is_one_line_without_invisible_characters(given_text: str) -> None:
    assert printable(given_text).isprintable()
    assert all(line.isprintable() for line in message(given_text).split("\n"))
    assert message(given_text).count("\n") == given_text.count("\n")


def test_visible_text_is_unchanged() -> None:
    for shown in ("Zoë Ångström", "aws-admins", "日本語", "a b", "😀", "C:\\x", ""):
        assert printable(shown) == message(shown) == shown


def test_long_text_is_shortened_after_it_was_masked() -> None:
    conceal(TOKEN)
    assert printable("x" * 300) == "x" * 199 + "…"
    assert printable("x" * 300, None) == "x" * 300
    assert not runs(TOKEN, printable("x" * 180 + TOKEN))


@given(TOKENS, ANY, ANY)
def test_a_concealed_token_is_masked_wherever_it_is(token: str, before: str, after: str) -> None:
    text._concealed.clear()
    conceal(token)
    assert not runs(token, scrubbed(f"{before}{token}{after}"))


@given(TOKENS, st.data())
def test_a_part_of_a_token_is_masked(token: str, data: st.DataObject) -> None:
    text._concealed.clear()
    conceal(token)
    start = data.draw(st.integers(0, len(token) - 8))
    end = data.draw(st.integers(start + 8, len(token)))
    assert not runs(token, scrubbed(f"x {token[start:end]} y"))


@pytest.mark.parametrize(
    "encode",
    [
        lambda token: quote(token, safe=""), lambda token: json.dumps(token), repr, str.lower,
        lambda token: base64.b64encode(f"SSWS {token}".encode()).decode(),
        lambda token: base64.b64encode(f"user1:{token}".encode()).decode(),
        lambda token: base64.urlsafe_b64encode(token.encode()).decode(),
    ],
)  # fmt: skip
def test_an_encoded_token_is_masked(encode: object) -> None:
    token = 'p&"w/ö\\' + TOKEN
    encoded = encode(token)  # type: ignore[operator]
    conceal(token)
    shown = scrubbed(f"x {encoded} y")
    assert len(max(re.split(r"\*+", shown), key=len)) < 16


@pytest.mark.parametrize("name", CREDENTIAL_VARIABLES)
@pytest.mark.parametrize("value", [TOKEN, f"{TOKEN[:20]}\n{TOKEN[20:]}", f" {TOKEN}\t"])
def test_the_credentials_of_the_environment_are_masked(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert not runs(TOKEN, scrubbed(f"Illegal header value {value!r} {value}"))
    monkeypatch.delenv(name)
    assert scrubbed(TOKEN) == TOKEN


def test_the_path_of_a_key_and_the_frame_of_pem_are_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    key = f"{tmp_path}/okta.pem"
    with open(key, "w") as file:  # noqa: PTH123
        file.write("x")
    monkeypatch.setenv("OKTA_API_PRIVATE_KEY", key)
    assert scrubbed(key) == key
    pem = f"-----BEGIN PRIVATE KEY-----\n{TOKEN}\n-----END PRIVATE KEY-----"
    monkeypatch.setenv("OKTA_API_PRIVATE_KEY", pem.replace("\n", "\\n"))
    assert scrubbed(pem) == pem.replace(TOKEN, "***")


def test_other_text_is_not_masked() -> None:
    conceal(TOKEN, "short", "")
    for shown in (TOKEN[:7], "short", "unrelated words of a message", "a" * 10_000):
        assert scrubbed(shown) == shown


@pytest.mark.parametrize("hostile", STRINGS)
def test_markdown_has_no_markup_references_or_fences(hostile: str) -> None:
    shown = markdown(f"a {hostile} b")
    assert "\n" not in shown
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown.replace("&#8203;", ""))
    assert not re.search(r"[!-/:-@\[-`{-~]", unescaped)  # no character starts markup
    rendered = unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown))
    assert not re.search(r"[@#!~%$&:]\w", rendered)
    assert rendered.replace("\u200b", "") == " ".join(printable(f"a {hostile} b").split())


@pytest.mark.parametrize("hostile", STRINGS)
def test_preformatted_text_stays_in_its_element(hostile: str) -> None:
    shown = preformatted(f"a {hostile}\n```\n</pre>b")
    assert shown.startswith("<pre>\n")
    assert shown.endswith("\n</pre>")
    inner = shown.removeprefix("<pre>\n").removesuffix("\n</pre>")
    assert not set("<>") & set(inner)
    assert unescape(inner) == message(f"a {hostile}\n```\n</pre>b")
