"""What is wrong with the URL of a service, without the URL, which may hold a password."""

import re
from urllib.parse import urlsplit


def url_fault(url: str) -> str:
    """Why no program can connect to the URL, whatever its scheme; empty if nothing is known."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "is not a URL"
    if re.search(r"\s", url):
        return "contains white space"
    try:
        invalid = parts.port == 0
    except ValueError:
        invalid = True
    return "has a port that is not a number from 1 to 65535" if invalid else ""
