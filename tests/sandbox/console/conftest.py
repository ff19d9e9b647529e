"""A sandbox in the test process, without moto, and a client that submits its forms."""

import re
from collections.abc import Iterator

import pytest

from tests.sandbox.console.running_sandbox import RunningSandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A new Identity Center, the bundled org, and one app."""
    with running_sandbox() as sandbox_:
        yield sandbox_


def token_on(page: str) -> str:
    found = re.search(r">(sandbox-scim-[0-9a-f]+)<", page)
    assert found, page
    return found[1]
