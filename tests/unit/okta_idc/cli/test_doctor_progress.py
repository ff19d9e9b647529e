"""Progress of a scan: bars on a terminal, lines in a pipeline."""

import io
from typing import Any

from rich.console import Console

from okta_idc.cli.doctor_progress import show_progress


def rendered(terminal: bool, report: Any) -> str:
    out = io.StringIO()
    with show_progress(Console(file=out, force_terminal=terminal, width=160)) as progress:
        report(progress)
    return out.getvalue()


def test_a_pipeline_shows_only_rate_limit_waits() -> None:
    def report(progress: Any) -> None:
        progress.more("people", 500)
        progress.on_wait(34, "50% of Okta's limit for apps is used")

    text = rendered(False, report)
    assert text == "50% of Okta's limit for apps is used; continuing in 34 s\n"


def test_a_terminal_shows_counts_and_rate_limit_waits() -> None:
    def report(progress: Any) -> None:
        progress.more("people", 1_500)
        progress.more("push groups", 3, 500)
        progress.on_wait(34, "50% of Okta's limit for apps is used")

    text = rendered(True, report)
    assert "1,500" in text
    assert "3 of 500" in text
    assert "waiting 34 s" in text


def test_an_unknown_total_is_not_estimated() -> None:
    def report(progress: Any) -> None:
        progress.more("people", 500)

    assert " of " not in rendered(True, report)
