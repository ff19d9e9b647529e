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
_NOT_RUN = "not run"
_HEAD = """\
# Recovery, kind by kind

<!-- Written by `make test-crash`. -->

What puts an object right after an interrupted run. In each case Okta or AWS performed the
operation, and the run never learned it. "The next `pulumi up`" means that nothing has to be done. A
command means that `okta-idc recover` prints it with its arguments
([A run was interrupted](../guide/operate/run-interrupted.md)). The test runs the printed lines
as they are, then `up` and `refresh`, or `destroy` if a destroy was interrupted. It requires that
these pass, that no app and no group exists twice, that no group in AWS is lost, and that the
printed lines send Okta nothing but reads.

The replacement plugins ran, not the official ones ([Offline environments](offline-plugins.md)).
"""


def page(rows: Iterable[tuple[str, str]], outcomes: Iterable[Outcome]) -> str:
    """The page: one row a kind and operation, one column a fault."""
    rows = sorted(rows)
    found = {
        (each.kind, each.operation, each.fault): each.healed_by
        for each in outcomes
        if (each.kind, each.operation) in rows
    }
    every = len(rows) * len(FAULTS)
    lines = [
        _HEAD,
        f"{len(found)} of {every} faults were injected; the rest is `{_NOT_RUN}`.\n",
        f"| kind | operation | {' | '.join(FAULTS.values())} |",
        f"|---|---|{'---|' * len(FAULTS)}",
    ]
    for row in rows:
        cells = (found.get((*row, fault), _NOT_RUN) for fault in FAULTS)
        lines.append(f"| {' | '.join((*row, *cells))} |")
    return "\n".join(lines) + "\n"


def outcomes(text: str) -> list[Outcome]:
    """The outcomes on the page, which a later run replaces one by one."""
    table = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return [
        Outcome(kind, operation, fault, healed_by)
        for kind, operation, *cells in table[1:]
        for fault, healed_by in zip(FAULTS, cells, strict=True)
        if healed_by != _NOT_RUN
    ]
