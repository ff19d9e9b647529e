"""Writes docs/reference/recovery.md from the outcomes of the crash matrix."""

from collections.abc import Iterable

from tests.e2e.crash_matrix import Outcome
from tests.paths import ROOT

PAGE = ROOT / "docs" / "reference" / "recovery.md"
FAULTS = {
    "lost": "answer lost",
    "kill": "engine killed",
    "interrupt": "Ctrl-C twice",
    "plugin": "plugin killed",
}
_HEAD = """\
# Recovery, kind by kind

<!-- Written by `make test-crash`. -->

What puts an object right after an interrupted run. In each case Okta or AWS performed the
operation, and the run never learned it. "The next `pulumi up`" means that nothing has to be done. A
command means that `okta-idc recover` prints it with its arguments
([A run was interrupted](../guide/interrupted.md)). The test runs the printed lines as they are,
then `up` and `refresh`. It requires that no app and no group exists twice, that no group in AWS is
lost, and that the printed lines send Okta nothing but reads.

The replacement plugins ran, not the official ones ([Offline environments](offline-plugins.md)).
"""


def page(rows: Iterable[tuple[str, str]], outcomes: Iterable[Outcome]) -> str:
    """The page: one row a kind and operation, one column a fault."""
    found = {(each.kind, each.operation, each.fault): each.healed_by for each in outcomes}
    rows = sorted(rows)
    lines = [
        _HEAD,
        f"{len(found)} of {len(rows) * len(FAULTS)} faults were injected; the rest is `not run`.\n",
        f"| kind | operation | {' | '.join(FAULTS.values())} |",
        f"|---|---|{'---|' * len(FAULTS)}",
    ]
    for row in rows:
        cells = (found.get((*row, fault), "not run") for fault in FAULTS)
        lines.append(f"| {' | '.join((*row, *cells))} |")
    return "\n".join(lines) + "\n"
