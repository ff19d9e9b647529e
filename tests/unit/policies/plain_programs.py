"""Reads the programs in tests/data/plain_programs, as the engine shows them to a pack.

A program declares resources of the providers only, in the syntax of Pulumi YAML. In its first
preview, the pack gets what the program declares, the providers' defaults, and UNKNOWN for every
output that only Okta or AWS knows. After the update, it gets these outputs too.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.paths import DATA
from tests.unit.policies.engine import UNKNOWN, Declared
from tests.unit.policies.test_recorded import RESOURCES, recorded

FOLDER = DATA / "plain_programs"
SAML = "okta:app/saml:Saml"
_REFERENCE = re.compile(r"(?<!\$)\$\{(?P<name>[\w-]+)\.(?P<property>\w+)\}")
_STATEMENT = {
    "type": "EXPRESSION",
    "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
}


class Stage(StrEnum):
    """When the pack sees the program."""

    PREVIEW = "in the first preview"
    UPDATED = "after the update"
    EXPORTED = "in an exported state, without the passphrase"


@dataclass(frozen=True)
class Program:
    """A program, the pack's configuration, and the expected findings and notes."""

    path: Path
    about: str
    resources: Mapping[str, Any]
    outputs: Mapping[str, Any]
    config: Mapping[str, Any]
    findings: list[tuple[str, str, str, str]]
    """Rule, severity, resource and path of each."""
    unknown: list[tuple[str, str]]
    """Rule and paths of each note on unknown properties in the first preview."""

    def declared(self, stage: Stage) -> tuple[list[Declared], list[Declared]]:
        """Each resource as a policy on one resource sees it, and as a policy on the stack does."""
        pairs = [Reader(self, stage).resource(name) for name in self.resources]
        return [inputs for inputs, _ in pairs], [outputs for _, outputs in pairs]


def programs() -> list[Program]:
    """All programs."""
    return [_program(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _program(path: Path) -> Program:
    read = yaml.safe_load(path.read_text())
    expected = [tuple(map(str, each)) for each in read.get("findings", [])]
    unknown = [tuple(map(str, each)) for each in read.get("unknown", [])]
    return Program(
        path,
        read["about"],
        read["resources"],
        read.get("outputs", {}),
        read.get("config", {}),
        [(rule, severity, name, where) for rule, severity, name, where in expected],
        [(rule, where) for rule, where in unknown],
    )


class Reader:
    """Evaluates the values of one program."""

    def __init__(self, program: Program, stage: Stage) -> None:
        self.program, self.stage = program, stage

    def resource(self, name: str) -> tuple[Declared, Declared]:
        """The resource with its inputs, and with its outputs."""
        declaration = self.program.resources[name]
        kind, given = declaration["type"], declaration.get("properties", {})
        inputs = {key: self.value(value) for key, value in given.items()}
        made_from = {key: [*_names(value)] for key, value in given.items()}
        inputs = {**_defaults(kind), **inputs}
        if isinstance(statements := inputs.get("attributeStatements"), list):
            inputs["attributeStatements"] = [{**_STATEMENT, **each} for each in statements]
        outputs = {**self._computed(kind, inputs), **self._own_outputs(name), **inputs}
        return (
            Declared(kind, inputs, name, made_from),
            Declared(kind, {**outputs, "id": self._output(name, "id")}, name, made_from),
        )

    def value(self, value: Any) -> Any:
        """A value with its references replaced."""
        if isinstance(value, dict):
            if "fn::secret" in value:
                secret = self.value(value["fn::secret"])
                return "[secret]" if self.stage is Stage.EXPORTED else secret
            if "fn::toJSON" in value:
                content = self.value(value["fn::toJSON"])
                return UNKNOWN if _has_unknown(content) else json.dumps(content)
            return {key: self.value(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if not isinstance(value, str):
            # the engine sends every number as a float
            return float(value) if type(value) is int else value
        if not _REFERENCE.search(value):
            return value.replace("$${", "${")
        parts = {
            found[0]: self._output(found["name"], found["property"])
            for found in _REFERENCE.finditer(value)
        }
        if UNKNOWN in parts.values():
            return UNKNOWN
        if value in parts:
            return parts[value]
        return _REFERENCE.sub(lambda found: str(parts[found[0]]), value).replace("$${", "${")

    def _output(self, name: str, key: str) -> Any:
        """A property of a resource: declared, or known to Okta or AWS only."""
        declaration = self.program.resources[name]
        if key in declaration.get("properties", {}):
            return self.value(declaration["properties"][key])
        if self.stage is Stage.PREVIEW:
            return UNKNOWN
        return self.program.outputs.get(name, {}).get(key, f"{name}-{key}")

    def _own_outputs(self, name: str) -> dict[str, Any]:
        own = self.program.outputs.get(name, {})
        return dict.fromkeys(own, UNKNOWN) if self.stage is Stage.PREVIEW else dict(own)

    def _computed(self, kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider adds, as recorded for another resource of the type."""
        added = dict(_recorded(kind).get(self.stage is not Stage.PREVIEW, {}))
        if kind == SAML and self.stage is not Stage.PREVIEW:
            added["name"] = inputs.get("preconfiguredApp") or "acme_saml_1"
            added["appSettingsJson"] = "{}"
        return added


def _names(value: Any) -> Iterator[str]:
    """The resources that a value refers to."""
    if isinstance(value, str):
        yield from (found["name"] for found in _REFERENCE.finditer(value))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _names(each)


def _has_unknown(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value == UNKNOWN or any(map(_has_unknown, inner))


@cache
def _recorded(kind: str) -> dict[bool, dict[str, Any]]:
    """What the provider's plugin added to the declared properties, by whether it created the
    resource or previewed it. Properties whose value another resource determines are removed."""
    found: dict[bool, dict[str, Any]] = {}
    for path in RESOURCES:
        for phase, inputs, outputs in recorded(path):
            if inputs.type == kind:
                added = {k: v for k, v in outputs.props.items() if k not in inputs.props}
                found.setdefault(phase != "preview", added)
    return found


@cache
def _defaults(kind: str) -> dict[str, Any]:
    """The defaults that the plugin adds to the inputs."""
    return next(
        (
            {key: inputs.props[key] for key in inputs.props.get("__defaults", [])}
            for path in RESOURCES
            for _, inputs, _ in recorded(path)
            if inputs.type == kind
        ),
        {},
    )
