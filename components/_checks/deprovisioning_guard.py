"""Who loses AWS when assignments are removed: counted, told, and refused above a limit.

Owns one value in the stack's state: who was assigned when it was last deployed. The engine asks a
hook before it changes that value, in a preview too, and the assignments come after it; so what
would take too many people is refused while nothing is changed. (A hook on the deletion of each
assignment sees one at a time, and makes the engine raise_findings a plain `pulumi destroy`: tried.)

Counted are those who are in a group, or a person, that is assigned no more, and in none that stays:
Okta unassigns and AWS disables them. Two calls a group, and only where something is removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import pulumi
from pulumi import InvokeOptions, Output, ResourceHook, ResourceHookArgs, ResourceOptions, Stash

from okta_idc.rules import assignments as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import invoke
from ..okta.groups import Group

LIMIT = rules.Unassigning(0).limit
"""People who may lose AWS in one run without a word."""

Assigned = Mapping[str, str]
"""Okta's ids by what is called so in the declaration."""
Declared = Mapping[str, object]
"""The same, where in a preview an id may not be known yet: then it is no text."""


class DeprovisioningGuardArgs(TypedDict):
    """Inputs of DeprovisioningGuard."""

    groups: Mapping[str, Group]
    """The assignment groups, by what they are called."""
    people: NotRequired[Output[dict[str, str]]]
    """Ids of the people who are assigned one by one, by login."""
    limit: NotRequired[int]
    """Default: LIMIT."""
    accepted: NotRequired[Sequence[str]]
    """Groups and people, as they were called, that may go however many lose AWS by it."""


class DeprovisioningGuard(pulumi.ComponentResource):
    """Refuses, with OIC-210, what would unassign more people than allowed."""

    def __init__(
        self, name: str, args: DeprovisioningGuardArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:DeprovisioningGuard", name, {}, opts)
        self._limit = args.get("limit", LIMIT)
        self._accepted = {called.casefold() for called in args.get("accepted", [])}
        self._filled_by = {
            called: Output.all(*group.members_of) for called, group in args["groups"].items()
        }
        hook = ResourceHook(
            name, self.before_update, pulumi.ResourceHookOptions(on_dry_run=True)
        )  # fmt: skip
        self.resource = Stash(
            f"{name}-assigned",
            input={
                "groups": {called: group.id for called, group in args["groups"].items()},
                "people": args.get("people", {}),
            },
            opts=ResourceOptions(
                parent=self, hooks=pulumi.ResourceHookBinding(before_update=[hook])
            ),
        )
        self.register_outputs({})

    async def before_update(self, change: ResourceHookArgs) -> None:
        """Raises ValidationError where more people than allowed would lose AWS."""
        was = cast(dict[str, Assigned], (change.old_inputs or {})["input"])
        given: Any = (change.new_inputs or {})["input"]
        now = _declared(was, given)
        if not isinstance(given, Mapping) or any(now[kind] is not given[kind] for kind in was):
            pulumi.log.warn(
                "assign: whether somebody loses AWS is unknown in this preview; the update counts "
                "before it changes anything.",
                self,
            )
        for kind in ("groups", "people"):
            self._refuse_other_names(was[kind], now[kind])
        groups, people = (_gone(was[kind], now[kind]) for kind in ("groups", "people"))
        if not groups and not people:
            return
        by: dict[str, set[str]] = {called: {ident} for called, ident in people.items()}
        for called, ident in groups.items():
            by[called] = await self._members_of_gone(called, ident)
        stay = set(_known(now["people"].values())) | await self._who_stays(now["groups"])
        self._judge({called: members - stay for called, members in by.items()})

    def _refuse_other_names(self, was: Assigned, now: Declared) -> None:
        """The assignment's resource is called as the group is. Called otherwise it would be made
        anew, which Okta takes for the one that is there, and then removed: nobody is left."""
        names = {ident: called for called, ident in now.items() if isinstance(ident, str)}
        for called, ident in was.items():
            if called in now or ident not in names or self._is_accepted(called):
                continue
            raise ValidationError(
                f"assign: {called!r} is called {names[ident]!r} now, and is the same in Okta: its "
                "assignment would be made anew and then removed, and its people lose AWS. Fix: "
                "call it as before; or rename the assignment in the state first (`pulumi state "
                f"rename`), and write {called!r} under `unassign` for that run."
            )

    def _is_accepted(self, called: str) -> bool:
        return called.casefold() in self._accepted

    def _judge(self, losing: Mapping[str, set[str]]) -> None:
        for called, people in losing.items():
            if people:
                pulumi.log.warn(
                    f"assign: without {called}, {len(people)} people lose AWS: they are in nothing "
                    "else that is assigned.",
                    self,
                )
        asked = {c: people for c, people in losing.items() if not self._is_accepted(c)}
        lost = set[str]().union(*asked.values())
        raise_findings(
            rules.unassigns_few(rules.Unassigning(len(lost), self._limit)), ", ".join(asked)
        )

    async def _who_stays(self, groups: Declared) -> set[str]:
        """Members of what stays. A group that is only made in this run has none that are known,
        unless it is filled from others."""
        stay: set[str] = set()
        for called, ident in groups.items():
            sources = await self._filled_by[called].future() or [ident]
            for source in _known(sources):
                stay |= await self._members(source)
        return stay

    async def _members_of_gone(self, called: str, ident: str) -> set[str]:
        try:
            return await self._members(ident)
        except Exception as error:  # whatever it was, nobody can say how many
            if self._is_accepted(called):
                return set()
            raise ValidationError(
                f"assign: {called!r} is removed, and how many people lose AWS by it is unknown: "
                f"{str(error).strip()}. Fix: if that is meant, write its name under `unassign`."
            ) from None

    async def _members(self, ident: str) -> set[str]:
        asked = {"id": ident, "includeUsers": True}
        opts = InvokeOptions(parent=self)
        found: Any = await invoke("okta:group/getGroup:getGroup", asked, opts)
        return set(found.get("users") or [])


def _declared(was: Mapping[str, Assigned], now: Any) -> dict[str, Declared]:
    """In a preview a whole list may hang on what is only made in this run: then nothing is known
    to be removed, and the update judges."""
    listed = cast(Mapping[str, Any], now if isinstance(now, Mapping) else {})
    return {
        kind: listed[kind] if isinstance(listed.get(kind), Mapping) else there
        for kind, there in was.items()
    }


def _gone(was: Assigned, now: Declared) -> Assigned:
    """What is assigned no more. In a preview, what is made anew under its name may be the same."""
    still = set(_known(now.values()))
    return {
        called: ident
        for called, ident in was.items()
        if ident not in still and isinstance(now.get(called, ""), str)
    }


def _known(values: Iterable[object]) -> list[str]:
    """In a preview an id of what is made in this run is none yet."""
    return [value for value in values if isinstance(value, str)]
