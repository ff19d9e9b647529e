"""Loads settings: checks their shape and the rules that need only the settings."""

from typing import Any

from pydantic import ValidationError

from okta_idc.rules.registry import join_path
from okta_idc.settings.errors import Problem, SettingsError, shape_problems
from okta_idc.settings.rules import findings
from okta_idc.settings.settings import Settings

ROOT = "federation"


def load_settings(raw: object, root: str = ROOT) -> Settings:
    """The validated settings of a stack file or of component arguments.

    Raises SettingsError with every problem; `root` precedes the paths.
    """
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        shape: list[Any] = error.errors(include_url=False)
        raise SettingsError(shape_problems(Settings, root, shape)) from None
    if problems := [
        Problem.of(finding, join_path(root, path))
        for path, found in findings(settings)
        for finding in found
    ]:
        raise SettingsError(problems)
    return settings
