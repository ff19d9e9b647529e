"""Errors of the settings tree: one line per problem, with path, value and what to do."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast, get_args

from pydantic import BaseModel

from okta_idc.rules.registry import Finding, count, join_path, shorten
from okta_idc.settings.models import FORMS, is_plain

RENAMED = {
    "app.user_name_template": "app.username_format",
    "attributes": "attribute_statements",
    "mappings": "profile_mappings",
    "scim": "scim_token",
    "scim_token.probe": "scim_token.verify",
    "scim_token.probe_at": "scim_token.verify_at",
    "provisioning.update_users": "provisioning.update_user_attributes",
    "provisioning.drift": "drift",
    "provisioning.wait_minutes": "provisioning.wait_timeout_minutes",
    "provisioning.arrival_minutes": "provisioning.propagation_timeout_minutes",
    "provisioning.settle_seconds": "provisioning.propagation_settle_seconds",
    "assign": "assignments.groups (for `pushed`: assignments.pushed_members_group)",
    "assigned_group": "assignments.pushed_members_group.name",
    "assign_people": "assignments.users",
    "assignments.users.user_name": "assignments.users[].username",
    "unassign_limit": "assignments.max_deprovisioned_users",
    "unassign": "assignments.confirm_deprovisioning",
    "push": "push_groups",
    "access": "account_access",
    "account_access.permission_sets.session": "session_duration",
    "account_access.permission_sets.managed": "managed_policies",
    "account_access.permission_sets.customer_managed": "customer_managed_policies",
    "account_access.permission_sets.inline": "inline_policy",
    "account_access.permission_sets.boundary": "permissions_boundary",
    "access_control": "access_control_attributes",
    "alarm": "token_expiry_alarm",
}
"""New names of keys that earlier stack files used, by path."""

_MAPPING = "must be a mapping of keys to values"
_EXPECTED = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "list_type": "must be a list",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
"""What a value must be, by pydantic's error type."""
_NOT_SCALAR: dict[type, str] = {type(None): "empty", dict: "a mapping", list: "a list"}
_LIMITS = {
    "gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most",
    "max_length": "no longer than", "class": "of the class",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A problem in the settings: its path, what is wrong with what to do, and the rule's ID."""

    path: str
    message: str
    rule: str = ""

    @classmethod
    def of(cls, finding: Finding, prefix: str = "") -> "Problem":
        """A rule's finding; `prefix` precedes its path."""
        found = finding.within(prefix)
        return cls(found.path, found.advice, found.rule.id)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SettingsError(Exception):
    """The settings cannot be used. The text lists every problem, one per line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        number = count(len(problems), "problem")
        lines = "\n".join(f"  • {problem}" for problem in problems)
        super().__init__(f"The settings have {number}; nothing was changed.\n{lines}")


def shape_problems(model: type[BaseModel], root: str, errors: Iterable[Any]) -> list[Problem]:
    """Pydantic's errors, reworded for the settings. A required key that is present under its old
    name is one problem, not two."""
    found: list[Any] = []
    for error in errors:
        kind, place = error["type"], error["loc"]
        old = _renamed(_names(place), place, error["input"]) if kind == "extra_forbidden" else ()
        found += [*old] or [error]
    renamed = {each["input"] for each in found if each["type"] == "renamed"}
    return [
        Problem(_path(root, _place(each)), _message(model, each))
        for each in found
        if not (each["type"] == "missing" and _names(each["loc"]) in renamed)
    ]


def _renamed(names: str, place: tuple[str | int, ...], value: Any) -> Iterator[Any]:
    """Errors for a key of an earlier stack file and the keys in its value."""
    if new := RENAMED.get(names):
        yield {"type": "renamed", "loc": place, "input": new}
        names = new.partition(" ")[0]
    if isinstance(value, dict | list):
        inner = cast(Any, value).items() if isinstance(value, dict) else enumerate(cast(Any, value))
        for key, each in inner:
            yield from _renamed(_names((names, key)), (*place, key), each)


def _place(error: Any) -> Sequence[str | int]:
    """Where the error is; for a key that is not text, the place of its mapping."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    return place[:-1] if error["type"] == "invalid_key" or place != error["loc"] else place


def _message(model: type[BaseModel], error: Any) -> str:
    kind, place, given = error["type"], error["loc"], error["input"]
    known = _model_at(model, place[:-1]).model_fields
    if kind == "renamed":
        return f"was renamed. Use {given}."
    if kind == "missing":
        description = known[place[-1]].description
        return " ".join(f"is missing. Add it{f': {description}' if description else '.'}".split())
    if kind == "extra_forbidden":
        close = get_close_matches(str(place[-1]), known, n=1)
        return "unknown key. " + (
            f"Did you mean {close[0]!r}?" if close else f"Known keys: {', '.join(known)}."
        )
    if kind == "value_error":
        return f"{error['ctx']['error']}."
    if _place(error) != place:
        return f"the key {json.dumps(given)} must be text; put it in quotes."
    if not is_plain(given):
        return "must be known before the run: it cannot be an Output."
    limits = error.get("ctx", {})
    ranges = (f"{phrase} {limits[key]}" for key, phrase in _LIMITS.items() if key in limits)
    form = FORMS.get(limits.get("pattern")) or limits.get("expected") or " and ".join(ranges)
    expected = _EXPECTED.get(kind) or f"must be {form or 'plain data'}"
    if kind == "list_type" and (isinstance(given, str) or str(place[-1]).endswith("groups")):
        example = shorten(given, 60) if isinstance(given, str) else "aws-admins"
        expected += f", for example `[{example}]`"
    if kind == "string_type" and isinstance(given, int | float):
        expected += "; put it in quotes"
    not_scalar = _NOT_SCALAR.get(cast(Any, type(given)))
    if not_scalar and kind != "too_short":
        return f"is {not_scalar}: {expected}."
    if {"scim_token", "token"} & {*place} or expected == _MAPPING:
        return f"{expected}."  # the value may be a token
    value = repr(given) if isinstance(given, str) else json.dumps(given)
    return f"{shorten(value, 60)} is not valid: {expected}."


def _path(root: str, location: Sequence[str | int]) -> str:
    return join_path(root, *(f"[{part}]" if isinstance(part, int) else part for part in location))


def _names(location: Sequence[str | int]) -> str:
    return ".".join(part for part in location if isinstance(part, str))


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel]:
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in a field's type: the type itself, in a list, or in a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
