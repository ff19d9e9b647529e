"""Every policy on programs without the kit's components: the exact findings, and no others."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from policies.pack import BINDINGS
from tests.unit.policies.engine import Declared, run_policy
from tests.unit.policies.plain_programs import Program, Stage, programs

PROGRAMS = programs()
EACH = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.path.stem)
_FINDING = re.compile(r"(?P<severity>\w+): (?P<path>.*?): ")
_NOTE = re.compile(r"not known yet: (?P<paths>.*?)\. The known properties")


def matched(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.match(text)
    assert found, text
    return found


def run(program: Program, stage: Stage) -> tuple[list[tuple[str, ...]], list[tuple[str, str]]]:
    """The findings (rule, severity, resource, path), and the notes (rule, paths)."""
    inputs, outputs = program.declared(stage)
    findings, notes = list[tuple[str, ...]](), list[tuple[str, str]]()
    for rule, binding in sorted(BINDINGS.items()):
        config = program.config.get(rule.lower())
        runs: Iterable[list[Declared]] = [[each] for each in inputs] if binding.types else [outputs]
        for resources in runs:
            answer = run_policy(rule.lower(), resources, config)
            for text, name in answer.findings:
                found = matched(_FINDING, text)
                path = "" if found["path"] == name else found["path"].removeprefix(f"{name}.")
                findings.append((rule, found["severity"], name, path))
            if answer.undecided:
                paths = matched(_NOTE, answer.undecided)["paths"]
                notes.append((rule, f"{resources[0].name}.{paths}" if binding.types else paths))
    return sorted(findings), sorted(notes)


@EACH
@pytest.mark.parametrize("stage", [Stage.PREVIEW, Stage.UPDATED])
def test_a_program_has_exactly_the_expected_findings(program: Program, stage: Stage) -> None:
    findings, notes = run(program, stage)
    assert findings == sorted(program.findings), program.about
    assert notes == (sorted(program.unknown) if stage is Stage.PREVIEW else [])


@EACH
def test_an_exported_state_with_hidden_secrets_has_no_other_findings(program: Program) -> None:
    findings, _ = run(program, Stage.EXPORTED)
    assert set(findings) <= set(program.findings)


@EACH
def test_an_unknown_property_causes_no_other_finding(program: Program) -> None:
    """As if another resource determined the property."""
    unknown = {"unknown": {"type": "random:index/randomId:RandomId", "properties": {}}}
    for name, declaration in program.resources.items():
        for key in declaration["properties"]:
            changed = {**declaration["properties"], key: "${unknown.hex}"}
            resources = {
                **program.resources,
                **unknown,
                name: {**declaration, "properties": changed},
            }
            findings, _ = run(replace(program, resources=resources), Stage.PREVIEW)
            assert set(findings) <= set(program.findings), (name, key)


def test_a_third_of_the_programs_is_valid() -> None:
    valid = [program for program in PROGRAMS if not program.findings]
    assert len(PROGRAMS) >= 30
    assert len(valid) >= 12


def test_no_program_uses_a_component() -> None:
    types = Counter(r["type"] for program in PROGRAMS for r in program.resources.values())
    assert not [each for each in types if each.startswith("okta-identity-center:")]
