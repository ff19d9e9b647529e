"""Changes in an Okta org, outside of Pulumi: only the canary of a token rotation needs them."""

import asyncio
from typing import Any, cast

import httpx

from okta_idc.clients.bounds import BoundError
from okta_idc.clients.json_path import Json
from okta_idc.clients.okta import TRIES, Okta
from okta_idc.clients.okta_error import OktaError, error_code, error_text
from okta_idc.clients.okta_limits import until_reset

_THROTTLED = 429


class OktaWriter(Okta):
    """One org, to read and to change. A change is repeated only if Okta throttled it."""

    async def change(self, method: str, path: str, body: Json | None = None, **query: str) -> Json:
        """Send a change, and return the JSON object of the response, or an empty one. Raises
        OktaError."""
        request = self._http.build_request(
            method, self.url + path, params=query or None, json=body
        )  # fmt: skip
        endpoint = f"{method} {request.url.path}"
        attempt = 1
        while (response := await self._once(request, endpoint)).status_code == _THROTTLED:
            if attempt == TRIES:
                break
            seconds = until_reset(response) or 2.0 ** (attempt - 1)
            self._on_wait(seconds, f"{_THROTTLED} from Okta for {endpoint}")
            await asyncio.sleep(seconds)
            attempt += 1
        if not response.is_success:
            text = f"{endpoint}: {error_text(response)}"
            raise OktaError(text, response.status_code, error_code(response))
        try:
            found: Any = response.json() if response.content else {}
        except (ValueError, RecursionError):
            raise OktaError(f"{endpoint}: the response is not JSON.") from None
        return cast(Json, found) if isinstance(found, dict) else {}

    async def _once(self, request: httpx.Request, endpoint: str) -> httpx.Response:
        try:
            return await self._send(request)
        except BoundError as error:
            raise OktaError(f"{endpoint}: Okta {error}.") from None
        except httpx.HTTPError as error:  # its text may quote the token
            text = f"{endpoint}: Okta does not respond ({type(error).__name__})."
            raise OktaError(text) from None
