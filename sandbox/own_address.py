"""Refuses requests that web pages of other sites send to the sandbox.

The sandbox's tokens are public, so only the addresses protect it: a page can name 127.0.0.1 in a
request, or give its own host name this address.
"""

import ipaddress
import re

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[^\[\]:@/]+))(?::\d{1,5})?")


def refusal(host: str, origin: str | None, fetch_site: str | None) -> int:
    """The status that refuses a request with these headers, or 0.

    421 if the host is not a loopback address; 403 if the request comes from a page of another site.
    """
    if not _is_loopback(host):
        return 421
    if fetch_site in ("cross-site", "same-site"):
        return 403
    return 403 if origin is not None and origin != f"http://{host}" else 0


def _is_loopback(host: str) -> bool:
    match = _HOST.fullmatch(host)
    if not match:
        return False
    name = (match["v6"] or match["name"]).lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
