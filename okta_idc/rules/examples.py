"""A rule's good and bad example as text, for the catalog and the command line."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

_LONGEST, _MOST = 220, 4
_PLAIN = re.compile(r"[A-Za-z][\w.-]*")


def show(value: object) -> str:
    """An example as YAML writes it in one line, without defaults; long texts and lists are cut."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _mapping({
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != field.default
        })  # fmt: skip
    if isinstance(value, str):
        if len(value) <= _LONGEST:
            return _quoted(value)
        return f"{_quoted(value[:20])}… {len(value):,} characters"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, Mapping):
        return _mapping(cast(Mapping[object, object], value))
    if isinstance(value, frozenset):
        return _list(sorted(map(show, cast(frozenset[object], value))))
    if isinstance(value, tuple | list):
        return _list([show(each) for each in cast(Sequence[object], value)])
    if isinstance(value, bool | int | float | None):
        return json.dumps(value)
    # What is no plain data is an Output.
    return str(value) if not isinstance(value, type) else "(a value that is known later)"


def _quoted(text: str) -> str:
    """The text in single quotes if it has double ones, which would need a backslash each."""
    if '"' in text and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _mapping(values: Mapping[object, object]) -> str:
    items = (f"{_key(key)}: {show(value)}" for key, value in values.items())
    return "{" + ", ".join(items) + "}"


def _key(key: object) -> str:
    return key if isinstance(key, str) and _PLAIN.fullmatch(key) else show(key)


def _list(items: list[str]) -> str:
    if len(items) > _MOST:
        items = [*items[:2], f"… {len(items) - 2} more"]
    return f"[{', '.join(items)}]"
