"""Tests that are coroutines and say `pytestmark = pytest.mark.anyio` run in asyncio; anyio comes
with httpx."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
