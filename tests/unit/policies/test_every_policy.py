"""Every policy applies its rule and reports the remedy."""

import pytest
from pulumi_policy import EnforcementLevel, Policy, Severity

from okta_idc.rules import RULES, EnforcementPoint
from okta_idc.rules.registry import Rule
from okta_idc.rules.registry import Severity as RuleSeverity
from policies.pack import BINDINGS, FIXES, policies
from tests.unit.okta_idc.rules import unlocated
from tests.unit.policies.engine import run_policy, source
from tests.unit.policies.rendered import RENDERED

ENFORCED = {rule.id: rule for rule in RULES.values() if EnforcementPoint.POLICY in rule.enforced_by}
EACH = pytest.mark.parametrize(
    "rule", [ENFORCED[key] for key in sorted(RENDERED)], ids=sorted(RENDERED)
)


def test_the_pack_binds_its_rules_and_no_others() -> None:
    assert set(BINDINGS) == set(ENFORCED)
    fixes = {f"fix-{fix.rule.id.lower()}" for fix in FIXES}
    assert {policy.name for policy in policies()} == {key.lower() for key in ENFORCED} | fixes


def test_every_enforced_rule_has_rendered_examples() -> None:
    assert set(RENDERED) == set(ENFORCED) - {"OIC-210"}


@EACH
def test_the_good_example_passes(rule: Rule) -> None:
    answer = run_policy(rule.id.lower(), RENDERED[rule.id](rule.good))
    assert answer.findings == []
    assert answer.undecided == ""


@EACH
def test_the_bad_example_is_reported_with_resource_and_remedy(rule: Rule) -> None:
    declared = RENDERED[rule.id](rule.bad)
    answer = run_policy(rule.id.lower(), declared)
    assert answer.findings
    for text, name in answer.findings:
        assert name in {each.name for each in declared}
        assert text.startswith(f"{rule.severity}: ")
        page = f"docs/reference/rules.md#{rule.id.lower()}"
        assert f"{rule.remedy} [{rule.id}] See {page} in the repository of okta-identity-" in text
    # the policy reports exactly the findings of the rule
    assert len(answer.findings) == len(rule(rule.bad))


@EACH
def test_every_finding_path_has_a_location(rule: Rule) -> None:
    binding = BINDINGS[rule.id]
    declared = RENDERED[rule.id](rule.bad)
    assert unlocated(binding, source(declared, stack=not binding.types)) == []


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.name)
def test_each_policy_has_the_metadata_of_its_rule(policy: Policy) -> None:
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
