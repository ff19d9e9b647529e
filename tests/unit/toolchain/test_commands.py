"""The commands behind the Makefile, where they need no engine."""

from pathlib import Path

from toolchain.commands import _retained_in_aws  # pyright: ignore[reportPrivateUsage]
from toolchain.sandbox import Sandbox


def test_what_remains_after_an_up_that_never_finished_is_unknown(tmp_path: Path) -> None:
    running = Sandbox("abc", 1, "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
    text = _retained_in_aws(running, tmp_path / "outputs.json")
    assert text == "What remains in IAM Identity Center is unknown: no `make up` has finished."
