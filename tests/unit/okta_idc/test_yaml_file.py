"""YAML that a person wrote: what can be read, and what is refused without reading it all."""

import json
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.cli.stack import InputError, read_settings
from okta_idc.settings.yaml_file import MOST_REPEATED, YamlError, read_yaml

ROOT = Path(__file__).parents[3]


def bomb(levels: int, pattern: str = "[{}]") -> str:
    """A few lines that nine aliases in each line multiply."""
    lines = ["a0: &a0 {x: y}"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} " + pattern.format(aliases))
    return "\n".join(lines)


@pytest.mark.parametrize("levels", [6, 40, 300])
@pytest.mark.parametrize("pattern", ["[{}]", "{{<<: [{}]}}", "{{key: [{}]}}"])
def test_aliases_that_multiply_are_refused_in_little_memory(levels: int, pattern: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(YamlError, match=r"^aliases \(`\*name`\) repeat more than 10,000"):
            read_yaml(bomb(levels, pattern))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


def test_an_alias_inside_its_own_value_is_refused() -> None:
    with pytest.raises(YamlError, match="inside the value that it repeats"):
        read_yaml("a: &a [*a, *a]")


def test_a_key_that_a_mapping_has_twice_is_refused() -> None:
    with pytest.raises(YamlError, match="the key 'push_groups' is at line 2 and at line 4"):
        read_yaml("a:\n  push_groups: [x]\n  mode: api\n  push_groups: [y]")
    once = "a: {x: &shared {k: 1}, y: *shared}\nb: {x: {<<: *shared, k: 2}}"
    assert read_yaml(once)["b"]["x"] == {"k": 2}


def test_aliases_that_repeat_little_are_read() -> None:
    assert read_yaml("a: &a [x, y]\nb: *a\nc: [*a, *a]") == {
        "a": ["x", "y"],
        "b": ["x", "y"],
        "c": [["x", "y"], ["x", "y"]],
    }
    base = "base: &base {mode: api}\nprovisioning: {<<: *base, gate: warn}"
    assert read_yaml(base)["provisioning"] == {"mode": "api", "gate": "warn"}


def test_a_long_file_without_aliases_is_read() -> None:
    many = [f"group {number}" for number in range(MOST_REPEATED * 2)]
    assert read_yaml(json.dumps(many)) == many


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: *b", "a: !!timestamp 2026-02-30", "a: !!python/name:os.system x", "[" * 20_000,
     "a: !!int x", "? [1]\n: 2", "a: 1\n--- \nb: 2", "\x00", "a: " + "9" * 5000,
     "a: !!bool maybe", "a: !!int ''", "a: !!float ''", "a: !!timestamp x", "a: !!binary aGVsbG8=",
     "a: !!set {b}", "a: !!omap [b: 1]"],
)  # fmt: skip
def test_what_is_no_yaml_has_one_error_without_the_parsers_wording(text: str) -> None:
    with pytest.raises(YamlError, match=r"^is not valid YAML( at line \d+)?\. Correct the syntax"):
        read_yaml(text)


def test_a_date_is_text() -> None:
    assert read_yaml("a: 2026-01-31\nb: 2026-02-30\nc: 2026-01-31 10:00:00") == {
        "a": "2026-01-31", "b": "2026-02-30", "c": "2026-01-31 10:00:00",
    }  # fmt: skip


class _TextDates(yaml.SafeLoader):
    """PyYAML's loader with dates as their text."""


_TextDates.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


@given(st.text("&*<a: []{},\n-'\"!|>%@`#?0123456789", max_size=60))
def test_any_text_is_read_as_pyyaml_reads_it_or_refused(text: str) -> None:
    try:
        found = read_yaml(text)
    except YamlError:
        return
    assert repr(found) == repr(yaml.load(text, _TextDates))  # noqa: S506 - a SafeLoader


def test_a_stack_file_that_multiplies_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(
        f"{bomb(40)}\nconfig:\n  okta-identity-center:federation:\n    push_groups: *a39\n"
    )
    with pytest.raises(InputError) as caught:
        read_settings(path, {})
    assert str(caught.value).startswith(f"{path}: aliases (`*name`) repeat more than 10,000")


def test_every_yaml_of_a_person_is_read_by_this_loader() -> None:
    """The sandbox shares no code with the kit, and has its own loader."""
    own = {"okta_idc/settings/yaml_file.py", "sandbox/org_file.py"}
    shipped = {"sandbox/org_generator.py"}
    loads = {
        str(path.relative_to(ROOT))
        for folder in ("okta_idc", "components", "policies", "plugin", "sandbox", "toolchain")
        for path in (ROOT / folder).rglob("*.py")
        if any(f"yaml.{name}" in path.read_text() for name in ("safe_load", "load(", "SafeLoader"))
    }
    assert loads == own | shipped
