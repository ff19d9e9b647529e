"""How far a look has got: bars on a terminal, lines in a pipeline."""

import io
from typing import Any

from rich.console import Console

from okta_idc.cli.doctor_progress import watching


def shown(terminal: bool, use: Any) -> str:
    out = io.StringIO()
    with watching(Console(file=out, force_terminal=terminal, width=160)) as watch:
        use(watch)
    return out.getvalue()


def test_a_pipeline_sees_waits_and_nothing_else() -> None:
    def use(watch: Any) -> None:
        watch.more("people", 500)
        watch.waits(34, "50% of Okta's limit for apps is used")

    text = shown(False, use)
    assert text == "50% of Okta's limit for apps is used; continuing in 34 s\n"


def test_a_terminal_sees_numbers_and_that_it_waits() -> None:
    def use(watch: Any) -> None:
        watch.more("people", 1_500)
        watch.more("push groups", 3, 500)
        watch.waits(34, "50% of Okta's limit for apps is used")

    text = shown(True, use)
    assert "1,500" in text
    assert "3 of 500" in text
    assert "waits 34 s" in text


def test_where_the_end_is_not_known_no_end_is_estimated() -> None:
    def use(watch: Any) -> None:
        watch.more("people", 500)

    assert " of " not in shown(True, use)
