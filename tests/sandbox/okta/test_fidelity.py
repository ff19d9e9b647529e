"""docs/reference/sandbox-fidelity.md lists the evidence for each operation and is up to date."""

import re

from tests.sandbox.okta.fidelity import PAGE, evidence, page
from tests.sandbox.okta.operations import offered

OUTDATED = "is out of date; run make docs"


def test_the_page_lists_every_operation_with_its_evidence() -> None:
    rows = re.findall(r"\| `(\S+ \S+)` \| (\w+) \|", PAGE.read_text())
    assert {name for name, _ in rows} == {f"{m} {p}" for m, p in offered()}, f"{PAGE} {OUTDATED}"
    for name, word in rows:
        assert (word == "recorded") is (evidence(name)[0] == "recorded"), name


def test_the_page_is_up_to_date() -> None:
    assert page() == PAGE.read_text(), f"{PAGE} {OUTDATED}"
