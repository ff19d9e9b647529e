"""AWS's rate of SCIM requests: 20 a second for the directory (docs/research/scim.md#errors).

Assumed: a bucket of 20 that fills again at 20 a second, as AWS throttles its other APIs.
"""

from ..clock import Clock

RATE = 20.0


class Throttle:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._left, self._seen = RATE, clock.now()

    def take(self) -> bool:
        """Whether one request more is answered now."""
        now = self.clock.now()
        self._left = min(RATE, self._left + (now - self._seen) * RATE)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
