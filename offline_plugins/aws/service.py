"""One AWS service, called through botocore, and its errors in the words of the real plugin.

Owns the shape of an error: service, operation, status, code and AWS's message, as the Go SDK under
the real plugin writes them. Never a key, never a secret's value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from offline_plugins.provider_server import ProviderError

MESSAGE_LENGTH = 500
"""A server that is not AWS may answer a whole page."""


class RefusedError(ProviderError):
    """AWS answered with an error."""

    def __init__(self, text: str, code: str, message: str) -> None:
        super().__init__(text)
        self.code = code
        self.message = message


class Service:
    """The operations of one service in one region, by the names of its model."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, operation: str, **asked: Any) -> dict[str, Any]:
        from botocore import xform_name

        with self._told(operation):
            return getattr(self._client, xform_name(operation))(**asked)

    def pages(self, operation: str, member: str, **asked: Any) -> list[Any]:
        """That member of every page, put together."""
        from botocore import xform_name

        with self._told(operation):
            pages = self._client.get_paginator(xform_name(operation)).paginate(**asked)
            return [item for page in pages for item in page[member]]

    @contextmanager
    def _told(self, operation: str) -> Iterator[None]:
        from botocore import exceptions as boto

        model = self._client.meta.service_model
        place = f"operation error {model.service_id}: {operation}"
        try:
            yield
        except boto.ClientError as error:
            raise _refused(place, error.response, model.shape_names) from None
        except (boto.ConnectionError, boto.HTTPClientError) as error:
            raise ProviderError(f"{place}, {error}. Fix: start the sandbox (make up)") from None
        except boto.BotoCoreError as error:
            raise ProviderError(f"{place}, {error}") from None


def _refused(place: str, response: Any, modelled: list[str]) -> RefusedError:
    told, meta = response.get("Error", {}), response.get("ResponseMetadata", {})
    code = str(told.get("Code", ""))
    message = str(told.get("Message", ""))[:MESSAGE_LENGTH]
    words = f"{code}: {message}" if code in modelled else f"api error {code}: {message}"
    status, request = meta.get("HTTPStatusCode", 0), meta.get("RequestId", "")
    text = f"{place}, https response error StatusCode: {status}, RequestID: {request}, {words}"
    return RefusedError(text, code, message)
