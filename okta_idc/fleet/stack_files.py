"""The stack files of a fleet: `Pulumi.CORE.yaml`, which a person writes, and one for each part."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import yaml
from pydantic import Field, ValidationError

from okta_idc.clients.json_path import get_object, get_text
from okta_idc.settings import SettingsError, federation_in, load_settings
from okta_idc.settings.errors import Problem
from okta_idc.settings.loader import ROOT
from okta_idc.settings.models import Node
from okta_idc.settings.parts import parts_of
from okta_idc.settings.settings import Settings
from okta_idc.settings.shape import shape_of
from okta_idc.settings.yaml_file import YamlError, entries, read_nodes, read_yaml

PART = "part"
"""The key of a part's stack file, `okta-identity-center:part`, that names the core stack."""
CONFIG_FILE = "PULUMI_OPTION_CONFIG_FILE"
"""Pulumi's variable for a stack file in another folder. Each stack of a fleet gets its own."""
PLACES_KNOWN = "OIC_FLEET_PLACES_KNOWN"
"""`true` for the programs that `okta-idc fleet` starts: it has read the states of former parts, and
starts no stack before it has what belongs to it."""
KEY_FIELDS = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""What a stack file says about the key of its encrypted values."""
_HEADER = """\
# Written by `okta-idc fleet` from {core}. Change that file instead of this one.
"""


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


def stack_folder(project: Path, environment: Mapping[str, str]) -> Path:
    """The folder of the stack files: that of Pulumi's variable (relative to the current folder),
    else `stackConfigDir` of `Pulumi.yaml`, else the project's. Raises StackFileError if
    `Pulumi.yaml` cannot be read."""
    if given := environment.get(CONFIG_FILE):
        return Path(given).absolute().parent
    path = project / "Pulumi.yaml"
    if not path.exists():
        return project
    try:
        return project / get_text(get_object(read_yaml(_text(path))), "stackConfigDir")
    except YamlError as error:
        raise StackFileError(f"{path.name}: {error}") from None


def stack_file(folder: Path, stack: str) -> Path:
    """The file of a stack. A name with an organization and a project counts without them."""
    return folder / f"Pulumi.{stack.rpartition('/')[2]}.yaml"


def settings_of_part(folder: Path, project: str, part: Part) -> Settings:
    """The settings of the whole federation, for the stack of one part. `folder`: of the program.
    Raises SettingsError, also for a part that the settings do not have."""
    settings = load_settings(federation_in(core_federation(folder, project, part), folder))
    if part.name not in parts_of(settings.fleet):
        message = (
            f"the fleet of stack {part.core} has no part {part.name}. Run `okta-idc fleet up "
            f"--stack {part.core}`: it moves what this stack has to the others, and removes it."
        )
        raise SettingsError([Problem(f"{ROOT}.fleet", message)])
    return settings


def core_federation(folder: Path, project: str, part: Part) -> object:
    """The settings of the whole federation as the core stack's file has them, unchecked; or the
    name of their file. Raises SettingsError if it has none."""
    path = stack_file(folder, part.core)
    try:
        config = cast(Mapping[str, Any], read_yaml(path.read_text(encoding="utf-8"))["config"])
        return config[f"{project}:{ROOT}"]
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}.") from None
    except YamlError as error:
        raise _unreadable(path, str(error)) from None
    except (KeyError, TypeError, UnicodeDecodeError):
        raise _unreadable(path, f"has no {project}:{ROOT} in `config`.") from None


def _unreadable(path: Path, problem: str) -> SettingsError:
    return SettingsError([Problem(path.name, f"{problem} A part of a fleet needs this file.")])


class StackFileError(ValueError):
    """A stack file cannot be used, or must not be replaced. The text says why, with the path."""


def part_file(text: str, core: Path, project: str, part: Part) -> str:
    """The stack file of a part, from the text of the core's. Keeps values as they are written, so
    that Pulumi reads and decrypts the same. Raises StackFileError."""
    top, config = _nodes(text, core)
    if f"{project}:{PART}" in config:
        raise StackFileError(
            f"{core.name}: is a part of a fleet. Pass --stack with the core stack."
        )
    kept = {key: top[key] for key in (*KEY_FIELDS, "environment") if key in top}
    if any(_encrypted(each) for each in config.values()) and not _has_key(kept):
        raise StackFileError(
            f"{core.name}: has encrypted values, and Pulumi Cloud keeps their key for this stack "
            "alone. Set them in an environment (`environment:`, Pulumi ESC), or change the key: "
            f"`pulumi stack change-secrets-provider passphrase --stack {part.core}` (or the URL of "
            "a KMS key)."
        )
    named = yaml.MappingNode(
        _MAP, [(_scalar("core"), _scalar(part.core)), (_scalar("name"), _scalar(part.name))]
    )
    provider = {key: config[key] for key in sorted(config) if _is_of_provider(key, project)}
    kept["config"] = _mapping({f"{project}:{PART}": named, **provider})
    serialize = cast(Any, yaml).serialize  # its types are incomplete
    shown = serialize(_mapping(kept), Dumper=yaml.SafeDumper, allow_unicode=True, width=10_000)
    return _HEADER.format(core=core.name) + shown


def write_part_files(folder: Path, project: str, core: str, parts: Iterable[str]) -> list[Path]:
    """Write the stack files of the parts that are missing or different; returns these. Raises
    StackFileError, also for a file that is not a part of this core stack."""
    source = stack_file(folder, core)
    text = _text(source)
    name = core.rpartition("/")[2]
    new = {
        stack_file(folder, f"{name}-{each}"): part_file(
            text, source, project, Part(core=name, name=each)
        )
        for each in parts
    }
    changed = [path for path, wanted in new.items() if not path.exists() or _text(path) != wanted]
    for path in changed:
        if path.exists() and getattr(read_part(path, project), "core", None) != name:
            raise StackFileError(
                f"{path.name}: exists, and is not a part of stack {name}. Rename that stack, or "
                "name the part differently."
            )
    for path in changed:
        _replace(path, new[path])
    return changed


def read_part(path: Path, project: str) -> Part | None:
    """What a stack file says about its part; None if it is not the file of a part. Raises
    StackFileError for a file that cannot be read."""
    if f"{project}:{PART}" not in (text := _text(path)):
        return None
    try:
        document = read_yaml(text)
        return Part.model_validate(document["config"][f"{project}:{PART}"])
    except YamlError as error:
        raise StackFileError(f"{path.name}: {error}") from None
    except (KeyError, TypeError, ValidationError):
        return None


def recorded_parts(folder: Path, project: str, core: str) -> list[str]:
    """The parts of a core stack that have a stack file, also those that the settings no longer
    have. Raises StackFileError."""
    name = core.rpartition("/")[2]
    found: list[str] = []
    for path in sorted(folder.glob(f"Pulumi.{name}-*.yaml")):
        part = read_part(path, project)
        if part and part.core == name and path == stack_file(folder, f"{name}-{part.name}"):
            found.append(part.name)
    return found


_MAP, _STR = "tag:yaml.org,2002:map", "tag:yaml.org,2002:str"


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(_STR, text)


def _mapping(values: Mapping[str, yaml.Node]) -> yaml.MappingNode:
    pairs = [(_scalar(key), value) for key, value in values.items()]
    return yaml.MappingNode(_MAP, pairs, flow_style=False)


def _nodes(text: str, path: Path) -> tuple[dict[str, yaml.Node], dict[str, yaml.Node]]:
    """The entries of a stack file, and those of its `config`."""
    try:
        root = read_nodes(text)
        top = entries(root) if root else {}
        config = top.get("config")
        return top, entries(config) if isinstance(config, yaml.MappingNode) else {}
    except YamlError as error:
        raise StackFileError(f"{path.name}: {error}") from None


def _is_of_provider(key: str, project: str) -> bool:
    """Whether a key configures a provider. One without a colon is the project's."""
    namespace, colon, _ = key.partition(":")
    return bool(colon) and namespace != project


def _has_key(top: Mapping[str, yaml.Node]) -> bool:
    known = [top[key].value for key in KEY_FIELDS if key in top]
    return any(value not in ("", "default", "null", "~") for value in known)


def _encrypted(node: yaml.Node) -> bool:
    """Whether a value is, or contains, `secure: …`. Ends, because no alias is inside itself."""
    if isinstance(node, yaml.SequenceNode):
        return any(_encrypted(each) for each in cast(list[yaml.Node], node.value))
    if not isinstance(node, yaml.MappingNode):
        return False
    pairs = cast(list[tuple[yaml.Node, yaml.Node]], node.value)
    return any(key.value == "secure" or _encrypted(value) for key, value in pairs)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise StackFileError(f"{path.name}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise StackFileError(f"{path.name}: is not a text file.") from None


def _replace(path: Path, text: str) -> None:
    """Write a file in one step: an interrupted run leaves no half of one."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StackFileError(f"{path.name}: cannot be written: {error.strerror}.") from None
