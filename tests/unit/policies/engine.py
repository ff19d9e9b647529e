"""Runs policies as the Pulumi engine does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
)
from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from policies.pack import BINDINGS
from policies.properties import Inputs, plain
from policies.stack_graph import Stack

UNKNOWN = UNKNOWN_STRING_VALUE
"""The engine's placeholder for a value that is unknown before the update."""

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


@dataclass(frozen=True)
class Declared:
    """A declared resource; `made_from` lists, by property, the resources it depends on."""

    type: str
    props: Mapping[str, Any]
    name: str = "example"
    made_from: Mapping[str, Iterable[str]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:dev::any::{self.type}::{self.name}"


@dataclass
class Answer:
    """Findings as (text, resource name), and the note on unknown properties, if any."""

    findings: list[tuple[str, str]]
    undecided: str = ""

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.findings]


def run_policy(
    name: str, resources: Iterable[Declared], config: Mapping[str, Any] | None = None
) -> Answer:
    """Run one policy as the SDK does: on each resource, or on the stack."""
    policy = BINDINGS[name.upper()].policy()
    answer = Answer([])
    declared = list(resources)
    if isinstance(policy, ResourceValidationPolicy):
        for each in declared:
            props = unknown_checking_proxy(dict(each.props))
            args = ResourceValidationArgs(
                each.type, props, each.urn, each.name, OPTIONS, None, config
            )
            _run(policy, args, answer, each.name)
    else:
        _run(policy, StackValidationArgs(_resources(declared), config), answer, "")
    return answer


def _run(policy: Any, args: Any, answer: Answer, name: str) -> None:
    def report(message: str, urn: str | None = None) -> None:
        answer.findings.append((message, urn.rsplit("::", 1)[-1] if urn else name))

    try:
        policy.validate(args, report)
    except UnknownValueError as unknown:
        answer.undecided = unknown.message


def source(declared: list[Declared], *, stack: bool) -> Inputs | Stack:
    """The source of a binding's subjects: the stack, or its first resource."""
    if stack:
        return Stack(_resources(declared), {})
    return Inputs(plain(unknown_checking_proxy(dict(declared[0].props))))


def _resources(declared: list[Declared]) -> list[PolicyResource]:
    made = {
        each.name: PolicyResource(
            each.type,
            unknown_checking_proxy(dict(each.props)),
            each.urn,
            each.name,
            OPTIONS,
            None,
            None,
            [],
            {},
        )
        for each in declared
    }
    for each in declared:
        for prop, names in each.made_from.items():
            made[each.name].property_dependencies[prop] = [made[name] for name in names]
    return list(made.values())
