"""A sandbox for the tests of rotations, and credentials for it."""

from collections.abc import Callable

import pytest

from sandbox.pytest_plugin import Sandbox, sandbox, sandbox_options, start_sandbox
from tests.unit.okta_idc.token.federation import Federation

__all__ = ["sandbox", "sandbox_options", "start_sandbox"]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "sandbox")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr("okta_idc.clients.scim._PAUSE", 0)


@pytest.fixture
def make(sandbox: Sandbox) -> Callable[..., Federation]:
    sandbox.clear_faults()
    sandbox.settings(cloudtrail="per-token")
    return lambda mode="console": Federation(sandbox, mode)
