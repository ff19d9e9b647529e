"""A sandbox in this process, without moto, and a client that fills its forms in."""

import re
from collections.abc import Iterator

import pytest

from tests.sandbox.console.running import Running, running


@pytest.fixture
def sandbox() -> Iterator[Running]:
    """A new Identity Center, an org with the shipped people, and one app."""
    with running() as it:
        yield it


def token_on(page: str) -> str:
    found = re.search(r">(sandbox-scim-[0-9a-f]+)<", page)
    assert found, page
    return found[1]
