"""The settings of one federation: their tree, rules and errors. Settings hold no secrets."""

from okta_idc.settings.errors import Problem, SettingsError
from okta_idc.settings.loader import ROOT, load_settings
from okta_idc.settings.settings import Settings
from okta_idc.settings.shape import shape_of

__all__ = ["ROOT", "Problem", "Settings", "SettingsError", "load_settings", "shape_of"]
