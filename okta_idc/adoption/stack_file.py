"""Writes the stack file: YAML with a comment on each part, and unsupported pieces commented out."""

import re
from collections.abc import Iterable, Sequence
from textwrap import TextWrapper
from typing import Any, cast
from urllib.parse import urlsplit

import yaml

from okta_idc.adoption.draft import Draft
from okta_idc.adoption.items import Item
from okta_idc.text import printable

_WIDTH = 92
_HEAD = """\
# yaml-language-server: $schema=docs/reference/stack.schema.json
# Written by `okta-idc adopt` from what exists in Okta and in IAM Identity Center. Next steps:
# docs/guide/adopt.md in the repository of okta-identity-center. Credentials come from the
# environment, never from this file.
"""
_IMPORTED = "Imported and protected by the first `pulumi up`. Remove the import IDs after it."
_CONSOLE = "The connection was created in the Okta Admin Console; it is verified but never changed."
_SENT = "Session tags, sent in the SAML assertion."
_WATCHED = (
    "Already pushed: import_id names the push mapping, which is checked for drift and never "
    "changed. Keep these import IDs."
)
_PLAIN = re.compile(r"[A-Za-z][\w./@+=,:-]*(?<!:)(?: [\w./@+=,:-]+(?<!:))*", re.ASCII)
"""Text that is written without quotes: words that start with a letter."""
_RESERVED = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_SETS = "Permission sets of the push groups, imported with their policies and assignments."


def stack_file(draft: Draft, url: str, region: str, key: str) -> str:
    """The text of the file. `key` is the federation's key in the configuration."""
    lines = [
        "config:",
        *_yaml(_provider(url) | {"aws:region": region}, 2),
        f"  {key}:",
        *_object("app", draft.app, _IMPORTED),
        *_list("attribute_statements", draft.attribute_statements, _SENT, 4),
        *_object("scim_token", draft.scim_token),
        *_object("provisioning", draft.provisioning, _CONSOLE),
        "    assignments:",
        *_list("groups", draft.groups, _IMPORTED, 6),
        *_list("push_groups", draft.push_groups, _WATCHED, 4),
        "    account_access:",
        *_list("permission_sets", draft.permission_sets, _SETS, 6),
    ]
    for item in draft.access_control_attributes:
        lines += _object("access_control_attributes", item, _IMPORTED)
    return _HEAD + "\n".join([*lines, "    protect: true"]) + "\n"


def _provider(url: str) -> dict[str, Any]:
    host = urlsplit(url)
    if host.scheme == "http":  # the sandbox; org_url rejects any other address
        return {"okta:orgName": "sandbox", "okta:baseUrl": "okta.com", "okta:httpProxy": url}
    name, _, base = host.netloc.partition(".")
    return {"okta:orgName": name, "okta:baseUrl": base}


def _object(key: str, item: Item, *comments: str) -> list[str]:
    return _commented(item, {key: item.value}, 4, comments)


def _list(key: str, items: Sequence[Item], comment: str, indent: int) -> list[str]:
    kept = any(not item.commented_out for item in items)
    lines = _comments([comment] if items else [], indent)
    lines.append(f"{' ' * indent}{key}:{'' if kept else ' []'}")
    for item in items:
        lines += _commented(item, [item.value], indent + 2)
    return lines


def _commented(item: Item, value: Any, indent: int, comments: Iterable[str] = ()) -> list[str]:
    """The notes and the YAML of an item; as a comment if it is commented out."""
    lines, notes = _yaml(value, indent), [note.text for note in item.notes]
    if item.commented_out:
        lines = [f"{line[: len(line) - len(line.lstrip())]}# {line.lstrip()}" for line in lines]
    return _comments([*comments, *notes], indent) + lines


class _Dumper(yaml.SafeDumper):
    """Quotes every text that PyYAML, or Pulumi's reader (Go's yaml.v2 and yaml.v3), could read as a
    number, a date, a truth value or a reference."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        plain = _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED
        style = None if plain else "'" if text.isprintable() else '"'
        return cast(Any, self).represent_scalar("tag:yaml.org,2002:str", text, style)

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        self.allow_unicode = False  # escapes what is invisible
        super().write_double_quoted(text, split)
        self.allow_unicode = True


_Dumper.add_representer(str, _Dumper.represent_text)


def _yaml(value: Any, indent: int) -> list[str]:
    dumped: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return [f"{' ' * indent}{line}" for line in dumped.rstrip("\n").split("\n")]


def _comments(texts: Iterable[str], indent: int) -> list[str]:
    """Each text as comment lines, wrapped between words."""
    wrapper = TextWrapper(_WIDTH + 1 - indent, break_long_words=False, break_on_hyphens=False)
    lines = [
        line for text in texts for line in wrapper.wrap(" ".join(printable(text, None).split()))
    ]
    return [f"{' ' * indent}# {line}" for line in lines]
