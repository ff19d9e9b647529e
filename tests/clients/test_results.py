"""The summary of a run: exactly the listed deviations may fail."""

import pytest

from tests.clients.results import summarize

CALLS = {"good": "", "bad": "an error"}


def test_a_listed_deviation_counts_as_not_passed() -> None:
    found = summarize("client", "1", "AWS", CALLS, {"bad": "a reason"})
    assert (found.tried, found.passed, found.deviations) == (2, 1, {"bad": "a reason"})


def test_a_failure_that_is_not_listed_fails_the_run() -> None:
    with pytest.raises(AssertionError, match="an error"):
        summarize("client", "1", "AWS", CALLS, {})


@pytest.mark.parametrize("stale", ["good", "not called"])
def test_a_deviation_that_does_not_occur_fails_the_run(stale: str) -> None:
    with pytest.raises(AssertionError, match="do not occur"):
        summarize("client", "1", "AWS", CALLS, {"bad": "a reason", stale: "a reason"})
