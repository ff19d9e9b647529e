"""Safe accessors for untrusted JSON."""

from typing import Any, cast

Json = dict[str, Any]


def get_path(document: Any, *path: str) -> Any:
    """The value under these nested keys; None where a key is missing."""
    found: Any = document
    for key in path:
        if not isinstance(found, dict):
            return None
        found = found.get(key)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return found  # pyright: ignore[reportUnknownVariableType]


def get_text(document: Any, *path: str) -> str:
    """The same as a text; empty where it is missing."""
    found = get_path(document, *path)
    return "" if found is None else str(found)


def get_object(document: Any, *path: str) -> dict[str, Any]:
    """The same as an object; empty where it is missing or another type."""
    found = get_path(document, *path)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def get_list(document: Any, *path: str) -> list[Any]:
    """The same as a list; empty where it is missing or another type."""
    found = get_path(document, *path)
    return cast(list[Any], found) if isinstance(found, list) else []
