"""The outcome of a run: calls tried and passed, and the deviations with their reasons."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from tests.paths import ROOT

FILE = ROOT / "tests" / "clients" / "results.json"


@dataclass(frozen=True)
class Summary:
    """The calls of one client. `deviations` maps a call that fails as expected to the reason."""

    client: str
    version: str
    subject: str
    tried: int
    passed: int
    deviations: dict[str, str]


def read() -> dict[str, Any]:
    """The summaries of the last runs by client."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def write(*summaries: Summary) -> None:
    """Replace the summaries of these clients."""
    found = read() | {each.client: asdict(each) for each in summaries}
    text = json.dumps(dict(sorted(found.items())), indent=2, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")


def summarize(
    client: str, version: str, subject: str, calls: dict[str, str], deviations: dict[str, str]
) -> Summary:
    """Require that exactly the deviations fail; `calls` maps each call to its error, or nothing.

    A deviation that no longer occurs fails too, so that the list stays true.
    """
    failed = {call: error for call, error in calls.items() if error}
    unexpected = {call: error for call, error in failed.items() if call not in deviations}
    assert not unexpected, json.dumps(unexpected, indent=2)
    stale = sorted(set(deviations) - set(failed))
    assert not stale, f"these deviations do not occur: {stale}"
    return Summary(client, version, subject, len(calls), len(calls) - len(failed), deviations)


def section() -> str:
    """The section of docs/reference/sandbox-fidelity.md."""
    lines = [_INTRO, "| client | version | against | calls | passed | deviations |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    found = read().values()
    for each in found:
        cells = (each["client"], each["version"], each["subject"], str(each["tried"]),
                 str(each["passed"]), str(len(each["deviations"]) or "—"))  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    for each in found:
        if each["deviations"]:
            lines.append(f"\n**{each['client']}**\n")
            lines += [f"- `{call}`: {reason}" for call, reason in each["deviations"].items()]
    return "\n".join(lines)


_INTRO = """\
## Official clients

Clients that this project did not write call the sandbox. `make test-clients` installs each one in
an environment of its own, at the version of its lock (`tests/clients/requirements/`), runs it
against a sandbox of its own, and writes `tests/clients/results.json`, from which this table is
generated. A call passes if the client accepts the answer: it validates its request, parses the
answer, and finds in it what the test expects. A deviation is a call that fails for the reason
given; the run fails if another call fails, or if a deviation no longer occurs.
"""
