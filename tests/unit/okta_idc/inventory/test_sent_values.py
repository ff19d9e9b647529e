"""The values of a user are the same text on both sides, if AWS stores what Okta sends."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from okta_idc.inventory.sent_values import by_attribute, sent_values, stored_values
from okta_idc.rules.profiles import ADDRESS, SENT
from sandbox.aws.scim_rules import user_record
from sandbox.okta.provisioning.scim_user import scim_user

TEXTS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
NAME = "ada@example.com"


def profiles(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(SENT), values)


@given(profiles(TEXTS | st.none()), TEXTS)
def test_what_aws_stores_equals_what_okta_sends(profile: dict[str, Any], text: str) -> None:
    profile |= dict.fromkeys(("firstName", "lastName", "displayName"), text)
    profile |= dict.fromkeys(ADDRESS, text if profile.get("city") else None)
    record = user_record(scim_user("00u1", NAME, profile, active=True), "https://scim.aws.com/x")
    assert stored_values(record) == sent_values(NAME, profile)


@given(profiles(TEXTS | st.none()), profiles(TEXTS | st.none()))
def test_equal_texts_are_equal_values(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = all((one.get(name) or "") == (other.get(name) or "") for name in SENT[3:])
    one |= dict.fromkeys(SENT[:3], "x")
    other |= dict.fromkeys(SENT[:3], "x")
    first, second = sent_values(NAME, one), sent_values(NAME, other)
    assert (first is second) == same


@given(profiles(st.text() | st.integers() | st.lists(st.text()) | st.booleans()), st.text())
def test_every_value_keeps_its_attribute(profile: dict[str, Any], user_name: str) -> None:
    read = by_attribute(sent_values(user_name, profile))
    assert list(read) == list(SENT)
    for name in set(SENT) - {"userName"}:
        value = profile.get(name) or ""
        assert read[name] == str(value).replace("\x1f", " ")


def test_the_primary_value_is_compared() -> None:
    emails = [{"Value": "b@example.com"}, {"Value": "a@example.com", "Primary": True}]
    assert by_attribute(stored_values({"Emails": emails}))["email"] == "a@example.com"


def test_a_user_without_optional_attributes_has_empty_values() -> None:
    read = by_attribute(stored_values({"UserName": NAME, "Emails": None, "Extensions": {}}))
    assert {name for name, value in read.items() if value} == {"userName"}
