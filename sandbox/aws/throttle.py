"""AWS's rate limit for SCIM: 20 requests per second (docs/research/scim.md#errors).

Assumed: a token bucket of 20 that refills at 20 per second, as for AWS's other APIs.
"""

from ..clock import Clock

RATE = 20.0


class Throttle:
    """A token bucket for SCIM requests."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._tokens, self._refilled = RATE, clock.now()

    def take(self) -> bool:
        """Whether another request is admitted now."""
        now = self.clock.now()
        self._tokens = min(RATE, self._tokens + (now - self._refilled) * RATE)
        self._refilled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
