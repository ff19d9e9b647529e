"""Checks the shape of an answer against recordings of a real org and Okta's OpenAPI description.

`check_answer` returns one line for each deviation. Recordings take precedence: for a recorded
answer, the OpenAPI description only checks the values of enumerations. If neither describes the
answer, it is assumed, and only the shape of an error is checked. Deliberate deviations are in
tests/sandbox/okta/deviations.py, with the reason.
"""

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.paths import DATA
from tests.sandbox.okta.deviations import allowed
from tests.sandbox.okta.operations import offered, plain

DOCUMENTED = DATA / "okta-openapi-subset.json"
_SPEC = "okta:openapi"
_TIMES = {"time:ms": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "time:s": r"\d{4}-.{14}Z"}
_ERROR = {
    "errorCode": str, "errorSummary": str, "errorLink": str, "errorId": str, "errorCauses": list,
}  # fmt: skip


def operation(method: str, path: str) -> str:
    """`GET /api/v1/apps/{id}/groups/{id}` for a path with or without ids and a query."""
    path = path.split("?")[0].rstrip("/")
    return f"{method} {_template(path)}"


@functools.cache
def recorded() -> dict[str, Any]:
    """Shapes by operation and status."""
    text = (DATA / "okta-recorded-shapes.json").read_text()
    return {plain(key): value for key, value in json.loads(text).items()}


@functools.cache
def documented() -> dict[str, Any]:
    """Operations of the OpenAPI description."""
    return {
        plain(f"{method.upper()} {path}"): what
        for path, methods in _spec()["paths"].items()
        for method, what in methods.items()
        if method in ("get", "post", "put", "patch", "delete") and what.get("responses")
    }


def check_answer(method: str, path: str, answer: Any) -> list[str]:
    if path.startswith("/sandbox/"):
        return []
    op, status = operation(method, path), str(answer.status)
    known = recorded().get(op, {}).get(status)
    found = list(_by_recording(known, answer)) if known else []
    found += _by_documentation(op, status, answer, known is not None)
    if answer.status >= 400 and path.startswith("/api/"):
        found += _error(answer.body)
    lines = [f"{where or 'the answer'}: {what}" for where, what in found]
    return [f"{op} {status}: {line}" for line in lines if not allowed(op, line)]


def is_recorded(method: str, path: str, status: int) -> bool:
    """Whether a real org's answer of this kind was recorded."""
    return str(status) in recorded().get(operation(method, path), {})


Found = Iterator[tuple[str, str]]
"""Pairs of a location such as `[].profile.name` and the deviation there."""


def _by_recording(known: Any, answer: Any) -> Found:
    for name in known["headers"]:
        if name not in answer.headers:
            yield f"header {name}", "missing"
    shape = known.get("response")
    if shape is None or shape == "not-json":
        is_text = isinstance(answer.body, str)
        if is_text != (shape == "not-json"):
            yield "", f"should be {'text' if shape else 'empty'}, is {answer.body!r:.60}"
    else:
        yield from fits(shape, answer.body)


def fits(shape: Any, value: Any, where: str = "") -> Found:
    """Deviations of a value from a recorded shape (see tests/data/README.md)."""
    if isinstance(shape, str):
        shape = {"type": [shape]}
    scalars: Any = shape.get("type", [])
    scalars = [scalars] if isinstance(scalars, str) else scalars
    if isinstance(value, dict) and "object" in shape:
        yield from _keys(shape["object"], value, where)
    elif isinstance(value, list) and "items" in shape:
        for item in value:
            yield from fits(shape["items"], item, where + "[]")
    elif isinstance(value, list) and not value and ("array:empty" in scalars or "array" in scalars):
        return
    elif not any(_is(kind, value) for kind in scalars):
        wanted = [kind for kind in ("object", "items") if kind in shape] + scalars
        yield where, f"{value!r:.60} is none of {', '.join(map(str, wanted))}"


def _keys(keys: Any, value: Any, where: str) -> Found:
    known = {key.removeprefix("?"): (key.startswith("?"), shape) for key, shape in keys.items()}
    for key, (optional, _) in known.items():
        if key not in value and not optional:
            yield _join(where, key), "missing"
    for key, item in value.items():
        if key in known:
            yield from fits(known[key][1], item, _join(where, key))
        else:
            yield _join(where, key), "not in the recordings"


def _is(kind: Any, value: Any) -> bool:
    if isinstance(kind, dict):
        return not any(fits(kind, value))
    if kind == "null":
        return value is None
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind in _TIMES:
        return re.fullmatch(_TIMES[kind], value) is not None
    if kind.startswith("id:"):
        return value.startswith(kind[3:])
    if kind == "url":
        return value.startswith("http")
    return kind in ("string", "string:empty") or kind.startswith("enum:")


def _by_documentation(op: str, status: str, answer: Any, recorded_too: bool) -> Found:
    what = documented().get(op)
    if what is None:
        return
    response = what["responses"].get(status)
    if response is None:
        if not recorded_too and answer.status < 400:
            yield "status", f"documented are {', '.join(what['responses'])}"
        return
    schema = _resolved(response).get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        if answer.body and not recorded_too and answer.status < 400:
            yield "", "documented without a body"
        return
    many = schema.get("type") == "array"
    for item in answer.body if many and isinstance(answer.body, list) else [answer.body]:
        of_item = _chosen(schema["items"] if many else schema, item)
        for error in _validator().evolve(schema=of_item).iter_errors(item):
            if recorded_too and error.validator != "enum":
                continue
            place = ".".join("[]" if isinstance(step, int) else step for step in error.path)
            yield _join("[]" if many else "", place).replace(".[]", "[]"), error.message[:120]
        if not recorded_too and isinstance(item, dict) and answer.status < 400:
            for key in sorted(set(item) - _properties(of_item)):
                yield _join("[]" if many else "", key), "not documented"


def _error(body: Any) -> Found:
    if not isinstance(body, dict) or set(body) != set(_ERROR):
        yield "", "is not an Okta error"
        return
    for key, kind in _ERROR.items():
        if not isinstance(body[key], kind):
            yield key, f"{body[key]!r:.60} is not {kind.__name__}"


@functools.cache
def _spec() -> Any:
    return _json_schema(json.loads(DOCUMENTED.read_text()))


@functools.cache
def _validator() -> Any:
    registry: Any = Registry().with_resource(_SPEC, DRAFT202012.create_resource(_spec()))
    return Draft202012Validator({}, registry=registry)


def _json_schema(node: Any) -> Any:
    """Convert OpenAPI 3.0 to JSON Schema: `nullable`, and references."""
    if isinstance(node, list):
        return [_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _json_schema(value) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        node["$ref"] = _SPEC + node["$ref"]
    if node.pop("nullable", None) is True:
        return {"anyOf": [{"type": "null"}, node]}
    return node


def _resolved(node: Any) -> Any:
    while "$ref" in node:
        found: Any = _spec()
        for step in node["$ref"].split("#/")[1].split("/"):
            found = found[step]
        node = found
    return node


def _chosen(schema: Any, value: Any) -> Any:
    """The subtype that the discriminator selects for this value."""
    choice = _resolved(schema).get("discriminator")
    if choice and isinstance(value, dict):
        name = choice.get("mapping", {}).get(value.get(choice["propertyName"]))
        if name:
            return {"$ref": _SPEC + name}
    return schema


def _properties(schema: Any) -> set[str]:
    node = _resolved(schema)
    found = set(node.get("properties", {}))
    for part in (*node.get("allOf", []), *node.get("anyOf", []), *node.get("oneOf", [])):
        found |= _properties(part)
    return found


def _join(where: str, key: str) -> str:
    return f"{where}.{key}" if where and key else where or key


@functools.cache
def _templates() -> list[tuple[str, re.Pattern[str]]]:
    paths = {key.split(" ", 1)[1] for key in (*recorded(), *documented())}
    paths |= {path for _, path in offered()}
    ordered = sorted(paths, key=lambda path: (path.count("{id}"), path))  # literal names first
    return [(p, re.compile(re.escape(p).replace(r"\{id\}", "[^/]+"))) for p in ordered]


def _template(path: str) -> str:
    for template, pattern in _templates():
        if pattern.fullmatch(path):
            return template
    return path
