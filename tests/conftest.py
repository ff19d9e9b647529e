"""Settings for all tests."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fast", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
"""For `make test-fast`: few examples, and no time limits that a busy machine exceeds."""
