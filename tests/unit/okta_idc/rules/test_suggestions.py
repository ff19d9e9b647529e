"""A hint names the similar name, and says how it differs."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import account_access, groups
from okta_idc.rules.account_access import AccessOfGroups
from okta_idc.rules.groups import WantedGroups
from okta_idc.rules.suggestions import closest, did_you_mean

NFC, NFD = "Café", unicodedata.normalize("NFD", "Café")


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("AWS-ADMINS", "aws-admins", "upper and lower case."),
        (" aws-admins", "aws-admins", "white space at the start or end."),
        ("aws-admins\t", "aws-admins", "white space at the start or end."),
        ("aws-admins", "aws-admins ", "white space at the start or end."),
        (NFD, NFC, "Unicode form (characters that look alike)."),
        (NFC, NFD, "Unicode form (characters that look alike)."),
        ("aws\u00a0admins", "aws admins", "Unicode form (characters that look alike)."),
        (
            f" {NFD.upper()}",
            NFC,
            "white space at the start or end and upper and lower case and "
            "Unicode form (characters that look alike).",
        ),
    ],
)
def test_a_difference_that_is_hard_to_see_is_named(name: str, known: str, hint: str) -> None:
    others = ["Cafe", "aws-admin", "aws-admins2"]
    expected = f" Did you mean {known!r}? It differs in {hint}"
    assert did_you_mean(name, [*others, known]) == expected
    [finding] = groups.group_exists(WantedGroups({"a": name}, {known: ["00g1"], "Cafe": ["00g2"]}))
    assert expected in finding.message
    [finding] = account_access.access_groups_are_pushed(AccessOfGroups((name,), ("Cafe", known)))
    assert expected in finding.message


def test_a_similar_name_is_suggested_and_another_is_not() -> None:
    assert did_you_mean("aws-admin", ["x", "aws-admins"]) == " Did you mean 'aws-admins'?"
    assert did_you_mean("finance", ["x", "aws-admins"]) == ""
    assert did_you_mean("AWS-ADMIN", ["x", "aws-admins"]) == " Did you mean 'aws-admins'?"


def test_a_stricter_likeness_rejects_a_name_that_is_less_similar() -> None:
    known = ["123456789012"]
    assert closest("123456789021", known, likeness=0.8) == "123456789012"
    assert closest("123456780000", known) == "123456789012"
    assert closest("123456780000", known, likeness=0.8) is None


@given(st.text(), st.lists(st.text()))
def test_any_name_has_a_hint_or_none(name: str, known: list[str]) -> None:
    others = [each for each in known if each != name]
    hint = did_you_mean(name, others)
    assert hint == "" or hint.startswith(" Did you mean ")
    assert not hint.endswith("in .")
