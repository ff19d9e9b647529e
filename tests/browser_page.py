"""A page of Chromium, for tests that import the fixture. Without Chromium, they are skipped."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.console import console_journey


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A Playwright page, 1180 pixels wide, for all tests of a module."""
    pytest.importorskip("playwright", reason="Playwright is not installed")
    program = console_journey.chromium()
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with console_journey.browser(program) as page:
        yield page
