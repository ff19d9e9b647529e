"""The settings in a file of their own, beside the stack file that names it.

Pulumi gives a program its whole configuration in one environment variable. Linux limits a variable
to 128 KiB, so larger settings cannot be in the stack file.
"""

import json
from pathlib import Path

from okta_idc.settings.errors import Problem, SettingsError
from okta_idc.settings.loader import ROOT
from okta_idc.settings.yaml_file import YamlError, read_yaml


def read_value(text: str) -> object:
    """A value of the configuration as Pulumi gives it to a program: JSON, or text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def federation_in(raw: object, project: Path) -> object:
    """The settings that `federation` holds, or those in the YAML file that it names, by a path from
    the project's folder. Unchecked. Raises SettingsError if the file cannot be read."""
    if not isinstance(raw, str):
        return raw
    try:
        return read_yaml((project / raw).read_text(encoding="utf-8"))
    except OSError as error:
        raise _unreadable(raw, f"cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise _unreadable(raw, "is not a text file.") from None
    except (YamlError, ValueError) as error:
        raise _unreadable(raw, str(error)) from None


def _unreadable(name: str, problem: str) -> SettingsError:
    return SettingsError([Problem(ROOT, f"names the file {name!r}, which {problem}")])
