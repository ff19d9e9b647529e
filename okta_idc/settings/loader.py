"""Loads settings: checks their shape and the rules that need only the settings."""

import re
from typing import Any, cast

from okta_idc.rules.registry import join_path
from okta_idc.settings.errors import Problem, SettingsError
from okta_idc.settings.partial import partial
from okta_idc.settings.rules import findings, unjudged
from okta_idc.settings.settings import Settings
from okta_idc.settings.shape import shape_of

PROJECT = "okta-identity-center"
"""Name of the Pulumi project, and so the namespace of its settings."""
ROOT = "federation"


def load_settings(raw: object, root: str = ROOT) -> Settings:
    """The validated settings of a stack file or of component arguments.

    Raises SettingsError with every problem, in the order of the keys in `raw`; `root` precedes the
    paths. Rules are checked on all values that are valid.
    """
    shape = shape_of(Settings, raw, root)
    problems = list(shape.problems)
    faulty = {problem.path for problem in problems}
    known = partial(Settings, shape.tree)
    for path, found in findings(known):
        for finding in found:
            inside = finding.within(join_path(root, path))
            problem = Problem.of(inside.renamed(lambda each: shape.path(each, root)))
            if problem.path not in faulty:
                problems.append(problem)
    if problems:
        rules = [rule.id for rule in unjudged(known)]
        raise SettingsError(_in_order(raw, root, problems), rules)
    return Settings.model_validate(raw)


def _in_order(raw: object, root: str, problems: list[Problem]) -> list[Problem]:
    """The problems, each once, in the order of the top-level keys."""
    keys = cast(dict[Any, Any], raw) if isinstance(raw, dict) else {}
    order = {key: index for index, key in enumerate(keys)}

    def position(problem: Problem) -> int:
        inside = problem.path.removeprefix(f"{root}.")
        return order.get(re.split(r"[.\[]", inside, maxsplit=1)[0], len(order))

    return sorted(dict.fromkeys(problems), key=position)
