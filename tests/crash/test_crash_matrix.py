"""Every kind, made, updated and deleted, under every fault. Writes docs/reference/recovery.md.

Takes an hour; `make test` runs one fault a kind (tests/e2e/test_crash.py).
"""

import pytest

from tests.crash.recovery_page import PAGE, page
from tests.e2e.conftest import Kit
from tests.e2e.crash_matrix import CHANGED, DELETED, MADE, CrashTest, Outcome, Wave

pytestmark = pytest.mark.e2e

EVERYTHING = [*MADE, *CHANGED, *DELETED]
OUTCOMES: list[Outcome] = []


@pytest.mark.parametrize(
    ("fault", "waves"),
    [
        pytest.param("lost", EVERYTHING, id="lost"),
        pytest.param("kill", EVERYTHING, id="kill"),
        pytest.param("interrupt", [*MADE, Wave(None)], id="interrupt"),
        pytest.param("plugin", [*MADE, Wave(None)], id="plugin"),
    ],
)
def test_nothing_is_stranded(kit: Kit, fault: str, waves: list[Wave]) -> None:
    with kit.running_sandbox("--connections", "supported"):
        crash = CrashTest(kit)
        for wave in waves:
            crash.run(wave, fault)
            if wave.settings:
                crash.refresh()
        OUTCOMES.extend(crash.outcomes)
    kit.toolchain("reset")


def test_the_page_shows_every_outcome() -> None:
    """Runs last: the page is what this run has shown."""
    assert len(OUTCOMES) >= 100
    PAGE.write_text(page(OUTCOMES), encoding="utf-8")
