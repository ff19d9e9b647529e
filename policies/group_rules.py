"""Bindings of group rules: their conditions and names."""

from functools import partial

from okta_idc.rules import group_rules
from okta_idc.rules.binding import Location

from .binding import Subjects, all_parts, of_resource, of_stack, subject
from .properties import Inputs
from .stack_graph import Stack

RULE = "okta:group/rule:Rule"


@of_resource(
    group_rules.condition_is_expression,
    group_rules.condition_is_boolean,
    group_rules.condition_is_allowed,
    group_rules.condition_operators,
    types=[RULE],
)
def condition(rule: Inputs) -> Subjects:
    return subject(partial(rule.text, "expressionValue"), Location("expressionValue"))


@of_stack(group_rules.rule_names_differ)
def names(stack: Stack) -> Subjects:
    yield from all_parts(
        (each.location, partial(each.values.text, "name")) for each in stack.of(RULE)
    )
