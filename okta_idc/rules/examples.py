"""A rule's good and bad example as text, for the catalog and the command line."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast


def show(value: object) -> str:
    """An example as Python writes it, without defaults; long texts and sequences are cut."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = [
            f"{field.name}={show(getattr(value, field.name))}"
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != field.default
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, str):
        return repr(value) if len(value) <= 220 else f"{value[:20]!r}… {len(value):,} characters"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, Mapping):
        items = cast(Mapping[object, object], value).items()
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in items) + "}"
    if isinstance(value, frozenset):
        members = sorted(map(show, cast(frozenset[object], value)))
        return "{" + ", ".join(members) + "}" if members else "frozenset()"
    if isinstance(value, tuple | list):
        items = [show(each) for each in cast(Sequence[object], value)]
        if len(items) > 4:
            items = [*items[:2], f"… {len(items) - 2} more"]
        joined = ", ".join(items)
        if isinstance(value, list):
            return f"[{joined}]"
        return f"({joined},)" if len(items) == 1 else f"({joined})"
    return repr(value)
