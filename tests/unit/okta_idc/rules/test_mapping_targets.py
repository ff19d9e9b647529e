"""Names of the app's attributes in a profile mapping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import mapping_targets
from okta_idc.rules.profile_mappings import Mapped
from okta_idc.rules.profiles import SENT

FILLED = sorted({*SENT} - {"userName"})


@given(st.sampled_from(FILLED), st.data())
def test_only_the_case_of_okta_is_accepted(name: str, data: st.DataObject) -> None:
    flips = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    written = "".join(c.swapcase() if f else c for c, f in zip(name, flips, strict=True))
    findings = mapping_targets.target_exists({written: Mapped("user.title", push=True)})
    if written == name:
        assert findings == []
    else:
        assert f"Did you mean {name}?" in findings[0].message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("userName", "`app.username_format`"),
        ("username", "`app.username_format`"),
        ("emails", "Did you mean email?"),
        ("givenName", "Did you mean firstName?"),
        ("externalId", "Okta sets it itself."),
    ],
)
def test_names_of_scim_are_explained(name: str, message: str) -> None:
    [finding] = mapping_targets.target_exists({name: Mapped("user.login", push=True)})
    assert finding.path == name
    assert message in finding.message


def test_an_attribute_that_an_administrator_may_have_added_is_accepted() -> None:
    assert mapping_targets.target_exists({"badge": Mapped("user.badge", push=True)}) == []
