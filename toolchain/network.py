"""Checks, once per run, whether Pulumi's download server is reachable."""

import functools

import httpx

DOWNLOADS = "https://get.pulumi.com/"
TIMEOUT = httpx.Timeout(4.0, connect=3.0)  # seconds


@functools.cache
def downloads_unreachable() -> str:
    """The reason why downloads are impossible, in a few words; empty if they are possible."""
    try:
        httpx.head(DOWNLOADS, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"{httpx.URL(DOWNLOADS).host} can't be reached ({_short(error)})"
    return ""


def _short(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:80]
