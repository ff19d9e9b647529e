"""What every resource of this plugin offers, and the refusal of what it leaves out."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, Protocol

from offline_plugins.okta.api import Okta
from offline_plugins.provider_server import Checked, Diff, Failure, Resource, State

Properties = dict[str, Any]


class OktaResource(Protocol):
    type: str
    inputs: frozenset[str]
    """The inputs that are supported; any other is refused by name."""

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked: ...

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff: ...

    def create(self, okta: Okta, at: Resource, inputs: Properties, preview: bool) -> State: ...

    def read(
        self,
        okta: Okta,
        at: Resource,
        id: str,
        olds: Properties,
        inputs: Properties,
    ) -> State | None: ...

    def update(
        self, okta: Okta, at: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties: ...  # fmt: skip

    def delete(self, okta: Okta, at: Resource, id: str, olds: Properties) -> None: ...


def unsupported(
    token: str, supported: frozenset[str], given: Properties, within: str = ""
) -> list[Failure]:
    return [
        Failure(
            f"{token}: the input {within + name!r} is not supported by the replacement Okta "
            "plugin (docs/reference/offline-plugins.md); leave it out, or use the real plugin",
            within + name,
        )
        for name in sorted(given)
        if name not in supported and given[name] is not None and not name.startswith("__")
    ]


def go_json(value: Any) -> str:
    """As the real plugin writes JSON into a property: Go's encoding/json, keys sorted."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def as_set(texts: list[str]) -> list[str]:
    """In the order of a Terraform set of strings: by the checksum's decimal digits."""
    return sorted(texts, key=lambda text: str(zlib.crc32(f"{text};".encode())))


def auto_name(at: Resource, olds: Properties, seed: bytes) -> str | None:
    """The name that was recorded, or the resource's with seven hex digits, as the bridge does."""
    recorded = olds.get("name")
    if isinstance(recorded, str) and recorded:
        return recorded
    if at.proposed_name != "":
        return at.proposed_name
    return f"{at.name}-{hashlib.sha256(seed + at.urn.encode()).hexdigest()[:7]}"
