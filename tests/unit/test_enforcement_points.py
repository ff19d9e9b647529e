"""Components and settings apply exactly the rules with the `COMPONENT` enforcement point.

test_every_policy and test_bindings check the same for the policy pack and the doctor.
"""

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

import components
import okta_idc.access_rules
import okta_idc.cli.review
import okta_idc.settings
from okta_idc.rules import RULES, EnforcementPoint, Rule


def rules_in(module: ModuleType) -> set[str]:
    """IDs of the rules that a module references, as `rule`, `module.rule` or a tuple of rules."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Name(id=name):
                named = getattr(module, name, None)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                named = getattr(getattr(module, owner, None), name, None)
            case _:
                continue
        listed = named if isinstance(named, tuple) else (named,)
        found.update(each.id for each in listed if isinstance(each, Rule))
    return found


def test_components_and_settings_apply_the_rules_that_name_them() -> None:
    modules = [
        importlib.import_module(part.name)
        for package in (components, okta_idc.access_rules, okta_idc.settings)
        for part in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not part.ispkg
    ]
    declared = {
        rule.id for rule in RULES.values() if EnforcementPoint.COMPONENT in rule.enforced_by
    }
    assert set.union(*map(rules_in, modules)) == declared


def test_the_review_applies_the_rules_that_name_it() -> None:
    declared = {rule.id for rule in RULES.values() if EnforcementPoint.REVIEW in rule.enforced_by}
    assert rules_in(okta_idc.cli.review) == declared
