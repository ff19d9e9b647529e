"""A client of one AWS service, whose errors have the format of the official plugin.

An error names the service, operation, status, code and AWS's message, as the AWS SDK for Go does.
It never contains a key or a secret value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from offline_plugins.provider import ProviderError

MESSAGE_LENGTH: Final = 500
"""The maximum length, because a server other than AWS may return a whole page."""
DEFAULT_ATTEMPTS: Final = 25
CONNECTION_ATTEMPTS: Final = 10
"""The official plugin gives up earlier if nothing listens at an endpoint."""
PAUSE_SECONDS: Final = 0.1
"""Between attempts. The official plugin waits longer each time, for up to minutes."""


class AwsError(ProviderError):
    """An error response from AWS."""

    def __init__(self, text: str, code: str, message: str) -> None:
        super().__init__(text)
        self.code = code
        self.message = message


class Service:
    """The operations of one service in one region, by the names in its service model.

    Retries what the official plugin retries, up to `attempts` requests for each call or page.
    """

    def __init__(self, client: Any, attempts: int = DEFAULT_ATTEMPTS) -> None:
        self._client = client
        self._attempts = attempts
        model = client.meta.service_model
        self._retries_conflicts = model.service_name == "sso-admin"
        own = f"needs-retry.{model.service_id.hyphenize()}"
        client.meta.events.unregister(own, unique_id=f"retry-config-{model.service_name}")
        client.meta.events.register(own, self._pause_before_retry)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Omits false and empty parameters, as the AWS SDK for Go does."""
        from botocore import xform_name

        given = {
            name: value
            for name, value in parameters.items()
            if value is not False and value not in ([], {})
        }
        with self._translate_errors(operation):
            return getattr(self._client, xform_name(operation))(**given)

    def pages(self, operation: str, member: str, **parameters: Any) -> list[Any]:
        """The items of `member` on all pages."""
        from botocore import xform_name

        with self._translate_errors(operation):
            pages = self._client.get_paginator(xform_name(operation)).paginate(**parameters)
            return [item for page in pages for item in page[member]]

    def _pause_before_retry(
        self, response: Any, operation: Any, attempts: int, caught_exception: Any, **_: Any
    ) -> float | None:
        """A handler for botocore: the seconds until the next attempt; None if it is the last."""
        from botocore.retries import standard

        http, parsed = response or (None, None)
        context = standard.RetryContext(attempts, operation, parsed, http, caught_exception)
        conflict = self._retries_conflicts and context.get_error_code() == "ConflictException"
        checkers = (standard.TransientRetryableChecker(), standard.ThrottledRetryableChecker())
        if not conflict and not any(checker.is_retryable(context) for checker in checkers):
            return None
        if attempts < min(self._attempts, CONNECTION_ATTEMPTS if http is None else self._attempts):
            return PAUSE_SECONDS
        if parsed:
            parsed["ResponseMetadata"]["MaxAttemptsReached"] = True
        return None

    @contextmanager
    def _translate_errors(self, operation: str) -> Iterator[None]:
        from botocore import exceptions as boto

        model = self._client.meta.service_model
        place = f"operation error {model.service_id}: {operation}"
        try:
            yield
        except boto.ClientError as error:
            raise _aws_error(place, error.response, model.shape_names) from None
        except (boto.ConnectionError, boto.HTTPClientError) as error:
            raise ProviderError(f"{place}, {error}. Fix: start the sandbox (make up)") from None
        except boto.BotoCoreError as error:
            raise ProviderError(f"{place}, {error}") from None


def _aws_error(place: str, response: Any, modelled: list[str]) -> AwsError:
    error, meta = response.get("Error", {}), response.get("ResponseMetadata", {})
    code = str(error.get("Code", ""))
    message = str(error.get("Message", ""))[:MESSAGE_LENGTH]
    words = f"{code}: {message}" if code in modelled else f"api error {code}: {message}"
    status, request = meta.get("HTTPStatusCode", 0), meta.get("RequestId", "")
    if meta.get("MaxAttemptsReached"):
        attempts = meta["RetryAttempts"] + 1
        place = f"{place}, exceeded maximum number of attempts, {attempts}"
    text = f"{place}, https response error StatusCode: {status}, RequestID: {request}, {words}"
    return AwsError(text, code, message)
