"""Makes HTTP clients, and words what is wrong with the variables that httpx reads."""

import os
from collections.abc import Callable
from typing import Any

import httpx

from okta_idc.clients.urls import url_fault

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")
"""Variables that name a proxy."""
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def http_client(error: Callable[[str], Exception], **options: Any) -> httpx.AsyncClient:
    """`httpx.AsyncClient(**options)`. Raises `error` with a text that names the variable, and not
    its value, which may hold a password."""
    try:
        return httpx.AsyncClient(**options)
    except ImportError:
        text = f"{_given(PROXIES)}: a SOCKS proxy is not supported. Set the URL of an HTTP proxy."
    except UnicodeEncodeError:  # a ValueError: of a header
        raise
    except (httpx.InvalidURL, ValueError):
        text = f"{_given(PROXIES)}: the value is not the URL of a proxy. Set it again."
    except OSError:  # ssl.SSLError is one
        text = f"{_given(_CERTIFICATES)}: names no readable certificates. Set it again."
    raise error(text)


def _given(names: tuple[str, ...]) -> str:
    """The variables that are set, or of them those with a fault."""
    given = [name for name in names if os.environ.get(name)]
    faulty = [name for name in given if name in PROXIES and proxy_fault(os.environ[name])]
    return " or ".join(faulty or given or names)


def proxy_fault(value: str) -> str:
    """What is wrong with the value of a variable that names a proxy; empty if nothing is known."""
    return url_fault(value if "://" in value else f"http://{value}")
