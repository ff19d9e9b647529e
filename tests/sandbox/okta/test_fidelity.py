"""docs/reference/sandbox-fidelity.md says what each answer rests on, and is not stale."""

import re

import pytest

from tests.sandbox.okta.fidelity import PAGE, evidence, page
from tests.sandbox.okta.operations import offered
from tests.sandbox.okta.shapes import DOCUMENTED

AGAIN = "is stale: python -m tests.sandbox.okta.fidelity writes it anew"


def test_every_operation_is_on_the_page_and_what_is_recorded_is_called_so() -> None:
    rows = re.findall(r"\| `(\S+ \S+)` \| (\w+) \|", PAGE.read_text())
    assert {name for name, _ in rows} == {f"{m} {p}" for m, p in offered()}, f"{PAGE} {AGAIN}"
    for name, word in rows:
        assert (word == "recorded") is (evidence(name)[0] == "recorded"), name


def test_the_page_is_what_would_be_written_now() -> None:
    if not DOCUMENTED.exists():
        pytest.skip(f"{DOCUMENTED.name} is not here: what is documented can't be told")
    assert page() == PAGE.read_text(), f"{PAGE} {AGAIN}"
