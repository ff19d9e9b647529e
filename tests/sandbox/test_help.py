"""The help texts of `python -m sandbox`."""

import argparse
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import __main__ as program
from sandbox.client import PROGRAM


def parsers() -> Iterator[argparse.ArgumentParser]:
    """The parser of the program and of each of its commands."""
    top = program.parser()
    yield top
    actions: list[Any] = top._actions
    [commands] = [each for each in actions if isinstance(each, argparse._SubParsersAction)]
    yield from commands.choices.values()


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.prog)
def test_every_help_text_has_an_example_that_parses(
    parser: argparse.ArgumentParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    help_text = parser.format_help()
    examples = [
        line.partition(PROGRAM)[2].split()
        for line in help_text.partition("xample")[2].splitlines()
        if PROGRAM in line
    ]
    assert examples
    name = parser.prog.removeprefix(PROGRAM).strip()
    assert any(words[0] == name for words in examples) or not name
    for words in examples:
        program.parser().parse_args([word.strip("'") for word in words])
