"""7xx, the stack file: keys, values, combinations of keys, and repetitions.

The settings models decide what a valid value is (okta_idc/settings/models.py); the rules 701 to 707
describe the faults that they find.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from okta_idc.rules.registry import Related, Remedy, Violation, component_rule, repeated, shorten
from okta_idc.rules.suggestions import did_you_mean

_SOURCE = "this kit: docs/reference/settings.md"
_NAMES = "this kit: a resource's URN, which Pulumi requires to be unique, contains its name"


def is_plain(value: object) -> bool:
    """Whether the value is plain data; any other object is an Output."""
    return isinstance(value, str | int | float | bool | list | dict | tuple | None)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping, and the known keys."""

    name: str
    known: tuple[str, ...]


@component_rule(
    "OIC-701",
    "A key is unknown",
    source=_SOURCE,
    remedy="Correct the key, or remove it.",
    good=Key("label", ("acs_url", "label")),
    bad=Key("labl", ("acs_url", "label")),
)
def known_key(key: Key) -> Iterator[Violation]:
    """Subject: one key."""
    if key.name not in key.known:
        hint = did_you_mean(key.name, key.known).strip()
        fix = hint or f"Known keys: {', '.join(key.known)}."
        yield "", None, "unknown key.", Remedy(fix)


@dataclass(frozen=True, slots=True)
class RenamedKey:
    """A key of an earlier version, and its present name or names; empty if it is current."""

    name: str
    use: str = ""


@component_rule(
    "OIC-702",
    "A key has an earlier name",
    source="docs/reference/settings.md#renamed-keys",
    remedy="Use the key's present name.",
    good=RenamedKey("scim_token"),
    bad=RenamedKey("scim", "scim_token"),
)
def current_key(key: RenamedKey) -> Iterator[Violation]:
    """Subject: one key."""
    if key.use:
        yield "", None, "was renamed.", Remedy(f"Use {key.use}.")


@dataclass(frozen=True, slots=True)
class RequiredKey:
    """A required key, its description, and whether it is present."""

    name: str
    description: str
    present: bool = False


@component_rule(
    "OIC-703",
    "A required key is missing",
    source=_SOURCE,
    remedy="Add the key.",
    good=RequiredKey("secret", "Name or ARN of the secret.", present=True),
    bad=RequiredKey("secret", "Name or ARN of the secret."),
)
def required_key(key: RequiredKey) -> Iterator[Violation]:
    """Subject: one required key."""
    if not key.present:
        fix = f"Add it: {key.description}" if key.description else "Add it."
        yield "", None, "is missing.", Remedy(" ".join(fix.split()))


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and what it must be instead; empty if it is valid. `to_do` says how to write it.
    `hidden`: the value may be a secret."""

    value: object
    must_be: str
    to_do: str = ""
    hidden: bool = False


_KINDS: tuple[tuple[Any, str], ...] = (
    (dict, "is a mapping"), (list, "is a list"), (tuple, "is a tuple"), (str, "is text"),
    (bool, "is true or false"), (int | float, "is a number"), (object, "is empty"),
)  # fmt: skip


def _fault(given: Given, *, quote: bool) -> Iterator[Violation]:
    """The fault, with the value as it is written (`quote`), or with the kind of value."""
    if not given.must_be:
        return
    value, must_be, to_do = given.value, f"must be {given.must_be}.", Remedy(given.to_do)
    if quote and isinstance(value, str):
        yield "", value, f"is not valid: {must_be}", to_do
    elif quote:
        yield "", None, f"{shorten(json.dumps(value), 60)} is not valid: {must_be}", to_do
    else:
        kind = next(words for kind, words in _KINDS if isinstance(value, kind))
        yield "", None, f"{kind}: {must_be}", to_do


@component_rule(
    "OIC-704",
    "A value has the wrong type",
    source=_SOURCE,
    remedy="Write the type that the reference lists.",
    good=Given(True, ""),
    bad=Given("yes", "true or false"),
)
def value_type(given: Given) -> Iterator[Violation]:
    """Subject: one value."""
    return _fault(given, quote=isinstance(given.value, str | int | float) and not given.hidden)


@component_rule(
    "OIC-705",
    "A value is not one of those that are allowed",
    source=_SOURCE,
    remedy="Write a value that the reference allows.",
    good=Given("api", ""),
    bad=Given("apy", "'api' or 'console'"),
)
def allowed_value(given: Given) -> Iterator[Violation]:
    """Subject: one value: an option, a number with limits, or a text with a form."""
    if given.hidden and given.must_be:
        return iter([("", None, f"must be {given.must_be}.", Remedy(given.to_do))])
    return _fault(given, quote=isinstance(given.value, str | int | float) or given.value == [])


@component_rule(
    "OIC-706",
    "A value is known only during the run",
    source="this kit: names of resources, and what decides which resources exist, contain it",
    remedy="Pass plain data: it cannot be an Output.",
    good="aws-admins",
    bad=object,
)
def known_before_the_run(value: object) -> Iterator[Violation]:
    """Subject: one value that cannot be an Output."""
    if not is_plain(value):
        yield "", None, "must be known before the run."


@component_rule(
    "OIC-707",
    "A key is not text",
    source="YAML: a number, true, false, or null is a value of its own, also as a key",
    remedy="Put the key in quotes.",
    good="1",
    bad=1,
)
def text_key(key: object) -> Iterator[Violation]:
    """Subject: one key."""
    if not isinstance(key, str):
        shown = json.dumps(key) if isinstance(key, int | float | None) else "a list or mapping"
        yield "", None, f"the key {shown} must be text."


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a group or a user that have a value."""

    given: frozenset[str]

    @classmethod
    def of(cls, *given: str) -> "Keys":
        return cls(frozenset(given))


@component_rule(
    "OIC-708",
    "A group does not have exactly one of name, id, and create",
    source=_SOURCE,
    remedy="Set exactly one: `name` or `id` of an existing group, or `create` for a new one.",
    good=Keys.of("name"),
    bad=Keys.of("name", "id"),
)
def one_group_source(keys: Keys) -> Iterator[Violation]:
    """Subject: one group's keys."""
    found = [key for key in ("name", "id", "create") if key in keys.given]
    if not found:
        yield "", None, "has none of name, id, and create."
    elif len(found) > 1:
        yield "", None, f"has {' and '.join(found)}."


_REQUIRES = {
    "description": ("create", "describes a group to create"),
    "rule": ("create", "fills a group to create"),
    "aws_group_id": ("import_id", "belongs to an existing push mapping"),
}


@component_rule(
    "OIC-709",
    "A key of a group does not apply",
    source=_SOURCE,
    remedy="Remove the key, or add the one that it requires.",
    good=Keys.of("create", "rule"),
    bad=Keys.of("name", "rule"),
)
def group_keys_apply(keys: Keys) -> Iterator[Violation]:
    """Subject: one group's keys."""
    for key, (required, reason) in _REQUIRES.items():
        if key in keys.given and required not in keys.given:
            yield key, None, f"requires {required}: it {reason}."
    if {"create", "import_id"} <= keys.given:
        message = "requires name or id: a group to create has nothing to import."
        yield "import_id", None, message, Remedy("Remove `import_id`, or name the existing group.")
    if {"retire", "import_id"} <= keys.given:
        message = "requires a push mapping that the stack owns, without import_id."
        yield "retire", None, message, Remedy("Remove `retire` or `import_id`.")


@component_rule(
    "OIC-710",
    "A user does not have exactly one of login and id",
    source=_SOURCE,
    remedy="Set either login or id.",
    good=Keys.of("login"),
    bad=Keys.of("login", "id"),
)
def one_user_source(keys: Keys) -> Iterator[Violation]:
    """Subject: one user's keys."""
    if len(keys.given & {"login", "id"}) != 1:
        both = "has both login and id." if "id" in keys.given else "has neither login nor id."
        yield "", None, both


@component_rule(
    "OIC-711",
    "Only some assignment groups have a priority",
    source="docs/research/okta-provider.md#priority-zero",
    remedy="Set a priority on all groups or on none; 1 is the highest.",
    good={"aws-access": 1, "aws-partners": 2},
    bad={"aws-access": 1, "aws-partners": None},
)
def priority_for_all(priorities: Mapping[str, int | None]) -> Iterator[Violation]:
    """Subject: the priorities of all assignment groups by name. Okta sets the priority of groups
    without one, and mixing them causes a perpetual diff."""
    without = [name for name, priority in priorities.items() if priority is None]
    if without and len(without) < len(priorities):
        yield "", None, f"only some groups have a priority, not {', '.join(without)}."


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries by path, and a key for each if entries with different texts can be the same."""

    entries: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()


def entries(path: str, values: tuple[str, ...], keys: tuple[str, ...] = ()) -> Entries:
    """The entries of one list."""
    return Entries(tuple((f"{path}[{i}]", value) for i, value in enumerate(values)), keys)


@component_rule(
    "OIC-712",
    "An entry is listed twice",
    source=_NAMES,
    remedy="Remove one of them.",
    good=entries("accounts", ("123456789012", "210987654321")),
    bad=entries("accounts", ("123456789012", "123456789012")),
)
def no_repetition(listed: Entries) -> Iterator[Violation]:
    """Subject: the entries of one list, or of several lists that must not share entries."""
    for index, first in repeated(listed.keys or [value for _, value in listed.entries]):
        (path, value), (other, same) = listed.entries[index], listed.entries[first]
        yield path, value, "is listed twice.", Related(other, None if same == value else same)


@dataclass(frozen=True, slots=True)
class NamedResource:
    """A resource that the settings declare: the path and value that its name contains last, and
    the name. Names are compared within a `kind`."""

    path: str
    value: str
    name: str
    kind: str = ""


@component_rule(
    "OIC-713",
    "Two declarations give resources the same name",
    source=_NAMES,
    remedy="Rename a group, permission set, or policy: hyphens join their names.",
    good=(NamedResource("groups[0]", "c", "a-b-c"), NamedResource("groups[1]", "d", "a-b-d")),
    bad=(NamedResource("groups[0]", "b-c", "a-b-c"), NamedResource("groups[1]", "c", "a-b-c")),
)
def names_differ(resources: tuple[NamedResource, ...]) -> Iterator[Violation]:
    """Subject: the resources of one component. OIC-712 covers an entry that is listed twice."""
    for index, first in repeated((each.kind, each.name) for each in resources):
        one, other = resources[index], resources[first]
        message = f"leads to the resource name {shorten(one.name)!r}, as another entry does."
        yield one.path, one.value, message, Related(other.path, other.value)
