"""Looking up Okta groups by name: all names in a few calls, exact matches only."""

from collections.abc import Iterable, Mapping

import pulumi_okta as okta
from pulumi import InvokeOutputOptions, Output

from components.refusal import Refused, refuse
from okta_idc.rules import groups as rules

_NAMES_PER_CALL = 25  # keeps the URL well under the usual 8 kB


def names_filter(names: Iterable[str]) -> str:
    """Okta's search expression for groups with any of these names."""
    return " or ".join(f'profile.name eq "{_quote(name)}"' for name in names)


def _quote(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def find_groups(
    places: Mapping[str, str], opts: InvokeOutputOptions | None = None
) -> Output[dict[str, str]]:
    """Group ids by name, for names given by their place (`push[0]` → name).

    Fails with Refused (OIC-203) for a name that no group has, or more than one.
    """
    names = list(dict.fromkeys(places.values()))
    chunks = (names[i : i + _NAMES_PER_CALL] for i in range(0, len(names), _NAMES_PER_CALL))
    answers = [_search(names_filter(chunk), opts) for chunk in chunks]

    def judge(found: list[_Found]) -> Output[dict[str, str]]:
        ids = _merge(found)
        missing = [name for name in names if name not in ids]
        if not missing:
            refuse(rules.group_exists(rules.WantedGroups(places, ids)))
            return Output.from_input({name: ids[name][0] for name in names})
        prefixes = " or ".join(f'profile.name sw "{_quote(name[:4])}"' for name in missing[:5])
        return _search(prefixes, opts).apply(  # one more call, to say which was probably meant
            lambda near: _refuse(places, _merge([near, ids]))
        )

    return Output.all(*answers).apply(judge)


_Found = Mapping[str, list[str]]


def _search(expression: str, opts: InvokeOutputOptions | None) -> Output[_Found]:
    def by_name(answer: okta.GetGroupsResult) -> _Found:
        found: dict[str, list[str]] = {}
        for group in answer.groups:
            if group.type != "APP_GROUP":
                found.setdefault(group.name, []).append(group.id)
        return found

    return okta.get_groups_output(search=expression, opts=opts).apply(by_name)


def _merge(parts: Iterable[_Found]) -> dict[str, list[str]]:
    return {name: ids for part in parts for name, ids in part.items()}


def _refuse(places: Mapping[str, str], found: _Found) -> dict[str, str]:
    refuse(rules.group_exists(rules.WantedGroups(places, found)))
    raise Refused("A group was missing and is there now. Fix: run again.")
