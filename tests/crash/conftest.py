"""The fixtures of the end-to-end tests, for `make test-crash`."""

from tests.e2e.conftest import engine, kit, pytest_terminal_summary

__all__ = ["engine", "kit", "pytest_terminal_summary"]
