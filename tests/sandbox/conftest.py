"""Tests that are coroutines and say `pytestmark = pytest.mark.anyio` run in asyncio; anyio comes
with httpx."""

import pytest
from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("sandbox", deadline=None)
settings.load_profile("sandbox")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
