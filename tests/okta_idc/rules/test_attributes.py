"""Keys and expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import attributes
from okta_idc.rules.attributes import Attribute

TENANT = "11111111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    "value",
    [
        "user.department",
        '"blue"',
        "'blue'",
        "String.toUpperCase(user.department)",
        'user.department == "R&D" ? "RnD" : user.department',
        'user.isContractor AND true ? "c" : null',
        "appuser.costCenter",
        'isMemberOfGroupName("aws-admins") ? "admin" : "user"',
    ],
)
def test_okta_expressions_are_accepted(value: str) -> None:
    assert attributes.attribute_value(Attribute("K", value)) == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("${user.department}", "expression itself: user.department"),
        ("department", "department stands bare"),
        ("String.toUpperCase(department)", "department stands bare"),
        ("user", "user stands bare"),
        ('"blue', "without a closing one"),
        ("  ", "is empty"),
        ("user.department + city", "city stands bare"),
    ],
)
def test_what_okta_would_send_as_text_is_refused(value: str, says: str) -> None:
    [finding] = attributes.attribute_value(Attribute("K", value))
    assert says in finding.problem


@given(st.text(max_size=200))
def test_any_key_and_value_is_judged_without_crashing(text: str) -> None:
    attributes.attribute_key(Attribute(text, text))
    attributes.attribute_value(Attribute(text, text))
    attributes.session_tags({text: text})


@given(st.text(alphabet="abcXYZ0189_.:/=+-@ é漢", min_size=1, max_size=128))
def test_keys_of_awss_charset_are_accepted(key: str) -> None:
    if not key.lower().startswith("aws:"):
        assert attributes.attribute_key(Attribute(key, "user.x")) == []


def test_the_full_attribute_name_is_not_a_key() -> None:
    [finding] = attributes.attribute_key(
        Attribute(attributes.NAME_PREFIX + "Department", "user.department")
    )
    assert "full attribute name" in finding.problem
