"""docs/reference/recovery.md, which `make test-crash` writes."""

from itertools import product

from tests.crash.recovery_page import FAULTS, PAGE, outcomes, page
from tests.crash.test_crash_matrix import ROWS
from tests.e2e.crash_matrix import Outcome


def test_the_page_is_as_written() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(ROWS, outcomes(text)) == text


def test_a_later_outcome_replaces_an_earlier_one() -> None:
    every = [Outcome(*row, fault, "`x`") for row, fault in product(ROWS, FAULTS)]
    changed = Outcome(*ROWS[0], "kill", "`y`")
    read = outcomes(page(ROWS, [*every, changed]))
    assert len(read) == len(every)
    assert [each for each in read if each.healed_by != "`x`"] == [changed]
