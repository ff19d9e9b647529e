"""Reads YAML that a person wrote, whatever it contains."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import yaml

_Result = TypeVar("_Result")

MOST_REPEATED = 10_000
"""Most values that aliases may repeat in one file; stack files need a few hundred."""


_NO_SETTINGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("timestamp", "binary", "set", "omap", "pairs")
)
"""Types of YAML that JSON, and so a setting, cannot have."""


class _Loader(yaml.SafeLoader):
    """Reads plain data only: a date is text, and other types of YAML are errors."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's
        first: [(tag, pattern) for tag, pattern in listed if tag not in _NO_SETTINGS]
        for first, listed in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    yaml_constructors = {  # noqa: RUF012 - PyYAML's
        tag: each
        for tag, each in yaml.SafeLoader.yaml_constructors.items()
        if tag not in _NO_SETTINGS
    }


class YamlError(ValueError):
    """The text is no YAML that can be used. It says why, as a clause that follows a path."""


def read_yaml(text: str) -> Any:
    """The document in plain data. Raises YamlError.

    PyYAML reads an alias without a copy, but all that copies or checks the document sees each alias
    as the whole that it repeats: aliases of aliases multiply a few lines to billions of values.
    """
    return _read(text, _document)


def read_nodes(text: str) -> yaml.MappingNode | None:
    """The nodes of a document that is a mapping, whose values are still the text that a person
    wrote; None for another document. Raises YamlError."""

    def mapping(loader: Any) -> yaml.MappingNode | None:
        root = _root(loader)
        return root if isinstance(root, yaml.MappingNode) else None

    return _read(text, mapping)


def entries(mapping: yaml.MappingNode) -> dict[str, yaml.Node]:
    """The values of a mapping by key, with those that merge keys (`<<`) add. Raises YamlError."""

    def flattened(loader: Any) -> dict[str, yaml.Node]:
        loader.flatten_mapping(mapping)
        pairs = cast(list[tuple[yaml.Node, yaml.Node]], mapping.value)
        return {str(key.value): value for key, value in pairs}

    return _read("", flattened)


def _read(text: str, read: Callable[[Any], _Result]) -> _Result:
    try:
        return read(_Loader(text))
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise YamlError(f"is not valid YAML{line}. Correct the syntax.") from None
    except (yaml.YAMLError, RecursionError, ValueError, LookupError):
        # The last two: PyYAML on an explicit type without such a value, for example `!!bool maybe`.
        raise YamlError("is not valid YAML. Correct the syntax.") from None


def _document(loader: Any) -> Any:
    root = _root(loader)
    return None if root is None else loader.construct_document(root)


def _root(loader: Any) -> yaml.Node | None:
    root: Any = loader.get_single_node()
    if root is None:
        return None
    sizes: dict[int, int] = {}
    if _size(root, sizes) - len(sizes) > MOST_REPEATED:
        raise YamlError(
            f"aliases (`*name`) repeat more than {MOST_REPEATED:,} values. Write them out."
        )
    _check_keys(root)
    return root


def _check_keys(root: yaml.Node) -> None:
    """Refuses a key that a mapping has twice: PyYAML would keep the last value."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += cast(list[yaml.Node], node.value)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[tuple[str, str], int] = {}
            for key, value in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
                waiting += [key, value]
                if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                    continue
                line, name = key.start_mark.line + 1, (key.tag, str(key.value))
                if name in lines:
                    raise YamlError(
                        f"the key {name[1]!r} is at line {lines[name]} and at line {line}. "
                        "Keep one of them."
                    )
                lines[name] = line


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """The number of values in a node, with each alias counted as what it repeats."""
    if (known := sizes.get(id(node))) is not None:
        if not known:
            raise YamlError("an alias (`*name`) is inside the value that it repeats. Remove it.")
        return known
    sizes[id(node)] = 0  # until the values in it are counted
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        pairs = cast(list[tuple[yaml.Node, yaml.Node]], node.value)
        children = [each for pair in pairs for each in pair]
    elif isinstance(node, yaml.SequenceNode):
        children = cast(list[yaml.Node], node.value)
    sizes[id(node)] = 1 + sum(_size(child, sizes) for child in children)
    return sizes[id(node)]
