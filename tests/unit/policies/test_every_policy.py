"""What each policy promises: it asks its rule, of what the rule is about, and says what to do."""

import pytest
from pulumi_policy import EnforcementLevel, Policy, Severity

from okta_idc.rules import RULES, EnforcementPoint
from okta_idc.rules.registry import Rule
from okta_idc.rules.registry import Severity as RuleSeverity
from policies.pack import BINDINGS, FIXES, policies
from tests.unit.okta_idc.rules import unlocated
from tests.unit.policies.engine import ask, source
from tests.unit.policies.rendered import RENDERED

ASKED = {rule.id: rule for rule in RULES.values() if EnforcementPoint.POLICY in rule.enforced_by}
EACH = pytest.mark.parametrize(
    "rule", [ASKED[key] for key in sorted(RENDERED)], ids=sorted(RENDERED)
)


def test_the_pack_binds_its_rules_and_no_others() -> None:
    assert set(BINDINGS) == set(ASKED)
    fixes = {f"fix-{fix.rule.id.lower()}" for fix in FIXES}
    assert {policy.name for policy in policies()} == {key.lower() for key in ASKED} | fixes


def test_every_rule_has_declared_examples() -> None:
    assert set(RENDERED) == set(ASKED) - {"OIC-210"}


@EACH
def test_the_good_example_passes(rule: Rule) -> None:
    answer = ask(rule.id.lower(), RENDERED[rule.id](rule.good))
    assert answer.findings == []
    assert answer.undecided == ""


@EACH
def test_the_bad_example_is_reported_on_a_resource_with_the_advice(rule: Rule) -> None:
    declared = RENDERED[rule.id](rule.bad)
    answer = ask(rule.id.lower(), declared)
    assert answer.findings
    for text, name in answer.findings:
        assert name in {each.name for each in declared}
        assert text.startswith(f"{rule.severity}: ")
        assert f"{rule.advice} [{rule.id}] See docs/reference/rules.md#{rule.id.lower()}" in text
    # the pack says what the rule says, no more and no less
    assert len(answer.findings) == len(rule(rule.bad))


@EACH
def test_every_path_of_a_finding_has_a_location(rule: Rule) -> None:
    binding = BINDINGS[rule.id]
    declared = RENDERED[rule.id](rule.bad)
    assert unlocated(binding, source(declared, stack=not binding.types)) == []


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.name)
def test_a_policy_carries_its_rule(policy: Policy) -> None:
    rule = RULES[policy.name.removeprefix("fix-").upper()]
    assert policy.url == rule.link
    if policy.name.startswith("fix-"):
        assert policy.enforcement_level is EnforcementLevel.DISABLED
        return
    blocking = rule.severity is RuleSeverity.BLOCKING
    mandatory = policy.enforcement_level is EnforcementLevel.MANDATORY
    assert mandatory == blocking
    assert policy.severity is (Severity.HIGH if blocking else Severity.LOW)
    assert (policy.description, policy.remediation_steps) == (rule.title, rule.remedy)
