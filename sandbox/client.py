"""Client for the control API of a running sandbox.

The command line and the pytest plugin use it. It needs nothing but the sandbox's address.
"""

import json
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
DEFAULT_URL = "http://127.0.0.1:8410"
READY_FILE = (
    Path(__file__).resolve().parents[len((__package__ or "sandbox").split("."))]
    / ".sandbox" / "current.json"
)  # fmt: skip
"""Where `make up` and `make sandbox` record the running sandbox of this clone."""
PROGRAM = f"python -m {__package__}"
"""The command line of this package, under its own name in a clone and in the wheel."""


class ControlError(Exception):
    """The sandbox did not answer or rejected the call; the message says what to do."""


class SandboxClient:
    """The control API as methods. `okta` is the address of Okta: http://127.0.0.1:8410."""

    def __init__(self, okta: str = DEFAULT_URL) -> None:
        self.okta = okta.rstrip("/")

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 60) -> Any:
        """Call the control API and return the JSON answer, or None if it is empty."""
        try:
            answer = httpx.request(
                method, f"{self.okta}/sandbox/{path}", json=body, timeout=timeout, trust_env=False
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ControlError(
                f"No sandbox answers at {self.okta} ({error}). Start one with "
                f"`{PROGRAM} serve`, or pass the address with --url."
            ) from None
        if answer.is_error:
            raise ControlError(_error_text(answer))
        return answer.json() if answer.content else None

    def inject_fault(self, name: str | None = None, **effect: Any) -> Json:
        """Inject a fault: a preset by its name, an effect, or a preset with a changed effect."""
        return self.call("POST", "faults", ({"name": name} if name else {}) | effect)

    def faults(self) -> list[Json]:
        """The active faults."""
        return self.call("GET", "faults")

    def clear_faults(self) -> None:
        """Remove all faults."""
        self.call("DELETE", "faults")

    def request_log(self, server: str = "", since: int = 0) -> list[Json]:
        """The requests whose number (`seq`) is greater than `since`.

        `server` is `okta`, `scim` or `aws`; the default is Okta and SCIM.
        """
        return self.call("GET", f"request-log?server={server}&since={since}")

    def request_counts(self, server: str = "", since: int = 0) -> list[Json]:
        """The request log counted by operation."""
        return self.call("GET", f"request-log/counts?server={server}&since={since}")

    def settle(self, timeout: float = 30) -> None:
        """Wait until Okta has finished all provisioning tasks."""
        state = self.call("GET", f"settled?timeout={timeout}", timeout=timeout + 10)
        if not state["settled"]:
            raise ControlError(
                f"{state['pending']} provisioning tasks are still pending after {timeout} s."
            )

    def refusals(self) -> list[Json]:
        """Users and groups that AWS currently refuses, with Okta's error message."""
        return self.call("GET", "refusals")

    def retry(self) -> int:
        """Retry all failed tasks and return their number."""
        return self.call("POST", "retry")["retried"]

    def refresh(self) -> None:
        """Import the groups of AWS again ("Refresh App Groups")."""
        self.call("POST", "refresh")

    def snapshot(self) -> Json:
        """The state of the sandbox as JSON; `snapshot.write_snapshot` writes it to a file."""
        return self.call("POST", "snapshot")

    def settings(self, **change: str) -> dict[str, str]:
        """Change settings and return all current values."""
        return self.call("POST", "settings", change)

    def advance(self, seconds: float) -> None:
        """Advance the clock that rate limits and delays use."""
        self.call("POST", "clock", {"advance": seconds})


def own_client() -> SandboxClient:
    """A client for the sandbox of this clone, or for the default address if none is recorded.

    Raises ControlError if another sandbox answers at the recorded address.
    """
    try:
        recorded: Any = json.loads(READY_FILE.read_text(encoding="utf-8"))
        okta, ident = str(recorded["okta"]), recorded["id"]
    except (OSError, ValueError, LookupError, TypeError):
        return SandboxClient()
    client = SandboxClient(okta)
    if client.call("GET", "health").get("id") != ident:
        raise ControlError(
            f"The sandbox of this clone no longer runs; another one answers at {okta}. Start one "
            "with `make up`, or pass the address with --url."
        )
    return client


def _error_text(answer: httpx.Response) -> str:
    try:
        body: Any = answer.json()
        causes = [cause["errorSummary"] for cause in body["errorCauses"]]
        return "; ".join(causes) or str(body["errorSummary"])
    except (ValueError, LookupError, TypeError):
        return f"The sandbox answered {answer.status_code}."
