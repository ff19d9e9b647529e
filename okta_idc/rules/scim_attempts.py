"""1xx, whether AWS accepts the token that Okta uses, as far as Okta's API shows.

Okta never returns the token. It shows when each app user and push mapping last succeeded, which of
them failed since, and the error of a push mapping.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, count, rule
from okta_idc.rules.scim_secret import ROTATE, parse_time

_UNAUTHORIZED = re.compile(r"\b401\b|\bunauthori[sz]ed\b", re.IGNORECASE)
"""Okta's message for a token that AWS rejects (docs/research/scim.md#errors)."""
_MIN_FAILED = 2
"""One failed user is more likely a defect of that user."""
_ENFORCED_BY = EnforcementPoint.COMPONENT, EnforcementPoint.DOCTOR
_NEVER = datetime.min.replace(tzinfo=UTC)


def is_unauthorized(text: str) -> bool:
    """Whether Okta's message says that AWS rejected the token."""
    return bool(_UNAUTHORIZED.search(text))


@dataclass(frozen=True, slots=True)
class ScimAttempts:
    """Okta's latest requests to AWS: the time of the last success (None: none is shown), the push
    mappings that failed since because AWS did not accept the token, and the number of users who
    failed since for no known reason."""

    last_success: datetime | None = None
    unauthorized: tuple[str, ...] = ()
    failed_users: int = 0


_SINCE = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


@rule(
    "OIC-130",
    "AWS rejects the token that Okta uses",
    enforced_by=_ENFORCED_BY,
    source="docs/research/scim.md#errors",
    remedy=f"In Okta, open the app → Provisioning → Integration and choose Test API Credentials. "
    f"If the test fails, replace the token. {ROTATE} Then retry the failed tasks (Dashboard → "
    "Tasks).",
    good=ScimAttempts(_SINCE),
    bad=ScimAttempts(_SINCE, unauthorized=("aws-admins",)),
)
def okta_token_accepted(attempts: ScimAttempts) -> Iterator[Violation]:
    """Subject: what Okta shows of its latest requests."""
    first, *others = *attempts.unauthorized, ""
    if first:
        more = f" and {count(len(others) - 1, 'other group')}" if len(others) > 1 else ""
        yield "", None, f"failed as unauthorized for {first}{more}{_since(attempts)}."


@rule(
    "OIC-131",
    "Okta has provisioned nobody since several users failed",
    severity=Severity.ADVISORY,
    enforced_by=_ENFORCED_BY,
    source="docs/research/okta-api.md#app-users",
    remedy="In Okta, open the app → Provisioning → Integration and choose Test API Credentials. "
    "If the test succeeds, read the reasons in Dashboard → Tasks.",
    good=ScimAttempts(_SINCE, failed_users=1),
    bad=ScimAttempts(_SINCE, failed_users=12),
)
def provisioning_succeeds(attempts: ScimAttempts) -> Iterator[Violation]:
    """Subject: what Okta shows of its latest requests. OIC-130 covers a known reason."""
    if attempts.failed_users >= _MIN_FAILED and not attempts.unauthorized:
        number = count(attempts.failed_users, "user")
        yield (
            "",
            None,
            f"failed for {number}, for no known reason{_since(attempts)}. AWS may reject the token "
            "that Okta uses.",
        )


def _since(attempts: ScimAttempts) -> str:
    if not attempts.last_success:
        return ", and nothing has succeeded yet"
    return f", and nothing has succeeded since {attempts.last_success:%Y-%m-%d %H:%M} UTC"


@dataclass
class AttemptLog:
    """Collects the attempts from app users while pages arrive; keeps times only."""

    _synced: str = ""
    _failed: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, app_user: Mapping[str, Any]) -> None:
        """Add an app user as Okta's API returns it."""
        if app_user.get("syncState") == "ERROR":
            self._failed[str(app_user.get("id"))] = str(app_user.get("lastUpdated") or "")
        elif isinstance(synced := app_user.get("lastSync"), str):
            self._synced = max(self._synced, synced)

    def attempts(
        self, mappings: Mapping[str, Mapping[str, Any]], explained: Collection[str] = ()
    ) -> ScimAttempts:
        """The attempts of the app users and of the push mappings (by the group's name, as Okta's
        API returns them). `explained`: IDs of users whose failure has a known reason."""
        failed = {n: m for n, m in mappings.items() if m.get("status") == "ERROR"}
        pushed = (m.get("lastPush") for n, m in mappings.items() if n not in failed)
        last = max(map(_time, (self._synced, *pushed)), default=_NEVER)
        unauthorized = (
            name
            for name, mapping in failed.items()
            if _UNAUTHORIZED.search(str(mapping.get("errorSummary") or ""))
            and _time(mapping.get("lastUpdated")) >= last
        )
        return ScimAttempts(
            None if last == _NEVER else last,
            tuple(sorted(unauthorized)),
            sum(_time(t) >= last for ident, t in self._failed.items() if ident not in explained),
        )


def _time(text: object) -> datetime:
    return parse_time(text) or _NEVER if isinstance(text, str) else _NEVER
