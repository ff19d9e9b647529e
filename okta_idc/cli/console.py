"""Output of all commands: messages, JSON, files, and the exit code of a failed read."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from okta_idc.cli.stack import InputError
from okta_idc.clients.aws import AwsConfigError, AwsError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.clients.okta_error import OktaError
from okta_idc.doctor.report import READ_FAILED
from okta_idc.inventory.unavailable import Unavailable


def print_error(text: str) -> None:
    """Print a message to standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(text, markup=False)


def print_json(document: Any) -> None:
    """Print JSON to standard output."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def write_file(path: Path, text: str) -> None:
    """Write a file, or end the command with exit code 2."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        print_error(f"error: {path}: cannot be written: {error.strerror}.")
        raise typer.Exit(READ_FAILED) from None


@contextmanager
def reading() -> Generator[None]:
    """End the command with exit code 2 if its inputs, Okta or AWS cannot be read."""
    try:
        yield
    except (InputError, OktaError, AwsError, Unavailable) as error:
        usage = isinstance(error, InputError | CredentialsError | AwsConfigError)
        print_error(f"{'error' if usage else 'unknown'}: {error}")
        raise typer.Exit(READ_FAILED) from None
