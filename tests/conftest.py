"""Settings for all tests."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fast", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
"""For `make test-fast`: few examples, and no time limits that a busy machine exceeds."""


def pytest_xdist_auto_num_workers() -> int:
    """One more process than cores: end-to-end tests often wait for the engine and the sandbox."""
    return (os.cpu_count() or 1) + 1
