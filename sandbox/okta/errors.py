"""Okta's errors: codes, summaries and the JSON body."""

import secrets
from typing import Any


class OktaError(Exception):
    """An error answer: status, code, summary and causes."""

    def __init__(self, status: int, code: str, summary: str, *causes: str) -> None:
        super().__init__(summary)
        self.status, self.code, self.summary, self.causes = status, code, summary, causes

    def body(self) -> dict[str, Any]:
        return {
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": "oae" + secrets.token_urlsafe(16)[:17],
            "errorCauses": [{"errorSummary": cause} for cause in self.causes],
        }


def invalid(field: str, cause: str) -> OktaError:
    return OktaError(400, "E0000001", f"Api validation failed: {field}", cause)


def malformed() -> OktaError:
    return OktaError(400, "E0000003", "The request body was not well-formed.")


def not_found(ident: str, kind: str) -> OktaError:
    return OktaError(404, "E0000007", f"Not found: Resource not found: {ident} ({kind})")


def provisioning_not_enabled() -> OktaError:
    return invalid("feature", "Provisioning is not enabled for the app instance.")


def provisioning_not_supported() -> OktaError:
    return invalid("provisioning", "Provisioning is not supported for the app instance.")
