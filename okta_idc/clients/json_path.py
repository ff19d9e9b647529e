"""Safe accessors for untrusted JSON."""

from typing import Any, cast

Json = dict[str, Any]


def get_path(document: Any, *path: str) -> Any:
    """The value under these nested keys; None if a key is missing."""
    found: Any = document
    try:
        for key in path:
            found = found[key]
    except (KeyError, TypeError):  # TypeError: not an object
        return None
    return found


def get_text(document: Any, *path: str) -> str:
    """The value as text; empty if it is missing."""
    found = get_path(document, *path)
    return "" if found is None else str(found)


def get_object(document: Any, *path: str) -> dict[str, Any]:
    """The value if it is an object, else an empty object."""
    found = get_path(document, *path)
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def get_list(document: Any, *path: str) -> list[Any]:
    """The value if it is a list, else an empty list."""
    found = get_path(document, *path)
    return cast(list[Any], found) if isinstance(found, list) else []
