"""The settings of one federation, as they stand in the stack file under
`okta-identity-center:federation`.

`Settings.load` is the program's edge: it reads the plain object the engine hands over, checks
its shape (pydantic) and the rules that need nothing but the settings, and reports everything it
finds at once, each with its path, value and fix. There are no secrets in the settings.
"""

from okta_idc.settings.errors import SettingsError
from okta_idc.settings.settings import ROOT, Settings

__all__ = ["ROOT", "Settings", "SettingsError"]
