"""The functions that Okta documents, and the one that a misspelled name resembles.

Okta's rules: docs/research/okta-api.md#expressions. Names are case-sensitive.
"""

from okta_idc.okta_expression.objects import LIKENESS
from okta_idc.okta_expression.similar import LONGEST, closest

STRING_FUNCTIONS: dict[str, tuple[int, int]] = {
    "append": (2, 2), "join": (2, 99), "len": (1, 1), "removeSpaces": (1, 1), "replace": (3, 3),
    "replaceFirst": (3, 3), "startsWith": (2, 2), "stringContains": (2, 2),
    "stringSwitch": (2, 99), "substring": (3, 3), "substringAfter": (2, 2),
    "substringBefore": (2, 2), "toLowerCase": (1, 1), "toUpperCase": (1, 1),
}  # fmt: skip
"""The functions of `String` with their minimum and maximum number of arguments."""

CLASSES: dict[str, frozenset[str]] = {
    "String": frozenset(STRING_FUNCTIONS),
    "Arrays": frozenset({
        "add", "clear", "contains", "flatten", "get", "isEmpty", "remove", "size", "toCsvString",
    }),
    "Convert": frozenset({"toInt", "toNum"}),
    "Groups": frozenset({"contains", "endsWith", "startsWith"}),
    "Iso3166Convert": frozenset({"toAlpha2", "toAlpha3", "toName", "toNumeric"}),
    "Time": frozenset({
        "fromIso8601ToString", "fromIso8601ToUnix", "fromIso8601ToWindows", "fromStringToIso8601",
        "fromUnixToIso8601", "fromWindowsToIso8601", "now",
    }),
}  # fmt: skip
"""Function names by class."""

MEMBERSHIP = frozenset({
    "isMemberOfAnyGroup", "isMemberOfGroup", "isMemberOfGroupName", "isMemberOfGroupNameContains",
    "isMemberOfGroupNameRegex", "isMemberOfGroupNameStartsWith",
})  # fmt: skip
"""Functions that tell whether the user is in a group."""

_GLOBAL = MEMBERSHIP | {
    "findDirectoryUser", "findWorkdayUser", "getAssistantAppUser", "getAssistantUser",
    "getFilteredGroups", "getManagerAppUser", "getManagerUser", "hasDirectoryUser",
    "hasWorkdayUser", "substring", "substringAfter", "substringBefore", "toLowerCase",
    "toUpperCase",
}  # fmt: skip
_OF_USER = frozenset({"getGroups", "getInternalProperty", "getLinkedObject", "isMemberOf"})


def suggestion(name: str) -> str | None:
    """What to write instead of the function `name` (for example `String.replce`); None if Okta
    documents it, empty if it resembles no documented function."""
    owner, _, function = name.rpartition(".")
    known = _functions_of(owner)
    if function in known:
        return None
    if len(name) > LONGEST:
        return ""
    if known:
        if close := closest(function, sorted(known), LIKENESS):
            return f"{owner}.{close}" if owner else close
        return "" if owner or function not in CLASSES["String"] else f"String.{function}"
    similar = closest(owner, sorted(CLASSES), LIKENESS)
    return f"{similar}.{function}" if similar and function in CLASSES[similar] else ""


def _functions_of(owner: str) -> frozenset[str]:
    if not owner:
        return _GLOBAL
    return _OF_USER if owner in ("user", "appuser", "appUser") else CLASSES.get(owner, frozenset())
