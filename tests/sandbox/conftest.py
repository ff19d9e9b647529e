"""Settings of all sandbox tests: asyncio for tests marked `anyio`."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
