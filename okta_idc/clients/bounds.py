"""Bounds on what one HTTP response may cost: bytes after decompression, and seconds.

A timeout of httpx applies to each read, so that one byte every few seconds never ends, and a small
compressed body can be any size. `bounded` counts while the body arrives.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

T = TypeVar("T")


class BoundError(Exception):
    """A response exceeds a bound. The text is a clause: `sends more than 64 MB`."""


@dataclass(frozen=True)
class Bounds:
    """`pages`: of one list. `megabytes`: of one decompressed body. `seconds`: for one request with
    its response, including requests for an access token."""

    pages: int = 20_000
    megabytes: float = 64
    seconds: float = 120


async def in_time(response: Awaitable[T], bounds: Bounds) -> T:
    """The complete response. Raises BoundError after the bound's seconds."""
    try:
        async with asyncio.timeout(bounds.seconds):
            return await response
    except TimeoutError:
        raise BoundError(f"sends no complete response within {bounds.seconds:g} s") from None


def bounded(bounds: Bounds) -> dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]:
    """Event hooks for an `httpx.AsyncClient` that limit each body, of access tokens too. Reading
    it raises BoundError."""

    async def limit(response: httpx.Response) -> None:
        coding = response.headers.pop("Content-Encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip"):
            raise BoundError("compresses its response in an unexpected way")
        if isinstance(response.stream, httpx.AsyncByteStream):
            size = int(bounds.megabytes * 1_000_000)
            response.stream = _Bounded(response.stream, coding != "identity", size)

    return {"response": [limit]}


class _Bounded(httpx.AsyncByteStream):
    """A decompressed stream that ends with BoundError when it exceeds its size."""

    def __init__(self, inner: httpx.AsyncByteStream, compressed: bool, size: int) -> None:
        self._inner, self._size = inner, size
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 32) if compressed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._size
        async for chunk in self._inner:
            try:
                found = self._decoder.decompress(chunk, left + 1) if self._decoder else chunk
            except zlib.error:
                raise BoundError("sends a damaged compressed response") from None
            left -= len(found)
            if left < 0:
                raise BoundError(f"sends more than {self._size / 1_000_000:g} MB") from None
            yield found

    async def aclose(self) -> None:
        """Close the stream, and release it: httpx's stream refers to the response, whose body would
        stay in memory until Python's garbage collector finds the cycle."""
        await self._inner.aclose()
        self._inner = httpx.ByteStream(b"")
