"""The sentence on the token that Okta uses follows from the secret's tags."""

import pytest

from okta_idc.rules.token_holder import RETIRE, SETTLE, token_holder

CHECKED = {"okta_token_checked": "2026-11-29T08:00:00+00:00"}


@pytest.mark.parametrize(
    ("tags", "known", "text"),
    [
        ({}, None, "unknown: no API shows it. `okta-idc token rotate`"),
        ({"okta_token": " ", "token_id": ""}, None, "unknown"),
        ({"okta_token": "a", "token_id": "a"}, True, "Okta used the token in the secret when"),
        ({"okta_token": "a", "token_id": "b"}, False, "another token (ID a) than the one in"),
        ({"okta_token": "rejected", "token_id": "b"}, False, "a token that AWS rejects"),
    ],
)
def test_the_tags_say_which_token_okta_used(
    tags: dict[str, str], known: bool | None, text: str
) -> None:
    found = token_holder({**tags, **CHECKED})
    assert found.known is known
    assert text in found.text
    assert known is None or "checked on 2026-11-29" in found.text


def test_another_token_is_retired_before_a_rotation() -> None:
    found = token_holder({"okta_token": "a", "token_id": "b"})
    assert found.text.endswith(RETIRE)
    assert token_holder({}, RETIRE).text.endswith(RETIRE)
    assert token_holder({}).text.endswith(SETTLE)
