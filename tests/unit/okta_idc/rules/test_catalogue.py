"""Requirements for every rule in the catalogue."""

import re
from collections import Counter

import pytest

from okta_idc.rules import RULES
from okta_idc.rules.registry import EnforcementPoint, Rule, Severity, join_path, rule, shorten

ALL = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@ALL
def test_the_good_example_has_no_finding(rule: Rule) -> None:
    assert rule(rule.good) == []


@ALL
def test_the_bad_example_has_an_actionable_finding(rule: Rule) -> None:
    findings = rule(rule.bad)
    assert findings
    for finding in findings:
        text = finding.text("federation")
        assert text.startswith("federation")
        assert text.endswith(" ".join(filter(None, ("", finding.remedy, f"[{rule.id}]"))))
        if finding.own_remedy is not None:  # reports print the rule's remedy
            assert rule.enforced_by == (EnforcementPoint.COMPONENT,)
        assert finding.message.endswith((".", "?"))
        assert len(text) < 700
        assert "\n" not in text


@ALL
def test_no_remedy_recommends_an_identity_center_user_for_emergencies(rule: Rule) -> None:
    """Such a user cannot sign in without Okta
    (docs/research/identity-center.md#emergency-access)."""
    assert not re.search(r"\bbreak-?glass\b", rule.remedy, re.IGNORECASE)


@ALL
def test_a_count_is_a_part_of_the_message(rule: Rule) -> None:
    """A finding quotes texts only, so a number that it quotes is a text in the subject."""
    for value in (finding.value for finding in rule(rule.bad)):
        if value is not None and value.isdecimal():
            assert repr(value) in repr(rule.bad)


@ALL
def test_a_rule_has_a_stable_id_a_source_and_a_remedy(rule: Rule) -> None:
    assert re.fullmatch(r"OIC-[1-7]\d\d", rule.id)
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.source
    assert rule.remedy[0].isupper()
    assert rule.remedy.endswith(".")


@ALL
def test_a_rule_documents_its_subject(rule: Rule) -> None:
    assert (rule.check.__doc__ or "").startswith("Subject: ")


@ALL
def test_every_rule_has_distinct_enforcement_points_in_order(rule: Rule) -> None:
    assert rule.enforced_by
    assert list(rule.enforced_by) == [
        point for point in EnforcementPoint if point in rule.enforced_by
    ]


def test_the_catalogue_has_at_least_three_rules_in_each_family() -> None:
    counts = Counter(key[4] for key in RULES)
    assert set(counts) == set("1234567")
    assert min(counts.values()) >= 3
    assert len(RULES) >= 35


def test_components_policies_and_doctor_have_blocking_and_advisory_rules() -> None:
    for point in set(EnforcementPoint) - {EnforcementPoint.REVIEW}:
        severities = {rule.severity for rule in RULES.values() if point in rule.enforced_by}
        assert severities == set(Severity)


def test_a_duplicate_id_is_rejected() -> None:
    registered = RULES["OIC-201"]
    register = rule(
        "OIC-201",
        "x",
        enforced_by=(EnforcementPoint.DOCTOR,),
        source="x",
        remedy="x.",
        good=1,
        bad=2,
    )
    with pytest.raises(ValueError, match="OIC-201 is registered twice"):
        register(registered.check)
    assert RULES["OIC-201"] is registered


def test_the_catalogue_is_read_only() -> None:
    with pytest.raises(TypeError):
        RULES["OIC-999"] = RULES["OIC-201"]  # type: ignore[index]


def test_paths_are_joined_with_dots_and_indices() -> None:
    assert (
        join_path("federation", "push_groups", "[2]", "", "name")
        == "federation.push_groups[2].name"
    )


def test_a_long_value_is_shortened_only_in_the_text() -> None:
    [finding] = RULES["OIC-203"](RULES["OIC-203"].bad)
    long = type(finding)(finding.rule, "push_groups[0]", "x" * 5_000, "is long.")
    assert len(long.text()) < 400
    assert long.value == "x" * 5_000
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
