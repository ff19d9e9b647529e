"""Settings of all sandbox tests: asyncio for tests marked `anyio`, no hypothesis deadline."""

import pytest
from hypothesis import settings

# Slow examples on a busy machine are not failures.
settings.register_profile("sandbox", deadline=None)
settings.load_profile("sandbox")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
