"""A client of one AWS service, whose errors have the format of the official plugin.

An error names the service, operation, status, code and AWS's message, as the AWS SDK for Go does.
It never contains a key or a secret value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from offline_plugins.provider_server import ProviderError

MESSAGE_LENGTH = 500
"""The maximum length, because a server other than AWS may return a whole page."""


class AwsError(ProviderError):
    """An error response from AWS."""

    def __init__(self, text: str, code: str, message: str) -> None:
        super().__init__(text)
        self.code = code
        self.message = message


class Service:
    """The operations of one service in one region, by the names in its service model."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        from botocore import xform_name

        with self._translate_errors(operation):
            return getattr(self._client, xform_name(operation))(**parameters)

    def pages(self, operation: str, member: str, **parameters: Any) -> list[Any]:
        """The items of `member` on all pages."""
        from botocore import xform_name

        with self._translate_errors(operation):
            pages = self._client.get_paginator(xform_name(operation)).paginate(**parameters)
            return [item for page in pages for item in page[member]]

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
    text = f"{place}, https response error StatusCode: {status}, RequestID: {request}, {words}"
    return AwsError(text, code, message)
