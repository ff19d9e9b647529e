"""The stack files of a fleet: `Pulumi.CORE.yaml`, which a person writes, and one for each part."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field

from okta_idc.settings import SettingsError, load_settings
from okta_idc.settings.errors import Problem
from okta_idc.settings.loader import ROOT
from okta_idc.settings.models import Node
from okta_idc.settings.parts import parts_of
from okta_idc.settings.settings import Settings
from okta_idc.settings.shape import shape_of
from okta_idc.settings.yaml_file import YamlError, read_yaml

PART = "part"
"""The key of a part's stack file, `okta-identity-center:part`, that names the core stack."""


class Part(Node):
    """What the stack file of a part says; the settings are those of the core stack's file."""

    core: Annotated[str, Field(min_length=1)]
    """Name of the core stack."""
    name: Annotated[str, Field(min_length=1)]
    """Name of the part, for example `access-1`."""


def load_part(raw: object, project: str) -> Part:
    """What `okta-identity-center:part` holds. Raises SettingsError."""
    shape = shape_of(Part, raw, f"{project}:{PART}")
    if shape.problems:
        raise SettingsError(shape.problems)
    return Part.model_validate(raw)


def stack_file(folder: Path, stack: str) -> Path:
    """The file of a stack. A name with an organization and a project counts without them."""
    return folder / f"Pulumi.{stack.rpartition('/')[2]}.yaml"


def settings_of_part(folder: Path, project: str, part: Part) -> Settings:
    """The settings of the whole federation, for the stack of one part. Raises SettingsError, also
    for a part that the settings do not have."""
    path = stack_file(folder, part.core)
    try:
        config = cast(Mapping[str, Any], read_yaml(path.read_text(encoding="utf-8"))["config"])
        settings = load_settings(config[f"{project}:{ROOT}"])
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}.") from None
    except YamlError as error:
        raise _unreadable(path, str(error)) from None
    except (KeyError, TypeError, UnicodeDecodeError):
        raise _unreadable(path, f"has no {project}:{ROOT} in `config`.") from None
    if part.name not in parts_of(settings.fleet):
        message = (
            f"the fleet of stack {part.core} has no part {part.name}. Run `okta-idc fleet up "
            f"--stack {part.core}`: it moves what this stack has to the others, and removes it."
        )
        raise SettingsError([Problem(f"{ROOT}.fleet", message)])
    return settings


def _unreadable(path: Path, problem: str) -> SettingsError:
    return SettingsError([Problem(path.name, f"{problem} A part of a fleet needs this file.")])
