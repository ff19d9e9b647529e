"""Finds faults in the shape of settings: unknown, renamed and missing keys, and invalid values.

The models decide what is valid. Their errors become findings of the rules 701 to 707, so that no
message contains a library's own phrase.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from pydantic import BaseModel, ValidationError

from okta_idc.rules import stack_file
from okta_idc.rules.partitions import REGIONS
from okta_idc.rules.registry import Finding, join_path
from okta_idc.rules.stack_file import Given, is_plain
from okta_idc.rules.suggestions import closest, did_you_mean
from okta_idc.settings.errors import Problem
from okta_idc.settings.models import FORMS, LARGEST, REGION

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

_MAPPING = "a mapping of keys to values"
_TYPES = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
}
"""What a value of another type must be, by pydantic's error type."""
_VALUES = {
    "too_short": "a list with at least one entry",
    "string_too_short": "text that is not empty",
}
"""What another value of the same type must be."""
_LIMITS = {
    "gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most",
    "max_length": "no longer than",
}  # fmt: skip
WORDED = frozenset({
    *_TYPES, *_VALUES, "missing", "extra_forbidden", "value_error", "enum",
    "string_pattern_mismatch", "string_too_long", "greater_than", "greater_than_equal",
    "less_than", "less_than_equal", "invalid-json-value",
})  # fmt: skip
"""The error types of pydantic that have words here; tests look for others."""
_EXAMPLES = {
    "push_groups": "[aws-admins]",
    "groups": "[aws-admins]",
    "push_group_patterns": "[aws-*]",
    "accounts": '["123456789012"]',
    "account_selectors": "[{organizational_unit: Workloads/Dev}]",
    "excluded_accounts": '["123456789012"]',
    "confirm_removed_accounts": '["123456789012"]',
    "users": "[ada@example.com]",
    "emails": "[ada@example.com]",
    "managed_policies": "[arn:aws:iam::aws:policy/ReadOnlyAccess]",
    "confirm_deprovisioning": "[aws-access]",
    "attribute_statements": "[{key: Department, value: user.department}]",
}
"""Lists, by key."""
_ACCOUNT_IDS = "Put account IDs in quotes, with all 12 digits."
_QUOTES = {"accounts": _ACCOUNT_IDS, "confirm_removed_accounts": _ACCOUNT_IDS}
_SECRET = frozenset({"scim_token", "token", "scim"})
"""Keys whose values may be a token by mistake."""
_DEEPEST = 100
_SURROGATE = re.compile("[\ud800-\udfff]")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Shape:
    """The faults in a tree's shape, and a copy of the tree with the intended keys."""

    tree: Any
    problems: list[Problem]
    given: dict[Place, Place] = field(default_factory=dict[Place, Place])
    """Places in the original by place in `tree`, for keys that were corrected."""

    def path(self, path: str, root: str) -> str:
        """The path in the original for a path in `tree`."""
        for place in sorted(self.given, key=len, reverse=True):
            corrected = _path(root, place)
            if path == corrected or path.startswith((f"{corrected}.", f"{corrected}[")):
                return _path(root, self.given[place]) + path.removeprefix(corrected)
        return path


def shape_of(model: type[BaseModel], raw: object, root: str = "") -> Shape:
    """Every fault in the shape of `raw`, whose path is `root`. A misspelled or renamed key counts
    as the intended one, so that it does not also cause the error that this key is missing."""
    faults: list[tuple[Place, Iterable[Finding]]] = []
    tree = _plain(raw, (), faults)
    shape, found = Shape(tree, []), {place for place, _ in faults}
    while errors := [
        error
        for error in _errors(model, tree)
        if _given(shape.given, _resolved(tree, error["loc"])) not in found
    ]:
        unknown = [error for error in errors if error["type"] == "extra_forbidden"]
        for error in unknown or errors:
            place = _given(shape.given, _resolved(tree, error["loc"]))
            faults.append((place, _findings(model, error, place)))
        if not unknown:
            break
        for error in unknown:
            faults += _correct(model, shape, error["loc"])
    for place, findings in faults:
        shape.problems.extend(Problem.of(each, _path(root, place)) for each in findings)
    return shape


def _errors(model: type[BaseModel], tree: Any) -> list[Any]:
    try:
        model.model_validate(tree)
    except ValidationError as error:
        return cast(list[Any], error.errors(include_url=False))
    return []


def _plain(value: Any, place: Place, faults: list[tuple[Place, Iterable[Finding]]]) -> Any:
    """A copy of the mappings and lists, with a fault for what a stack file cannot contain."""

    def fault(must_be: str) -> None:
        faults.append((place, stack_file.allowed_value(Given("", must_be, hidden=True))))

    if isinstance(value, dict | list) and len(place) > _DEEPEST:
        fault(f"nested at most {_DEEPEST} levels deep")
        return None
    if isinstance(value, list):
        items = enumerate(cast(list[Any], value))
        return [_plain(each, (*place, index), faults) for index, each in items]
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for key, each in cast(dict[Any, Any], value).items():
            if isinstance(key, str) and not _SURROGATE.search(key):
                kept[key] = _plain(each, (*place, key), faults)
            elif isinstance(key, str):
                fault("a mapping whose keys are valid Unicode")
            else:
                faults.append((place, stack_file.text_key(key)))
        return kept
    if isinstance(value, str) and _SURROGATE.search(value):
        fault("text in valid Unicode")
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, int | float) and not abs(value) <= LARGEST:
        fault("a number with at most 15 digits")
        return 0
    return value


def _correct(
    model: type[BaseModel], shape: Shape, place: Place
) -> Iterator[tuple[Place, list[Finding]]]:
    """Moves the value of an unknown key to the intended key, if that is absent, and else drops it
    with findings for the renamed keys that it contains."""
    parent, key = _at(shape.tree, place[:-1]), cast(str, place[-1])
    value, given = parent.pop(key), _given(shape.given, place)
    names = _names(place)
    if new := RENAMED.get(names, ""):
        target: Place = tuple(new.split("."))
        if target[0] not in model.model_fields:
            target = (*place[:-1], *target)
    else:
        close = closest(key, _model_at(model, place[:-1]).model_fields)
        target = (*place[:-1], close) if close else ()
    if not _put(shape.tree, target, value):
        yield from _renamed(new or names, given, value)
        return
    shape.given[target] = given


def _put(tree: Any, place: Place, value: Any) -> bool:
    """Whether the value could be put at a place that has none yet."""
    for key in place[:-1]:
        if isinstance(tree, dict) and isinstance(key, str) and key.isidentifier():
            tree = cast(dict[str, Any], tree).setdefault(key, {})
        elif isinstance(tree, list) and isinstance(key, int):
            tree = cast(list[Any], tree)[key]
        else:
            return False
    if not place or not isinstance(tree, dict) or not str(place[-1]).isidentifier():
        return False
    return cast(dict[Any, Any], tree).setdefault(place[-1], value) is value


def _renamed(names: str, place: Place, value: Any) -> Iterator[tuple[Place, list[Finding]]]:
    """Findings for the renamed keys in the value of a key that is known as `names`."""
    if not any(old.startswith(f"{names}.") for old in RENAMED):
        return
    for key, each in _items(value):
        inner = _names((names, key))
        if (new := RENAMED.get(inner)) and isinstance(key, str):
            yield (*place, key), stack_file.current_key(stack_file.RenamedKey(key, new))
        else:
            yield from _renamed(inner, (*place, key), each)


def _items(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return cast(dict[str, Any], value).items()
    return enumerate(cast(list[Any], value)) if isinstance(value, list) else ()


def _findings(model: type[BaseModel], error: Any, given: Place) -> list[Finding]:
    """The findings of one error. `given`: its place in the original."""
    kind, place, value = error["type"], error["loc"], error["input"]
    known = _model_at(model, place[:-1]).model_fields
    if kind == "extra_forbidden":
        if new := RENAMED.get(_names(place)):
            return stack_file.current_key(stack_file.RenamedKey(place[-1], new))
        return stack_file.known_key(stack_file.Key(place[-1], tuple(known)))
    if kind == "missing":
        description = known[place[-1]].description or ""
        return stack_file.required_key(stack_file.RequiredKey(place[-1], description))
    if not is_plain(value):
        return stack_file.known_before_the_run(value)
    hidden = bool(_SECRET & {*given})
    if kind == "value_error":
        return stack_file.value_type(Given(value, str(error["ctx"]["error"]), hidden=hidden))
    key = next((each for each in reversed(place) if isinstance(each, str)), "")
    if must_be := _TYPES.get(kind):
        example = _EXAMPLES.get(key, "") if kind == "list_type" else ""
        texts = example and not example.startswith("[{") and isinstance(value, str)
        if texts and re.fullmatch(r"[\w@.:/-]{1,60}", value):
            example = f"[{json.dumps(value) if value.isdecimal() else value}]"
        to_do = ""
        if kind == "string_type" and isinstance(value, int | float):
            to_do = _QUOTES.get(key, "Put it in quotes.")
        must_be += f", for example `{example}`" if example else ""
        hidden = hidden or must_be == _MAPPING
        return stack_file.value_type(Given(value, must_be, to_do, hidden))
    limits = error.get("ctx", {})
    ranges = (f"{phrase} {limits[name]:g}" for name, phrase in _LIMITS.items() if name in limits)
    form = FORMS.get(limits.get("pattern")) or limits.get("expected") or " and ".join(ranges)
    form += " characters" if kind == "string_too_long" else ""
    must_be = _VALUES.get(kind) or form or "plain data"
    hint = ""
    if limits.get("pattern") == REGION and isinstance(value, str):
        hint = did_you_mean(value, REGIONS).strip()
        hidden = hidden and not hint  # what resembles a Region is no token
    return stack_file.allowed_value(Given(value, must_be, hint, hidden))


def _given(given: dict[Place, Place], place: Place) -> Place:
    """The place in the original."""
    for end in range(len(place), 0, -1):
        if place[:end] in given:
            return (*given[place[:end]], *place[end:])
    return place


def _resolved(tree: Any, location: Place) -> Place:
    """The place of an error: its location without the names of types, and without the key for which
    a text is short."""
    place: list[str | int] = []
    for part in location[:-1]:
        if isinstance(tree, dict | list) and (isinstance(tree, dict) == isinstance(part, str)):
            inner = _at(tree, (part,))
            if inner is None:
                continue
            tree = inner
            place.append(part)
    return (*place, *location[-1:]) if isinstance(tree, dict | list) else tuple(place)


def _at(tree: Any, place: Place) -> Any:
    for part in place:
        tree = dict(_items(tree)).get(part)
    return tree


def _path(root: str, place: Place) -> str:
    return join_path(root, *(f"[{part}]" if isinstance(part, int) else part for part in place))


def _names(place: Place) -> str:
    return ".".join(part for part in place if isinstance(part, str))


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in a field's type: the type itself, in a list, or in a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
