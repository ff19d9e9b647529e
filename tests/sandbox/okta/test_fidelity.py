"""docs/reference/sandbox-fidelity.md lists the evidence for each operation and is up to date."""

import re

from okta_idc.probe.contract import EXPERIMENTS
from tests.paths import ROOT
from tests.sandbox.okta.assumptions import AWS_ROWS, ROWS, rows_for
from tests.sandbox.okta.fidelity import (
    AWS_FOLDERS,
    OKTA_FOLDERS,
    PAGE,
    assumed,
    evidence,
    page,
)
from tests.sandbox.okta.operations import offered

OUTDATED = "is out of date; run make docs"


def test_the_page_lists_every_operation_with_its_evidence() -> None:
    rows = re.findall(r"\| `(\S+ \S+)` \| (\w+) \|", PAGE.read_text())
    assert {name for name, _ in rows} == {f"{m} {p}" for m, p in offered()}, f"{PAGE} {OUTDATED}"
    for name, word in rows:
        assert (word == "recorded") is (evidence(name)[0] == "recorded"), name


def test_the_page_is_up_to_date() -> None:
    assert page() == PAGE.read_text(), f"{PAGE} {OUTDATED}"


def test_each_guess_has_an_experiment_or_a_reason_why_none_can_settle_it() -> None:
    """A new assumption in a comment needs a row in assumptions.py."""
    everywhere = assumed(*OKTA_FOLDERS, *AWS_FOLDERS)
    texts = [(module, text) for module, found in everywhere.items() for text in found]
    missing = [(module, text) for module, text in texts if not rows_for(module, text)]
    assert missing == []
    for module, part, _ in ROWS + AWS_ROWS:
        assert sum(module == m and part in text for m, text in texts) == 1, (module, part)


def test_every_mention_of_an_assumption_is_on_the_page() -> None:
    """A comment behind code, for example, or a module of another folder cannot be missed."""
    mention = re.compile(r"\bassum(?:ed|es|ption|ptions)\b", re.IGNORECASE)
    found = assumed(*OKTA_FOLDERS, *AWS_FOLDERS)
    for path in sorted((ROOT / "sandbox").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        # A line that introduces a list is not on the page; its items are.
        written = sum(len(mention.findall(line)) for line in lines if not line.endswith(":"))
        module = str(path.relative_to(ROOT / "sandbox"))
        if module != "behaviour.py":  # the switches of the experiments
            shown = sum(len(mention.findall(text)) for text in found.get(module, []))
            assert shown == written, module


def test_a_guess_has_the_key_that_its_experiment_names() -> None:
    keys = [key for *_, guesses in ROWS + AWS_ROWS for key in guesses]
    assert len(keys) == len(set(keys))
    for *_, guesses in ROWS + AWS_ROWS:
        for key, settled in guesses.items():
            if settled in EXPERIMENTS:
                assert EXPERIMENTS[settled].assumption == key


def test_the_page_names_every_experiment_and_its_key() -> None:
    listed = re.findall(r"^  - `([\w.-]+)`: experiment `(\w+)`\.$", PAGE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted((e.assumption, e.id) for e in EXPERIMENTS.values())
