"""Progress of a read."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field


@dataclass
class ProgressListener:
    """Callbacks. `on_step` gets a list's name, the entries read, and the total (None if unknown);
    `on_wait` gets the seconds of a pause and its reason."""

    on_step: Callable[[str, int, int | None], None] = lambda _what, _done, _total: None
    on_wait: Callable[[float, str], None] = lambda _seconds, _why: None
    _done: dict[str, int] = field(default_factory=dict[str, int])

    def more(self, what: str, number: int = 1, total: int | None = None) -> None:
        """Count more entries of a list."""
        self._done[what] = self._done.get(what, 0) + number
        self.on_step(what, self._done[what], total)

    async def each(
        self, what: str, idents: Collection[str], read: Callable[[str], Awaitable[None]], limit: int
    ) -> None:
        """Read each entry of a list, `limit` of them at a time, and count them."""
        waiting = iter(idents)

        async def worker() -> None:
            for ident in waiting:
                await read(ident)
                self.more(what, 1, len(idents))

        await asyncio.gather(*(worker() for _ in range(limit)))

    def done(self, what: str) -> None:
        """Report a list as complete."""
        self.on_step(what, self._done.get(what, 0), self._done.get(what, 0))
