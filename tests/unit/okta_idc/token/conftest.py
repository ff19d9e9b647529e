"""A sandbox for the tests of rotations, and credentials for it."""

from collections.abc import Callable
from typing import Any

import pytest

from okta_idc.clients import aws
from sandbox.pytest_plugin import Sandbox, sandbox, sandbox_options, start_sandbox
from tests.unit.okta_idc.token.federation import Federation

_CREATE = aws._client
_CLIENTS: dict[tuple[Any, ...], Any] = {}

__all__ = ["sandbox", "sandbox_options", "start_sandbox"]


def _client(session: Any, service: str, region: str, endpoint: str, config: Any) -> Any:
    """The same boto3 client for the whole module: creating one loads its model."""
    key = service, region, endpoint
    if key not in _CLIENTS:
        _CLIENTS[key] = _CREATE(session, service, region, endpoint, config)
    return _CLIENTS[key]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "sandbox")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr("okta_idc.clients.scim._PAUSE", 0)
    monkeypatch.setattr(aws, "_client", _client)


@pytest.fixture
def make(sandbox: Sandbox) -> Callable[..., Federation]:
    sandbox.clear_faults()
    sandbox.settings(cloudtrail="per-token")
    return lambda *given: Federation(sandbox, *given)
