"""Evaluates an app's user name template; an unsupported expression yields no name."""

import re
from typing import Any

_PART = re.compile(r"\$\{(?:fn:toLowerCase\(source\.(\w+)\)|source\.(\w+))\}")


def user_name(template: str, profile: dict[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        text = str(profile.get(match[1] or match[2]) or "")
        return text.lower() if match[1] else text

    return _PART.sub(value, template)
