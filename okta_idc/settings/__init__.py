"""The settings of one federation: the stack file's tree, its errors and its rules.

`Settings.load` reads the plain object under `okta-identity-center:federation`, checks its shape and
the rules that need only the settings, and reports every problem at once. Settings hold no secrets.
This package imports neither Pulumi nor the components.
"""

from okta_idc.settings.errors import Problem, SettingsError, shape_problems
from okta_idc.settings.settings import ROOT, Settings

__all__ = ["ROOT", "Problem", "Settings", "SettingsError", "shape_problems"]
