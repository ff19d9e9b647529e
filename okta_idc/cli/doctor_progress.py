"""A connection to the Okta org, and the progress of a read: bars on a terminal, otherwise one line
for each wait.

The remaining time is estimated for groups only: Okta does not show the number of assigned users
before the last page.
"""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from okta_idc.cli.console import terminal
from okta_idc.clients.okta import Okta
from okta_idc.inventory.progress import ProgressListener
from okta_idc.text import printable


@contextmanager
def show_progress(console: Console) -> Generator[ProgressListener]:
    """A listener that shows progress on this console."""
    if not console.is_terminal:
        yield ProgressListener(on_wait=partial(print_wait, console))
        return
    with Progress(
        TextColumn("{task.description:<16}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[done]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=console,
        transient=True,
    ) as progress:
        yield _Bars(progress).listener


@asynccontextmanager
async def connected(
    url: str, auth: httpx.Auth, share: float
) -> AsyncGenerator[tuple[Okta, ProgressListener]]:
    """A client of the org, and a listener that shows the progress on standard error. `share`: of
    Okta's remaining rate limits."""
    with show_progress(terminal(stderr=True)) as progress:
        async with Okta(url, auth, share=share, on_wait=progress.on_wait) as okta:
            yield okta, progress


_LIMITS = "Okta's limits"


class _Bars:
    """One bar for each list, and a line while the read waits for a rate limit."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._tasks = progress, dict[str, TaskID]()
        self._waits_until = 0.0
        self.listener = ProgressListener(on_step=self._step, on_wait=self._wait)

    def _step(self, what: str, done: int, total: int | None) -> None:
        shown = f"{done:,}" + (f" of {total:,}" if total else "")
        self._progress.update(self._task(what), completed=done, total=total, done=shown)
        if time.monotonic() >= self._waits_until:
            self._progress.update(self._task(_LIMITS), visible=False)

    def _wait(self, seconds: float, why: str) -> None:
        self._waits_until = max(self._waits_until, time.monotonic() + seconds)
        task = self._task(_LIMITS)
        self._progress.update(
            task, visible=True, done="", note=f"{printable(why)}: waiting {seconds:.0f} s"
        )

    def _task(self, what: str) -> TaskID:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=None, done="", note="")
        return self._tasks[what]


def print_wait(console: Console, seconds: float, why: str) -> None:
    """Print why a read pauses, and for how long."""
    console.print(Text(f"{printable(why)}; continuing in {seconds:.0f} s", "dim"), soft_wrap=True)
