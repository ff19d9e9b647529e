"""Is Pulumi's download server there? One short question, asked once a run."""

import functools

import httpx

DOWNLOADS = "https://get.pulumi.com/"
PATIENCE = httpx.Timeout(4.0, connect=3.0)  # seconds


@functools.cache
def downloads_unreachable() -> str:
    """Empty when downloads are possible, else why not, in a few words."""
    try:
        httpx.head(DOWNLOADS, timeout=PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"{httpx.URL(DOWNLOADS).host} can't be reached ({_short(error)})"
    return ""


def _short(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:80]
