"""User profiles that Okta sends to AWS."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.rules import profiles
from okta_idc.rules.profiles import ADDRESS, PER_PROFILE, REQUIRED, SENT, judge
from tests.unit.okta_idc.rules import a_profile

CLEAN = dict.fromkeys(SENT, "x") | {
    "userName": "ada@example.com",
    "email": "ada@example.com",
    "profileUrl": "https://example.com/ada?a=1;b=%20",
}


def ids(profile: dict[str, Any]) -> set[str]:
    return {finding.rule.id for finding in judge(profile)}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from((*SENT, "roles", "groups", "password")) | st.text(), _JSON))
def test_no_profile_crashes_a_rule(profile: dict[str, Any]) -> None:
    for finding in judge(profile):
        assert finding.text()


@pytest.mark.parametrize(
    "value",
    [
        "x" * 5_000,
        "👩‍👩‍👧 " * 400,
        "\u200fשלום\u200f" * 300,
        "\ud800",
        ["x"] * 9,
        {"a": {}},
        1e400,
        -1,
    ],
)
def test_no_rule_crashes_on_300_custom_attributes(value: object) -> None:
    profile = {f"custom{n}": value for n in range(300)} | dict.fromkeys(SENT, value)
    for finding in judge(profile):
        assert len(finding.text()) < 1_500


def test_attributes_that_the_app_does_not_send_are_ignored() -> None:
    assert judge(CLEAN | {f"custom{n}": v for n, v in enumerate(["<", "\u200b", 1, [], ""])}) == []


@given(a_profile())
def test_the_clean_profile_shortcut_agrees_with_the_rules(profile: dict[str, Any]) -> None:
    assert judge(profile) == [finding for rule in PER_PROFILE for finding in rule(profile)]


def test_null_optional_attributes_keep_a_profile_clean() -> None:
    optional = dict.fromkeys(set(SENT) - set(REQUIRED))
    assert profiles.is_clean(CLEAN | optional)
    assert profiles.is_clean(dict.fromkeys(REQUIRED, "x") | {"userName": "a@b.org"})
    assert not profiles.is_clean(CLEAN | {"displayName": None})


@pytest.mark.parametrize("attribute", REQUIRED)
@pytest.mark.parametrize("value", [None, "", " ", "\t"])
def test_every_required_attribute_must_have_a_value(attribute: str, value: object) -> None:
    assert "OIC-301" in ids(CLEAN | {attribute: value})
    [finding] = profiles.required_names(CLEAN | {attribute: value})
    assert finding.path == attribute


@pytest.mark.parametrize("attribute", sorted(set(SENT) - {"profileUrl"}))
@pytest.mark.parametrize("character", "<>;:%")
def test_a_forbidden_character_is_found_in_every_attribute_except_the_url(
    attribute: str, character: str
) -> None:
    [finding] = profiles.forbidden_characters(CLEAN | {attribute: f"a{character}b"})
    assert (finding.path, finding.message) == (attribute, f'contains "{character}".')


@pytest.mark.parametrize("missing", ADDRESS)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_incomplete_address_names_the_missing_part(missing: str, value: object) -> None:
    [finding] = profiles.complete_address(CLEAN | {missing: value})
    assert finding.message == f"has no {missing}."


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u200f", "U+200F RIGHT-TO-LEFT MARK"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\x07", "U+0007 CONTROL"),
        ("\u2028", "U+2028 LINE SEPARATOR"),
        ("\u2003", "U+2003 EM SPACE"),
        ("\ud800", "U+D800 SURROGATE"),
        ("\ue000", "U+E000 PRIVATE USE"),
        ("\ufffe", "U+FFFE UNASSIGNED"),
    ],
)
def test_a_hidden_character_is_named(character: str, name: str) -> None:
    [finding] = profiles.hidden_characters({"title": f"Engi{character}neer"})
    assert finding.message == f"contains {name}."


@pytest.mark.parametrize(
    "title", ["é漢字🙂", "a\u0301", "a\tb\nc\rd e\u00a0f\u3000g", "© € ½ — «»"]
)
def test_characters_that_aws_accepts_are_not_hidden(title: str) -> None:
    assert judge(CLEAN | {"title": title}) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"title": ""}, {"OIC-307"}),
        ({"city": ""}, {"OIC-304"}),
        (dict.fromkeys(ADDRESS, ""), {"OIC-307"}),
        (dict.fromkeys(ADDRESS), set()),
        (dict.fromkeys(ADDRESS) | {"city": " "}, {"OIC-304"}),
        ({"manager": " "}, {"OIC-310"}),
        ({"manager": None}, set()),
        ({"employeeNumber": 4711}, {"OIC-308"}),
        ({"title": False}, {"OIC-308"}),
        ({"department": ["a"]}, {"OIC-308"}),
        ({"email": ["a@example.com"]}, {"OIC-309"}),
        ({"primaryPhone": []}, {"OIC-309"}),
        ({"roles": ["a"]}, {"OIC-311"}),
        ({"roles": []}, set()),
        ({"entitlements": ["a"]}, {"OIC-312"}),
        ({"userName": "a@" + "b" * 127}, {"OIC-313"}),
        ({"userName": "a@" + "b" * 126}, set()),
        ({"title": "x" * 1024}, set()),
        ({"title": "x" * 1025}, {"OIC-313"}),
        ({"userName": "a b@example.com"}, {"OIC-314", "OIC-315"}),
        ({"userName": "ada"}, {"OIC-315"}),
    ],
)
def test_each_defect_is_reported_by_its_rule(changes: dict[str, Any], found: set[str]) -> None:
    assert ids(CLEAN | changes) == found


def test_findings_never_contain_a_password() -> None:
    assert "hunter2" not in " ".join(f.text() for f in judge(CLEAN | {"password": "hunter2"}))
