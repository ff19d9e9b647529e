"""The exact commands that put the differences right. They run as printed, in this order."""

import shlex
from collections.abc import Sequence

from okta_idc.recovery.differences import Comparison, Difference, Status, importable
from okta_idc.recovery.kinds import KINDS
from okta_idc.recovery.state import STASH_TYPE, State


def commands(
    found: Comparison,
    state: State,
    stack: str,
    import_with: Sequence[str],
    *,
    drop_with: Sequence[str] = (),
    locked: bool = False,
) -> list[str]:
    """The lines for the stack, "" for the selected one. `import_with`: the lines that import the
    unrecorded objects. `drop_with`: the lines that drop what was replaced, which `pulumi state
    delete` cannot distinguish from its replacement. `locked`: a run that no longer exists holds the
    stack's lock.

    A refresh drops what is gone, and reads it once more before that. Then resources that no
    refresh can read are removed.
    """
    of_stack = ["--stack", stack] if stack else []
    gone = found.of(Status.GONE)
    refreshed = [each.urn for each in gone if KINDS[each.kind].refreshed]
    lines = [shlex.join(["pulumi", "cancel", "--yes", *of_stack])] if locked else []
    if found.of(Status.REPLACED):
        lines += drop_with
    if refreshed or found.of(Status.PENDING):
        targets = refreshed or [state.root]
        given = [part for urn in targets if urn for part in ("--target", urn)]
        options = ["--clear-pending-creates", "--skip-preview", "--yes"]
        lines.append(shlex.join(["pulumi", "refresh", *options, *of_stack, *given]))
    for urn in removable(found, state):
        lines.append(shlex.join(["pulumi", "state", "delete", urn, "--force", "--yes", *of_stack]))
    if unrecorded(found, state):
        lines += import_with
    return lines


def removable(found: Comparison, state: State) -> list[str]:
    """URNs of what is gone and no refresh can read or drop, the last created first.

    The engine refuses to remove a resource on which others depend. Only stashes may go with it: the
    next `up` writes them again.
    """
    gone = found.of(Status.GONE)
    refreshed = {each.urn for each in gone if KINDS[each.kind].refreshed}
    stranded = {each.urn for each in found.of(Status.STRANDED)}
    lost = {each.urn for each in gone} - refreshed | stranded
    removed: list[str] = []
    required: set[str] = set()
    for each in reversed(state.resources):
        waits = each.type == STASH_TYPE and not lost.isdisjoint(each.dependencies)
        if (each.urn in lost or waits) and each.urn not in required:
            removed.append(each.urn)
        elif each.urn not in refreshed:
            required.update(each.dependencies)
    return removed


def unrecorded(found: Comparison, state: State) -> list[Difference]:
    """What `pulumi import` can record: its component is in the state already."""
    return [each for each in found.found if importable(each) and each.parent in state.urns]
