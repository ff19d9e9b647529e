"""The map as one HTML file that searches and filters, without external resources.

Names reach the page as JSON in a data block, and the script writes them as text only. The content
security policy allows this style and this script by their hashes, and nothing else: no inline
handler, no connection, no form.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from okta_idc.access_map.difference import MapDifference
from okta_idc.access_map.model import AccessMap
from okta_idc.text import printable

_BOTH, _MISSING, _EXTRA = range(3)
_PLAIN = {ord(each): f"\\u{ord(each):04x}" for each in "<>&'"}
"""What could end the data block, escaped as JSON."""


def map_page(
    shown: AccessMap, title: str, found: MapDifference | None = None, now: datetime | None = None
) -> str:
    """The page of a map, or of a difference, whose `shown` is both sides in one."""
    style, script = _asset("map.css"), _asset("map.js")
    return _environment().get_template("map.html.j2").render(
        title=title,
        time=(now or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC"),
        style=Markup(style),  # noqa: S704 - files of this package
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(_json(_data(shown, found))),  # noqa: S704 - escaped by _json
    )  # fmt: skip


class _Index:
    """Numbers texts in the order in which they come, and makes them printable once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def texts(self) -> list[str]:
        return [printable(each) for each in self._numbers]


def _data(shown: AccessMap, found: MapDifference | None) -> dict[str, Any]:
    """Groups refer to people, permission sets, accounts and lists of accounts by number."""
    people, sets, accounts, applications = _Index(), _Index(), _Index(), _Index()
    lists: dict[frozenset[str], list[int]] = {}
    numbers: dict[frozenset[str], int] = {}

    def listed(places: frozenset[str]) -> int:
        if places not in numbers:
            numbers[places] = len(lists)
            lists[places] = [accounts(each) for each in sorted(places)]
        return numbers[places]

    uses: dict[str, list[tuple[int, int, int]]] = {}
    apps: dict[str, list[tuple[int, int]]] = {}
    missing = found.missing.accounts or {} if found else {}
    extra = found.extra.accounts or {} if found else {}
    for (group, name), places in sorted((shown.access.accounts or {}).items()):
        key, rest = (group, name), places
        for state, side in ((_MISSING, missing), (_EXTRA, extra)):
            if part := side.get(key):
                uses.setdefault(group, []).append((sets(name), listed(part), state))
                rest = rest - part
        if rest:
            uses.setdefault(group, []).append((sets(name), listed(rest), _BOTH))
    for group, arns in sorted((shown.access.applications or {}).items()):
        for arn in sorted(arns):
            state = _state(found, group, arn)
            apps.setdefault(group, []).append((applications(arn), state))
    groups = [
        [
            printable(group),
            [people(each) for each in sorted(shown.people[group])]
            if group in shown.people
            else None,
            uses.get(group, []),
            apps.get(group, []),
            _group_state(found, group),
        ]
        for group in shown.all_groups
    ]
    return {
        "groups": groups, "people": people.texts, "sets": sets.texts,
        "accounts": accounts.texts, "applications": applications.texts,
        "lists": [*lists.values()], "unknown": [printable(each, 500) for each in shown.unknown],
        "difference": found is not None,
    }  # fmt: skip


def _state(found: MapDifference | None, group: str, arn: str) -> int:
    if found and arn in (found.missing.applications or {}).get(group, ()):
        return _MISSING
    return _EXTRA if found and arn in (found.extra.applications or {}).get(group, ()) else _BOTH


def _group_state(found: MapDifference | None, group: str) -> int:
    if found and group in found.missing_groups:
        return _MISSING
    return _EXTRA if found and group in found.extra_groups else _BOTH


def _json(document: dict[str, Any]) -> str:
    """ASCII that can neither end the data block nor begin another element."""
    return json.dumps(document, separators=(",", ":")).translate(_PLAIN)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _environment() -> Any:
    environment: Any = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=PackageLoader("okta_idc.access_map.reporters", "."),
    )  # fmt: skip
    return environment


@cache
def _asset(name: str) -> str:
    environment = _environment()
    return environment.loader.get_source(environment, name)[0]
