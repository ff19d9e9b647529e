"""Username formats: changes and email addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import user_names
from okta_idc.rules.user_names import Renaming


@given(st.text(), st.text(), st.none() | st.text())
def test_only_the_current_format_confirms_a_change(
    old: str, new: str, confirmed: str | None
) -> None:
    refused = bool(user_names.renaming_is_confirmed(Renaming(old, new, confirmed)))
    assert refused == (old != new and confirmed != old)


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("${source.email}", False),
        ("${source.employeeNumber}", True),
        ("${source.employeeNumber}@example.com", False),
        ("${source.upn}", False),  # a custom attribute may contain an address
        ('${fn:substringBefore(source.login, "@")}', True),
    ],
)
def test_a_format_that_is_never_an_email_address_is_reported(template: str, refused: bool) -> None:
    assert bool(user_names.user_name_is_address(template)) == refused
