"""How long a fleet's run is expected to take."""

from collections.abc import Sequence

from okta_idc.fleet.schedule import Run


def estimate(stages: Sequence[Sequence[Run]], at_once: int) -> float | None:  # noqa: ARG001
    """The expected seconds of a run of these stages, with `at_once` stacks at the same time; None
    if nothing is known about it."""
    return None
