"""The components ask the rules that the catalogue says they ask. (The policy pack's and the
doctor's are held to it in test_every_policy and test_questions.)"""

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

import components
import okta_idc.settings
from okta_idc.rules import RULES, EnforcementPoint, Rule


def asked_in(module: ModuleType) -> set[str]:
    """Ids of the rules that a module's code names: `rule` itself, or `rules.rule`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Name(id=name):
                named = getattr(module, name, None)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                named = getattr(getattr(module, owner, None), name, None)
            case _:
                continue
        if isinstance(named, Rule):
            found.add(named.id)
    return found


def test_the_components_and_the_settings_ask_what_the_catalogue_says_and_no_more() -> None:
    modules = [
        importlib.import_module(part.name)
        for package in (components, okta_idc.settings)
        for part in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not part.ispkg
    ]
    says = {rule.id for rule in RULES.values() if EnforcementPoint.COMPONENT in rule.enforced_by}
    assert set.union(*map(asked_in, modules)) == says
