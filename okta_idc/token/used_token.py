"""Which token Okta uses: pushes a test group, and looks for its caller in CloudTrail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from okta_idc.clients.aws import AwsError
from okta_idc.clients.cloudtrail import EventHistory
from okta_idc.clients.scim import ScimProbe
from okta_idc.token.canary import Canary, Outcome
from okta_idc.token.evidence import Evidence, Holder, token_of_canary
from okta_idc.token.progress import TokenError, Version

_PROVEN = Evidence(Holder.NEW)


@dataclass(frozen=True)
class UsedToken:
    """`say` shows what happens. `seconds`: the longest wait for CloudTrail; `pause`: between two
    looks."""

    probe: ScimProbe
    canary: Canary
    history: EventHistory
    say: Callable[[str], None]
    seconds: float
    pause: float
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]

    async def evidence(self, new: Version, old: Version | None, *, is_alive: bool) -> Evidence:
        """Which token Okta uses. If AWS rejects the old one, a test group that arrives proves that
        Okta uses the new one. Raises TokenError, AwsError, or OktaError."""
        since = self.now() - timedelta(minutes=5)
        self.say("Okta pushes a test group to AWS …")
        result = await self.canary.run()
        if result.outcome == Outcome.UNAUTHORIZED:
            why = f"Okta uses a token that AWS rejects. {result.why.rstrip('.')}"
            return Evidence(Holder.REJECTED, why)
        if result.outcome == Outcome.FAILED:
            raise TokenError(
                f"the test group did not arrive in AWS: {result.why}. Run the command again later."
            )
        self.say("The test group arrived in AWS.")
        if old is None:
            return Evidence(Holder.UNKNOWN, "the secret no longer has the old token")
        return await self._compare(new, old, result.group_id, since) if is_alive else _PROVEN

    async def _compare(
        self, new: Version, old: Version, group_id: str, since: datetime
    ) -> Evidence:
        """Compare the caller of the test group in CloudTrail with calls with both tokens."""
        with_new = await self.probe.answer(new.secret.endpoint, new.secret.token)
        with_old = await self.probe.answer(old.secret.endpoint, old.secret.token)
        self.say("Looking for the test group in CloudTrail, which can take minutes …")
        waited = 0.0
        while True:
            try:
                events = list(self.history.scim_events(since))
            except AwsError as error:
                return Evidence(Holder.UNKNOWN, f"CloudTrail cannot be read: {error}".rstrip("."))
            found = token_of_canary(
                events, with_new.request_ids, with_old.request_ids, group_id
            )  # fmt: skip
            if found.is_final or waited >= self.seconds:
                return found
            await self.sleep(self.pause)
            waited += self.pause
