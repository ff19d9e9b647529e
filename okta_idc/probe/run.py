"""Runs experiments one after the other, and removes what they created, whatever happens."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from okta_idc.clients.aws import AwsError
from okta_idc.clients.json_path import Json
from okta_idc.clients.okta import OktaError
from okta_idc.probe.access import Access
from okta_idc.probe.contract import EXPERIMENTS, Experiment
from okta_idc.probe.experiments import STEPS, Observation
from okta_idc.probe.journal import Journal
from okta_idc.probe.lab import Console, Lab, NotTriedError
from okta_idc.probe.record import result
from okta_idc.probe.removal import Removed, remove_all

_REMOVALS = 3


@dataclass
class Outcome:
    """Results by experiment, in the order of the contract, and what was removed."""

    results: list[Json] = field(default_factory=list[Json])
    removed: Removed = field(default_factory=Removed)
    failures: list[str] = field(default_factory=list[str])
    """What Okta or AWS failed to answer, as text for a person."""


async def run_experiments(
    access: Access,
    journal: Journal,
    chosen: list[Experiment],
    *,
    console: Console | None = None,
    on_result: Callable[[int, Json], None] = lambda _number, _result: None,
    outcome: Outcome | None = None,
) -> Outcome:
    """Run the chosen experiments. `outcome` is filled as they end, also if the run is cancelled."""
    outcome = outcome or Outcome()
    done: dict[str, Json] = {}
    lab = Lab(access, journal, secrets.token_hex(4), console)
    try:
        for number, experiment in enumerate(chosen, 1):
            done[experiment.id] = await _attempt(lab, experiment, outcome)
            on_result(number, done[experiment.id])
    finally:
        ids = {each.id for each in chosen}
        outcome.results = [
            done.get(each.id)
            or result(each, None, reason="interrupted" if each.id in ids else "not_chosen")
            for each in EXPERIMENTS.values()
        ]
        outcome.removed = Removed(failures=["the removal was interrupted."])
        outcome.removed = await remove(access, journal)
    return outcome


async def remove(access: Access, journal: Journal) -> Removed:
    """Remove everything; try again what failed."""
    removed = await remove_all(access, journal)
    for _ in range(_REMOVALS - 1):
        if not removed.failures:
            break
        await access.pause(min(access.patience, 10))
        count, removed = removed.count, await remove_all(access, journal)
        removed.count += count
    return removed


async def _attempt(lab: Lab, experiment: Experiment, outcome: Outcome) -> Json:
    try:
        found = await STEPS[experiment.id](lab)
    except NotTriedError as error:
        return result(experiment, None, reason=error.reason)
    except OktaError as error:
        outcome.failures.append(f"{experiment.id}: {error}")
        reason = "okta_failed" if error.status not in (400, 403, 404) else "set_up_refused"
        return result(experiment, None, reason=reason)
    except AwsError as error:
        outcome.failures.append(f"{experiment.id}: {error}")
        return result(experiment, None, reason="aws_failed")
    seen = Observation(found) if isinstance(found, str) else found
    return result(experiment, seen.outcome, status=seen.status, code=seen.code)
