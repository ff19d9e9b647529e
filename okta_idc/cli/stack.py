"""Reads a stack: its outputs, its settings, and the Okta org's URL."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from okta_idc.cli.schema import PROJECT
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list, get_object, get_path, get_text
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.clients.okta_auth import org_url as configured_url
from okta_idc.fleet import stack_files
from okta_idc.fleet.stack_files import (
    PART,
    StackFileError,
    core_federation,
    load_part,
)
from okta_idc.inventory.declared import Declared, DeclaredGroup
from okta_idc.inventory.model import Source
from okta_idc.settings import ROOT, Settings, SettingsError, federation_in, load_settings
from okta_idc.settings.yaml_file import YamlError, read_yaml
from okta_idc.text import conceal

StackOutputs = dict[str, Any]

_KEY, _PART = f"{PROJECT}:{ROOT}", f"{PROJECT}:{PART}"
_LARGEST = 256_000_000
"""Most bytes of a file; a preview of 100,000 resources has less."""


class InputError(Exception):
    """A command's input is missing or cannot be read. The text says which, and what to do."""


def read_stack(
    path: Path | None, stack: str, instead: str = ""
) -> tuple[StackOutputs, dict[str, Any]]:
    """The stack's outputs and configuration, from pulumi. A file contains the outputs alone.
    `instead` says which options the command accepts without a stack. Raises InputError."""
    text = read_text(path) if path else pulumi("stack output --json", stack, instead)
    declared = _parse(text, "outputs are")
    if missing := {"appId", "identityStoreId", "region", "pushGroups"} - declared.keys():
        raise InputError(
            f"the stack lacks the outputs {', '.join(sorted(missing))}. Run `pulumi up` first."
        )
    for part in ("pushGroups", "assignmentGroups"):
        if not all("name" in get_object(each) for each in _entries(declared.get(part))):
            raise InputError(
                f"the stack's output {part} is not a list of groups with names. Run `pulumi up`, "
                "or pass the outputs of a stack of this kit."
            )
    if path:
        return declared, {}
    return declared, read_configuration(stack)


def read_configuration(stack: str) -> dict[str, Any]:
    """The stack's configuration. Secrets of it stay in this process. Raises InputError."""
    config = _parse(pulumi("config --json --show-secrets", stack), "configuration is")
    secrets = (e for e in config.values() if e.get("secret") and "objectValue" not in e)
    conceal(*(str(each.get("value")) for each in secrets))
    known = {key: e.get("objectValue", e.get("value")) for key, e in config.items()}
    return _with_federation(known, stack_folder() if _PART in known else Path())


def project_folder() -> Path:
    """The folder of Pulumi.yaml: the current one, or the nearest above it that has the file."""
    current = Path.cwd()
    folders = (current, *current.parents)
    return next((each for each in folders if (each / "Pulumi.yaml").exists()), current)


def stack_folder() -> Path:
    """The folder of the project's stack files. Raises InputError."""
    try:
        return stack_files.stack_folder(project_folder(), os.environ)
    except StackFileError as error:
        raise InputError(str(error)) from None


def _with_federation(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The configuration with the settings that are in another file: in the core stack's for a part
    of a fleet, or in one that the stack file names. Raises InputError."""
    found = {**config}
    try:
        if _KEY not in config and _PART in config:
            part = load_part(config[_PART], PROJECT)
            found[_KEY] = core_federation(folder, PROJECT, part)
        if _KEY in found:
            found[_KEY] = federation_in(found[_KEY], project_folder())
    except SettingsError as error:
        raise InputError(str(error)) from None
    return found


def _entries(output: Any) -> list[Any]:
    """The entries of an output; one that is not a list counts as an entry."""
    return cast(list[Any], output) if isinstance(output, list) else [output] if output else []


def _parse(text: str, what: str) -> dict[str, Any]:
    try:
        return {**json.loads(text)}
    except (ValueError, TypeError, RecursionError):
        raise InputError(f"the stack's {what} not a JSON object.") from None


def read_settings(
    path: Path | None, config: Mapping[str, Any]
) -> tuple[Settings | None, Mapping[str, Any]]:
    """The federation's settings, in a stack file if one is given, and the configuration: the
    stack's if it is known, or the file's without encrypted values. Raises InputError."""
    if not path and not config:
        return None, config
    where, given = "pulumi config", config
    if path:
        where = str(path)
        try:
            given = cast(dict[str, Any], {**read_file(path)["config"]})
        except (KeyError, TypeError):
            raise InputError(f"{path}: is not a stack file (YAML with `config`).") from None
        given = _with_federation(given, path.absolute().parent)
    if _KEY not in given:
        raise InputError(f"{where}: has no {_KEY}.")
    plain = {key: each for key, each in given.items() if get_path(each, "secure") is None}
    try:
        return load_settings(given[_KEY]), config or plain
    except SettingsError as error:
        raise InputError(f"{where}: {error}") from None


def org_url(given: str, declared: StackOutputs, config: Mapping[str, Any] | None = None) -> str:
    """The org's URL: from the option, the provider's variables and settings, or the outputs.
    Raises InputError, also for a URL that would send a token unencrypted."""
    metadata = urlsplit(str(declared.get("metadataUrl") or ""))
    shown = f"{metadata.scheme}://{metadata.netloc}" if metadata.netloc else ""
    try:
        if given:
            return configured_url({}, {}, given, "--okta-url")
        return configured_url(config or {}, os.environ, shown)
    except CredentialsError as error:
        raise InputError(f"{error} Pass --okta-url https://ORG.okta.com.") from None


def declared_by(outputs: StackOutputs) -> Declared:
    """The push groups, assignment groups and mode that the outputs name."""

    def groups(part: str, *ids: str) -> tuple[DeclaredGroup, ...]:
        listed = get_list(outputs, part)
        return tuple(DeclaredGroup(g["name"], *(get_text(g, each) for each in ids)) for g in listed)

    return Declared(
        push=groups("pushGroups", "sourceGroupId", "awsGroupId"),
        assign=groups("assignmentGroups", "id"),
        mode=get_text(outputs, "mode"),
    )


def source_in(
    outputs: StackOutputs,
    config: Mapping[str, Any] | None = None,
    endpoint: str = "",
    verify_at: str = "",
) -> Source:
    """Where to read the federation that the outputs name. The configuration is the AWS
    provider's, and says how the SCIM token may be tested."""
    keys = "region", "appId", "identityStoreId", "secretName"
    token = get_object(config, _KEY, "scim_token")
    return Source(
        *(get_text(outputs, key) for key in keys),
        secret_region=get_text(token, "region"),
        endpoint=endpoint or None,
        verify=token.get("verify") is not False,
        verify_at=verify_at or get_text(token, "verify_at"),
        aws=AwsConfig.read(config or {}),
    )


def read_file(path: Path) -> Any:
    """A YAML file's document. Raises InputError."""
    try:
        return read_yaml(read_text(path))
    except YamlError as error:
        raise InputError(f"{path}: {error}") from None


def read_text(path: Path) -> str:
    """A file's text. Raises InputError, also for a file without an end, such as a device."""
    try:
        with path.open("rb") as file:
            given = file.read(_LARGEST + 1)
        if len(given) > _LARGEST:
            raise InputError(f"{path}: is larger than {_LARGEST // 1_000_000} MB.")
        return given.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a text file.") from None


def pulumi(arguments: str, stack: str, instead: str = "") -> str:
    """What `pulumi …` prints. Raises InputError."""
    command = ["pulumi", *arguments.split(), *(["--stack", stack] if stack else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        raise InputError(
            f"`pulumi` is not on PATH. Install it, or pass --outputs FILE{instead}."
        ) from None
    if done.returncode:
        raise InputError(f"pulumi {arguments.partition(' --')[0]}: {done.stderr.strip()}")
    return done.stdout
