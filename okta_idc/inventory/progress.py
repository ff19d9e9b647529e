"""Who watches a look: is told how far it has got, and that it waits."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class ProgressListener:
    """`step`: what, how many are done, of how many (None: nobody knows yet). `waits`: seconds, and
    why."""

    step: Callable[[str, int, int | None], None] = lambda _what, _done, _total: None
    waits: Callable[[float, str], None] = lambda _seconds, _why: None
    _done: dict[str, int] = field(default_factory=dict[str, int])

    def more(self, what: str, number: int = 1, total: int | None = None) -> None:
        """So many more of it are done."""
        self._done[what] = self._done.get(what, 0) + number
        self.step(what, self._done[what], total)

    def done(self, what: str) -> None:
        """All of it."""
        self.step(what, self._done.get(what, 0), self._done.get(what, 0))
