"""What all unit tests share."""

import pytest

from okta_idc import text


@pytest.fixture(autouse=True)
def no_concealed_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of one test are not masked in the output of another one."""
    monkeypatch.setattr(text, "_concealed", set[str]())
