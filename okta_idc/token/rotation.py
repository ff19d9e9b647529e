"""The rotation: the order of its steps, and what each needs before the next one.

Every step reads its progress first, so that a run that ended anywhere continues with the same
command. Until the old token is deleted, `abort` returns to it.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from okta_idc.clients.aws import AwsError
from okta_idc.clients.cloudtrail import EventHistory
from okta_idc.clients.scim import ScimAnswer, ScimProbe
from okta_idc.clients.secrets import CURRENT, PENDING, SecretVersions
from okta_idc.rules.endpoints import endpoint_known
from okta_idc.rules.token_holder import CHECKED, HOLDER, REJECTED
from okta_idc.text import conceal
from okta_idc.token.canary import Canary
from okta_idc.token.evidence import Evidence, Holder
from okta_idc.token.progress import (
    Progress,
    TokenError,
    Version,
    check_unchanged,
    pending_document,
    read_progress,
)
from okta_idc.token.result import Person, Result, State
from okta_idc.token.steps import Pages, Step
from okta_idc.token.used_token import UsedToken

_ACCEPTED, _REJECTED = 200, 401
_DEATH_LOOKS = 12
"""How often a deleted token is tried before it counts as not deleted."""


@dataclass
class Rotation:
    """`deployed`: the expiry that the last `pulumi up` saw, None in mode `console`. `seconds`: the
    longest wait for CloudTrail; `pause`: between two looks."""

    store: SecretVersions
    probe: ScimProbe
    canary: Canary
    history: EventHistory
    person: Person
    pages: Pages
    deployed: Callable[[], str] | None
    seconds: float = 900
    pause: float = 10
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _entered: bool = field(default=False, init=False)
    """Whether this run read a new token."""

    async def rotate(self) -> Result:
        """Replace the token. Raises TokenError, AwsError, or OktaError."""
        found = check_unchanged(self._read())
        if found.pending is None:
            if (step := await self._generate(found)) is not None:
                return Result(State.WAITING, step=step, old=found.current)
            found = check_unchanged(self._read())
        new, old = found.pending, found.old
        if new is None:
            raise TokenError("the pending token was removed. Run `okta-idc token rotate`.")
        await self._require_valid(new)
        if self.deployed:
            self._promote(new, found)
            step = self.pages.run_up(new)
            while self.deployed() != new.secret.expires.isoformat():
                if not self.person.does(step):
                    return Result(State.WAITING, step=step, new=new, old=old)
        elif not found.holds(new):
            step = self.pages.paste(new, is_current=found.is_promoted)
            if not self.person.does(step) and self._entered:
                return Result(State.WAITING, step=step, new=new, old=old)
        evidence = await self._until_okta_has(new, old)
        if isinstance(evidence, Result):
            return evidence
        self._promote(new, self._read())
        return await self._retire(new, old, evidence)

    async def retire(self) -> Result:
        """Verify that the old token is deleted, and that Okta does not need it."""
        found = check_unchanged(self._read())
        if found.pending is not None and not found.is_promoted:
            raise TokenError(
                "the rotation has not given Okta the new token yet. Run `okta-idc token rotate`."
            )
        new, old = found.current, found.old or found.earlier
        if old is None:
            raise TokenError("the secret has no earlier token, so that none can be retired.")
        await self._require_valid(new)
        evidence = await self._until_okta_has(new, old)
        if isinstance(evidence, Result):
            return evidence
        return await self._retire(new, old, evidence)

    async def abort(self) -> Result:
        """Return to the old token, which must still be valid."""
        found = self._read()
        if found.pending is None:
            raise TokenError("no rotation is in progress.")
        if found.is_promoted:
            old = found.old
            if old is None or not await self._accepts(old):
                raise TokenError(
                    "AWS no longer accepts the old token, so that the rotation cannot be undone. "
                    "Run `okta-idc token rotate` to complete it."
                )
            self.store.move(CURRENT, found.pending.id, old.id)
        if found.old is not None and not found.is_changed:
            self._tag(found.old, found)
        self.store.move(PENDING, found.pending.id)
        if found.is_changed:
            return Result(State.ABORTED, new=found.pending, old=found.current)
        old, step = found.old or found.current, None
        if self.deployed and found.is_promoted:
            step = self.pages.run_up(old)
        elif not self.deployed:  # the tags do not say what a person entered after the last check
            step = self.pages.paste(old, is_current=True)
        return Result(State.ABORTED, step=step, new=found.pending, old=old)

    def _read(self) -> Progress:
        """The progress. Raises TokenError for an endpoint in an unknown Region: no token is sent to
        it."""
        found = read_progress(self.store)
        if not self.probe.at and (unknown := endpoint_known(found.current.secret.endpoint)):
            raise TokenError(unknown[0].text("endpoint"))
        return found

    async def _generate(self, found: Progress) -> Step | None:
        """Read a new token, test it, and store it as pending. Not None: the step that remains."""
        current = found.current
        if await self._accepts(current):
            occupied = await self._occupied(found)
            is_dead = occupied is not None and occupied.is_expired(self.now())
            step = self.pages.generate(current, occupied, is_dead=is_dead)
        else:
            step = self.pages.replace_rejected(current)
        token = self.person.token(step, current.secret.endpoint)
        if not token:
            return step
        conceal(token)
        await self._store_pending(current, found.previous, token)
        self._entered = True
        return None

    async def _occupied(self, found: Progress) -> Version | None:
        """The earlier token, if it occupies one of AWS's two slots. Raises TokenError if Okta may
        need it: the step would tell a person to delete it."""
        current, earlier = found.current, found.earlier
        if earlier is None:
            return None
        is_dead = earlier.is_expired(self.now())
        if not is_dead and not await self._accepts(earlier):
            return None  # deleted
        if found.holds(earlier):
            raise TokenError(
                f"Okta uses the token of {earlier.day}, not the current one of {current.day}: "
                "an earlier rotation is incomplete. Run `okta-idc token retire` first."
            )
        if not is_dead and not found.holds(current):
            raise TokenError(
                f"AWS accepts both tokens of the secret, those of {earlier.day} and of "
                f"{current.day}, and which one Okta uses is not known. Run `okta-idc token retire` "
                "first: it finds out, and shows which one to delete."
            )
        return earlier

    async def _store_pending(self, current: Version, previous: Version | None, token: str) -> None:
        endpoint = current.secret.endpoint
        if token in {v.secret.token for v in (current, previous) if v is not None}:
            raise TokenError("the token is already in the secret. Generate another one in AWS.")
        answer = await self.probe.answer(endpoint, token)
        if answer.status == _REJECTED:
            raise TokenError(
                f"AWS rejects the token at {endpoint} (401): it is incomplete, was deleted, or "
                "belongs to another tenant. Nothing was stored. If automatic provisioning was "
                "disabled and enabled again, the endpoint is a new one: use `okta-idc token "
                "store`."
            )
        keep = "Keep the token, because AWS shows it only once. "
        self._require_answer(answer, "the new token was not tested, and not stored", keep)
        document = pending_document(current, token, self.now())
        self.store.add_pending(str(uuid.uuid4()), document)
        self.person.say("AWS accepts the new token. It is stored beside the old one.")

    async def _require_valid(self, new: Version) -> None:
        answer = await self.probe.answer(new.secret.endpoint, new.secret.token)
        if answer.status == _REJECTED:
            remedy = "Run `okta-idc token rotate`, which replaces it."
            if PENDING in self.store.state().versions:
                remedy = (
                    "Run `okta-idc token rotate --abort` to return to the old one, then start "
                    "again."
                )
            raise TokenError(
                f"AWS rejects the new token of {new.day} (401): it was deleted in AWS, or has "
                f"expired. {remedy}"
            )
        self._require_answer(answer, "the new token was not tested")

    def _require_answer(self, answer: ScimAnswer, what: str, advice: str = "") -> None:
        if answer.status != _ACCEPTED:
            raise TokenError(f"{what}: {answer.request}. {advice}Run the command again later.")

    async def _accepts(self, version: Version) -> bool:
        """Whether AWS accepts the token. Raises TokenError if AWS does not say."""
        answer = await self.probe.answer(version.secret.endpoint, version.secret.token)
        if answer.status not in (_ACCEPTED, _REJECTED):
            what = f"whether the token of {version.day} is valid is unknown"
            raise TokenError(f"{what}: {answer.request}. Run the command again later.")
        return answer.status == _ACCEPTED

    def _promote(self, new: Version, found: Progress) -> None:
        """Make the new version the current one, unless another person changed the secret."""
        check_unchanged(found)
        if not found.is_promoted:
            try:
                self.store.move(CURRENT, new.replaces, new.id)
            except AwsError as error:
                if error.code != "InvalidParameterException":
                    raise
                check_unchanged(self._read())
                raise
            self.person.say(f"The token of {new.day} is now current in the secret.")
        self._tag(new, found)

    def _tag(self, version: Version, found: Progress) -> None:
        """Make the tags those of this version. An interrupted run may have left others."""
        if any(found.tags.get(key) != value for key, value in version.tags().items()):
            self.store.tag(version.tags())

    def _used_token(self) -> UsedToken:
        return UsedToken(self.probe, self.canary, self.history, self.person.say, self.seconds,
                         self.pause, self.now, self.sleep)  # fmt: skip

    def _record(self, holder: str) -> None:
        """Record in the tags which token Okta uses."""
        now = self.now().astimezone(UTC).replace(microsecond=0).isoformat()
        self.store.tag({HOLDER: holder, CHECKED: now})

    async def _until_okta_has(self, new: Version, old: Version | None) -> Evidence | Result:
        """The evidence that Okta uses the new token, or that the token is unknown; otherwise the
        step of the person."""
        while True:
            is_alive = old is not None and await self._accepts(old)
            evidence = await self._used_token().evidence(new, old, is_alive=is_alive)
            if evidence.holder == Holder.NEW:
                self._record(new.secret.token_id)
            if evidence.holder in (Holder.NEW, Holder.UNKNOWN):
                return evidence
            is_old = evidence.holder == Holder.OLD and old is not None
            self._record(old.secret.token_id if is_old and old else REJECTED)
            is_current = self._read().current.id == new.id
            step = (
                self.pages.run_up(new)
                if self.deployed
                else self.pages.paste(new, is_current=is_current)
            )
            self.person.warn(f"{evidence.why}.")
            if not self.person.does(step):
                return Result(State.WAITING, evidence.holder, step, evidence.why, new, old)

    async def _retire(self, new: Version, old: Version | None, evidence: Evidence) -> Result:
        """Wait for the deletion of the old token, and push the test group again."""
        if old is None:
            self.person.warn(f"Delete every token but the one of {new.day} in AWS.")
        elif await self._accepts(old):
            if evidence.holder == Holder.UNKNOWN:
                way = "run `pulumi up`" if self.deployed else "enter the new one in Okta"
                self.person.warn(
                    f"Which token Okta uses is unknown: {evidence.why}. If Okta still uses the old "
                    f"one, provisioning stops when you delete it, until you {way}. This command "
                    "finds out at once."
                )
            step, looks = self.pages.delete(old, new), 1
            while not await self._is_deleted(old, new, looks):
                if looks > 1:
                    self.person.warn(f"AWS still accepts the old token of {old.day}.")
                if not self.person.does(step):
                    return Result(State.WAITING, evidence.holder, step, evidence.why, new, old)
                looks = _DEATH_LOOKS
            self.person.say("AWS rejects the old token.")
            final = await self._until_okta_has(new, old)
            if isinstance(final, Result):
                return final
            evidence = final
        state = self.store.state()
        if PENDING in state.versions:
            self.store.move(PENDING, state.versions[PENDING])
        step = None if self.deployed else self.pages.update_stack()
        return Result(State.DONE, evidence.holder, step, evidence.why, new, old)

    async def _is_deleted(self, old: Version, new: Version, looks: int) -> bool:
        """Whether AWS rejects the old token, after a few looks."""
        for look in range(looks):
            if look:
                await self.sleep(self.pause)
            if not await self._accepts(old):
                return True
            await self._require_valid(new)
        return False
