"""The stack file: YAML with a word on each part, and what is left out as comments."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import yaml

from okta_idc.adoption.draft import Draft
from okta_idc.adoption.items import Item

_WIDTH = 92
_HEAD = """\
# yaml-language-server: $schema=docs/reference/stack.schema.json
# Written by `okta-idc adopt` from what exists in Okta and in IAM Identity Center. Next steps:
# docs/guide/adopt.md. Credentials come from the environment, never from here.
"""
_IMPORTED = "Taken over by the first up, and protected. Remove the import ids after it."
_LEFT = (
    "Pushed already: import_id names the mapping, which is watched and left as it is. These import "
    "ids stay."
)


def stack_file(made: Draft, url: str, region: str, key: str) -> str:
    """The whole file; `key` is the federation's key in the configuration."""
    lines = ["config:", *_yaml(_provider(url) | {"aws:region": region}, 2), f"  {key}:"]
    lines += _single("app", made.app, [_IMPORTED])
    lines += _single("scim", made.scim, [])
    lines += _single(
        "provisioning",
        made.provisioning,
        ["A connection made by hand is the person's: it is checked, and never changed from here."],
    )
    lines += ["    protect: true"]
    lines += _list("attributes", made.attributes, ["Session tags, sent in the SAML assertion."], 4)
    lines += _list("assign", made.assign, [_IMPORTED], 4)
    lines += _list("push", made.push, [_LEFT], 4)
    lines += ["    access:"]
    sets = ["What pushed groups have. Policies and assignments are taken over with the set."]
    lines += _list("permission_sets", made.permission_sets, sets, 6)
    if made.access_control:
        lines += _single("access_control", made.access_control, [_IMPORTED])
    return _HEAD + "\n".join(lines) + "\n"


def _provider(url: str) -> dict[str, Any]:
    host = urlsplit(url)
    if host.scheme == "http":  # loopback; anything else was refused
        return {"okta:orgName": "sandbox", "okta:baseUrl": "okta.com", "okta:httpProxy": url}
    name, _, base = host.netloc.partition(".")
    return {"okta:orgName": name, "okta:baseUrl": base}


def _single(key: str, item: Item, words: Sequence[str]) -> list[str]:
    body = _yaml({key: item.value}, 4)
    return _comments([*words, *_told(item)], 4) + (_off(body) if item.left_out else body)


def _list(key: str, items: Sequence[Item], words: Sequence[str], indent: int) -> list[str]:
    kept = any(not item.left_out for item in items)
    lines = _comments(words if items else [], indent)
    lines.append(f"{' ' * indent}{key}:{'' if kept else ' []'}")
    for item in items:
        body = _yaml([item.value], indent + 2)
        lines += _comments(_told(item), indent + 2) + (_off(body) if item.left_out else body)
    return lines


def _told(item: Item) -> list[str]:
    return [note.text for note in item.notes]


def _yaml(value: Any, indent: int) -> list[str]:
    dumped: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000)
    return [f"{' ' * indent}{line}" for line in dumped.splitlines()]


def _off(lines: Iterable[str]) -> list[str]:
    return [f"{line[: len(line) - len(line.lstrip())]}# {line.lstrip()}" for line in lines]


def _comments(texts: Iterable[str], indent: int) -> list[str]:
    """Each text as lines of comment, cut between words."""
    lines: list[str] = []
    for text in texts:
        line = ""
        for word in text.split():
            if line and len(line) + len(word) + indent > _WIDTH:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return [f"{' ' * indent}# {line}" for line in lines]
