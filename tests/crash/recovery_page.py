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
then `up`, `refresh`, and in the end `destroy`. It requires that no app and no group exists twice,
that no group in AWS is lost, and that the printed lines send Okta nothing but reads.

The replacement plugins ran, not the official ones ([Offline environments](offline-plugins.md)).
"""


def page(outcomes: Iterable[Outcome]) -> str:
    """The page: one row a kind and operation, one column a fault."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for each in outcomes:
        rows.setdefault((each.kind, each.operation), {})[each.fault] = each.healed_by
    used = [fault for fault in FAULTS if any(fault in row for row in rows.values())]
    number = sum(map(len, rows.values()))
    lines = [
        _HEAD,
        f"{number} faults were injected.\n",
        f"| kind | operation | {' | '.join(FAULTS[fault] for fault in used)} |",
        f"|---|---|{'---|' * len(used)}",
    ]
    for (kind, operation), row in sorted(rows.items()):
        cells = " | ".join(row.get(fault, "not tested") for fault in used)
        lines.append(f"| {kind} | {operation} | {cells} |")
    return "\n".join(lines) + "\n"
