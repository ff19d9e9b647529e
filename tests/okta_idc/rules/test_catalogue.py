"""What every rule promises, whatever it judges."""

import re

import pytest

from okta_idc.rules import RULES
from okta_idc.rules.registry import Rule, join_path

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
        assert f"[{rule.id}] Fix: " in text
        assert finding.problem.endswith((".", "?"))


@ALL
def test_a_rule_has_a_stable_id_a_source_and_a_remedy(rule: Rule) -> None:
    assert re.fullmatch(r"OIC-[1-6]\d\d", rule.id)
    assert rule.title
    assert rule.source
    assert rule.remedy.endswith(".")


def test_paths_are_joined_as_people_write_them() -> None:
    assert join_path("federation", "push", "[2]", "", "name") == "federation.push[2].name"
