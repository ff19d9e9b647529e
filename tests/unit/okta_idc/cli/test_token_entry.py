"""What is accepted as a SCIM endpoint and token, and that no message repeats a token."""

import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.cli.stack import InputError
from okta_idc.cli.token_entry import Entry, clean_endpoint, clean_token

ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
CHARACTERS = string.ascii_letters + string.digits + "/=+-"
TOKENS = st.text(CHARACTERS, min_size=500, max_size=620).filter(
    lambda text: not text.lower().startswith(("bearer", "http"))
)
_SPACES = st.text(" \t\r\n", max_size=3)


@given(
    TOKENS,
    _SPACES,
    _SPACES,
    st.sampled_from(["", "Bearer ", "bearer  ", "Authorization: Bearer "]),
    st.sampled_from(["", '"', "'"]),
)
def test_a_token_is_accepted_with_what_a_copy_brings_along(
    token: str, before: str, after: str, scheme: str, quote: str
) -> None:
    assert clean_token(f"{before}{quote}{scheme}{token}{quote}{after}") == token


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("abc", "has only 3 characters"),
        ("Bearer abc", "has only 3 characters"),
        ("Bearer", "has only 6 characters"),
        ("a" * 99, "has only 99 characters"),
        ("a" * 4097, "has 4,097 characters"),
        ("a" * 300 + " " + "b" * 300, "has white space inside"),
        ("a" * 300 + "\n" + "b" * 300, "has white space inside"),
        ("a" * 300 + "\x1b[31m", "has a character"),
        ("a" * 300 + "é", "has a character"),
        ("a" * 300 + "\u200b", "has a character"),
        (ENDPOINT, "is an address"),
        ("https://" + "a" * 300, "is an address"),
    ],
)
def test_what_cannot_be_a_token_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        clean_token(text)


@pytest.mark.parametrize("clean", [clean_token, clean_endpoint])
@given(text=st.text(CHARACTERS + " \n%ä\x1b", min_size=1, max_size=700))
def test_a_refusal_repeats_nothing_that_may_be_a_token(
    clean: Callable[[str], str], text: str
) -> None:
    """The message is the same for every text of this kind, but for its length."""
    refused = ""
    try:
        clean(text)
    except InputError as error:
        refused = re.sub(r"[\d,]+ characters", "# characters", str(error))
    assert refused in REFUSALS or (refused == "" and len(text) >= 100)


REFUSALS = {
    "SCIM endpoint: what was entered is not a SCIM endpoint of IAM Identity Center. Copy it "
    "from the AWS console: https://scim.REGION.amazonaws.com/TENANT/scim/v2.",
    *(
        f"access token: what was entered {problem}. Copy the whole token from the AWS console "
        "(Show token)."
        for problem in (
            "is empty",
            "has white space inside",
            "is an address",
            "has a character that AWS's tokens do not have",
            "has only # characters; AWS's tokens have about 500",
        )
    ),
}


@pytest.mark.parametrize("text", [ENDPOINT, f"{ENDPOINT}/", f"  {ENDPOINT}/\n"])
def test_an_endpoint_is_accepted_as_the_console_shows_it(text: str) -> None:
    assert clean_endpoint(text) == ENDPOINT


def test_a_wrong_address_is_not_shown() -> None:
    with pytest.raises(InputError, match="what was entered is not a SCIM endpoint"):
        clean_endpoint("https://example.com/scim/v2")
    for secret in ("T" * 525, "https://scim.us-east-1.amazonaws.com/" + "T" * 525):
        with pytest.raises(InputError) as refused:
            clean_endpoint(secret)
        assert "TTT" not in str(refused.value)


def test_the_representation_of_an_entry_has_no_token() -> None:
    assert "TTT" not in repr(Entry(ENDPOINT, "T" * 525))
