"""Bindings of rules that have one subject."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from okta_idc.inventory.model import Inventory
from okta_idc.rules import Rule
from okta_idc.rules.binding import Binding, Location, Subject

T = TypeVar("T")


def single(
    rule: Rule[T], read: Callable[[Inventory], T], name: str = "", path: str = "",
    parts: Mapping[str, Location] | None = None,
) -> Binding[Inventory]:  # fmt: skip
    """`read` returns the subject or raises Unavailable; `name` and `path` locate its findings."""
    return Binding(rule, lambda found: [Subject(read(found), Location(name, path), parts or {})])
