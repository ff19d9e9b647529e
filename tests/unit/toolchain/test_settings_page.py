"""docs/reference/settings.md describes every key of the JSON Schema, with its default."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from okta_idc.settings import Settings, load_settings, models
from okta_idc.settings.shape import RENAMED
from tests.paths import ROOT
from toolchain.docs import anchors
from toolchain.reference.settings_page import EXAMPLE, MINIMAL, value_descriptions

PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs/reference/stack.schema.json").read_text(encoding="utf-8"))
TREE = SCHEMA["properties"]["config"]["properties"]["okta-identity-center:federation"]["anyOf"][0]
REQUIRED = object()


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """The objects with known keys that a schema refers to."""
    if isinstance(schema, list):
        for each in schema:
            yield from objects(each)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            definition = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
            if "properties" in definition:
                yield definition
        yield from objects(schema.get("anyOf"))
        yield from objects(schema.get("items"))


def default(schema: dict[str, Any]) -> Any:
    """The default of a key; `{}` for an object's own defaults."""
    value = schema["default"]
    [inner] = [*objects(schema)] or [None]
    if inner and isinstance(value, dict):
        assert value == {key: each["default"] for key, each in inner["properties"].items()}
        return {}
    return value


def schema_keys(parent: dict[str, Any] = TREE, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of the tree with its default."""
    for key, schema in parent["properties"].items():
        here = f"{path}.{key}".lstrip(".")
        yield here, REQUIRED if key in parent.get("required", []) else default(schema)
        for inner in objects(schema):
            yield from schema_keys(inner, here)


def page_keys() -> Iterator[tuple[str, Any]]:
    """Every row of the tables with a default."""
    for section in re.split(r"^##+ ", PAGE, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0].strip("`")
        parent = "" if title == "Top level" else f"{title}."
        for name, cell in re.findall(
            r"^\| .*?`(\w+)`(?:\]\(\S+\))? \| [^|]+ \| ([^|]+) \| ", section, re.MULTILINE
        ):
            match = re.fullmatch(r"`(.+)`", cell)
            given = {"**required**": REQUIRED, "not set": None}
            yield f"{parent}{name}", yaml.safe_load(match[1]) if match else given[cell]


def test_the_page_has_every_key_of_the_schema_with_its_default_and_no_other() -> None:
    rows = [*page_keys()]
    assert len(rows) == len(dict(rows))
    assert dict(rows) == dict(schema_keys())


def test_sections_are_in_the_order_of_the_tree() -> None:
    titles = re.findall(r"^##+ `(.+)`$", PAGE, re.MULTILINE)
    paths = [path for path, _ in schema_keys()]
    assert [each for each in titles if "." not in each] == list(Settings.model_fields)
    assert titles == [path for path in paths if path in titles]


@pytest.mark.parametrize("path", [path for path, _ in schema_keys()])
def test_every_path_is_an_anchor(path: str) -> None:
    assert path in anchors(PAGE)


@pytest.mark.parametrize(
    "enum",
    [models.ProvisioningMode, models.GatePolicy, models.DriftPolicy, models.WaitMode],
)
def test_every_value_of_an_enum_is_described(enum: Any) -> None:
    assert list(value_descriptions(enum)) == [each.value for each in enum]
    for value, description in value_descriptions(enum).items():
        assert f"- `{value}`: {description}\n" in PAGE


def test_the_examples_are_valid_and_on_the_page() -> None:
    for text in (EXAMPLE, MINIMAL):
        tree = yaml.safe_load(text)
        load_settings(tree)
        document = {"config": {"okta-identity-center:federation": tree}}
        jsonschema.validate(document, SCHEMA)
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert "".join(blocks[1:]) == EXAMPLE


def test_the_short_form_of_an_object_is_documented() -> None:
    for path, key in (("assignments.groups", "name"), ("assignments.users", "login")):
        section = PAGE.split(f"### `{path}`\n")[1].split("\n#")[0]
        assert f"short for `{{{key}: TEXT}}`" in section


def test_every_renamed_key_links_to_its_new_name() -> None:
    table = PAGE.split("## Renamed keys")[1]
    rows = re.findall(r"^\| `(.+?)` \| \[`(.+?)`\]\(#(.+?)\)", table, re.MULTILINE)
    assert [old for old, *_ in rows] == list(RENAMED)
    paths = dict(schema_keys())
    for old, new, anchor in rows:
        assert new.replace("[]", "") == anchor
        assert anchor in paths, old
