"""User names: what the app's format makes of one person, and when it may change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import user_names
from okta_idc.rules.user_names import Renaming


@given(st.text(), st.text(), st.none() | st.text())
def test_only_the_old_format_is_the_word(old: str, new: str, word: str | None) -> None:
    refused = bool(user_names.renaming_is_confirmed(Renaming(old, new, word)))
    assert refused == (old != new and word != old)


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("${source.email}", False),
        ("${source.employeeNumber}", True),
        ("${source.employeeNumber}@example.com", False),
        ("${source.upn}", False),  # the org's own may hold an address
        ('${fn:substringBefore(source.login, "@")}', True),
    ],
)
def test_what_is_surely_no_address_is_told(template: str, refused: bool) -> None:
    assert bool(user_names.user_name_is_address(template)) == refused
