"""Types, limits, defaults and descriptions of settings in words, from their JSON Schema."""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_WORDS = {
    "string": "text",
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "object": "mapping",
}


def type_in_words(schema: Json, definitions: Json, section: str, plural: str = "") -> str:
    """The type with its limits; an object links to `section`, the anchor that describes it."""
    if options := schema.get("anyOf"):
        known = [each for each in options if each.get("type") != "null"]
        if len(known) > 1:  # a short form, whose limits are those of its key
            known = [{k: v for k, v in each.items() if k != "minLength"} for each in known]
        return " or ".join(type_in_words(each, definitions, section, plural) for each in known)
    if name := reference(schema):
        if values := definitions[name].get("enum"):
            return choice(values)
        return f"[object{plural}](#{section})"
    if schema["type"] == "array":
        words = f"list of {type_in_words(schema['items'], definitions, section, 's')}"
    else:
        words = _WORDS[schema["type"]] + plural
        if schema.get("additionalProperties") == {"type": "string"}:
            words += " of texts"
    return ", ".join([words, *_limits(schema)])


def default_in_words(schema: Json, definitions: Json) -> str:
    """The default as YAML; `{}` for an object, whose keys have defaults of their own."""
    value = schema["default"]
    if value is None:
        return "not set"
    if isinstance(value, dict) and node(schema, definitions):
        value = {}
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{value}`" if isinstance(value, str) and value else f"`{json.dumps(value)}`"


def description(schema: Json, definitions: Json) -> str:
    """The docstring on one line; pydantic omits a key's that equals that of the key's type."""
    text = schema.get("description") or definitions[reference(schema)]["description"]
    return " ".join(text.split())


def patterns(schema: Json) -> set[str]:
    """The regular expressions of a key or of its items."""
    own = {schema["pattern"]} if "pattern" in schema else set[str]()
    return own.union(*map(patterns, _inner(schema)))


def node(schema: Json, definitions: Json) -> Json | None:
    """The object that a key holds: itself, in a list, or as one of several types."""
    if name := reference(schema):
        return definitions[name] if "properties" in definitions[name] else None
    inner = (node(each, definitions) for each in _inner(schema))
    return next(filter(None, inner), None)


def reference(schema: Json) -> str:
    """The name of the definition that a key refers to, or an empty text."""
    return schema.get("$ref", "").rpartition("/")[2]


def choice(values: list[str]) -> str:
    """The values of an enum: "`a` or `b`"; "`a`, `b`, or `c`"."""
    *others, last = [f"`{value}`" for value in values]
    return f"{', '.join(others)}{',' if len(others) > 1 else ''} or {last}"


def _inner(schema: Json) -> list[Json]:
    return [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]


def _limits(schema: Json) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    least, most = schema.get("minLength", schema.get("minItems")), schema.get("maxLength")
    if "exclusiveMinimum" in schema:
        yield f"greater than {schema['exclusiveMinimum']:g}"
    if low is not None and high is not None:
        yield f"{low:g} to {high:g}"
    elif low is not None:
        yield f"at least {low:g}"
    elif high is not None:
        yield f"at most {high:g}"
    if most is not None:
        yield f"{least or 0} to {most} characters"
    elif least is not None:
        yield "not empty"
