"""Every kind, made, deleted and updated, under every fault. Writes docs/reference/recovery.md.

It starts no fault after CRASH_MINUTES (default: 60), and skips the rest. The outcomes are kept in
pytest's cache: the next run continues where the last one ended or failed.
`pytest --cache-clear tests/crash` starts over. An outcome of another clone is on the page until
this one replaces it. `make test` injects one fault a kind (tests/e2e/test_crash.py).
"""

import os
import time
from dataclasses import asdict
from itertools import pairwise

import pytest

from tests.crash.recovery_page import FAULTS, PAGE, outcomes, page
from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import (
    CONNECTED,
    DELETED,
    DESTROYED,
    MADE,
    UPDATED,
    CrashTest,
    Outcome,
    Wave,
)

pytestmark = pytest.mark.e2e

CHAINS = {
    "made": [*MADE, DESTROYED],
    "deleted": DELETED,
    "updated": UPDATED,
    "connected": CONNECTED,
}
"""Each starts with an empty stack and a new sandbox."""
ROWS = list(dict.fromkeys(row for waves in CHAINS.values() for each in waves for row in each.calls))
END = time.monotonic() + 60 * float(os.environ.get("CRASH_MINUTES", "60"))


class Outcomes:
    """The outcomes of this run and earlier ones."""

    _KEY = "crash/outcomes"

    def __init__(self, cache: pytest.Cache) -> None:
        self._cache = cache
        self.known = [Outcome(**each) for each in cache.get(self._KEY, [])]

    def have(self, wave: Wave, fault: str) -> bool:
        """Whether every fault of the wave was injected."""
        return {(*row, fault) for row in wave.calls} <= {
            (each.kind, each.operation, each.fault) for each in self.known
        }

    def add(self, found: list[Outcome]) -> None:
        """Keep them, and write the page."""
        self.known += found
        self._cache.set(self._KEY, [asdict(each) for each in self.known])
        earlier = outcomes(PAGE.read_text(encoding="utf-8"))
        PAGE.write_text(page(ROWS, [*earlier, *self.known]), encoding="utf-8")


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_stranded(kit: Kit, fault: str, chain: str, pytestconfig: pytest.Config) -> None:
    assert pytestconfig.cache
    kept = Outcomes(pytestconfig.cache)
    left = [
        (before, wave)
        for before, wave in pairwise([Wave(None), *CHAINS[chain]])
        if not kept.have(wave, fault)
    ]
    if not left:
        return
    with kit.running_sandbox("--connections", "supported"):
        crash = CrashTest(kit)
        for before, wave in left:
            if time.monotonic() > END:
                pytest.skip("CRASH_MINUTES are over: run it again")
            crash.start_after(before)
            known = len(crash.outcomes)
            crash.run(wave, fault)
            if wave.settings:
                crash.refresh()
            kept.add(crash.outcomes[known:])
    kit.toolchain("reset")
