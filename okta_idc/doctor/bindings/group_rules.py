"""6xx, the declared group rules: whether they fill their groups."""

from collections.abc import Iterator

from okta_idc.clients.json_path import get_text
from okta_idc.inventory.model import Inventory
from okta_idc.rules import group_rules
from okta_idc.rules.binding import Binding, Location, Subject, known


def _each(found: Inventory) -> Iterator[Subject]:
    if declared := known(found.declared.rules):
        listed = known(found.rules)
        statuses = {get_text(rule, "name"): get_text(rule, "status") for rule in listed}
        for name in declared:
            rule = group_rules.FoundRule(name, statuses.get(name, ""))
            yield Subject(rule, parts={name: Location(name, "group rule")})


BINDINGS = (
    Binding(group_rules.rule_active, _each),
    Binding(group_rules.rule_valid, _each),
    Binding(group_rules.rule_exists, _each),
)
