"""The tests here are coroutines; anyio, which httpx brings, runs them."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
