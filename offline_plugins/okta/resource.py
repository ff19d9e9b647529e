"""The interface of this plugin's resource types, and helpers that they share."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, Protocol

from offline_plugins.okta.api import Okta
from offline_plugins.provider import Failure, Properties, Request, ResourceType


class OktaResource(ResourceType[Okta], Protocol):
    """A resource type of this plugin."""

    type: str
    inputs: frozenset[str]
    """The supported inputs. Any other is rejected by name."""


def unsupported_inputs(
    token: str, supported: frozenset[str], given: Properties, within: str = ""
) -> list[Failure]:
    """A failure for each input that this plugin does not support. `within` prefixes its path."""
    return [
        Failure(
            f"{token}: the input {within + name!r} is not supported by the replacement Okta "
            "plugin (docs/reference/offline-plugins.md). Omit it, or use the official plugin.",
            within + name,
        )
        for name in sorted(given)
        if name not in supported and given[name] is not None and not name.startswith("__")
    ]


def go_json(value: Any) -> str:
    """JSON as the official plugin writes it into a property: Go's encoding/json, sorted keys."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def terraform_set(texts: list[str]) -> list[str]:
    """The texts in the order of a Terraform set: by the decimal digits of their checksums."""
    return sorted(texts, key=lambda text: str(zlib.crc32(f"{text};".encode())))


def auto_name(request: Request) -> str | None:
    """The recorded name, otherwise the resource's name with seven hex digits, as in the bridge."""
    recorded = request.olds.get("name")
    if isinstance(recorded, str) and recorded:
        return recorded
    if request.proposed_name != "":
        return request.proposed_name
    digits = hashlib.sha256(request.seed + request.urn.encode()).hexdigest()[:7]
    return f"{request.name}-{digits}"
