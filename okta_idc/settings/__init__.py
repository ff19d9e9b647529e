"""The settings of one federation: their tree, rules and errors. Settings hold no secrets."""

from okta_idc.settings.errors import Problem, SettingsError
from okta_idc.settings.federation_file import federation_in, read_value
from okta_idc.settings.loader import PROJECT, ROOT, load_settings
from okta_idc.settings.settings import Settings
from okta_idc.settings.shape import shape_of

__all__ = [
    "PROJECT",
    "ROOT",
    "Problem",
    "Settings",
    "SettingsError",
    "federation_in",
    "load_settings",
    "read_value",
    "shape_of",
]
