"""The progress of a rotation, as the secret's staging labels show it.

AWSPENDING names the new token until the old one is gone. The new version's document names the
version that it replaces, so that a change by another person is noticed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from okta_idc.clients.aws import AwsError
from okta_idc.clients.secrets import CURRENT, PENDING, PREVIOUS, REPLACES, SecretVersions
from okta_idc.rules import scim_secret as rules
from okta_idc.rules.token_holder import HOLDER

TOKEN_DAYS = 365
"""Lifetime of a SCIM token."""


class TokenError(Exception):
    """The command cannot go on. The text says what is wrong and what to do, without a token."""


class ChangedError(TokenError):
    """Another person changed the secret during the rotation."""


@dataclass(frozen=True)
class Version:
    """A version of the secret. `replaces`: the version that a rotation replaces with it."""

    id: str
    secret: rules.ScimSecret
    replaces: str = field(default="", repr=False)

    @property
    def day(self) -> str:
        """When the token was created, as AWS's list of tokens shows it."""
        return self.secret.created.date().isoformat()

    def is_expired(self, now: datetime) -> bool:
        return self.secret.expires <= now

    def tags(self) -> dict[str, str]:
        """The tags of a secret with this current version."""
        secret = self.secret
        return {
            "endpoint": secret.endpoint,
            "token_id": secret.token_id,
            "created": secret.created.isoformat(),
            "expires": secret.expires.isoformat(),
        }


@dataclass(frozen=True)
class Progress:
    """`current`, `pending`, and `previous` are by staging label; a version that cannot be read is
    None. `old`: the version that the pending one replaces."""

    current: Version
    pending: Version | None
    previous: Version | None
    old: Version | None
    tags: Mapping[str, str]

    @property
    def is_promoted(self) -> bool:
        """Whether the pending version is the current one."""
        return self.pending is not None and self.pending.id == self.current.id

    @property
    def is_changed(self) -> bool:
        """Whether a version became current that the rotation does not know."""
        pending = self.pending
        return pending is not None and self.current.id not in (pending.id, pending.replaces)

    @property
    def earlier(self) -> Version | None:
        """The previous version; None if it has the current token, stored again with other dates."""
        previous = self.previous
        if previous is None or previous.secret.token == self.current.secret.token:
            return None
        return previous

    def holds(self, version: Version | None) -> bool:
        """Whether the tags say that Okta uses this version's token."""
        return version is not None and self.tags.get(HOLDER, "") == version.secret.token_id


def pending_document(current: Version, token: str, now: datetime) -> dict[str, object]:
    """The document of a new token, generated now, that replaces the current one."""
    created = now.astimezone(UTC).replace(microsecond=0)
    return {
        "endpoint": current.secret.endpoint, "token": token, "token_id": created.isoformat(),
        "created": created.isoformat(),
        "expires": (created + timedelta(days=TOKEN_DAYS)).isoformat(),
        "schema": 1, REPLACES: current.id,
    }  # fmt: skip


def read_progress(store: SecretVersions) -> Progress:
    """Raises TokenError, ChangedError, or AwsError."""
    state = store.state()
    if CURRENT not in state.versions:
        raise TokenError(
            f"secret {store.name!r}: has no value. Store the token first: okta-idc token store."
        )
    current = _version(store, state.versions[CURRENT])
    if current is None:
        faults = rules.secret_document(store.text(state.versions[CURRENT]))
        raise TokenError(faults[0].text(f"secret {store.name!r}"))
    pending = old = None
    if PENDING in state.versions:
        pending = _version(store, state.versions[PENDING])
        if pending is None or not pending.replaces:
            raise TokenError(
                f"secret {store.name!r}: its pending version was not stored by this command. "
                f"Remove the staging label {PENDING} in AWS Secrets Manager."
            )
        old = current if pending.replaces == current.id else _version(store, pending.replaces)
    previous = state.versions.get(PREVIOUS)
    return Progress(
        current, pending, _version(store, previous) if previous else None, old, state.tags
    )


def check_unchanged(found: Progress) -> Progress:
    """The progress. Raises ChangedError if another person stored a token."""
    if found.is_changed and found.pending is not None:
        raise ChangedError(
            f"the secret was changed during the rotation: version {found.current.id} with the "
            f"token of {found.current.day} is current, but the rotation replaces version "
            f"{found.pending.replaces}. Nothing was overwritten, and no token is lost. Agree with "
            "the person who changed it. To keep their token, run "
            "`okta-idc token rotate --abort`, which removes only the staging label of the pending "
            f"token of {found.pending.day}; then delete that token in AWS."
        )
    return found


def _version(store: SecretVersions, ident: str) -> Version | None:
    """A version in the kit's format; None for another format, or for a version that is gone."""
    try:
        text = store.text(ident)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return None
    if rules.secret_document(text):
        return None
    return Version(ident, rules.read_secret(text), str(json.loads(text).get(REPLACES) or ""))
