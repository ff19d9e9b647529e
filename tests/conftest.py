"""Settings for all tests."""

import os

from hypothesis import HealthCheck, settings

# Slow examples on a busy machine are not failures.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
settings.register_profile("fast", max_examples=20)
"""For `make test-fast`: few examples."""


def pytest_xdist_auto_num_workers() -> int:
    """One more process than cores: end-to-end tests often wait for the engine and the sandbox."""
    return (os.cpu_count() or 1) + 1
