"""Accepts only addresses of this machine: the plugins never connect to a real org or account."""

from __future__ import annotations

import re
from typing import Any

from offline_plugins.provider import ProviderError

HOST = r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/?"


def loopback_url(setting: str, url: Any, scheme: str, notice: str) -> str:
    """The URL if it is a loopback address. `scheme` is a pattern, and `notice` ends the error.

    Matches the whole URL: parsers disagree on malformed ones (http://a.example\\@localhost).
    """
    if isinstance(url, str) and re.fullmatch(f"{scheme}://{HOST}", url):
        return url
    without_credentials = re.sub(r"//.*@", "//", str(url), flags=re.DOTALL)
    raise ProviderError(
        f"{setting} is {without_credentials!r}, but this plugin connects only to "
        f"127.0.0.1, localhost and [::1], in the form http://HOST:PORT. {notice}"
    )
