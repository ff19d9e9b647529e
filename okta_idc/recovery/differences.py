"""Compares the recorded side with the live side, and decides what each difference needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from okta_idc.recovery.declared import DEFAULT_NAME, FEDERATION, Declared
from okta_idc.recovery.kinds import ACCOUNT_ASSIGNMENT, KINDS, PUSH_MAPPING
from okta_idc.recovery.live import Live, LiveObject, describe, identity
from okta_idc.recovery.state import Recorded, State


class Status(StrEnum):
    """What is wrong: made and not recorded, recorded and gone, started and not finished, more than
    one object where the stack declares one, an assignment that AWS cannot delete because its group
    is gone, or a resource that was replaced and cannot be deleted."""

    UNRECORDED = "not recorded"
    GONE = "gone"
    PENDING = "pending"
    AMBIGUOUS = "ambiguous"
    STRANDED = "stranded"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Difference:
    """A difference at `urn`. `found` is the object that is not recorded, `parent` the URN of the
    component that declares it; `replaced` is the resource whose deletion is pending."""

    status: Status
    kind: str
    urn: str
    text: str
    found: LiveObject | None = None
    parent: str = ""
    replaced: Recorded | None = None

    @property
    def title(self) -> str:
        """Kind and name, for example `push mapping identity-center-push-aws-data`."""
        title = KINDS[self.kind].title if self.kind in KINDS else self.kind
        return f"{title} {self.urn.rpartition('::')[2]}"


@dataclass
class Comparison:
    """All differences, and the kinds that could not be compared, with the reason."""

    found: list[Difference] = field(default_factory=list[Difference])
    unknown: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, status: Status) -> list[Difference]:
        return [each for each in self.found if each.status == status]


def federation_name(state: State) -> str:
    """Name of the recorded federation; the kit's own if none is recorded."""
    return next((each.name for each in state.named(FEDERATION)), DEFAULT_NAME)


def compare(state: State, live: Live, declared: Sequence[Declared]) -> Comparison:
    """The differences, in the order of the state and of the declarations."""
    gone = list(_gone(state, live))
    lost = {each.urn for each in gone}
    unrecorded = _unrecorded(state, live, declared, lost)
    found = [*_pending(state), *_replaced(state, live), *gone, *unrecorded]
    return Comparison(found, dict(live.unknown))


def _pending(state: State) -> Iterator[Difference]:
    for each in state.pending:
        text = f"a run was interrupted while {each.operation} it"
        yield Difference(Status.PENDING, each.resource.type, each.resource.urn, text)


def _replaced(state: State, live: Live) -> Iterator[Difference]:
    """What was replaced, and whose deletion fails on every run. The next run deletes the rest."""
    for each in state.replaced:
        if lost := _lost(each, live):
            text = f"replaced, and cannot be deleted: {lost[1]}"
            yield Difference(Status.REPLACED, each.type, each.urn, text, replaced=each)


def _gone(state: State, live: Live) -> Iterator[Difference]:
    for each in state.resources:
        if lost := _lost(each, live):
            status, text = lost
            yield Difference(status, each.type, each.urn, text)


def _lost(each: Recorded, live: Live) -> tuple[Status, str] | None:
    """Why the resource cannot be deleted in Okta or AWS; None if it can be, or if that is not
    known."""
    if each.type not in KINDS or each.type not in live.objects or each.type in live.unknown:
        return None
    if each.type == ACCOUNT_ASSIGNMENT and (group := each.text("principalId")) in live.lost_groups:
        text = f"recorded for group {group}, which no longer exists in AWS"
        return Status.STRANDED, text
    if identity(each) not in live.idents(each.type):
        return Status.GONE, f"recorded as {identity(each) or each.id}, which no longer exists"
    return None


def _unrecorded(
    state: State, live: Live, declared: Sequence[Declared], lost: set[str]
) -> Iterator[Difference]:
    name = federation_name(state)
    taken = {(each.type, identity(each)) for each in state.resources if each.urn not in lost}
    for each in declared:
        if not KINDS[each.type].imported or each.type in live.unknown:
            continue
        urn = each.urn(state.stack, state.project)
        matching = [
            found
            for found in live.objects.get(each.type, ())
            if found.key == each.key and (each.type, found.ident) not in taken
        ]
        parent = each.parent(state.stack, state.project, name)
        if KINDS[each.type].retained and parent not in state.urns:
            continue  # a destroy kept it: an interrupted run records the component first
        recorded = urn in state.urns and urn not in lost
        if recorded and not _makes_copies(each.type):
            continue
        if recorded or len(matching) > 1:
            yield from (_ambiguous(each.type, urn, found) for found in matching)
        elif matching:
            text = f"exists as {describe(matching[0])}, and the state does not have it"
            yield Difference(Status.UNRECORDED, each.type, urn, text, matching[0], parent)


def _makes_copies(kind: str) -> bool:
    """Whether a second object of this kind can exist: AWS gives it another name."""
    return kind.startswith(("aws:sns/", "aws:cloudwatch/"))


def _ambiguous(kind: str, urn: str, found: LiveObject) -> Difference:
    text = (
        f"{describe(found)} also matches this declaration, and the state does not have it. Delete "
        "it if an interrupted run of this stack created it"
    )
    return Difference(Status.AMBIGUOUS, kind, urn, text, found)


def importable(difference: Difference) -> bool:
    """Whether `pulumi import` may record the object. An import activates an inactive push mapping,
    which pushes its whole group."""
    found = difference.found
    active = found is None or found.document.get("status") == "ACTIVE"
    return difference.status == Status.UNRECORDED and (difference.kind != PUSH_MAPPING or active)


def recorded_at(state: State, urn: str) -> Recorded | None:
    """The resource at a URN, if the state has it."""
    return next((each for each in state.resources if each.urn == urn), None)
