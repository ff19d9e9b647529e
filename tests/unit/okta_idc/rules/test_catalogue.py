"""What every rule promises, whatever it judges."""

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
def test_the_bad_example_has_a_finding_that_can_be_acted_on(rule: Rule) -> None:
    findings = rule(rule.bad)
    assert findings
    for finding in findings:
        text = finding.text("federation")
        assert text.startswith("federation")
        assert text.endswith(f" {rule.advice} [{rule.id}]")
        assert finding.message.endswith((".", "?"))
        assert len(text) < 700
        assert "\n" not in text


@ALL
def test_a_rule_has_a_stable_id_a_source_and_a_remedy(rule: Rule) -> None:
    assert re.fullmatch(r"OIC-[1-6]\d\d", rule.id)
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.source
    assert rule.remedy[0].isupper()
    assert rule.remedy.endswith(".")


@ALL
def test_a_rule_says_what_its_subject_is(rule: Rule) -> None:
    assert (rule.check.__doc__ or "").startswith("Subject: ")


@ALL
def test_every_rule_is_asked_by_somebody_and_by_nobody_twice(rule: Rule) -> None:
    assert rule.enforced_by
    assert list(rule.enforced_by) == [
        asker for asker in EnforcementPoint if asker in rule.enforced_by
    ]


def test_the_catalogue_has_at_least_three_rules_in_each_family() -> None:
    counts = Counter(key[4] for key in RULES)
    assert set(counts) == set("123456")
    assert min(counts.values()) >= 3
    assert len(RULES) >= 35


def test_each_asker_asks_blocking_and_advisory_rules() -> None:
    for asker in EnforcementPoint:
        asked = {rule.severity for rule in RULES.values() if asker in rule.enforced_by}
        assert asked == set(Severity)


def test_one_id_is_not_given_twice() -> None:
    given = RULES["OIC-201"]
    again = rule(
        "OIC-201",
        "x",
        enforced_by=(EnforcementPoint.DOCTOR,),
        source="x",
        remedy="x.",
        good=1,
        bad=2,
    )
    with pytest.raises(ValueError, match="OIC-201 is registered twice"):
        again(given.check)
    assert RULES["OIC-201"] is given


def test_the_catalogue_cannot_be_changed_from_outside() -> None:
    with pytest.raises(TypeError):
        RULES["OIC-999"] = RULES["OIC-201"]  # type: ignore[index]


def test_paths_are_joined_as_people_write_them() -> None:
    assert (
        join_path("federation", "push_groups", "[2]", "", "name")
        == "federation.push_groups[2].name"
    )


def test_a_long_value_is_cut_in_the_text_and_kept_in_the_finding() -> None:
    [finding] = RULES["OIC-203"](RULES["OIC-203"].bad)
    long = type(finding)(finding.rule, "push_groups[0]", "x" * 5_000, "is long.")
    assert len(long.text()) < 400
    assert long.value == "x" * 5_000
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"
