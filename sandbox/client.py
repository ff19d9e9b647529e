"""A running sandbox, from outside: its control API as functions.

Used by the command line and by the pytest plugin. Knows no part of the sandbox but its address.
"""

from typing import Any

import httpx

Json = dict[str, Any]
DEFAULT_URL = "http://127.0.0.1:8410"


class ControlError(Exception):
    """The sandbox did not answer, or refused; the text says what to do."""


class SandboxClient:
    """`okta` is the address of the sandbox's Okta, such as http://127.0.0.1:8410."""

    def __init__(self, okta: str = DEFAULT_URL) -> None:
        self.okta = okta.rstrip("/")

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 60) -> Any:
        """The JSON answer of one call of the control API; None for an empty one."""
        try:
            answer = httpx.request(
                method, f"{self.okta}/sandbox/{path}", json=body, timeout=timeout, trust_env=False
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ControlError(
                f"No sandbox answers at {self.okta} ({error}). Start one with "
                "`python -m sandbox serve`, or name yours with --url."
            ) from None
        if answer.is_error:
            raise ControlError(_error_text(answer))
        return answer.json() if answer.content else None

    def inject_fault(self, name: str | None = None, **effect: Any) -> Json:
        """Ask for a fault: one that has a name, or the effect that is given, or both."""
        return self.call("POST", "faults", ({"name": name} if name else {}) | effect)

    def faults(self) -> list[Json]:
        return self.call("GET", "faults")

    def clear_faults(self) -> None:
        self.call("DELETE", "faults")

    def request_log(self, server: str = "", since: int = 0) -> list[Json]:
        """Every request so far, of `okta`, `scim` or `aws` alone if asked so (of the first two if
        not); `since` is a seq."""
        return self.call("GET", f"request-log?server={server}&since={since}")

    def request_counts(self, server: str = "", since: int = 0) -> list[Json]:
        """The journal counted by operation."""
        return self.call("GET", f"request-log/counts?server={server}&since={since}")

    def settle(self, timeout: float = 30) -> None:
        """Wait until nothing is left to provision."""
        state = self.call("GET", f"settled?timeout={timeout}", timeout=timeout + 10)
        if not state["settled"]:
            raise ControlError(f"{state['pending']} tasks are still pending after {timeout} s.")

    def refusals(self) -> list[Json]:
        return self.call("GET", "refusals")

    def retry(self) -> int:
        """Try everything that failed once more; how much that is."""
        return self.call("POST", "retry")["retried"]

    def refresh(self) -> None:
        """See anew what groups there are in AWS."""
        self.call("POST", "refresh")

    def snapshot(self) -> Json:
        """The whole sandbox, to be written to a file (`sandbox.snapshot.write`)."""
        return self.call("POST", "snapshot")

    def settings(self, **change: str) -> dict[str, str]:
        """What is chosen, after these changes."""
        return self.call("POST", "settings", change)

    def advance(self, seconds: float) -> None:
        """Move the clock of rate limits and delays."""
        self.call("POST", "clock", {"advance": seconds})


def _error_text(answer: httpx.Response) -> str:
    try:
        body: Any = answer.json()
        causes = [cause["errorSummary"] for cause in body["errorCauses"]]
        return "; ".join(causes) or str(body["errorSummary"])
    except (ValueError, LookupError, TypeError):
        return f"The sandbox answered {answer.status_code}."
